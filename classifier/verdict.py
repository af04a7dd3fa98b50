"""What the two views say of whole posts: windows cut, the likeliest encoded, their answers made one.

Reading and training both come here, so that a model is calibrated on the very answers that it will give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from classifier.context import Framed
from classifier.fold import fold
from classifier.gate import OPEN, Gate, weigh_interest
from classifier.head import Dense, Floats, Logs, Sparse, combine
from classifier.offer import read_offer
from classifier.windows import OFFER, Span, Windows, choose_windows, cut_windows, need_pieces, pool
from domain.signals import LABELS

Encode = Callable[[Sequence[str]], Floats]
UNRELATED = LABELS.index("unrelated")
# Log-odds of a text that says nothing: no letter and no digit.
_NOTHING = -20.0


@dataclass(frozen=True)
class Verdict:
    """Of one post: log probabilities at the corpus mix, the window that looks most like an offer, its vector, and the
    interest that the gate weighs. The vector is None for a text that says nothing, and for one turned away."""

    logs: Logs
    window: Span
    vector: npt.NDArray[np.float32] | None
    interest: float


@dataclass(frozen=True)
class _Chosen:
    """The windows of a post that are encoded, pages first, with the sparse view's answer for each; and the interest
    of the window, encoded or not, that has most of it."""

    spans: tuple[Span, ...]
    pages: int
    sparse: Logs
    interest: float


_SAYS_NOTHING = _Chosen((), 0, np.zeros((0, len(LABELS))), -math.inf)


def judge_posts(
    views: Sequence[Framed], dense: Dense, sparse: Sparse, encode: Encode, longest: int, gate: Gate = OPEN
) -> list[Verdict]:
    """One verdict for each post, in order. `encode` gives a vector for each text; `longest` is its limit in tokens.
    What `gate` turns away is not encoded: the sparse view's answer is theirs. Of the others the pages are, and then
    the pieces of those whose pages leave it open."""
    chosen = _choose(views, sparse, longest)
    through = [gate.passes(one.interest, len(view.text)) for view, one in zip(views, chosen, strict=True)]
    texts = [
        [view.whole(*span) for span in one.spans] if passed else []
        for view, one, passed in zip(views, chosen, through, strict=True)
    ]
    pages = _encode_lists([some[: one.pages] for some, one in zip(texts, chosen, strict=True)], encode)
    pieces = _encode_lists(
        [
            some[one.pages :] if len(vectors) and _leave_open(one, dense, vectors) else []
            for some, one, vectors in zip(texts, chosen, pages, strict=True)
        ],
        encode,
    )
    vectors = [np.concatenate(pair) for pair in zip(pages, pieces, strict=True)]
    return [_settle(view, one, dense, some) for view, one, some in zip(views, chosen, vectors, strict=True)]


def _encode_lists(lists: Sequence[Sequence[str]], encode: Encode) -> list[Floats]:
    """The vectors of each list of texts, all encoded at once."""
    vectors = encode([text for some in lists for text in some])
    return np.split(vectors, np.cumsum([len(some) for some in lists], dtype=np.int64))[:-1]


def _leave_open(chosen: _Chosen, dense: Dense, vectors: Floats) -> bool:
    pages = combine(dense.judge(vectors), chosen.sparse[: chosen.pages])
    return need_pieces(pages, chosen.sparse[chosen.pages :])


def _choose(views: Sequence[Framed], sparse: Sparse, longest: int) -> list[_Chosen]:
    """The windows of each post. The sparse view reads those of all posts at once: a call for each would cost more."""
    cut = [cut_windows(view.text, longest) if _says_something(view) else None for view in views]
    texts = [
        (view.text[start:end], view.title)
        for view, windows in zip(views, cut, strict=True)
        if windows
        for start, end in windows.spans
    ]
    # A page may be one sentence ten thousand times.
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    judged = sparse.judge([text for text, _title in places], [title for _text, title in places])
    rows = iter(judged[[places[text] for text in texts]])
    return [
        _pick(windows, np.array([next(rows) for _ in windows.spans])) if windows else _SAYS_NOTHING
        for view, windows in zip(views, cut, strict=True)
    ]


def _pick(windows: Windows, answers: Logs) -> _Chosen:
    pages, pieces = choose_windows(windows, answers[:, OFFER])
    kept = np.concatenate([pages, pieces])
    interest = float(weigh_interest(answers).max())
    return _Chosen(tuple(windows.spans[place] for place in kept), len(pages), answers[kept], interest)


def _says_something(view: Framed) -> bool:
    """A lone Latin letter or digit is what broken text leaves."""
    first = list(islice((letter for letter in view.text if letter.isalnum()), 2))
    return len(first) == 2 or any(not letter.isascii() for letter in first)


def _settle(view: Framed, chosen: _Chosen, dense: Dense, vectors: Floats) -> Verdict:
    """The answer of all windows that were encoded, else of the sparse view for all that were chosen."""
    if not chosen.spans:
        nothing = np.full(len(LABELS), _NOTHING)
        nothing[UNRELATED] = 0.0
        return Verdict(nothing, (0, 0), None, chosen.interest)
    read = len(vectors)
    logs = combine(dense.judge(vectors), chosen.sparse[:read]) if read else chosen.sparse
    place = int(logs[:, OFFER].argmax())
    best = chosen.spans[place]
    reachable = read > 1 and bool(read_offer(fold(view.text[slice(*best)])).contacts)
    vector = vectors[place] if read else None
    return Verdict(pool(logs, chosen.pages, reachable=reachable), best, vector, chosen.interest)
