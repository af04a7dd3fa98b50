"""Long texts in windows of two sizes, and the windows' answers made one.

A short text is read whole. A longer one is read as pages, which tell what kind of text this is, and as pieces of a few
lines, cut at lines or sentences with overlap: an offer of two lines drowns in the vector of a page, and a page's
subject must not decide for each part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.signals import LABELS

# In units of about one token: a wide character counts 1, any other NARROW of it.
SHORT = 80
PAGE, PAGE_OVERLAP = 240, 35
PIECE, PIECE_OVERLAP = 70, 22
NARROW = 0.4
# What stands before the words (prompt, board, title) must fit beside them in the encoder's window.
AROUND = 130
# The most that the encoder reads of one text: of a text of one page its page and FEW pieces.
PAGES, PIECES, FEW = 4, 10, 3
LIMIT = PAGES + PIECES
_BORDERS = frozenset("。！？!?；;\n…")

OFFER = LABELS.index("offer")
# The labels of those who write about offers: pages of theirs quote them.
REPORTING = tuple(LABELS.index(label) for label in ("news_report", "complaint", "legal_or_advice"))
# The labels of those who offer or want something else; a piece of theirs, cut off, may look like an offer.
RIVALS = tuple(
    place
    for place, label in enumerate(LABELS)
    if place != OFFER and place not in REPORTING and label not in ("other_spam", "unrelated")
)
# How much, in log-odds, a text that reports throughout speaks against the one window in it that looks like an offer:
# a quotation, unless the window says how to reach the seller, which the press leaves out. The same for rivals.
QUOTED, REACHABLE, RIVAL = 5.0, 1.0, 2.0
HALF = 0.5
# In log-odds of an offer: where its pages say at least SURE or at most HOPELESS, the pieces of a text are not encoded;
# in the second case only if, to the cheap view, none of them reaches ALOUD.
SURE, HOPELESS, ALOUD = 2.0, -2.0, 1.0

Span = tuple[int, int]
Logs = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Spans of one text, each kind in the order of the text and together covering it. A short text has one page and
    no pieces."""

    pages: tuple[Span, ...]
    pieces: tuple[Span, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of them, pages first."""
        return self.pages + self.pieces


def cut_windows(text: str, longest: int = 512) -> Windows:
    """The windows of `text`. `longest` is the encoder's limit in tokens."""
    scale = min(1.0, max(0.1, (longest - AROUND) / PAGE))
    cost = _measure(text)
    if cost[-1] <= SHORT * scale:
        return Windows(((0, len(text)),))
    borders = np.array([index + 1 for index, letter in enumerate(text) if letter in _BORDERS], np.int64)
    pages = _cut(cost, borders, PAGE * scale, PAGE_OVERLAP * scale)
    return Windows(pages, _cut(cost, borders, PIECE * scale, PIECE_OVERLAP * scale))


def choose_windows(windows: Windows, offer: Logs) -> tuple[Places, Places]:
    """Which windows the encoder reads, as places in `windows.spans`: pages and pieces, each in the order of the text.

    They are the pieces that look most like an offer to the cheap view (`offer`: its log probability for each of
    `windows.spans`), the pages around those, and the first page.
    """
    count = len(windows.pages)
    ranked = np.argsort(-offer[count:], kind="stable")[: FEW if count == 1 else PIECES]
    middles = [sum(windows.pieces[place]) // 2 for place in ranked]
    ends = np.array([end for _start, end in windows.pages])
    # Pages overlap; the earlier one is taken.
    around = np.searchsorted(ends, middles, "right").tolist()
    pages = sorted(list(dict.fromkeys([0, *around]))[:PAGES])
    return np.array(pages, np.int64), np.sort(ranked) + count


def need_pieces(pages: Logs, pieces: Logs) -> bool:
    """Whether the encoder must read the pieces of a text, by the log probabilities of its encoded pages
    [pages, labels] and the cheap view's of its pieces [pieces, labels].

    It need not where it would change nothing: `pool` takes a text of one page for an offer if that page says so, and
    where no page comes near one it is the pieces that speak up which might.
    """
    if not len(pieces):
        return False
    offer = _weigh_offer(pages).max()
    if offer <= HOPELESS:
        return bool(_weigh_offer(pieces).max() >= ALOUD)
    return len(pages) > 1 or bool(offer < SURE)


def _weigh_offer(logs: Logs) -> Logs:
    """Log-odds of an offer of each row."""
    odds: Logs = logs[:, OFFER] - np.log1p(-np.minimum(np.exp(logs[:, OFFER]), 1 - 1e-12))
    return odds


def _cut(cost: npt.NDArray[np.float64], borders: Places, size: float, overlap: float) -> tuple[Span, ...]:
    """Spans of at most `size`, each beginning at most `overlap` before the end of the one before."""
    spans: list[Span] = []
    start, length = 0, len(cost) - 1
    while cost[-1] - cost[start] > size:
        reach = int(np.searchsorted(cost, cost[start] + size, "right")) - 1
        end = _last_border(borders, (start + reach) // 2, max(reach, start + 1))
        spans.append((start, end))
        back = int(np.searchsorted(cost, cost[end] - overlap))
        start = max(start + 1, min(_first_border(borders, back, end), end))
    return (*spans, (start, length))


def _measure(text: str) -> npt.NDArray[np.float64]:
    """Cost of text[:n] for each n from 0 to len(text)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.concatenate([[0.0], np.cumsum(np.where(codes < 0x2E80, NARROW, 1.0))])


def _last_border(borders: Places, low: int, high: int) -> int:
    """The last border in (low, high], else `high`."""
    index = int(np.searchsorted(borders, high, "right")) - 1
    return int(borders[index]) if index >= 0 and borders[index] > low else high


def _first_border(borders: Places, low: int, high: int) -> int:
    """The first border in [low, high), else `low`."""
    index = int(np.searchsorted(borders, low))
    return int(borders[index]) if index < len(borders) and borders[index] < high else low


def pool(logs: Logs, pages: int, *, reachable: bool = False) -> Logs:
    """One answer from the windows' log probabilities [windows, labels], of which the first `pages` are pages.
    `reachable`: the window that looks most like an offer has a contact in it.

    For `offer` the best window counts, less what stands around it speaks against it: an offer buried in a page of chat
    is an offer, a report that quotes one is not. Where the pages report, pieces cut out of them do not count: in a
    text of one page never, in a longer one unless they say how to reach the seller. A text of one page that is an offer
    as a whole is one whatever its pieces say. The other labels are the windows' mean.
    """
    if len(logs) == 1:
        return np.asarray(logs[0])
    chances = np.exp(logs)
    odds = _weigh_offer(logs)
    reports = chances[:pages][:, list(REPORTING)].sum(1).mean() > HALF
    best = int((odds[:pages] if reports and (pages == 1 or not reachable) else odds).argmax())
    around = (chances[:pages].mean(0) + np.delete(chances, best, axis=0).mean(0)) / 2
    against = (REACHABLE if reachable else QUOTED) * around[list(REPORTING)].sum() + RIVAL * around[list(RIVALS)].sum()
    offer = odds[best] - against
    if pages == 1:
        offer = max(offer, odds[0])
    rest = chances.mean(0)
    rest[OFFER] = 0
    log_rest: Logs = np.log(np.maximum(rest / rest.sum(), 1e-12)) - np.logaddexp(0, offer)
    log_rest[OFFER] = -np.logaddexp(0, -offer)
    return log_rest
