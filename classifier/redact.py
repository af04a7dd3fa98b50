"""Victims' data: finding it and masking it, so that a monitor does not become the next leak."""

from __future__ import annotations

from collections.abc import Iterable

from classifier.fold import Folded
from domain.signals import Mask, Offer

MASK_CHARACTER = "＊"


def find_victims(folded: Folded, offer: Offer) -> tuple[Mask, ...]:
    """The runs of a text that show a victim's data. `offer` names the seller's own handles, which stay."""
    return ()


def mask(text: str, masks: Iterable[Mask]) -> str:
    """`text` with one mask character for each code point of the masks. Length is kept; masking twice is masking once."""
    letters = list(text)
    for run in masks:
        start, end = max(0, run.start), min(len(letters), run.end)
        letters[start:end] = MASK_CHARACTER * max(0, end - start)
    return "".join(letters)
