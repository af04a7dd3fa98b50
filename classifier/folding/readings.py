"""Market words written by their readings: chē zhǔ shù jù, 续 bǎo, ㄔㄜ ㄓㄨˇ, che zhu 资料."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from classifier.folding.edits import FOREIGN, HAN, Edit, lower, needs
from classifier.folding.identity import is_handle
from classifier.folding.scene import is_han, market_edges, view
from classifier.lexicon import read_terms

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_ZHUYIN = "\u3105-\u3129"
_MARKS = "ˇˋˊ˙ˉ"
# Bounded, so that a long run of letters takes no square of its length.
_TOKEN = rf"(?<![a-zü])[a-zü]{{0,12}}[{_TONED}][a-z{_TONED}ü]{{0,12}}|[{_ZHUYIN}]{{1,3}}[{_MARKS}]?"
_ANY = re.compile(f"[{_TONED}{_ZHUYIN}]")
_UNIT = re.compile(rf"{_TOKEN}|[{HAN}]")
# Readings, and what Chinese characters stand between and beside them.
_RUN = re.compile(rf"(?:[{HAN}] ?){{0,3}}(?:{_TOKEN})(?:[ '’]?(?:{_TOKEN}|[{HAN}]))*")
_LONGEST = 6
_LONGEST_RUN = 200
# So many syllables of one run: its numbers and units are readings too.
_SPELLED_OUT = 4


class _Unit(NamedTuple):
    start: int
    end: int
    text: str
    reading: str  # without tones; "" for a character


@needs(_TONED + _ZHUYIN)
def read_aloud(text: str) -> list[Edit]:
    """chē zhǔ is 车主, 续 bǎo 续保; in a phrase that is spelled out, líng diǎn sì yuán is 零点四元."""
    if not _ANY.search(text):
        return []
    edits: list[Edit] = []
    for match in _RUN.finditer(lower(text)):
        units = [_read(match.start() + unit.start(), unit.group()) for unit in _UNIT.finditer(match.group())]
        edits += _spell(units[:_LONGEST_RUN])
    return edits


def _read(start: int, written: str) -> _Unit:
    if is_han(written):
        return _Unit(start, start + 1, written, "")
    if _ANY.match(written) and written[0] >= "\u3105":
        reading = _zhuyin().get(written.rstrip(_MARKS), "?")
    else:
        flat = unicodedata.normalize("NFD", written.replace("ü", "v"))
        reading = "".join(letter for letter in flat if letter.isascii())
    return _Unit(start, start + len(written), written, reading)


def _spell(units: Sequence[_Unit]) -> Iterator[Edit]:
    words, singles = _words(), _singles()
    spelled_out = sum(bool(unit.reading) for unit in units) >= _SPELLED_OUT
    at = 0
    while at < len(units):
        for length in range(min(_LONGEST, len(units) - at), 1, -1):
            piece = units[at : at + length]
            word = words.get(tuple(unit.reading or _reading(unit.text) for unit in piece))
            if word and any(unit.reading for unit in piece) and _agrees(piece, word):
                yield Edit(piece[0].start, piece[-1].end, word, "pinyin")
                at += length
                break
        else:
            if spelled_out and units[at].text in singles:
                together = at + 1 < len(units) and units[at + 1].text in singles
                end = units[at + 1].start if together else units[at].end
                yield Edit(units[at].start, end, singles[units[at].text], "pinyin")
            at += 1


def _agrees(piece: Sequence[_Unit], word: str) -> bool:
    return all(unit.reading or unit.text == character for unit, character in zip(piece, word, strict=True))


@lru_cache(maxsize=1)
def _words() -> dict[tuple[str, ...], str]:
    """The market's words by their syllables; of two that sound alike the earlier in the list."""
    words: dict[tuple[str, ...], str] = {}
    for row in read_terms("words"):
        words.setdefault(tuple(row["pinyin"].split()), row["term"])
    return words


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    rows = read_terms("words")
    return {c: syllable for row in rows for c, syllable in zip(row["term"], row["pinyin"].split(), strict=True)}


def _reading(character: str) -> str:
    return _readings().get(character, character)


@lru_cache(maxsize=1)
def _singles() -> dict[str, str]:
    return {row["reading"]: row["character"] for row in read_terms("spoken")}


@lru_cache(maxsize=1)
def _zhuyin() -> dict[str, str]:
    """The syllables of the market's words in the Taiwanese phonetic letters."""
    return {row["zhuyin"]: row["pinyin"] for row in read_terms("zhuyin")}


_TWO_WORDS = re.compile("[A-Za-z] {1,2}[A-Za-z]")
_SPACED_LEFT, _SPACED_RIGHT = "(?<![a-z0-9_@.])", "(?![a-z0-9_@.])"


@lru_cache(maxsize=1)
def _spaced() -> tuple[re.Pattern[str], dict[str, str]]:
    """The telling words as syllables with a blank between them."""
    words: dict[str, str] = {}
    for row in read_terms("words"):
        if row["tells"]:
            words.setdefault(row["pinyin"], row["term"])
    found = "|".join(sorted(words, key=len, reverse=True)).replace(" ", " {1,2}")
    return re.compile(f"{_SPACED_LEFT}(?:{found}){_SPACED_RIGHT}"), words


@needs(FOREIGN)
def join_syllables(text: str) -> list[Edit]:
    """出 che zhu 资料: a telling word as its syllables, beside Chinese words of the trade."""
    if not _TWO_WORDS.search(text):
        return []
    pattern, words = _spaced()
    edits = []
    for match in pattern.finditer(lower(text)):
        start, end = match.span()
        if _is_beside(text, start, end) and not is_handle(text, start, end):
            edits.append(Edit(start, end, words[re.sub(" +", " ", match.group())], "pinyin"))
    return edits


def _is_beside(text: str, start: int, end: int) -> bool:
    heads, tails = market_edges()
    before, after = text[max(0, start - 4) : start].strip(), text[end : end + 4].strip()
    if before[-2:] in tails or after[:2] in heads:
        return True
    return bool((before and is_han(before[-1])) or (after and is_han(after[0]))) and view(text).is_market(start)
