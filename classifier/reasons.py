"""Why a score is what it is: the author's own words, with what they weigh.

The weight of a word is what its runs of characters add to the log-odds of `offer` in the sparse view, as that view
enters the score. What the offer reading found is named by what it is (a price, a contact), and so are disguises that
were undone and the market's own words; all else is wording. The names are NAMES, some with a detail after a colon.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.fold import Folded
from classifier.head import Sparse
from classifier.known import Likeness
from classifier.ngrams import find_grams
from classifier.offer.terms import find_slots, find_trade
from classifier.offer.tokens import lower
from classifier.redact import MASK_CHARACTER
from domain.signals import LABELS, Offer, Reason

NAMES = (
    "price", "contact", "claimed volume", "disguise undone", "goods", "data fields", "trade word", "wording of offers",
    "wording that speaks against", "like a known offer",
)  # fmt: skip
SLOT_NAMES = {
    "goods": "goods", "fields": "data fields", "channel": "trade word", "freshness": "trade word",
    "guarantees": "trade word",
}  # fmt: skip
MOST = 5
# In log-odds: what weighs less is no reason.
LEAST = 0.08
LONGEST = 24
# Each character must carry at least this share of the strongest one's weight to lengthen a span.
_DRAG = 0.12
# A stretch is shared with another text where runs of all three lengths are.
LONG_RUN = 3.0
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


def give_reasons(
    letters: Weights, shown: str, folded: Folded, offer: Offer | None, nearest: Reason | None = None
) -> tuple[Reason, ...]:
    """The reasons, weightiest first. `shown` is the masked original, from which all text is cut."""
    named = list(_take_apart(_list_found(offer, folded, shown, letters), []))
    spans = [(found.start, found.end) for found in named]
    words = list(_take_apart(_rank_words(folded, letters), spans))
    free, borders = letters.copy(), np.zeros(len(letters), np.bool_)
    # What is masked is no word that anybody could read.
    borders[:] = [letter == MASK_CHARACTER for letter in shown]
    for found in [*named, *words]:
        free[found.start : found.end], borders[found.start : found.end] = 0, True
    worded = [Found(why, start, end) for why, start, end in _find_wording(free, borders, shown)]
    reasons = [
        Reason(
            one.why, shown[one.start : one.end], one.start, one.end, round(float(letters[one.start : one.end].sum()), 3)
        )
        for one in (*named, *words, *worded)
    ]
    # What the offer says is always shown, also where it moved the score little.
    read, rest = reasons[: len(named)], reasons[len(named) :]
    kept = [*read, *sorted(rest, key=lambda reason: -abs(reason.weight))[:MOST]]
    ranked = sorted(kept, key=lambda reason: -abs(reason.weight))
    return (*ranked, nearest) if nearest else tuple(ranked)


def liken(folded: Folded, span: tuple[int, int], sparse: Sparse, shown: str, likeness: Likeness) -> Reason:
    """The reason that names a known offer, at the longest stretch that both have. It weighs nothing of its own: what
    the words weigh, other reasons say."""
    grams = find_grams(folded.text[span[0] : span[1]], sparse.body)
    common = np.isin(grams.ids, likeness.shared)
    covered = np.zeros(span[1] - span[0])
    for offset in range(int(grams.lengths.max())):
        inside = common & (grams.lengths > offset)
        covered[grams.starts[inside] + offset] += grams.lengths[inside]
    start, end = _find_heaviest(np.where(covered >= LONG_RUN, covered, -1e9))
    start, end = folded.span(span[0] + start, span[0] + end)
    # Of words that are cut by the stretch's ends, only whole ones.
    while start < end and start and _joins(shown, start):
        start += 1
    while start < end < len(shown) and _joins(shown, end):
        end -= 1
    return Reason(f"like a known offer: {likeness.id} ({likeness.degree:.2f})", shown[start:end], start, end, 0.0)


def _take_apart(found: Iterator[Found], taken: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Those that overlap neither what is taken nor one before them."""
    seen = list(taken)
    for one in found:
        if one.start < one.end and all(one.end <= start or end <= one.start for start, end in seen):
            seen.append((one.start, one.end))
            yield one


