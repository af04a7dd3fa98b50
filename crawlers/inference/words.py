"""Lists of words, written as one line of text each."""

from __future__ import annotations


def word_set(line: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(line.split())
