"""What the two views say of whole posts: windows cut, the likeliest encoded, their answers made one.

Reading and training both come here, so that a model is calibrated on the very answers that it will give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from classifier.context import Framed
from classifier.fold import fold
from classifier.head import Dense, Floats, Logs, Sparse, combine
from classifier.offer import read_offer
from classifier.windows import OFFER, Span, choose_windows, cut_windows, pool
from domain.signals import LABELS

Encode = Callable[[Sequence[str]], Floats]
UNRELATED = LABELS.index("unrelated")
# Log-odds of a text that says nothing: no letter and no digit.
_NOTHING = -20.0


@dataclass(frozen=True)
class Verdict:
    """Of one post: log probabilities at the corpus mix, the window that looks most like an offer, and its vector
    (None for a text that says nothing)."""

    logs: Logs
    window: Span
    vector: npt.NDArray[np.float32] | None


@dataclass(frozen=True)
class _Chosen:
    """The windows of a post that are encoded, pages first, with the sparse view's answer for each."""

    spans: tuple[Span, ...]
    pages: int
    sparse: Logs


def judge_posts(views: Sequence[Framed], dense: Dense, sparse: Sparse, encode: Encode, longest: int) -> list[Verdict]:
    """One verdict for each post, in order. `encode` gives a vector for each text; `longest` is its limit in tokens."""
    chosen = [_choose(view, sparse, longest) for view in views]
    vectors = encode([view.whole(*span) for view, one in zip(views, chosen, strict=True) for span in one.spans])
    logs = combine(dense.judge(vectors), np.concatenate([*(one.sparse for one in chosen), np.zeros((0, len(LABELS)))]))
    bounds = np.cumsum([0, *(len(one.spans) for one in chosen)])
    return [
        _settle(view, one, logs[start:end], vectors[start:end])
        for view, one, (start, end) in zip(views, chosen, pairwise(bounds), strict=True)
    ]


def _choose(view: Framed, sparse: Sparse, longest: int) -> _Chosen:
    if not any(letter.isalnum() for letter in view.text):
        return _Chosen((), 0, np.zeros((0, len(LABELS))))
    windows = cut_windows(view.text, longest)
    # A page may be one sentence ten thousand times.
    texts = [view.text[start:end] for start, end in windows.spans]
    distinct = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    answers = sparse.judge(list(distinct), [view.title] * len(distinct))[[distinct[text] for text in texts]]
    pages, pieces = choose_windows(windows, answers[:, OFFER])
    kept = np.concatenate([pages, pieces])
    return _Chosen(tuple(windows.spans[place] for place in kept), len(pages), answers[kept])


def _settle(view: Framed, chosen: _Chosen, logs: Logs, vectors: Floats) -> Verdict:
    if not chosen.spans:
        nothing = np.full(len(LABELS), _NOTHING)
        nothing[UNRELATED] = 0.0
        return Verdict(nothing, (0, 0), None)
    place = int(logs[:, OFFER].argmax())
    best = chosen.spans[place]
    reachable = len(chosen.spans) > 1 and bool(read_offer(fold(view.text[slice(*best)])).contacts)
    return Verdict(pool(logs, chosen.pages, reachable=reachable), best, vectors[place])
