"""Disguises of Chinese characters: written as their parts, or in their old forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from classifier.folding.edits import Edit, needs
from classifier.lexicon import read_terms


@lru_cache(maxsize=1)
def _splits() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    table = {row["parts"]: row["plain"] for row in read_terms("splits") if row["when"] == "always"}
    heads = re.compile(f"[{''.join(sorted({parts[0] for parts in table}))}]")
    return heads, re.compile("|".join(sorted(table, key=len, reverse=True))), table


@needs(lambda: _splits()[0])
def join_radicals(text: str) -> list[Edit]:
    """亻言 is 信, 扌居 is 据: characters written as their parts."""
    heads, parts, table = _splits()
    if not heads.search(text):
        return []
    return [Edit(match.start(), match.end(), table[match.group()], "split") for match in parts.finditer(text)]


# Traditional on their own, but also in simplified words (乾隆, 宫商角徵羽): alone they make no text traditional.
_BOTH_SCRIPTS = frozenset("乾吒夥徵拚榘薹袷醣麴麽么菸")


_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=1)
def _traditional() -> tuple[re.Pattern[str], dict[str, str]]:
    """The characters that OpenCC simplifies one for one. Made on first use (some 60 ms)."""
    codes = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
    glyphs = [chr(code) for code in codes]
    plain = _convert("\n".join(glyphs)).split("\n")
    table = {
        glyph: simple
        for glyph, simple in zip(glyphs, plain, strict=True)
        if simple != glyph and len(simple) == 1 and glyph not in _BOTH_SCRIPTS
    }
    return re.compile(f"[{''.join(table)}]"), table


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _convert(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted


@needs(lambda: _traditional()[0])
def simplify(text: str) -> list[Edit]:
    """Traditional characters as simplified ones, with OpenCC's reading of phrases where it keeps the length."""
    pattern, table = _traditional()
    if not pattern.search(text):
        return []
    edits = []
    for start, end in _paragraphs(text, pattern):
        # Half a surrogate pair is no text that could be encoded.
        piece = _SURROGATE.sub("?", text[start:end])
        simple = _convert(piece)
        if len(simple) != len(piece):
            simple = "".join(table.get(glyph, glyph) for glyph in piece)
        edits += [
            Edit(start + at, start + at + 1, new, "")
            for at, (old, new) in enumerate(zip(piece, simple, strict=True))
            if old != new
        ]
    return edits


def _paragraphs(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The lines that hold a traditional character."""
    at = 0
    for line in text.splitlines(keepends=True):
        if pattern.search(line):
            yield at, at + len(line)
        at += len(line)
