"""The corpus's offers, so that a finding can be told which of them it is most like.

Likeness is the cosine of the rarities of the runs of characters that two texts have. What is kept of an offer is its
id and which runs it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.ngrams import Grams, Vocabulary, build_rows

# From this likeness on an offer is named, in texts of some length. Of the corpus, each writer compared with the offers
# of the others, 6 % of offers reach it and 0.4 % of other posts.
LIKE, LEAST_RUNS = 0.4, 20

Places = npt.NDArray[np.int64]


class Likeness(NamedTuple):
    """The offer that is most like a text: its id, how like (0 to 1), and which runs of the vocabulary they share."""

    id: str
    degree: float
    shared: Places


@dataclass(frozen=True)
class Known:
    """Offers by the runs they have: offer n has the runs `runs[bounds[n]:bounds[n+1]]` of the body's vocabulary."""

    ids: tuple[str, ...]
    bounds: Places
    runs: Places

    def find_nearest(self, grams: Grams, vocabulary: Vocabulary) -> Likeness | None:
        """The offer that is most like the text with these runs; None where it is not very like, or the text short."""
        here = np.unique(grams.ids)
        if len(here) < LEAST_RUNS or not self.ids:
            return None
        squares = vocabulary.rarity.astype(np.float64) ** 2
        present = np.zeros(len(squares))
        present[here] = squares[here]
        # A last zero lets the sums of offers without any run at the end be taken.
        starts = self.bounds[:-1]
        shared = np.add.reduceat(np.append(present[self.runs], 0.0), starts)
        sizes = np.add.reduceat(np.append(squares[self.runs], 0.0), starts)
        shared[np.diff(self.bounds) == 0] = 0
        degrees = shared / np.sqrt(np.maximum(sizes, 1e-12) * squares[here].sum())
        best = int(degrees.argmax())
        if degrees[best] < LIKE:
            return None
        runs = self.runs[self.bounds[best] : self.bounds[best + 1]]
        return Likeness(self.ids[best], float(degrees[best]), np.intersect1d(here, runs))


def gather_known(ids: Sequence[str], texts: Sequence[str], vocabulary: Vocabulary) -> Known:
    """What is kept of offers, from their folded texts."""
    rows = build_rows(texts, vocabulary)
    return Known(tuple(ids), rows.bounds.astype(np.int64), rows.columns.astype(np.int64))


def pack_known(known: Known) -> dict[str, npt.NDArray[np.generic]]:
    """As arrays of a model's file."""
    return {
        "known.ids": np.frombuffer("\n".join(known.ids).encode(), np.uint8),
        "known.bounds": known.bounds.astype(np.uint32),
        "known.runs": known.runs.astype(np.uint32),
    }


def unpack_known(arrays: Mapping[str, npt.NDArray[Any]]) -> Known | None:
    """From arrays of a model's file; None where there are none."""
    if "known.ids" not in arrays:
        return None
    ids = arrays["known.ids"].tobytes().decode()
    return Known(
        tuple(ids.split("\n")) if ids else (),
        arrays["known.bounds"].astype(np.int64),
        arrays["known.runs"].astype(np.int64),
    )
