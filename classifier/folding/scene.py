"""Where in a text the talk is of the market's goods: what makes a disguise likelier there than anywhere else."""

from __future__ import annotations

import re
from functools import lru_cache

import ahocorasick

from classifier.folding.edits import HAN
from classifier.lexicon import read_terms

# A text no longer than this is about one thing; a longer one is taken line by line.
WHOLE = 400
_LONGEST_LINE = 2000
_HANDLE = re.compile(r"[\s号码是.]{0,3}[:：+➕]?\s{0,2}[@A-Za-z0-9_][A-Za-z0-9_-]{4,}")
_LEAD = re.compile("(?:[加➕+十嘉佳伽]我?|联系|咨询|私聊|私信)[ :：]?$")
# Rows that are counted and priced: 两毛一条, 0.5元/条, 三千条起, 5w条.
_COUNTED = re.compile(
    "(?:[元块毛角分圆园米rR¥￥$Uu]|块钱) ?[/／每一1①壹] ?[条筆笔]|[条筆笔] ?(?:起|打底|以上)"
    "|[0千仟万萬wWkK] ?[条筆笔](?!评|微博|留言|消息)"
)
_JOIN = re.compile("[ .·*/+、,，-]")


@lru_cache(maxsize=1)
def _tells() -> ahocorasick.Automaton:
    words = [row["term"] for row in read_terms("words") if row["tells"] and len(row["term"]) < 4]
    words += [row["term"] for row in read_terms("cues")]
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, len(word))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=1)
def market_edges() -> tuple[frozenset[str], frozenset[str]]:
    """The first and the last two characters of the market's words."""
    words = [row["term"] for row in read_terms("words")]
    return frozenset(word[:2] for word in words), frozenset(word[-2:] for word in words)


class Scene:
    """A text, and for any place in it what stands around. Lines are looked at once, when they are asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[int, bool] = {}

    def is_market(self, at: int) -> bool:
        """Whether the words around the place `at` talk of data on persons."""
        if len(self.text) <= WHOLE:
            start, end = 0, len(self.text)
        else:
            # Stretches begin at multiples, so that a long line is not searched again for each of its places.
            block = at - at % _LONGEST_LINE
            start = max(block, self.text.rfind("\n", block, at) + 1)
            end = self.text.find("\n", at, block + _LONGEST_LINE)
            end = min(block + _LONGEST_LINE, len(self.text)) if end < 0 else end
        if start not in self._known:
            told = next(_tells().iter(self.text, start, end), None) is not None
            self._known[start] = told or _COUNTED.search(self.text, start, end) is not None
        return self._known[start]

    def touches(self, start: int, end: int) -> bool:
        """Whether a market word stands right before or right after, one sign between them at most."""
        heads, tails = market_edges()
        text = self.text
        if text[max(0, start - 2) : start] in tails or text[end : end + 2] in heads:
            return True
        before = start > 2 and _JOIN.match(text, start - 1) and text[start - 3 : start - 1] in tails
        after = _JOIN.match(text, end) and text[end + 1 : end + 3] in heads
        return bool(before or after)

    def reaches(self, start: int, end: int) -> float:
        """What speaks for a word that says where somebody is reached: a handle after it, a lead verb before it."""
        handle = _HANDLE.match(self.text, end)
        lead = _LEAD.search(self.text, max(0, start - 4), start)
        return 3.0 * bool(handle) + 1.5 * bool(lead)


def is_han(character: str) -> bool:
    """Whether it is one Chinese character."""
    return bool(_HAN.match(character))


_HAN = re.compile(f"[{HAN}]")


@lru_cache(maxsize=1)
def view(text: str) -> Scene:
    """The scene of a text: the steps of one round look at the same."""
    return Scene(text)
