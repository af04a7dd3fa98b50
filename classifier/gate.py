"""The gate: which posts the encoder need not read.

Most posts of a board are about something else, and the encoder is the cost of reading them. The sparse view costs a
hundredth of it; where that view sees next to nothing of a finding in any window of a post, the post is turned away and
its answer stands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from domain.signals import FINDING_LABELS, LABELS

# The share of offers, by writers left out of training, that must pass.
RECALL = 0.997
_FINDINGS = np.isin(LABELS, list(FINDING_LABELS))

Logs = npt.NDArray[np.float64]


def weigh_interest(sparse: Logs) -> Logs:
    """Log-odds of a finding against all else, from the sparse view's log probabilities: [texts, labels] → [texts]."""
    interest: Logs = np.logaddexp.reduce(sparse[:, _FINDINGS], 1) - np.logaddexp.reduce(sparse[:, ~_FINDINGS], 1)
    return interest


def choose_gate(interest: Logs, offers: npt.NDArray[np.bool_], recall: float = RECALL) -> float:
    """The interest from which on a post is encoded, so that `recall` of the `offers` are. -inf where there are none."""
    wanted = np.sort(interest[offers])
    return float(wanted[int((1 - recall) * len(wanted))]) if len(wanted) else float("-inf")
