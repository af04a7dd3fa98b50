"""What the heads learn from, as arrays: the corpus, and after it what analysts' verdicts teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from classifier.context import Framed, frame
from classifier.corpus import Example
from classifier.encoders import Encoder
from classifier.head import Floats, Logs
from classifier.lessons import Taught
from domain.signals import LABELS, OFFER_KINDS

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Prepared:
    """The corpus as arrays: what each view reads, the labels and kinds as numbers (-1 where there
    is no kind), and who wrote it; after it what analysts' verdicts teach.

    With verdicts `shares` are the weights of each post's labels, [posts, labels]; without, each has the label it has.
    """

    framed: tuple[Framed, ...]
    vectors: Floats
    labels: Ids
    kinds: Ids
    groups: tuple[str, ...]
    shares: Logs | None = None

    @property
    def lengths(self) -> Ids:
        """Characters of each post, as the gate counts them."""
        return np.array([len(view.text) for view in self.framed])

    def shares_of(self, ids: Ids) -> Logs | None:
        """The shares of some posts, or None where each has one label."""
        return None if self.shares is None else self.shares[ids]


def prepare(examples: Sequence[Example], taught: Taught | None = None) -> Prepared:
    """Fold the corpus, and what verdicts teach."""
    framed = tuple(frame(example.text, example.thread_title, example.board, ()) for example in examples)
    labels = np.array([LABELS.index(example.label) for example in examples])
    kinds = np.array([OFFER_KINDS.index(example.kind) if example.kind else -1 for example in examples])
    groups = tuple(example.writer for example in examples)
    shares = None
    if taught and taught.groups:
        framed, groups = framed + taught.framed, groups + taught.groups
        shares = np.concatenate([np.eye(len(LABELS))[labels], taught.shares])
        labels = np.concatenate([labels, taught.shares.argmax(1)])
        # The kind of an offer is the model's word, not the analyst's.
        kinds = np.concatenate([kinds, np.full(len(taught.groups), -1)])
    return Prepared(framed, np.zeros((len(framed), 0), np.float32), labels, kinds, groups, shares)


def encode(prepared: Prepared, encoder: Encoder) -> Prepared:
    """The posts with their vectors."""
    return replace(prepared, vectors=encoder.encode([view.whole() for view in prepared.framed]))
