"""What every step of folding answers with, and the little that the steps share."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple


class Edit(NamedTuple):
    """Put `text` for `[start, end)`. `kind` names the disguise, or is "" where it is none."""

    start: int
    end: int
    text: str
    kind: str


class Step:
    """One step of folding: a text in, the edits that undo one sort of disguise out, in order and apart.

    `needs` gives the class of characters of which a text must hold one for the step to find anything.
    """

    def __init__(self, run: Callable[[str], list[Edit]], needs: Callable[[], re.Pattern[str]]) -> None:
        self.run, self.needs = run, needs
        self.__doc__ = run.__doc__

    def __call__(self, text: str) -> list[Edit]:
        """The edits of `text`."""
        return self.run(text)


def needs(characters: str | Callable[[], re.Pattern[str]]) -> Callable[[Callable[[str], list[Edit]]], Step]:
    """Make a step of a function: `characters` is the inside of a class, or gives the pattern when first asked for."""

    def make(run: Callable[[str], list[Edit]]) -> Step:
        if isinstance(characters, str):
            return Step(run, lambda: re.compile(f"[{characters}]"))
        return Step(run, characters)

    return make


# The inside of a class: what no plain English text has.
FOREIGN = "^\\x00-\\x7f"
HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"


@lru_cache(maxsize=1)
def lower(text: str) -> str:
    """`text` in lower case, as long as before (İ alone would grow). Remembered, since several steps ask."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lowered
