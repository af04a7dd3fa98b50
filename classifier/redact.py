"""Victims' data masked, so that a monitor does not become the next leak. `offer/victims/` tells which they are."""

from __future__ import annotations

from collections.abc import Iterable

from classifier.fold import Folded
from classifier.offer.victims import find_others
from domain.signals import Mask, Offer

# Full width, so that it is told from the stars with which authors half-hide a number; folding lets it be.
MASK_CHARACTER = "＊"


def find_victims(folded: Folded, offer: Offer) -> tuple[Mask, ...]:
    """The runs of the original that show a victim's data: phone, plate, VIN, resident ID, name, address, policy.

    `offer` names the seller's handles, which stay; with an empty one the text alone tells. Never raises.
    """
    return tuple(Mask(item.kind, *folded.span(item.start, item.end)) for item in find_others(folded, offer.contacts))


def mask(text: str, masks: Iterable[Mask]) -> str:
    """`text` with one mask character for each code point of the masks: its length is kept, twice is as once."""
    letters = list(text)
    for run in masks:
        start, end = max(0, run.start), min(len(letters), run.end)
        if start < end:
            letters[start:end] = MASK_CHARACTER * (end - start)
    return "".join(letters)
