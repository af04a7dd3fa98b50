"""Long texts in windows, and the windows' answers made one.

A text that fits is read whole. A longer one is cut at sentence or line borders into overlapping windows, because an
offer of two lines drowns in the vector of a page, and because a page's subject must not decide for each part of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from domain.signals import LABELS

# In units of about one token: a wide character counts 1, any other WEIGHT of it.
WHOLE = 240
SIZE, OVERLAP = 120, 35
NARROW = 0.4
# What stands before the words (prompt, board, title) must fit beside them in the encoder's window.
AROUND = 130
LIMIT = 16
_BORDERS = frozenset("。！？!?；;\n…")

OFFER = LABELS.index("offer")
# The labels of those who write about offers: pages of theirs quote them.
REPORTING = tuple(LABELS.index(label) for label in ("news_report", "complaint", "legal_or_advice"))
# How much, in log-odds, a page that reports throughout speaks against the one window in it that looks like an offer:
# a quotation, unless the window says how to reach the seller, which the press leaves out.
QUOTED, REACHABLE = 5.0, 1.0
# What each doubling of the number of windows costs the best of them: the best of many is often a fluke.
DOUBLING = 0.05

Span = tuple[int, int]
Logs = npt.NDArray[np.float64]


def cut_windows(text: str, longest: int = 512) -> tuple[Span, ...]:
    """Spans of `text`, first to last, together covering it. `longest` is the encoder's limit in tokens."""
    scale = min(1.0, max(0.1, (longest - AROUND) / WHOLE))
    cost = _measure(text)
    if cost[-1] <= WHOLE * scale:
        return ((0, len(text)),)
    borders = np.array([index + 1 for index, letter in enumerate(text) if letter in _BORDERS], np.int64)
    spans: list[Span] = []
    start = 0
    while True:
        reach = int(np.searchsorted(cost, cost[start] + SIZE * scale, "right")) - 1
        end = _last_border(borders, (start + reach) // 2, max(reach, start + 1))
        if cost[-1] - cost[start] <= SIZE * scale:
            return (*spans, (start, len(text)))
        spans.append((start, end))
        back = int(np.searchsorted(cost, cost[end] - OVERLAP * scale))
        start = max(start + 1, min(_first_border(borders, back, end), end))


def choose_windows(offer: npt.NDArray[np.float64], limit: int = LIMIT) -> npt.NDArray[np.int64]:
    """Which windows the encoder reads: the first, for what kind of page this is, and those that look most like an
    offer to the cheap view (`offer`: its log probability for each window). In the order of the text."""
    if len(offer) <= limit:
        return np.arange(len(offer))
    ranked = np.argsort(-offer[1:], kind="stable")[: limit - 1] + 1
    return np.sort(np.concatenate([[0], ranked]))


def pool(logs: Logs, count: int, *, reachable: bool = False) -> Logs:
    """One answer from the windows' log probabilities [windows, labels]; `count` windows the text had in all.
    `reachable`: the window that looks most like an offer has a contact in it.

    For `offer` the best window counts, less what the other windows' reporting says against it: a page of spam
    with one offer in it is an offer, a report that quotes one is not. The other labels are the windows' mean.
    """
    if len(logs) == 1:
        return np.asarray(logs[0])
    chances = np.exp(logs)
    odds = logs[:, OFFER] - np.log1p(-np.minimum(chances[:, OFFER], 1 - 1e-12))
    best = int(odds.argmax())
    others = np.delete(chances, best, axis=0)
    reporting = float(others[:, REPORTING].sum(1).mean())
    offer = odds[best] - (REACHABLE if reachable else QUOTED) * reporting - DOUBLING * np.log2(count)
    rest = chances.mean(0)
    rest[OFFER] = 0
    log_rest: Logs = np.log(np.maximum(rest / rest.sum(), 1e-12)) - np.logaddexp(0, offer)
    log_rest[OFFER] = -np.logaddexp(0, -offer)
    return log_rest


def _measure(text: str) -> npt.NDArray[np.float64]:
    """Cost of text[:n] for each n from 0 to len(text)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.concatenate([[0.0], np.cumsum(np.where(codes < 0x2E80, NARROW, 1.0))])


def _last_border(borders: npt.NDArray[np.int64], low: int, high: int) -> int:
    """The last border in (low, high], else `high`."""
    index = int(np.searchsorted(borders, high, "right")) - 1
    return int(borders[index]) if index >= 0 and borders[index] > low else high


def _first_border(borders: npt.NDArray[np.int64], low: int, high: int) -> int:
    """The first border in [low, high), else `low`."""
    index = int(np.searchsorted(borders, low))
    return int(borders[index]) if index < len(borders) and borders[index] < high else low
