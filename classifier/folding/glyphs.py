"""Disguises of the glyph: invisible marks, widths, mathematical letters, rings and keycaps."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from classifier.folding.edits import Edit, needs
from classifier.lexicon import read_terms

_ZERO = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\u2800\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\uff9e\uff9f"
_INVISIBLE = re.compile(f"[{_ZERO}{_MARK}]+")
_MARKS_ONLY = re.compile(f"[{_MARK}]")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@needs(_ZERO + _MARK)
def strip_marks(text: str) -> list[Edit]:
    """Zero-width characters, variation selectors, keycap and combining marks.

    Kept where they are spelling: in scripts that need them, after an emoji, and in an accented letter.
    """
    edits = []
    for match in _INVISIBLE.finditer(text):
        start, end = match.span()
        base = text[start - 1] if start else ""
        run = match.group()
        if base and _needs_marks(base, run):
            continue
        composed = _compose(base, run)
        if composed:
            if composed != base + run:
                edits.append(Edit(start - 1, end, composed, ""))
            continue
        kind = "mark" if _MARKS_ONLY.search(run) else "invisible"
        if not base:
            edits.append(Edit(start, end, "", "" if run == "\ufeff" else kind))
        elif kind == "mark" or (base.isalnum() and text[end : end + 1].isalnum()):
            edits.append(Edit(start - 1, end, base, kind))
        else:
            edits.append(Edit(start - 1, end, base, ""))
    return edits


def _needs_marks(base: str, run: str) -> bool:
    if base.isascii() or _is_han(base):
        return False
    if "\u3040" <= base <= "\u30ff" or "\uff66" <= base <= "\uff9f":
        return True  # kana are voiced by such marks
    category = unicodedata.category(base)
    if category in ("So", "Sk", "Sm", "Cs"):
        return set(run) <= _JOINERS
    # Arabic, Hebrew, the Indic scripts and the like spell with marks and joiners.
    return category[0] in "LM" and 0x0590 <= ord(base) < 0x1E00


def _compose(base: str, run: str) -> str:
    """The accented letter that base and a single mark make, "" when they make none."""
    if len(run) != 1 or not base.isalpha():
        return ""
    composed = unicodedata.normalize("NFC", base + run)
    return composed if len(composed) == 1 else ""


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"


# Punctuation of full width is how Chinese is written; only what takes part in handles, prices and links is narrowed.
_WIDE_SIGNS = "０-９Ａ-Ｚａ-ｚ＠＄￥．＋－＃＿\u3192-\u319f\u2f00-\u2fdf\u2e80-\u2eff\uf900-\ufaff\U0001d400-\U0001d7ff"
_WIDE = re.compile(
    "[０-９Ａ-Ｚａ-ｚ＠＄￥]|(?<=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])[．＋－＃＿]|[．＋－＃＿](?=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])|[\u3192-\u319f\u2f00-\u2fdf\u2e80-\u2eff\uf900-\ufaff\U0001d400-\U0001d7ff]"
)


@lru_cache(maxsize=1)
def _radicals() -> dict[str, str]:
    return {row["glyph"]: row["plain"] for row in read_terms("radicals")}


@needs(_WIDE_SIGNS)
def fold_width(text: str) -> list[Edit]:
    """Full-width letters, digits and signs; mathematical letters and digits; radicals in place of characters."""
    edits = []
    for match in _WIDE.finditer(text):
        glyph = match.group()
        plain = _radicals().get(glyph) or unicodedata.normalize("NFKC", glyph)
        if plain != glyph and len(plain) == 1:
            kind = "" if "\uff00" <= glyph < "\U00010000" else "mathematical" if ord(glyph) > 0xFFFF else "radical"
            edits.append(Edit(match.start(), match.end(), plain, kind))
    return edits


_ENCLOSED_SIGNS = (
    "\u2070-\u2079\u2080-\u2089\u00b2\u00b3\u00b9\u2460-\u24ff\u2776-\u2793\u3280-\u3289\U0001f100-\U0001f1ff"
)
_ENCLOSED = re.compile(f"[{_ENCLOSED_SIGNS}]+")
_RINGED_DIGIT_FOLLOWERS = frozenset("元块毛角分条份个万千百十wWkK.")
_FLAG_WORDS = frozenset({"VX", "WX", "QQ", "VXX"})


@lru_cache(maxsize=1)
def _enclosed() -> dict[str, str]:
    """Ringed, squared, bracketed, raised and lowered letters and digits, and what is inside."""
    ranges = ((0x2070, 0x2090), (0xB2, 0xBA), (0x2460, 0x2500), (0x2776, 0x2794), (0x3280, 0x328A), (0x1F100, 0x1F200))
    table: dict[str, str] = {}
    for first, last in ranges:
        for code in range(first, last):
            glyph = chr(code)
            value = unicodedata.numeric(glyph, None)
            name = unicodedata.name(glyph, "")
            letter = re.search(r"(?:CAPITAL|SMALL) LETTER ([A-Z])$|SYMBOL LETTER ([A-Z])$", name)
            if value is not None and value == int(value) and code not in (0xBC, 0xBD, 0xBE):
                table[glyph] = str(int(value))
            elif letter:
                plain = letter.group(1) or letter.group(2)
                table[glyph] = plain.lower() if "SMALL" in name else plain
    return table


@needs(_ENCLOSED_SIGNS)
def fold_enclosed(text: str) -> list[Edit]:
    """①③⑧, ❶, ⓥⓧ, 🆀🆀, ²³: where they spell a number or a handle, not where they number a list."""
    table = _enclosed()
    edits = []
    for match in _ENCLOSED.finditer(text):
        start, end = match.span()
        run = match.group()
        plain = [table.get(glyph, "") for glyph in run]
        if not all(plain) or not _spells(text, start, end, "".join(plain), run):
            continue
        # ⑤⑩ is fifty: after one digit a ten is its nought.
        plain = [
            "0" if at and inside == "10" and len(plain[at - 1]) == 1 else inside for at, inside in enumerate(plain)
        ]
        edits += [Edit(start + at, start + at + 1, inside, "enclosed") for at, inside in enumerate(plain)]
    return edits


def _spells(text: str, start: int, end: int, plain: str, run: str) -> bool:
    """Whether a run of enclosed characters is part of something written."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if run[0] >= "\U0001f1e6":
        return plain in _FLAG_WORDS
    if run[0] in "²³¹" or "\u2070" <= run[0] <= "\u2089":
        return len(run) >= 3
    if len(run) >= 2:
        return True
    if plain.isdigit():
        if _is_digit(before) or (before.isascii() and before.isalpha()):
            return True
        begins_line = not before or before in "\n\r \t\u3000，。；;"
        return not begins_line and (_is_digit(after) or after in _RINGED_DIGIT_FOLLOWERS) and bool(after)
    beside = (before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum())
    return beside or after in (":", "：") or before in ("加", "➕", "+")


def _is_digit(character: str) -> bool:
    return bool(character) and character.isascii() and character.isdigit()
