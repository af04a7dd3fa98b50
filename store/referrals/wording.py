"""Codes and values in the words of a report, in Chinese or English; the words themselves lie in `texts/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from domain.posts import BEIJING

_PRECISION = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H:00", "minute": "%Y-%m-%d %H:%M"}


@cache
def read_text(name: str) -> Mapping[str, Any]:
    """`texts/<name>.toml`."""
    table: Mapping[str, Any] = tomllib.loads((files("store.referrals.texts") / f"{name}.toml").read_text("utf-8"))
    return table


def say(language: str, key: str, **facts: object) -> str:
    """The sentence `key` in `language`, with its facts."""
    said: str = read_text("sentences")[key][language]
    return said.format(**facts)


def name_code(language: str, table: str, code: str | None) -> str:
    """What a code is called; one that has no name is its own, None is a dash."""
    if code is None:
        return "—"
    return str(read_text("names")[table].get(code, {}).get(language, code))


def name_codes(language: str, table: str, codes: Iterable[str]) -> str:
    """What codes are called, in a row."""
    return ("、" if language == "zh" else ", ").join(name_code(language, table, code) for code in codes) or "—"


def join(language: str, parts: Iterable[str]) -> str:
    """Parts in a row."""
    return ("；" if language == "zh" else "; ").join(part for part in parts if part)


def write_moment(moment: str | datetime | None, precision: str | None = None) -> str:
    """A moment in Beijing time, as precise as it is known."""
    if moment is None:
        return "—"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(BEIJING).strftime(_PRECISION.get(precision or "second", "%Y-%m-%d %H:%M:%S"))


def write_price(language: str, price: Mapping[str, Any]) -> str:
    """A price on one line: "0.5 元／条，1,000 条起"."""
    money = f"{price['amount']:,.10g} {name_code(language, 'currency', price['currency'])}"
    unit = name_code(language, "unit", price["unit"])
    if language == "zh":
        line = f"{money}／{unit}" if price["per"] == 1 else f"{money}／{price['per']:,} {unit}"
        line += f"，{price['min_qty']:,} {unit}起" if price["min_qty"] else ""
        return line + (f"，至 {price['max_qty']:,} {unit}" if price["max_qty"] else "")
    line = f"{money} / {unit}" if price["per"] == 1 else f"{money} / {price['per']:,} × {unit}"
    line += f", from {price['min_qty']:,}" if price["min_qty"] else ""
    return line + (f", up to {price['max_qty']:,}" if price["max_qty"] else "")


def write_contact(language: str, contact: Mapping[str, Any]) -> str:
    """A handle: "微信 che_zhu88"."""
    doubt = "" if contact["valid"] else ("（格式存疑）" if language == "zh" else " (form doubtful)")
    return f"{name_code(language, 'contact', contact['kind'])} {contact['value']}{doubt}"


def offer_of(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The offer of a finding, with nothing in it where there is none."""
    empty: dict[str, Any] = {
        "goods": [], "fields": [], "regions": [], "channel": None, "freshness": None, "guarantees": [],
        "volumes": [], "prices": [], "contacts": [],
    }  # fmt: skip
    return finding["signal"]["offer"] or empty