def _list_found(offer: Offer | None, folded: Folded, shown: str, letters: Weights) -> Iterator[Found]:
    if offer:
        for price in offer.prices[:2]:
            yield Found("price", price.start, price.end)
        for contact in offer.contacts[:2]:
            yield Found(f"contact: {contact.kind}", contact.start, contact.end)
        for volume in offer.volumes[:1]:
            yield Found("claimed volume", volume.start, volume.end)
    first, last = _carried(letters)
    at, end = (bisect_left(folded.evasions, place, key=lambda evasion: evasion.start) for place in (first, last))
    inside = folded.evasions[at:end] or folded.evasions[:2]
    for evasion in sorted(inside, key=lambda evasion: -abs(letters[evasion.start : evasion.end].sum()))[:2]:
        plain = _read_plain(folded, shown, evasion.start, evasion.end)
        yield Found(f"disguise undone: {plain}" if plain else "disguise undone", evasion.start, evasion.end)


def _read_plain(folded: Folded, shown: str, start: int, end: int) -> str:
    """What a disguised span stands for; nothing where it hides a victim's data, or is only taken out."""
    if folded.starts is None or MASK_CHARACTER in shown[start:end]:
        return ""
    plain = folded.text[bisect_left(folded.starts, start) : bisect_left(folded.starts, end)]
    return " ".join(plain.split())[:LONGEST] if plain != shown[start:end] else ""


def _rank_words(folded: Folded, letters: Weights) -> Iterator[Found]:
    """The market's words that speak for an offer, weightiest first; of those that overlap, the longer one."""
    first, last = (place if folded.starts is None else bisect_left(folded.starts, place) for place in _carried(letters))
    text = lower(folded.text[first:last])
    found = [(start, end, SLOT_NAMES[slot]) for start, end, slot in find_slots(text)]
    found += [(start, end, "trade word") for start, end in find_trade(text)]
    found.sort(key=lambda one: one[0] - one[1])
    whole = _take_apart((Found(why, *folded.span(first + start, first + end)) for start, end, why in found), [])
    weighed = [(float(letters[one.start : one.end].sum()), one) for one in whole]
    ranked = sorted((pair for pair in weighed if pair[0] >= LEAST), key=lambda pair: -pair[0])
    return (one for _weight, one in ranked[:MOST])


def _carried(letters: Weights) -> tuple[int, int]:
    """The span that has weights. A page is long, and only one window of it carries any."""
    carried = np.flatnonzero(letters)
    return (int(carried[0]), int(carried[-1]) + 1) if len(carried) else (0, 0)


def _find_wording(letters: Weights, borders: npt.NDArray[np.bool_], shown: str) -> Iterator[tuple[str, int, int]]:
    """Up to MOST spans of either sign, the weightiest runs. No span reaches over a border or the end of a line."""
    first, last = _carried(letters)
    if first == last:
        return
    ends = borders[first:last] | np.array([letter in "\r\n" for letter in shown[first:last]])
    for why, signed in (("wording of offers", letters), ("wording that speaks against", -letters)):
        left = np.where(ends, -1e9, signed[first:last])
        for _ in range(MOST):
            start, end = _find_heaviest(left)
            if left[start:end].sum() < LEAST:
                break
            left[start:end] = -1e9
            start, end = _widen(shown, ends, first, *_trim(shown, first + start, first + end))
            ends[start - first : end - first], left[start - first : end - first] = True, -1e9
            yield why, start, end


def _widen(shown: str, ends: npt.NDArray[np.bool_], first: int, start: int, end: int) -> tuple[int, int]:
    """To the ends of the Latin words and numbers that a span cuts, as far as they are free."""
    last = first + len(ends)
    while first < start and _joins(shown, start) and not ends[start - 1 - first]:
        start -= 1
    while end < last and _joins(shown, end) and not ends[end - first]:
        end += 1
    return start, end


def _joins(shown: str, at: int) -> bool:
    """Whether the place lies inside a Latin word or a number."""
    before, after = shown[at - 1], shown[at]
    return before.isascii() and after.isascii() and (before.isalnum() or before == ".") and after.isalnum()


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
