"""The labelled posts the classifier is trained from, as data: one file a writer, one JSON object a line.

`id` (writer-number), `label` (a word of LABELS), `kind` (of an offer, else null), `text`, `thread_title` and `board`
(or null), `voice` (who is speaking), `situation` and `lang`; of later files also `disguised` (whether it hides words)
and `lookalike` (the row of the table of look-alikes in README.md, or null). All of it was written for this project;
people, handles and numbers are invented.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import BadSourceFile
from domain.signals import LABELS, OFFER_KINDS

FOLDER = Path(__file__).parent
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_WORDS = ("id", "label", "text", "voice", "situation", "lang")
_FIELDS = frozenset({*_WORDS, "kind", "thread_title", "board"})
_LATER = frozenset({"disguised", "lookalike"})
LOOKALIKES = range(1, 25)


@dataclass(frozen=True)
class Example:
    """One labelled post. `writer` is the file it stands in; `disguised` is None where its writer did not say."""

    id: str
    label: str
    kind: str | None
    text: str
    thread_title: str | None
    board: str | None
    voice: str
    situation: str
    lang: str
    writer: str
    disguised: bool | None = None
    lookalike: int | None = None


def read_corpus(folder: Path = FOLDER) -> tuple[Example, ...]:
    """All examples of a folder, by file and line. Raises BadSourceFile naming every fault of every file."""
    examples: list[Example] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}:{number}"
            row = _parse(line)
            found = ["not a JSON object"] if row is None else list(_find_faults(row, path.stem, seen))
            faults.extend(f"{where}: {fault}" for fault in found)
            if row is not None and not found:
                seen[row["id"]] = seen[row["text"] + "\x1f" + str(row["thread_title"])] = where
                examples.append(Example(**row, writer=path.stem))
    if not examples and not faults:
        faults.append("no examples")
    if faults:
        raise BadSourceFile(path=str(folder), faults=tuple(faults))
    return tuple(examples)


def digest_corpus(examples: Iterable[Example]) -> str:
    """SHA-256 over what training sees of the examples, whatever their order."""
    rows = sorted(
        json.dumps([e.id, e.label, e.kind, e.text, e.thread_title, e.board], ensure_ascii=False) for e in examples
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _parse(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _find_faults(row: Mapping[str, Any], writer: str, seen: Mapping[str, str]) -> Iterator[str]:
    if row.keys() - _LATER != _FIELDS:
        yield f"its fields are not those of an example: {sorted((row.keys() - _LATER) ^ _FIELDS)}"
        return
    for name in _WORDS:
        if not isinstance(row[name], str) or not row[name].strip():
            yield f"{name} is not a text"
            return
    if not all(row[name] is None or isinstance(row[name], str) for name in ("kind", "thread_title", "board")):
        yield "kind, thread_title and board are texts or null"
        return
    yield from _find_wrong_values(row, writer, seen)


def _find_wrong_values(row: Mapping[str, Any], writer: str, seen: Mapping[str, str]) -> Iterator[str]:
    checks = {
        f"unknown label {row['label']}": row["label"] not in LABELS,
        f"kind {row['kind']} is not the kind of an offer": row["label"] == "offer" and row["kind"] not in OFFER_KINDS,
        "only an offer has a kind": row["label"] != "offer" and row["kind"] is not None,
        f"unknown language {row['lang']}": row["lang"] not in LANGUAGES,
        "disguised is true, false or null": row.get("disguised") not in (True, False, None),
        "lookalike is a row of the table or null": row.get("lookalike") not in (*LOOKALIKES, None),
        f"id and voice begin with {writer}-": not all(row[key].startswith(f"{writer}-") for key in ("id", "voice")),
        f"the id stands at {seen.get(row['id'])} already": row["id"] in seen,
        "the same text and title stand in the corpus already": f"{row['text']}\x1f{row['thread_title']}" in seen,
    }
    yield from (fault for fault, holds in checks.items() if holds)
