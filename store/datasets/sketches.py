"""Sketches of texts, by which near-duplicates meet: MinHash over three characters each, 32 values of 16 bits.

Only letters and ideographs count, so that a repost with another price, number or punctuation is the same text. The
share of values in which two sketches agree is an estimate of the Jaccard similarity of their sets of three characters.
Four values are a band: texts that share none of the eight are not compared, which with a similarity of 0.9 happens once
in ten thousand, of 0.8 twice in a hundred times. One hash for all values (one-permutation hashing; P. Li, A. Owen and
C.-H. Zhang, NIPS 2012), empty values filled by rotation (A. Shrivastava and P. Li, ICML 2014), low bits kept (P. Li and
A. C. König, WWW 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Sketches: TypeAlias = npt.NDArray[np.uint16]

VALUES, BANDS = 32, 8
_GRAM = 3
_EMPTY = np.uint64(2**64 - 1)
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_STEPS = np.arange(VALUES, dtype=np.uint64) * _MIX[0]
# Every character of Unicode's first plane as the letter it counts as, 0 for none. What lies beyond are emoji and
# characters that nobody writes offers in.
_LETTERS = np.zeros(0x10000, dtype=np.uint16)
for _first, _last in ((0x61, 0x7A), (0xDF, 0x24F), (0x430, 0x45F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)):
    _LETTERS[_first : _last + 1] = range(_first, _last + 1)
for _upper, _lower, _count in ((0x41, 0x61, 26), (0xC0, 0xE0, 31), (0x410, 0x430, 32)):
    _LETTERS[_upper : _upper + _count] = range(_lower, _lower + _count)


def sketch_texts(texts: Sequence[str]) -> Sketches:
    """The sketches of texts, one a row, `VALUES` numbers each. Zeros for a text without three letters."""
    letters, owners = _read_letters(texts)
    if letters.size < _GRAM:
        return np.zeros((len(texts), VALUES), dtype=np.uint16)
    whole = owners[: 1 - _GRAM] == owners[_GRAM - 1 :]
    grams = (letters[:-2] << np.uint64(42)) ^ (letters[1:-1] << np.uint64(21)) ^ letters[2:]
    hashes, owners = _mix(grams[whole]), owners[: 1 - _GRAM][whole]
    values = np.full(len(texts) * VALUES, _EMPTY, dtype=np.uint64)
    places = owners * VALUES + (hashes & np.uint64(VALUES - 1)).astype(np.int64)
    np.minimum.at(values, places, hashes >> np.uint64(6))
    table = values.reshape(len(texts), VALUES)
    blank = (table == _EMPTY).all(axis=1)
    # The mixing spreads what the minimum has drawn to the small numbers; nought is for no text.
    kept = (_mix(_fill(table)) & np.uint64(0xFFFF)).astype(np.uint16)
    kept = np.maximum(kept, np.uint16(1))
    kept[blank] = 0
    return kept


def view_bands(sketches: Sketches) -> Hashes:
    """The bands of sketches as numbers, `BANDS` a row."""
    return np.ascontiguousarray(sketches).view(np.uint64)


def _read_letters(texts: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The letters of all texts in a row, and which text each is of."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    letters = _LETTERS[np.minimum(points, _LETTERS.size - 1)]
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    kept = letters != 0
    return letters[kept].astype(np.uint64), owners[kept]


def _mix(numbers: Hashes) -> Hashes:
    """SplitMix64's finalizer (G. Steele, D. Lea and C. Flood, OOPSLA 2014)."""
    mixed = numbers + _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
    result: Hashes = mixed ^ (mixed >> np.uint64(31))
    return result


def _fill(values: Hashes) -> Hashes:
    """An empty value takes that of the next place round the ring that has one, and how far it was."""
    filled, source = values.copy(), values
    for distance in range(1, VALUES):
        empty = filled == _EMPTY
        if not empty.any():
            break
        source = np.roll(source, -1, axis=1)
        taken = empty & (source != _EMPTY)
        filled[taken] = source[taken] + _STEPS[distance]
    return filled
