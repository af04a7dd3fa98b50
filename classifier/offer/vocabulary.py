"""The words of `lexicon/pricing.tsv`, and what the readers of prices make of a text: its tokens."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import ahocorasick

from classifier.lexicon import read_terms, spread_term


class Token(NamedTuple):
    """One word of a price at `[start, end)` of the folded text.

    Kinds: amount (`value` in `sense`, a currency), number, range, per, unit (`sense`: the unit), the roles of
    pricing.tsv, stop (ends a sentence), comma, skip (a date, a percentage: no part of a price).
    """

    kind: str
    start: int
    end: int
    value: float = 0.0
    sense: str = ""
    # A number written with 万, k and the like; a money word worth less than its currency (毛, 分); money by a word that
    # is mostly something else (米, 张, 一块), or by one that any country's money goes by (元, 块, $).
    scaled: bool = False
    factor: float = 1.0
    slang: bool = False
    common: bool = False


class Vocabulary(NamedTuple):
    """The words that are found by the automaton: (role, value, length, whether it is Latin).

    `after`, `before`: the currency of money and its factor, by words written after or before the number. `units`: what
    words of units begin with, but for Latin ones. `slang`: money by words that mostly mean something else.
    """

    automaton: ahocorasick.Automaton
    after: dict[str, tuple[str, float]]
    before: dict[str, tuple[str, float]]
    units: frozenset[str]
    slang: str


@lru_cache(maxsize=1)
def read_vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    automaton = ahocorasick.Automaton()
    after: dict[str, tuple[str, float]] = {}
    before: dict[str, tuple[str, float]] = {}
    units, slang = set(), ""
    for row in read_terms("pricing"):
        role, value = row["role"], row["value"]
        for term in spread_term(row["term"].lower()):
            if role in ("after", "before", "slang"):
                currency, factor = value.split(":")
                (before if role == "before" else after)[term] = (currency, float(factor))
                slang += term if role == "slang" else ""
            else:
                # The same word may open and close (最低, 起订): the grammar tells which; only one sense is kept.
                latin = term[0].isascii() or term[-1].isascii()
                automaton.add_word(term, (role, value, len(term), latin))
                if role == "unit":
                    units.add(term[0])
    automaton.make_automaton()
    return Vocabulary(automaton, after, before, frozenset(units - set("abcdefghijklmnopqrstuvwxyz")), slang)
