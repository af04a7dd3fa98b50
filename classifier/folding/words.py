"""Disguises of words that are listed: separators and pinyin inside a word, and the written forms of disguises.tsv.

Only the market's own words are put back (`lexicon/words.tsv`, `lexicon/disguises.tsv`); all other text stays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

import ahocorasick

from classifier.folding.edits import FOREIGN, HAN, Edit, lower, needs
from classifier.folding.identity import is_name
from classifier.folding.scene import view
from classifier.lexicon import read_terms


class _Form(NamedTuple):
    """A way to write a market word. `joints` are the places inside `form` where two shorter words meet."""

    form: str
    word: str
    when: str
    joints: frozenset[int]


# What may stand between the characters of a cut-up word: signs, blanks and emoji, not the punctuation of sentences,
# and not our own mask.
_GAP = r"[^\w\r\n,，。!！?？;；:：、()（）《》<>【】\[\]“”‘’\"'$¥￥%@#＊]|_|丶|丨"
_GAPS = re.compile(rf"(?:{_GAP})+")
_CUT = re.compile(rf"(?:{_GAP})(?<=[{HAN}A-Za-z].)(?:{_GAP}){{0,3}}[{HAN}A-Za-z]")
_SIGNS = re.compile(f"(?:{_GAP}){{1,3}}")
_LONGEST_GAP = 4
# A blank or a dash may just as well end a phrase, so words cut by them alone must stand free on both sides.
_WEAK = frozenset(" \t\u3000\xa0-/／~.")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_ENDS = frozenset("的了们和及与都吗呢吧等有是在出卖收低价一二三四五六七八九十")
_STARTS = frozenset("加的有出卖售收各要找查买和及与新全")
_DATA_NOUNS = ("信息", "数据", "资料", "名单", "名录", "资源", "线索", "客资", "客户", "姓名", "电话", "手机")
_HANDLE_AFTER = re.compile(r"[\s号码是.]{0,3}[:：+➕]?\s{0,2}[A-Za-z0-9_]{5,}")
# Letters that are part of a longer Latin word, of a handle or of an address.
_NAME_BEFORE = re.compile("[A-Za-z0-9_@]")
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9_@]|[.-][A-Za-z0-9]")
_LEADS = frozenset("加➕+十嘉佳伽")


@lru_cache(maxsize=1)
def _words() -> tuple[ahocorasick.Automaton, frozenset[str], frozenset[str]]:
    """The automaton over all forms, and the two-character heads and tails of the words."""
    words = {row["term"]: row["pinyin"].split() for row in read_terms("words")}
    forms: dict[str, _Form] = {}
    for word, syllables in words.items():
        joints = frozenset(at for at in range(1, len(word)) if word[:at] in words or word[at:] in words)
        forms[word] = _Form(word, word, "always", joints)
        if len(word) > 3:
            continue
        for choice in product((False, True), repeat=len(word)):
            if any(choice) and not all(choice):
                form = "".join(s if latin else c for c, s, latin in zip(word, syllables, choice, strict=True))
                forms.setdefault(form, _Form(form, word, "letters", frozenset()))
        if len(word) == 2:
            for form in (syllables[0][0] + word[1], word[0] + syllables[1][0]):
                forms.setdefault(form, _Form(form, word, "initial", frozenset()))
    for row in read_terms("disguises"):
        form = row["form"].lower()
        forms[form] = _Form(form, row["word"], row["when"], frozenset())
    automaton = ahocorasick.Automaton()
    for form, entry in forms.items():
        automaton.add_word(form, entry)
    automaton.make_automaton()
    return automaton, frozenset(word[:2] for word in words), frozenset(word[-2:] for word in words)


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    return frozenset(row["term"] for row in read_terms("words"))


@needs(FOREIGN)
def join_words(text: str) -> list[Edit]:
    """车.主 信/息, 车zhu, 数剧, 薇❤信: the market's words as they are, where the whole makes such a word."""
    lowered = lower(text)
    places: _Places = range(len(text))
    stripped = lowered
    if _CUT.search(text):
        stripped, places = _strip(lowered)
    edits = []
    for start, end, entry, gaps in _chosen(text, stripped, places):
        if entry.word != entry.form:
            edits.append(Edit(start, end, entry.word, "romanised" if entry.when in _ROMAN else "homophone"))
        elif gaps:
            spaces = len(gaps) == 1 and text[start:end].replace(" ", "").isalnum()
            edits.append(Edit(start, end, entry.word, "" if spaces else "separator"))
    return _close_gaps(text, edits)


def _strip(text: str) -> tuple[str, _Kept]:
    """A text without what may be a gap, and where its characters stood."""
    pieces, spots, starts = [], [0], [0]
    at = length = 0
    for match in _GAPS.finditer(text):
        start, end = match.span()
        pieces.append(text[at:start])
        length += start - at
        spots.append(length)
        starts.append(end)
        at = end
    pieces.append(text[at:])
    return "".join(pieces), _Kept(spots, starts)


class _Kept:
    """The place in the text of each character that was kept: from `spots[i]` on they stand together at `starts[i]`."""

    def __init__(self, spots: list[int], starts: list[int]) -> None:
        self._spots, self._starts = spots, starts

    def __getitem__(self, at: int) -> int:
        piece = bisect_right(self._spots, at) - 1
        return self._starts[piece] + at - self._spots[piece]


