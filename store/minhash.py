"""MinHash of texts: what near-duplicates have in common without being held against each other one by one.

One hash for all values (one-permutation hashing; P. Li, A. Owen and C.-H. Zhang, NIPS 2012), empty values filled by
rotation (A. Shrivastava and P. Li, ICML 2014). The share of values in which two texts agree is an estimate of the
Jaccard similarity of their sets of three letters.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.uint64]
Owners: TypeAlias = npt.NDArray[np.int64]

GRAM = 3
EMPTY = np.uint64(2**64 - 1)
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def draw_minima(letters: Numbers, owners: Owners, texts: int, values: int) -> Numbers:
    """The smallest hashes of each text, [texts, values]; all EMPTY for a text without GRAM letters.

    `letters` are the letters of all texts in a row as numbers below 2**21, `owners` says which text each is of;
    `values` is a power of two, 64 at most.
    """
    drawn = np.full(texts * values, EMPTY, dtype=np.uint64)
    if letters.size >= GRAM:
        whole = owners[: 1 - GRAM] == owners[GRAM - 1 :]
        grams = (letters[:-2] << np.uint64(42)) ^ (letters[1:-1] << np.uint64(21)) ^ letters[2:]
        hashes, owners = mix(grams[whole]), owners[: 1 - GRAM][whole]
        places = owners * values + (hashes & np.uint64(values - 1)).astype(np.int64)
        np.minimum.at(drawn, places, hashes >> np.uint64(6))
    return _fill(drawn.reshape(texts, values))


def mix(numbers: Numbers) -> Numbers:
    """SplitMix64's finalizer (G. Steele, D. Lea and C. Flood, OOPSLA 2014)."""
    mixed = numbers + _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
    result: Numbers = mixed ^ (mixed >> np.uint64(31))
    return result


def _fill(values: Numbers) -> Numbers:
    """An empty value takes that of the next place round the ring that has one, and how far it was."""
    filled, source = values.copy(), values
    steps = np.arange(values.shape[1], dtype=np.uint64) * _MIX[0]
    for distance in range(1, values.shape[1]):
        empty = filled == EMPTY
        if not empty.any():
            break
        source = np.roll(source, -1, axis=1)
        taken = empty & (source != EMPTY)
        filled[taken] = source[taken] + steps[distance]
    return filled
