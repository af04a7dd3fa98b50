"""Whether a stretch of text is a market word in disguise, or ordinary Chinese.

A noisy channel: what it costs to read the disguise (the word, and each change that was made to it) against what the
cheapest ordinary reading costs (`ordinary.py`), a few characters around included, both in -log10. How much cheaper
the disguise must be depends on what stands around (`scene.py`); the floors were set on 54,608 lines of reviews and
news of which not one holds a disguise (`benchmarks/folding.py`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from classifier.folding.edits import HAN, Edit
from classifier.folding.identity import is_identity, surnames
from classifier.folding.ordinary import cost_text, cost_word
from classifier.folding.scene import Scene

# What a market word costs: one that tells of the trade, and any other.
WORD = {True: 3.0, False: 4.0}
# One syllable of Latin letters and one emoji in an ordinary text: written `a` and `e` in a plain stretch.
LATIN, EMOJI = "a", "e"
_FOREIGN = {LATIN: 4.5, EMOJI: 2.5}
# How far ordinary reading looks to both sides.
_AROUND = 3
_CONTACTS = frozenset({"微信", "扣扣", "飞机", "电报", "蝙蝠"})


class Floor(NamedTuple):
    """By how much a disguise must be cheaper: beside a market word, where the talk is of data, and alone."""

    beside: float
    among: float
    alone: float


SHORT, LONG = Floor(0.5, 1.0, 4.5), Floor(0.0, 1.5, 2.5)
# The stretch as it stands is a word, only a rare one.
_RARE_WORD = 1.5
# A question or exclamation may end there: 给手机号吗？
_PARTICLES = frozenset("吗嘛吧呢啊")
_PARTICLE = 3.0
# Of what cost a word is rare.
_COMMON = 7.0


class Guess(NamedTuple):
    """A market word that may be meant by `[start, end)`, what stands there, and what the disguise costs."""

    start: int
    end: int
    plain: str
    word: str
    price: float


def could_hold(guess: Guess) -> bool:
    """A first look, without what stands around: whether it is worth a second."""
    plain = guess.plain
    return not is_chinese(plain) or cost_text(plain) > guess.price - 1.0


def holds(scene: Scene, guess: Guess, short: Floor = SHORT) -> float:
    """By how much the disguise is the likelier reading; 0 where it is not."""
    gain = _weigh(scene, guess, short)
    return gain if gain and not is_identity(scene.text, guess.start, guess.end) else 0.0


def _weigh(scene: Scene, guess: Guess, short: Floor) -> float:
    text = scene.text
    left = _find(_HAN_END, text, max(0, guess.start - _AROUND), guess.start)
    right = _find(_HAN_START, text, guess.end, guess.end + _AROUND)
    gain = _cost(left + guess.plain + right) - (_cost(left) + guess.price + _cost(right))
    floor = short if len(guess.word) == 2 else LONG
    if is_chinese(guess.plain) and cost_word(guess.plain) is not None:
        gain -= _RARE_WORD
    gain -= _ordinary_part(guess)
    if guess.plain[-1] in _PARTICLES and not right:
        gain -= _PARTICLE
    reached = scene.reaches(guess.start, guess.end) if guess.word in _CONTACTS else 0.0
    gain += reached
    if gain <= floor.beside:
        return 0.0
    if gain > floor.alone and left[-1:] not in surnames():
        return gain
    if gain > floor.among and scene.is_market(guess.start):
        return gain
    return gain if reached or scene.touches(guess.start, guess.end) else 0.0


def _ordinary_part(guess: Guess) -> float:
    """What speaks against a long word only part of which differs, when that part is a common word: 车主自愿."""
    if len(guess.word) <= 2 or len(guess.plain) != len(guess.word):
        return 0.0
    places = [at for at, pair in enumerate(zip(guess.plain, guess.word, strict=True)) if pair[0] != pair[1]]
    part = guess.plain[places[0] : places[-1] + 1]
    cost = cost_word(part) if 1 < len(part) < len(guess.plain) and is_chinese(part) else None
    return 0.0 if cost is None else max(0.0, _COMMON - cost)


def choose(found: list[tuple[float, Guess]], kind: str) -> list[Edit]:
    """The edits of the likeliest guesses that do not overlap, in order."""
    taken: set[int] = set()
    edits = []
    for _, guess in sorted(found, key=lambda item: (-item[0], item[1])):
        if taken.isdisjoint(range(guess.start, guess.end)):
            taken.update(range(guess.start, guess.end))
            edits.append(Edit(guess.start, guess.end, guess.word, kind))
    return sorted(edits)


def is_chinese(plain: str) -> bool:
    """Whether a plain stretch has neither spelled syllables nor emoji."""
    return LATIN not in plain and EMOJI not in plain


def _cost(plain: str) -> float:
    if is_chinese(plain):
        return cost_text(plain)
    pieces = re.split(f"[{LATIN}{EMOJI}]", plain)
    return sum(map(cost_text, pieces)) + sum(plain.count(mark) * cost for mark, cost in _FOREIGN.items())


_HAN_END = re.compile(f"[{HAN}]*$")
_HAN_START = re.compile(f"[{HAN}]*")


def _find(pattern: re.Pattern[str], text: str, start: int, end: int) -> str:
    found = pattern.search(text, start, end)
    return found.group() if found else ""
