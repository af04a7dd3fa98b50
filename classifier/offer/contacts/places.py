"""Places where sellers are reached, as they call them: `lexicon/aliases.tsv` and what `compounds.tsv` puts together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import ahocorasick

from classifier.lexicon import read_terms


class Alias(NamedTuple):
    """A place named at `[start, end)`: its kind, whether a handle behind it is taken as it stands, whether the name is
    listed nowhere and only sounds or looks like one.
    """

    kind: str
    strong: bool
    start: int
    end: int
    faint: bool = False


@lru_cache(maxsize=1)
def _aliases() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for row in read_terms("aliases"):
        automaton.add_word(row["term"], (row["kind"], row["force"] == "strong", len(row["term"])))
    for row in read_terms("compounds"):
        for parts in product(row["heads"].split(" "), row["joints"].split(" "), row["tails"].split(" ")):
            term = "".join(part for part in parts if part != "-")
            if term not in automaton:
                automaton.add_word(term, (row["kind"], row["force"] == "strong", len(term)))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1)
def list_words() -> frozenset[str]:
    """The listed aliases, which are no handles of another place."""
    return frozenset(row["term"] for row in read_terms("aliases"))


def find_aliases(lowered: str) -> list[Alias]:
    """Aliases, leftmost and longest first, without overlap."""
    found = []
    ends: set[int] = set()
    for last, (kind, strong, length) in _aliases().iter(lowered):
        start, end = last - length + 1, last + 1
        if _bounded(lowered, start, end, ends):
            ends.add(end)
            found.append(Alias(kind, strong, start, end))
    found += _find_soundalikes(lowered)
    found.sort(key=lambda alias: (alias.start, -alias.end, alias.faint))
    chosen: list[Alias] = []
    for alias in found:
        if not chosen or alias.start >= chosen[-1].end:
            chosen.append(alias)
    return chosen


def _bounded(lowered: str, start: int, end: int, ends: set[int]) -> bool:
    first, last = lowered[start], lowered[end - 1]
    before, after = lowered[start - 1 : start], lowered[end : end + 1]
    if first.isascii() and first.isalnum() and before and before.isascii():
        if before.isalnum() or before in "_@.":
            return False
        # Inside a link or a handle (example.org/qq, data-v), but not in V/Q.
        if before in "/-" and start - 1 not in ends and _CODE.search(lowered, max(0, start - 6), start):
            return False
    return not (last.isascii() and last.isalpha() and after.isascii() and (after.isalpha() or after == "_") and after)


# What points at a handle: something short is said, then a colon or an arrow (号 ⓪不开头 ➜, bt 聊:, jia wo：).
_POINTING = re.compile(
    r"(?:\s?[,，]\s?(?=[^\n,，。]{1,6}[:：]))?(?:\s?[(（][^\n()（）]{1,24}[)）])?"
    r"[^\n,，。;；:：=＝!！?？]{0,14}?(?:[:：→➜➔⇒⇨▶►➡☞👉👇=＝>]\ufe0f?|—{1,2}(?= ))[\s:：]{0,2}"
    r"(?:[\u3400-\u9fff]{1,6}拼音\s?)?"
)
# It names no goods, and holds no handle of its own.
_SAYS_ELSE = re.compile(
    "资料|数据|名单|信息|客户|车主|价|条|单|元|块|毛|销|卡|费|查|套餐|不同|手机|电话|[扣邮]|飞机|电报|座机|热线|[a-z0-9_]{4}|[0-9]{2}"
)
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")


def find_pointed(lowered: str, end: int) -> int | None:
    """Where a handle stands that a colon or an arrow points at, behind the name of its place; None where none does."""
    pointing = _POINTING.match(lowered, end)
    if pointing is None or _SAYS_ELSE.search(_ASIDE.sub("", pointing.group())):
        return None
    return pointing.end()


# Signs between the letters of a name that is written apart, and what stands for a letter.
_GAP = r"[\s.\-_*·•|/~^'’]{0,2}"
# Nobody writes so many letters in a row by chance, whatever stands between them (sky叮pe).
_LONG, _WIDE = 5, r"[^a-z0-9\n]{0,2}"
_LOOKS = {
    "a": "[a4@]",
    "e": "[e3]",
    "i": "[i1l!]",
    "l": "[l1i|]",
    "o": "[o0]",
    "s": "[s5$]",
    "t": "[t7]",
    "w": "(?:w|vv)",
}


@lru_cache(maxsize=1)
def _soundalikes() -> tuple[re.Pattern[str], tuple[str, ...]]:
    rows = read_terms("soundalikes")
    ways = []
    for row in rows:
        words = [word for word in row["letters"].split() if word != "-"]
        spread = [
            (_GAP if len(word) < _LONG else _WIDE).join(_LOOKS.get(letter, letter) for letter in word) for word in words
        ]
        ways.append("|".join((
            *(rf"(?<![a-z0-9_@.])(?:{way})(?![a-z0-9_])" for way in spread),
            *_spell_syllables(row),
        )))  # fmt: skip
    # A cheap look at the first letter before each way is tried.
    firsts = {
        form for row in rows for word in row["letters"].split() for form in _LOOKS.get(word[0], word[0]).strip("(?:)[]")
    }
    heads = "".join(row["heads"] for row in rows)
    pattern = "|".join(f"(?P<k{at}>{way})" for at, way in enumerate(ways))
    return re.compile(f"(?=[{re.escape(''.join(firsts) + heads)}])(?:{pattern})"), tuple(row["kind"] for row in rows)


def _spell_syllables(row: Mapping[str, str]) -> Iterator[str]:
    """Two characters of the right sound, or one of them and the other's letters (徽 xin)."""
    if row["heads"] == "-":
        return
    yield rf"[{row['heads']}][^\w\s,，。:：]?[{row['tails']}]"
    first, _, second = row["sound"].partition(" ")
    if second:
        yield rf"[{row['heads']}][ ·.~/*❤-]?{second}(?![a-z0-9])"
        yield rf"(?<![a-z0-9]){first}[ ·.~/*❤-]?[{row['tails']}]"


def _find_soundalikes(lowered: str) -> Iterator[Alias]:
    pattern, kinds = _soundalikes()
    for match in pattern.finditer(lowered):
        yield Alias(kinds[int(str(match.lastgroup)[1:])], False, *match.span(), faint=True)


_CODE = re.compile(r"[a-z0-9.]{3}[/-]$")
_APART = 7
_CHAIN = re.compile(
    r"\s{0,2}(?:[/／&、和及或+跟与|,，=＝]|or|and|就是|也是|号|[(（]?同|(?:也|都)[行能可]以?[,，]?[加打]?)?\s{0,2}(?:同号|同步|同名)?[:：]?"
)


def chain_aliases(lowered: str, aliases: list[Alias]) -> Iterator[list[Alias]]:
    """Aliases that stand side by side and so name one handle: 微信/QQ, 电话微信."""
    chain: list[Alias] = []
    for alias in aliases:
        if chain and not (
            alias.start - chain[-1].end <= _APART and _CHAIN.fullmatch(lowered, chain[-1].end, alias.start)
        ):
            yield chain
            chain = []
        chain.append(alias)
    if chain:
        yield chain
