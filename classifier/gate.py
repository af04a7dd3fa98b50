"""The gate: which posts the encoder need not read.

Most posts of a board are about something else, and the encoder is the cost of reading them. The sparse view costs a
hundredth of it; where that view sees next to nothing of a finding in any window of a post, the post is turned away and
its answer stands. Of a long post it sees more than of one line, and a long post costs more to encode: so there is a
level for each class of length.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.signals import FINDING_LABELS, LABELS

# The share of offers, by writers left out of training, that must pass.
RECALL = 0.997
# In characters; a post of so many belongs to the next class.
LENGTHS = (25, 50, 100, 200, 400)
_FINDINGS = np.isin(LABELS, list(FINDING_LABELS))

Logs = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Gate:
    """`levels` are the interest from which on a post is encoded, one for each class of length; none of them is a gate
    that stands open."""

    levels: tuple[float, ...] = ()

    def passes(self, interest: float, length: int) -> bool:
        """Whether a post of so many characters is encoded."""
        return not self.levels or interest >= self.levels[bisect_right(LENGTHS, length)]


OPEN, SHUT = Gate(), Gate((math.inf,) * (len(LENGTHS) + 1))


def weigh_interest(sparse: Logs) -> Logs:
    """Log-odds of a finding against all else, from the sparse view's log probabilities: [texts, labels] → [texts]."""
    interest: Logs = np.logaddexp.reduce(sparse[:, _FINDINGS], 1) - np.logaddexp.reduce(sparse[:, ~_FINDINGS], 1)
    return interest


def choose_gate(interest: Logs, lengths: Counts, offers: npt.NDArray[np.bool_], recall: float = RECALL) -> Gate:
    """The gate that lets `recall` of the `offers` of each class of length pass; where a class has few offers, it is no
    lower than what lets as many of all of them pass. Open where there are none.

    Those that a gate of one level turns away are nearly all of one line, so this one turns away hardly more of them.
    """
    if not offers.any():
        return OPEN
    lowest = _find_level(interest[offers], recall)
    classes = np.searchsorted(LENGTHS, lengths, "right")
    alike = (interest[offers & (classes == place)] for place in range(len(LENGTHS) + 1))
    return Gate(tuple(max(lowest, _find_level(some, recall)) if len(some) else lowest for some in alike))


def _find_level(interest: Logs, recall: float) -> float:
    return float(np.sort(interest)[int((1 - recall) * len(interest))])
