"""Disguises of Latin words: letters of other alphabets, leet, words spelled out with dots."""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.folding.edits import Edit
from classifier.lexicon import read_terms


@lru_cache(maxsize=1)
def _confusables() -> dict[str, str]:
    return {row["glyph"]: row["plain"] for row in read_terms("confusables")}


@lru_cache(maxsize=1)
def _confusable() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_confusables())}]")


_ALPHABETIC = re.compile(
    "[A-Za-z0-9_\u0131-\u0298\u0370-\u03ff\u0400-\u052f\u1d00-\u1d2b\u2164\u2169\u2174\u2179\ua730-\ua731]+"
)
_SHORT_ALIASES = frozenset({"vx", "wx", "tg", "qq", "ws"})


def fold_lookalikes(text: str) -> list[Edit]:
    """Cyrillic, Greek and small-capital letters that stand among Latin letters or digits."""
    if text.isascii() or not _confusable().search(text):
        return []
    table = _confusables()
    edits = []
    for match in _ALPHABETIC.finditer(text):
        token = match.group()
        if token.isascii():
            continue
        foreign = [letter for letter in token if not letter.isascii()]
        if not all(letter in table for letter in foreign) or not _mixed(token, foreign, table):
            continue
        edits += [
            Edit(match.start() + at, match.start() + at + 1, table[letter], "lookalike")
            for at, letter in enumerate(token)
            if letter in table
        ]
    return edits


def _mixed(token: str, foreign: list[str], table: dict[str, str]) -> bool:
    latin = sum(letter.isascii() and letter.isalpha() for letter in token)
    digits = sum(letter.isascii() and letter.isdigit() for letter in token)
    if latin:
        return True
    plain = "".join(table.get(letter, letter) for letter in token).lower()
    return plain in _SHORT_ALIASES or (digits >= 3 and all(table[letter] in "oOlI" for letter in foreign))
