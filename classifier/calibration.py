"""From the head's probability of `offer` to an honest one, at a stated prevalence.

Platt scaling (Platt 1999): the log-odds are stretched and moved so that, on posts by writers that the head was not
trained on, what it calls 80 % is right 8 times in 10. Then the odds are moved from the share of offers in the corpus
to the stated one, by Bayes' rule; this changes the number, never the order, and never a decision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.gate import OPEN, Gate
from domain.signals import LABELS

_TILT = 0.5


@dataclass(frozen=True)
class Calibration:
    """`slope` and `shift` act on log-odds; `share` is the share of offers they were fitted at. `threshold` and
    `review` are log-odds at that share: from the first on a post is an offer, from the second on it is unsure.
    `gate` says which posts are encoded. `tilt` is added to the log probability of
    each label but `offer` before the likeliest of them is named."""

    slope: float
    shift: float
    share: float
    threshold: float
    review: float
    gate: Gate = OPEN
    tilt: tuple[float, ...] = (0.0,) * len(LABELS)

    def settle(self, odds: float) -> float:
        """Calibrated log-odds at the corpus's share of offers, from the head's own."""
        return self.slope * odds + self.shift

    def score(self, settled: float, prevalence: float) -> float:
        """The probability at `prevalence` of what has these calibrated log-odds."""
        return squash(settled - log_odds(self.share) + log_odds(prevalence))


def log_odds(probability: float, floor: float = 1e-12) -> float:
    """ln(p / (1 - p)), kept finite."""
    probability = min(max(probability, floor), 1 - floor)
    return math.log(probability / (1 - probability))


def squash(odds: float) -> float:
    """The probability of log-odds; never overflows."""
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))


def choose_threshold(odds: Sequence[float], truths: Sequence[bool], precision: float) -> float:
    """The log-odds from which on posts are called offers: the lowest that leaves `precision` of them offers.

    It lies midway between the last post that is called one and the next, so that neither sits on the edge. What is an
    offer below it waits for review, so a call may be the surer.
    """
    ranked = sorted(zip(odds, truths, strict=True), reverse=True)
    place, found = 0, 0
    for count, (_odds, truth) in enumerate(ranked, 1):
        found += truth
        if found >= precision * count:
            place = count
    return _between(ranked, place)


def choose_tilt(shares: Sequence[float]) -> tuple[float, ...]:
    """Half of what a label's share of the corpus adds to it is taken back: how many posts of a label were written says
    little of how many there are (logit adjustment; Menon et al. 2021, arXiv:2007.07314)."""
    return tuple(-_TILT * math.log(share) if share else 0.0 for share in shares)


def choose_review(odds: Sequence[float], truths: Sequence[bool], threshold: float, recall: float) -> float:
    """The log-odds above which `recall` of the offers lie; never above the threshold."""
    ranked = sorted(zip(odds, truths, strict=True), reverse=True)
    wanted, found = sum(truths), 0
    for count, (_odds, truth) in enumerate(ranked, 1):
        found += truth
        if found >= recall * wanted:
            return min(threshold, _between(ranked, count))
    return threshold


def _between(ranked: Sequence[tuple[float, bool]], place: int) -> float:
    if not ranked:
        return 0.0
    last = ranked[max(place - 1, 0)][0]
    following = ranked[place][0] if place < len(ranked) else last - 1
    return (last + following) / 2
