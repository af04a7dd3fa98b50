"""The sparse view of a text: its runs of one to three characters, weighted by how rare they are.

A run is packed into one 64-bit number (21 bits a character, which holds every code point), so that a vocabulary is a
sorted array and looking up a whole text is one vectorised search. Positions in the text are kept, for the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LONGEST = 3
_BITS = 21

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """The runs that a model knows: `keys` sorted, and the weight (inverse document frequency) of each."""

    keys: Keys
    rarity: Floats


@dataclass(frozen=True)
class Grams:
    """The known runs of one text: `ids` into the vocabulary, where each starts and how long it is."""

    ids: Places
    starts: Places
    lengths: Places


@dataclass(frozen=True)
class Rows:
    """Sparse rows in the usual three arrays (CSR): row r is `columns[bounds[r]:bounds[r+1]]` and its `values`."""

    bounds: Places
    columns: Places
    values: Floats


def pack_runs(text: str) -> tuple[Keys, Places, Places]:
    """Every run of the text as a number, with its start and length in characters of `text`."""
    codes = _simplify(text)
    keys, starts, lengths = [], [], []
    packed = np.zeros(len(codes), np.uint64)
    for length in range(1, LONGEST + 1):
        count = len(codes) - length + 1
        if count <= 0:
            break
        # Every code is one more than the character's, so that a shorter run never equals a longer one.
        packed = (packed[:count] << np.uint64(_BITS)) | codes[length - 1 :]
        keys.append(packed)
        starts.append(np.arange(count))
        lengths.append(np.full(count, length))
    if not keys:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(keys), np.concatenate(starts), np.concatenate(lengths)


def unpack_run(key: int) -> str:
    """The run that a number stands for (digits as 0)."""
    mask = (1 << _BITS) - 1
    codes = [key >> (_BITS * place) & mask for place in reversed(range(LONGEST))]
    return "".join(chr(code - 1) for code in codes if code)


def build_vocabulary(texts: Sequence[str], least: int = 2) -> Vocabulary:
    """The runs that stand in at least `least` of the texts."""
    present = [np.unique(pack_runs(text)[0]) for text in texts]
    keys, counts = np.unique(np.concatenate([*present, np.zeros(0, np.uint64)]), return_counts=True)
    kept = counts >= least
    rarity = np.log((1 + len(texts)) / (1 + counts[kept])) + 1
    return Vocabulary(keys[kept], rarity.astype(np.float32))


def find_grams(text: str, vocabulary: Vocabulary) -> Grams:
    """The runs of `text` that the vocabulary knows."""
    keys, starts, lengths = pack_runs(text)
    ids, known = _look_up(keys, vocabulary)
    return Grams(ids[known], starts[known], lengths[known])


def build_rows(texts: Sequence[str], vocabulary: Vocabulary) -> Rows:
    """One row a text: logarithmic counts times rarity, of length 1.

    All texts are one array on the way, so that a thousand short ones cost little more than one long one.
    """
    owners, keys = _pack_all(texts)
    ids, known = _look_up(keys, vocabulary)
    width = max(len(vocabulary.keys), 1)
    cells, counts = np.unique(owners[known] * width + ids[known], return_counts=True)
    rows, columns = np.divmod(cells, width)
    values = (1 + np.log(counts)) * vocabulary.rarity[columns]
    sizes = np.sqrt(np.bincount(rows, values**2, len(texts)))
    bounds = np.searchsorted(rows, np.arange(len(texts) + 1))
    return Rows(bounds, columns, (values / sizes[rows]).astype(np.float32))


def multiply(rows: Rows, weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """`rows` times a dense matrix [columns, labels] → [rows, labels]."""
    result = np.zeros((len(rows.bounds) - 1, weights.shape[1]))
    filled = np.flatnonzero(np.diff(rows.bounds))
    if len(filled):
        parts = weights[rows.columns] * rows.values[:, None].astype(np.float64)
        result[filled] = np.add.reduceat(parts, rows.bounds[filled])
    return result


def _look_up(keys: Keys, vocabulary: Vocabulary) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Where each key stands in the vocabulary, and whether it does."""
    if not len(vocabulary.keys):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
    ids = np.minimum(np.searchsorted(vocabulary.keys, keys), len(vocabulary.keys) - 1)
    return ids, vocabulary.keys[ids] == keys


def _pack_all(texts: Sequence[str]) -> tuple[Places, Keys]:
    """Every run of every text, each with the number of its text."""
    # The line between two texts belongs to neither; no run reaches over it.
    codes = _simplify("\n".join(texts))
    lengths = np.array([len(text) + 1 for text in texts], np.int64)
    owners = np.repeat(np.arange(len(texts)), lengths)[: len(codes)]
    owners[np.cumsum(lengths)[:-1] - 1] = -1
    found_owners, found_keys = [owners[:0]], [codes[:0]]
    packed = np.zeros(len(codes), np.uint64)
    inside = owners >= 0
    for length in range(1, LONGEST + 1):
        count = len(codes) - length + 1
        if count <= 0:
            break
        packed = (packed[:count] << np.uint64(_BITS)) | codes[length - 1 :]
        inside = inside[:count] & (owners[:count] == owners[length - 1 :])
        found_owners.append(owners[:count][inside])
        found_keys.append(packed[inside])
    return np.concatenate(found_owners), np.concatenate(found_keys)


def _simplify(text: str) -> Keys:
    """Code points plus one: lower case, every digit as 0, every space as a blank. As long as the text."""
    lowered = text.lower()
    if len(lowered) != len(text):
        # A few capitals become two characters; they stay as they are, so that positions hold.
        lowered = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    codes = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    codes[(codes >= 9) & (codes <= 13)] = ord(" ")
    return codes + np.uint64(1)
