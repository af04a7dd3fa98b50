"""One piece of a person's data in a folded text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of a person's data: its kind (a word of docs/reading.md) and span."""

    kind: str
    start: int
    end: int
