"""Market words taken apart by the layout: a character a line, a sign after each character, each in brackets."""

from __future__ import annotations

import re
from functools import lru_cache

from classifier.folding.edits import FOREIGN, HAN, Edit, needs
from classifier.lexicon import read_terms

_COLUMN = re.compile(
    rf"(?:(?<=\n)|\A)[ \t\u3000]*[{HAN}][ \t\u3000]*(?:\r?\n[ \t\u3000]*[{HAN}][ \t\u3000]*)+(?=\r?\n|\Z)"
)
# Both begin at a sign, which is rarer than a character; the character before it belongs to the word too.
_MARKED = re.compile(rf"([^\w\r\n])(?<=[{HAN}].)[{HAN}](?:\1[{HAN}])+")
_BRACKET = rf"[(（【\[<《「『〔{{][{HAN}][)）】\]>》」』〕}}]"
_BRACKETED = re.compile(rf"{_BRACKET}(?:[{HAN}]?{_BRACKET})+")
# A line of one character, which every column has at its second place.
_SHORT_LINE = re.compile(rf"\n[ \t\u3000]*[{HAN}][ \t\u3000]*(?:\r?\n|\Z)")
_ONE = re.compile(f"[{HAN}]")


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    words = [row["term"] for row in read_terms("words") if len(row["term"]) < 4]
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


@needs(r"\n")
def join_columns(text: str) -> list[Edit]:
    """Characters one below the other are a line, where they spell a market word."""
    return _join(text, _COLUMN, "vertical") if _SHORT_LINE.search(text) else []


@needs(FOREIGN)
def join_marked(text: str) -> list[Edit]:
    """车。主。数。据, 【车】【主】: the same sign after every character, or brackets around each."""
    return _join(text, _MARKED, "separator") or _join(text, _BRACKETED, "separator")


def _join(text: str, pattern: re.Pattern[str], kind: str) -> list[Edit]:
    edits: list[Edit] = []
    for match in pattern.finditer(text):
        start, end = match.span()
        if kind == "separator" and start and _ONE.match(text, start - 1):
            start -= 1
        if edits and start < edits[-1].end:
            continue
        joined = "".join(_ONE.findall(text[start:end]))
        if _word().search(joined):
            edits.append(Edit(start, end, joined, kind))
    return edits
