"""How ordinary a stretch of Chinese is: the cheapest way to read it as words of a dictionary.

A word costs -log10 of its share of all words (`lexicon/ordinary.tsv`), and a stretch what its cheapest division into
words costs (a unigram model, as in jieba's own segmentation).
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from classifier.lexicon import read_terms

# A character that no dictionary has; a market word, which the dictionary may not have.
UNKNOWN = 8.0
MARKET = 4.5
_LONGEST = 4


@lru_cache(maxsize=1)
def _rows() -> dict[str, str]:
    """The table by first character, its cells not yet read: some 5,000 rows, of which a post needs few."""
    table = (files("classifier.lexicon") / "ordinary.tsv").read_text(encoding="utf-8")
    pairs = (line.partition("\t") for line in table.split("\n"))
    return {first: costs for first, _, costs in pairs}


@lru_cache(maxsize=1)
def _market() -> dict[str, list[str]]:
    """The market's words by first character, each without it."""
    market: dict[str, list[str]] = {}
    for row in read_terms("words"):
        market.setdefault(row["term"][0], []).append(row["term"][1:])
    return market


@lru_cache(maxsize=1)
def _everyday() -> dict[str, dict[str, float]]:
    """Words the dictionary has not, by first character."""
    words: dict[str, dict[str, float]] = {}
    for row in read_terms("everyday"):
        words.setdefault(row["term"][0], {})[row["term"][1:]] = float(row["cost"])
    return words


@lru_cache(maxsize=8192)
def _costs(first: str) -> dict[str, float]:
    """What may follow `first` within a word, and the cost of that word; "" is the character alone."""
    costs = {"": UNKNOWN}
    cost = UNKNOWN
    for cell in _rows().get(first, "").split(" "):
        if cell and (cell[0].isascii() and cell[0].isdigit()):
            cost = float(cell)
        else:
            costs["" if cell in ("-", "") else cell] = cost
    for tail, cost in _everyday().get(first, {}).items():
        costs[tail] = min(cost, costs.get(tail, cost))
    for tail in _market().get(first, ()):
        if len(tail) < _LONGEST:
            costs[tail] = min(MARKET, costs.get(tail, MARKET))
    return costs


def find_words() -> dict[str, float]:
    """Every word of the dictionary, with its cost."""
    firsts = [first for first in _rows() if len(first) == 1]
    words = {first + tail: cost for first in firsts for tail, cost in _costs(first).items()}
    return {word: cost for word, cost in words.items() if cost < UNKNOWN}


def cost_word(word: str) -> float | None:
    """What `word` costs, None where it is no word. A single character always costs something."""
    return _costs(word[0]).get(word[1:]) if word else None


@lru_cache(maxsize=4096)
def cost_text(text: str) -> float:
    """What the cheapest reading of `text` costs. For a few characters: time grows with the length of `text`."""
    best = [0.0]
    for end in range(1, len(text) + 1):
        cheapest = float("inf")
        for start in range(max(0, end - _LONGEST), end):
            cost = _costs(text[start]).get(text[start + 1 : end])
            if cost is not None and best[start] + cost < cheapest:
                cheapest = best[start] + cost
        best.append(cheapest)
    return best[-1]
