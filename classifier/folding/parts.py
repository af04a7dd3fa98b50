"""Market words whose characters are taken apart or swapped: 查木当, 次贝料, 主车, 息信."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import NamedTuple

import ahocorasick

from classifier.folding.edits import FOREIGN, Edit, needs
from classifier.folding.likeness import WORD, Floor, Guess, choose, could_hold, holds
from classifier.folding.scene import view
from classifier.lexicon import read_terms

_APART, _SWAPPED = 1.0, 2.5
# Swapping is the rarest disguise and the likeliest accident: alone it counts for nothing.
_BESIDE_ONLY = Floor(0.5, 1.5, 9.0)
_LONGEST = 3


class _Form(NamedTuple):
    form: str
    word: str
    price: float
    floor: Floor | None


@lru_cache(maxsize=1)
def _forms() -> ahocorasick.Automaton:
    parts = {row["character"]: row["parts"].split(" ") for row in read_terms("components")}
    words = {row["term"]: WORD[bool(row["tells"])] for row in read_terms("words")}
    forms: dict[str, _Form] = {}
    for word, price in words.items():
        if len(word) == 2 and word[::-1] not in words:
            forms[word[::-1]] = _Form(word[::-1], word, price + _SWAPPED, _BESIDE_ONLY)
        if len(word) <= _LONGEST:
            for choice in product(*([character, *parts.get(character, ())] for character in word)):
                apart = sum(len(piece) > 1 or piece != character for piece, character in zip(choice, word, strict=True))
                form = "".join(choice)
                if apart:
                    forms.setdefault(form, _Form(form, word, price + apart * _APART, None))
    automaton = ahocorasick.Automaton()
    for form, entry in forms.items():
        automaton.add_word(form, entry)
    automaton.make_automaton()
    return automaton


@needs(FOREIGN)
def join_parts(text: str) -> list[Edit]:
    """查木当 is 查档, 主车信息 车主信息: where no ordinary reading is as likely."""
    scene = view(text)
    found = []
    for last, entry in _forms().iter(text):
        guess = Guess(last - len(entry.form) + 1, last + 1, entry.form, entry.word, entry.price)
        if could_hold(guess):
            gain = holds(scene, guess, entry.floor) if entry.floor else holds(scene, guess)
            if gain:
                found.append((gain, guess))
    return choose(found, "split")
