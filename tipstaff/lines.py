"""JSON lines of texts, as people hand them in. A bad line is named with its number; it never stops the others."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.errors import BadLine, BadValue, UnknownName
from domain.signals import LABELS, Passage

LONGEST = 1_000_000  # characters; a post is a few hundred, the longest page of a forum some ten thousand


def read_passages(path: Path | None) -> Iterator[Passage | BadLine]:
    """A passage, or the fault, for each line that is not blank. Raises UnknownName, or BadValue on an empty file."""
    for number, value in _read_lines(path):
        yield value if isinstance(value, BadLine) else _passage(number, value)


def read_labelled(path: Path) -> list[tuple[Passage, str]]:
    """Passages with their labels. Raises BadLine at the first line that has no text or no known label."""
    labelled = []
    for number, value in _read_lines(path):
        passage = value if isinstance(value, BadLine) else _passage(number, value)
        if isinstance(passage, BadLine):
            raise passage
        label = value["label"] if isinstance(value, dict) and "label" in value else None
        if label not in LABELS:
            raise BadLine(number=number, why=f"label is {label!r}; it must be one of {', '.join(LABELS)}")
        labelled.append((passage, str(label)))
    return labelled


def _read_lines(path: Path | None) -> Iterator[tuple[int, Any]]:
    """Number and decoded value (or BadLine) of each line."""
    if path is not None and not path.is_file():
        raise UnknownName(kind="file", name=str(path))
    found = False
    stream = sys.stdin.buffer if path is None else path.open("rb")
    with stream:
        for number, raw in enumerate(stream, 1):
            if not raw.strip():
                continue
            found = True
            try:
                yield number, json.loads(raw)
            except (ValueError, RecursionError) as error:
                yield number, BadLine(number=number, why=f"not JSON ({error})")
    if not found:
        raise BadValue(
            name=str(path or "standard input"), value="empty", want='JSON lines such as {"id": "1", "text": "…"}'
        )


def _passage(number: int, value: Any) -> Passage | BadLine:
    try:
        return _checked_passage(number, value)
    except BadLine as error:
        return error


def _checked_passage(number: int, value: Any) -> Passage:
    if not isinstance(value, dict):
        raise BadLine(number=number, why='not a JSON object; write {"id": "1", "text": "…"}')
    text = value.get("text")
    if not isinstance(text, str):
        raise BadLine(number=number, why="no text" if text is None else "text is not a string")
    if len(text) > LONGEST:
        raise BadLine(number=number, why=f"the text has {len(text):,} characters; {LONGEST:,} can be scored at once")
    quoted = value.get("quoted") or []
    around = [value.get("thread_title"), value.get("board")]
    if not isinstance(quoted, list) or not all(isinstance(item, str) for item in quoted):
        raise BadLine(number=number, why="quoted is not a list of strings")
    if not all(item is None or isinstance(item, str) for item in around):
        raise BadLine(number=number, why="thread_title and board are strings, or left out")
    identity = value.get("id", number)
    if not isinstance(identity, (str, int)):
        raise BadLine(number=number, why="id is neither a string nor a number")
    return Passage(str(identity), text, around[0], around[1], tuple(quoted))
