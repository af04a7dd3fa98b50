"""Why a score is what it is: the author's own words, with what they weigh.

The weight of a word is what its runs of characters add to the log-odds of `offer` in the sparse view, as that view
enters the score. What the offer reading found is named by what it is (a price, a contact); all else is wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.fold import Folded
from classifier.head import Sparse
from classifier.ngrams import find_grams
from domain.signals import LABELS, Offer, Reason

MOST = 5
# In log-odds: what weighs less is no reason.
LEAST = 0.08
LONGEST = 24
# Each character must carry at least this share of the strongest one's weight to lengthen a span.
_DRAG = 0.12
OFFER = LABELS.index("offer")

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """A span of the original with a name."""

    why: str
    start: int
    end: int


def weigh_letters(folded: Folded, span: tuple[int, int], sparse: Sparse, chances: Weights, scale: float) -> Weights:
    """What each code point of the original adds to the log-odds of `offer`, from the words of the folded `span`.

    `chances` are the label probabilities of the text; `scale` turns the sparse view's log-odds into the score's.
    """
    weights = np.zeros(len(folded.original) + 1)
    grams = find_grams(folded.text[span[0] : span[1]], sparse.body)
    if not len(grams.ids):
        return weights[:-1]
    columns, places, counts = np.unique(grams.ids, return_inverse=True, return_counts=True)
    values = (1 + np.log(counts)) * sparse.body.rarity[columns]
    values = values / np.sqrt((values**2).sum())
    rivals = np.delete(np.arange(len(LABELS)), OFFER)
    shares = chances[rivals] / max(float(chances[rivals].sum()), 1e-12)
    lean = sparse.body_weights[columns][:, OFFER] - sparse.body_weights[columns][:, rivals] @ shares
    each = (scale * values * lean / counts)[places] / grams.lengths
    folded_weights = np.zeros(span[1] - span[0])
    for offset in range(int(grams.lengths.max())):
        inside = grams.lengths > offset
        np.add.at(folded_weights, grams.starts[inside] + offset, each[inside])
    for place, weight in enumerate(folded_weights, span[0]):
        weights[folded.span(place, place + 1)[0]] += weight
    return weights[:-1]


def give_reasons(letters: Weights, shown: str, folded: Folded, offer: Offer | None) -> tuple[Reason, ...]:
    """The reasons, weightiest first. `shown` is the masked original, from which all text is cut."""
    named = list(_name_found(offer, folded))
    spans = [(found.start, found.end) for found in named]
    free = letters.copy()
    for start, end in spans:
        free[start:end] = 0
    worded = [Found(why, start, end) for why, start, end in _find_wording(free, shown)]
    reasons = [
        Reason(
            one.why, shown[one.start : one.end], one.start, one.end, round(float(letters[one.start : one.end].sum()), 3)
        )
        for one in named + worded
    ]
    return tuple(sorted(reasons, key=lambda reason: -abs(reason.weight))[: MOST + len(spans)])


def _name_found(offer: Offer | None, folded: Folded) -> Iterator[Found]:
    seen: list[tuple[int, int]] = []
    for found in _list_found(offer, folded):
        if found.start < found.end and all(found.end <= start or end <= found.start for start, end in seen):
            seen.append((found.start, found.end))
            yield found


def _list_found(offer: Offer | None, folded: Folded) -> Iterator[Found]:
    if offer:
        for price in offer.prices[:2]:
            yield Found(f"price per {price.unit}", price.start, price.end)
        for contact in offer.contacts[:2]:
            yield Found(f"contact: {contact.kind}", contact.start, contact.end)
        for volume in offer.volumes[:1]:
            yield Found("claimed volume", volume.start, volume.end)
    for evasion in folded.evasions[:2]:
        yield Found(f"disguise undone: {evasion.kind}", evasion.start, evasion.end)


def _find_wording(letters: Weights, shown: str) -> Iterator[tuple[str, int, int]]:
    """Up to MOST spans of either sign, the weightiest runs. No span reaches over the end of a line."""
    carried = np.flatnonzero(letters)
    if not len(carried):
        return
    # A page is long, and only one window of it carries weights.
    first, last = int(carried[0]), int(carried[-1]) + 1
    ends = np.array([letter in "\r\n" for letter in shown[first:last]])
    for why, signed in (("wording of offers", letters), ("wording that speaks against", -letters)):
        left = np.where(ends, -1e9, signed[first:last])
        for _ in range(MOST):
            start, end = _find_heaviest(left)
            if left[start:end].sum() < LEAST:
                break
            yield why, *_trim(shown, first + start, first + end)
            left[start:end] = -1e9


def _find_heaviest(letters: Weights) -> tuple[int, int]:
    """The run of at most LONGEST characters with the greatest sum after drag (Kadane's algorithm)."""
    drag = _DRAG * max(float(letters.max()), 0.0)
    best, span, total, start = 0.0, (0, 0), 0.0, 0
    for place, weight in enumerate((letters - drag).tolist()):
        if total <= 0 or place - start >= LONGEST:
            total, start = 0.0, place
        total += weight
        if total > best:
            best, span = total, (start, place + 1)
    return span


def _trim(shown: str, start: int, end: int) -> tuple[int, int]:
    while start < end - 1 and not shown[start].isalnum() and shown[start] != "＊":
        start += 1
    while end > start + 1 and not shown[end - 1].isalnum() and shown[end - 1] != "＊":
        end -= 1
    return start, end
