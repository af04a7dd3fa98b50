"""Sketches of texts, by which near-duplicates meet: MinHash over three characters each, 32 values of 16 bits.

Only letters and ideographs count, so that a repost with another price, number or punctuation is the same text. The
share of values in which two sketches agree is an estimate of the Jaccard similarity of their sets of three characters.
Four values are a band: texts that share none of the eight are not compared, which with a similarity of 0.9 happens once
in ten thousand, of 0.8 twice in a hundred times. Low bits are kept (P. Li and A. C. König, WWW 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from store.minhash import EMPTY, Numbers, Owners, draw_minima, mix

Sketches: TypeAlias = npt.NDArray[np.uint16]

VALUES, BANDS = 32, 8
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
    table = draw_minima(letters, owners, len(texts), VALUES)
    blank = (table == EMPTY).all(axis=1)
    # The mixing spreads what the minimum has drawn to the small numbers; nought is for no text.
    kept = np.maximum((mix(table) & np.uint64(0xFFFF)).astype(np.uint16), np.uint16(1))
    kept[blank] = 0
    return kept


def view_bands(sketches: Sketches) -> Numbers:
    """The bands of sketches as numbers, `BANDS` a row."""
    return np.ascontiguousarray(sketches).view(np.uint64)


def _read_letters(texts: Sequence[str]) -> tuple[Numbers, Owners]:
    """The letters of all texts in a row, and which text each is of."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    letters = _LETTERS[np.minimum(points, _LETTERS.size - 1)]
    owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    kept = letters != 0
    return letters[kept].astype(np.uint64), owners[kept]