_Places: TypeAlias = range | _Kept


def _close_gaps(text: str, edits: list[Edit]) -> list[Edit]:
    """Drop the sign between two words that both were disguised (车zhu.数剧)."""
    closed = []
    for at, edit in enumerate(edits):
        following = edits[at + 1] if at + 1 < len(edits) else None
        between = text[edit.end : following.start] if following else ""
        if following and between.strip() and _SIGNS.fullmatch(between):
            closed.append(Edit(edit.start, following.start, edit.text, edit.kind or "separator"))
        else:
            closed.append(edit)
    return closed


def _chosen(text: str, stripped: str, places: _Places) -> Iterator[tuple[int, int, _Form, list[str]]]:
    """The forms that hold, leftmost and longest first, without overlap: start, end, form, what its gaps hold."""
    automaton, heads, tails = _words()
    found: list[tuple[int, int, int, _Form, list[tuple[int, str]]]] = []
    changes = False
    for last, entry in automaton.iter(stripped):
        first = last - len(entry.form) + 1
        start, end = places[first], places[last] + 1
        if entry.form is entry.word and end - start == len(entry.form):
            # The word as it is only takes its place from others.
            found.append((start, -len(entry.form), end, entry, []))
            continue
        gaps = _gaps(text, stripped, places, first, last) if end - start != len(entry.form) else []
        if gaps is not None and _holds(text, start, end, entry, gaps, heads, tails):
            found.append((start, -len(entry.form), end, entry, gaps))
            changes = True
    taken = 0
    for start, _, end, entry, gaps in sorted(found, key=lambda item: item[:2]) if changes else ():
        if start >= taken:
            taken = end
            yield start, end, entry, [gap for _, gap in gaps]


def _gaps(text: str, stripped: str, places: _Places, first: int, last: int) -> list[tuple[int, str]] | None:
    """Where a form is cut (place within it, what stands there); None when a cut is too long to be one word."""
    gaps = []
    for at in range(first, last):
        gap = text[places[at] + 1 : places[at + 1]]
        if len(gap) > _LONGEST_GAP:
            return None
        if gap:
            gaps.append((at - first + 1, gap))
    return gaps


def _holds(
    text: str,
    start: int,
    end: int,
    entry: _Form,
    gaps: list[tuple[int, str]],
    heads: frozenset[str],
    tails: frozenset[str],
) -> bool:
    if gaps and not _cut_on_purpose(text, start, end, entry, gaps, heads, tails):
        return False
    before = text[start - 1 : start]
    if entry.form[-1].isascii() and _NAME_GOES_ON.match(text, end):
        return False
    if entry.form[0].isascii() and before and _NAME_BEFORE.match(before):
        return False
    if entry.form.isascii() and gaps:
        return entry.when == "cut" and _with_handle(text, start, end, heads, tails)
    if entry.when == "cut" and not gaps:
        return False
    rule = _RULES.get(entry.when)
    return rule is None or rule(text, start, end, heads, tails)


def _cut_on_purpose(
    text: str,
    start: int,
    end: int,
    entry: _Form,
    gaps: list[tuple[int, str]],
    heads: frozenset[str],
    tails: frozenset[str],
) -> bool:
    """A cut between two whole words (客户 信息) is none; one inside a word must leave a word that stands free."""
    inside = [gap for place, gap in gaps if place not in entry.joints]
    if not inside or not _free_right(text, end, heads):
        return False
    weak = len(inside) == 1 and set(inside[0]) <= _WEAK
    return not weak or _free_left(text, start, tails)


def _free_right(text: str, end: int, heads: frozenset[str]) -> bool:
    after = text[end : end + 1]
    return bool(not _HAN_CHARACTER.match(after) or after in _ENDS or text[end : end + 2] in heads)


def _free_left(text: str, start: int, tails: frozenset[str]) -> bool:
    before = text[start - 1 : start]
    return not _HAN_CHARACTER.match(before) or before in _STARTS or text[max(0, start - 2) : start] in tails


def _before_noun(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    rest = text[end : end + 8].lstrip(" .·的*/-")
    return rest.startswith(_DATA_NOUNS)


def _after_word(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    before = text[max(0, start - 6) : start].rstrip(" .·*/-")
    return before[-2:] in tails and _free_right(text, end, heads)


def _with_handle(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    reached = bool(_HANDLE_AFTER.match(text, end)) or text[start - 1 : start] in _LEADS
    return reached and not is_name(text, start, end)


def _standing_free(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    return _free_right(text, end, heads)


def _beside_word(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    after = text[end : end + 2] in heads
    return after or (text[max(0, start - 2) : start] in tails and _free_right(text, end, heads))


def _among(text: str, start: int, end: int, heads: frozenset[str], tails: frozenset[str]) -> bool:
    # Capitals abbreviate other things (CD, MD).
    return (end - start > 3 or text[start:end].islower()) and view(text).is_market(start)


_ROMAN = frozenset({"letters", "initial"})
_RULES = {
    "noun": _before_noun,
    "after": _after_word,
    "handle": _with_handle,
    "cut": _with_handle,
    "edge": _standing_free,
    "initial": _beside_word,
    "among": _among,
}
