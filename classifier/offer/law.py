"""The thresholds of criminal law as data: `lexicon/thresholds.toml`, or counsel's own file of the same form."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from classifier.lexicon import read_words
from domain.errors import BadValue
from domain.signals import LABELS

UNITS = ("records", "yuan", "posts", "members")
CONFIDENCES = ("default", "supported", "arguable", "disputed", "counted")


@dataclass(frozen=True)
class Threshold:
    """One row of thresholds.toml, whose head explains the columns; `amount` is in `unit`."""

    data_class: str
    zh: str
    en: str
    unit: str
    amount: int
    confidence: str
    basis: str
    since: date
    labels: tuple[str, ...]
    until: date | None = None
    goods: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    insider: float | None = None
    insider_basis: str = ""
    grave: int | None = None
    grave_basis: str = ""


@dataclass(frozen=True)
class Law:
    """The thresholds, and the day as of which their texts were read."""

    read: date
    thresholds: tuple[Threshold, ...]


def load_law(own: Path | None = None) -> Law:
    """The law of counsel's file where there is one, else of the file that comes with the program. Raises BadValue."""
    place = own if own is not None and own.is_file() else None
    written = place or files("classifier.lexicon") / "thresholds.toml"
    try:
        table = tomllib.loads(written.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise BadValue(name=str(written), value=str(fault), want="TOML of the form of thresholds.toml") from fault
    rows = table.get("threshold")
    if type(table.get("read")) is not date or not isinstance(rows, list) or not rows:
        raise BadValue(name=str(written), value="read, threshold", want="a date and at least one [[threshold]]")
    return Law(table["read"], tuple(_read_row(str(written), row) for row in rows))


_KINDS: dict[str, type] = {
    "str": str, "int": int, "date": date, "date | None": date, "int | None": int, "float | None": float,
    "tuple[str, ...]": list,
}  # fmt: skip
_KEYS = {field.name.replace("data_class", "class"): _KINDS[str(field.type)] for field in fields(Threshold)}


def _read_row(name: str, row: dict[str, Any]) -> Threshold:
    called = f"{name}: {row.get('class')}"
    for key, value in row.items():
        if type(value) is not _KEYS.get(key):
            want = f"{_KEYS[key].__name__}" if key in _KEYS else "one of " + ", ".join(_KEYS)
            raise BadValue(name=f"{called}: {key}", value=value, want=want)
    for key, known in _known().items():
        written = row.get(key, [])
        for word in written if isinstance(written, list) else [written]:
            if word not in known:
                raise BadValue(name=f"{called}: {key}", value=word, want="one of " + ", ".join(known))
    kept: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key != "class"
    }
    try:
        threshold = Threshold(data_class=row.get("class", ""), **kept)
    except TypeError as fault:
        raise BadValue(name=called, value=str(fault), want="every key of the table") from fault
    if not threshold.data_class or threshold.amount <= 0:
        raise BadValue(name=called, value=threshold.amount, want="a class and an amount above 0")
    return threshold


def _known() -> dict[str, tuple[str, ...]]:
    return {
        "unit": UNITS,
        "confidence": CONFIDENCES,
        "labels": LABELS,
        "goods": read_words("offers", "code", slot="goods"),
        "fields": read_words("offers", "code", slot="fields"),
    }
