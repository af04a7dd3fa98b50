"""What every step of folding answers with, and the little that the steps share."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Edit(NamedTuple):
    """Put `text` for `[start, end)`. `kind` names the disguise, or is "" where it is none."""

    start: int
    end: int
    text: str
    kind: str


HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"


@lru_cache(maxsize=1)
def lower(text: str) -> str:
    """`text` in lower case, as long as before (İ alone would grow). Remembered: the steps of one round ask for the same."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lowered
