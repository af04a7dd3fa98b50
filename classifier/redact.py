"""Victims' data masked, so that a monitor does not become the next leak. `offer/victims/` tells which they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from classifier.context import Framed
from classifier.fold import Folded
from classifier.offer.plain import Plain, look
from classifier.offer.victims import find_others
from domain.signals import Mask, Offer

# Full width, so that it is told from the stars with which authors half-hide a number; folding lets it be.
MASK_CHARACTER = "＊"


def find_victims(text: Folded | Plain, offer: Offer) -> tuple[Mask, ...]:
    """The runs of the original that show a victim's data: phone, plate, VIN, resident ID, name, address, policy.

    `offer` names the seller's handles, which stay; with an empty one the text alone tells. Never raises.
    """
    plain = look(text)
    others = find_others(plain.folded, plain.personal[0], offer.contacts)
    return tuple(Mask(item.kind, *plain.folded.span(item.start, item.end)) for item in others)


def mask(text: str, masks: Iterable[Mask]) -> str:
    """`text` with one mask character for each code point of the masks: its length is kept, twice is as once."""
    letters = list(text)
    for run in masks:
        start, end = max(0, run.start), min(len(letters), run.end)
        if start < end:
            letters[start:end] = MASK_CHARACTER * (end - start)
    return "".join(letters)


def fill_masks(text: str) -> str:
    """`text` with something of the same length and sort in the place of each mask, as a model should see it.

    The sort is told by the length: names have up to 4 characters, plates 7, VINs 17; the rest are numbers.
    """
    return _RUN.sub(lambda run: _STAND_INS.get(len(run.group()), "13").ljust(len(run.group()), "0"), text)


def fill_masks_in(view: Framed) -> Framed:
    """A post that is kept masked, as the views should see it: with stand-ins where victims' data was."""
    return replace(view, folded=replace(view.folded, text=fill_masks(view.text)), title=fill_masks(view.title))


_RUN = re.compile(f"{MASK_CHARACTER}+")
_STAND_INS = {**{length: "王小明明"[:length] for length in range(1, 5)}, 7: "京A", 17: "LSV"}
