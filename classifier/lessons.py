"""Analysts' verdicts as examples for training, beside the corpus.

A confirmed finding is an example of the label that it carried; one that only waited for review was in doubt as an
offer, so confirming it says that it is one. A dismissed finding says only what the post is not: none of the four
labels of a finding. What it is instead nobody said, so its weight is shared among the other eight labels in the
proportions in which the model finds them likely: the head learns to leave the offers and nothing else.

The same advert is posted a hundred times: near-duplicates weigh together little more than one post. What comes from
one source, or is a near-duplicate of it, is one group, and a head is never measured on a group that it was fitted on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.calibration import Calibration, log_odds
from classifier.context import Framed, frame
from classifier.ngrams import build_rows, build_vocabulary
from classifier.pictures.gallery import join
from classifier.redact import fill_masks_in
from domain.signals import FINDING_LABELS, LABELS, Lesson, Passage

# One verdict on a real post weighs as much as one invented post (docs/classifier.md has the measurement).
WEIGHT = 1.0
# Cosine of two texts' runs of characters from which on they are copies of one another.
ALIKE = 0.8
# So many groups at most are left out in turn, each a whole number of sources.
GROUPS = 4
FINDINGS = [place for place, label in enumerate(LABELS) if label in FINDING_LABELS]
OTHERS = [place for place, label in enumerate(LABELS) if label not in FINDING_LABELS]
OFFER = LABELS.index("offer")

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Taught:
    """Lessons as training takes them, in order: what the views read, the weight that each of the labels gets,
    [lessons, labels], and the group that each is left out with."""

    framed: tuple[Framed, ...]
    shares: Shares
    groups: tuple[str, ...]


def teach(lessons: Sequence[Lesson]) -> Taught:
    """The lessons that say something: those of which letters or digits are left when victims' data is masked."""
    told = [lesson for lesson in lessons if any(letter.isalnum() for letter in _words_of(lesson.passage))]
    framed = [_frame(lesson) for lesson in told]
    copies = _find_copies([view.text for view in framed])
    sizes = Counter(copies)
    weights = np.array([WEIGHT * (1 + np.log(sizes[one])) / sizes[one] for one in copies])
    shares = np.array([_aim(lesson) for lesson in told]).reshape(-1, len(LABELS)) * weights[:, None]
    return Taught(tuple(framed), shares, _group([lesson.source for lesson in told], copies))


def measure_verdicts(logs: Shares, lessons: Taught, calibration: Calibration) -> dict[str, float]:
    """Of what was confirmed and of what was dismissed, the shares that heads which saw nothing of the same source
    still make findings. `logs` are their log probabilities, [lessons, labels]."""
    odds = np.array([log_odds(float(np.exp(row[OFFER]))) for row in logs])
    called = calibration.slope * odds + calibration.shift >= calibration.threshold
    found = called | np.isin(logs.argmax(1), [place for place in FINDINGS if place != OFFER])
    confirmed = lessons.shares[:, FINDINGS].sum(1) > 0
    return {
        f"verdicts_{name}_found": round(float(found[which].mean()), 4)
        for name, which in (("confirmed", confirmed), ("dismissed", ~confirmed))
        if which.any()
    }


def _frame(lesson: Lesson) -> Framed:
    given = join(lesson.passage)
    return fill_masks_in(frame(given.text, given.thread_title, given.board, given.quoted))


def _words_of(passage: Passage) -> str:
    return "".join((passage.text, *passage.pictures))


def _aim(lesson: Lesson) -> Shares:
    shares = np.zeros(len(LABELS))
    if lesson.confirmed:
        shares[LABELS.index(lesson.label) if lesson.label in FINDING_LABELS else OFFER] = 1
        return shares
    likely = np.array([lesson.labels.get(LABELS[place], 0.0) for place in OTHERS]) + 1e-9
    shares[OTHERS] = likely / likely.sum()
    return shares


def _find_copies(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first one that it is a copy of, also by way of others; its own if of none."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    if not texts:
        return []
    vocabulary = build_vocabulary(texts, least=1)
    rows = build_rows(texts, vocabulary)
    matrix = csr_matrix((rows.values, rows.columns, rows.bounds), shape=(len(texts), len(vocabulary.keys)))
    near = matrix @ matrix.T
    near.data = near.data >= ALIKE
    near.eliminate_zeros()
    found = connected_components(near, directed=False)[1].tolist()
    return [found.index(one) for one in found]


def _group(sources: Sequence[str], copies: Sequence[int]) -> tuple[str, ...]:
    """Sources that share a copy are one; each is given to one of GROUPS by its name."""
    parent = {source: source for source in sources}

    def root(source: str) -> str:
        while parent[source] != source:
            source = parent[source]
        return source

    for source, first in zip(sources, copies, strict=True):
        one, other = sorted((root(source), root(sources[first])))
        parent[other] = one
    digests = (hashlib.sha256(root(source).encode()).digest() for source in sources)
    return tuple(f"verdicts-{digest[0] % GROUPS}" for digest in digests)
