"""The gate: which posts the encoder need not read.

Most posts of a board are about something else, and the encoder is the cost of reading them. The sparse view costs a
hundredth of it; where that view sees next to nothing of a finding in any window of a post, the post is turned away and
its answer stands. Of talk that is strange to the corpus the sparse view knows little for or against, and such talk is
most of the web: so a post must look the more like a finding where neither it nor its thread has a word of the market.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from classifier.context import Framed
from classifier.offer.terms import find_slots, find_trade
from classifier.offer.tokens import lower
from domain.signals import FINDING_LABELS, LABELS

# The share of offers, by writers left out of training, that must pass.
RECALL = 0.997
# What the lack of any word of the market takes from a post's interest, in log-odds: with it two fifths as many ordinary
# posts pass at the same recall (docs/classifier.md).
SILENCE = 2.0
_FINDINGS = np.isin(LABELS, list(FINDING_LABELS))

Logs = npt.NDArray[np.float64]


def weigh_interest(sparse: Logs) -> Logs:
    """Log-odds of a finding against all else, from the sparse view's log probabilities: [texts, labels] → [texts]."""
    interest: Logs = np.logaddexp.reduce(sparse[:, _FINDINGS], 1) - np.logaddexp.reduce(sparse[:, ~_FINDINGS], 1)
    return interest


def names_trade(view: Framed) -> bool:
    """Whether a post, its title or its board has a word of goods, of their fields or of selling them."""
    return any(_has_word(lower(text)) for text in (view.title, view.board, view.text))


def choose_gate(interest: Logs, offers: npt.NDArray[np.bool_], recall: float = RECALL) -> float:
    """The interest from which on a post is encoded, so that `recall` of the `offers` are. -inf where there are none."""
    wanted = np.sort(interest[offers])
    return float(wanted[int((1 - recall) * len(wanted))]) if len(wanted) else float("-inf")


def _has_word(text: str) -> bool:
    return any(True for _word in find_trade(text)) or any(True for _word in find_slots(text))
