"""What tuning has learned of an encoder: small additions to the weights of its upper layers.

A low-rank adapter (LoRA; Hu et al. 2021, arXiv 2106.09685): a weight matrix W becomes W + scale · up · down, where
`down` [rank, inputs] and `up` [outputs, rank] are all that is learned. One file of a few megabytes holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.errors import MissingPart
from domain.plain import plain, restore

FILE = "adapter.safetensors"
WHOLE = "whole"

Additions = Mapping[str, npt.NDArray[np.float16]]
"""`NAME.down` and `NAME.up` for each linear layer NAME of the encoder that is added to."""


@dataclass(frozen=True)
class Tuning:
    """How an adapter was made: the same corpus, seed and machine make it again."""

    corpus_digest: str
    encoder_digest: str
    examples: int
    rank: int
    scale: float
    epochs: int
    seed: int
    folds: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Adapter:
    """The additions learned from all writers, and for each of `tuning.folds` those learned without its writers.

    The latter serve to calibrate: what an encoder says of posts that it was tuned on is no measure.
    """

    whole: Additions
    apart: tuple[Additions, ...]
    tuning: Tuning


def save_adapter(adapter: Adapter, folder: Path) -> None:
    """Write the adapter's file into a folder that exists."""
    from safetensors.numpy import save_file

    named = {WHOLE: adapter.whole} | {str(number): part for number, part in enumerate(adapter.apart)}
    arrays = {
        f"{part}/{name}": np.ascontiguousarray(array) for part, found in named.items() for name, array in found.items()
    }
    save_file(arrays, folder / FILE, metadata={"tuning": json.dumps(plain(adapter.tuning), sort_keys=True)})
    (folder / FILE).chmod(0o644)


def load_adapter(folder: Path) -> Adapter | None:
    """The adapter of a folder, None where it has none. Raises MissingPart for a file that is none."""
    from safetensors import SafetensorError, safe_open

    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, "np") as stored:
            tuning = restore(Tuning, json.loads((stored.metadata() or {})["tuning"]))
            names = stored.keys()
            arrays = {name: stored.get_tensor(name) for name in names}
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise MissingPart(part=f"a readable adapter in {folder} ({error})", mend="tipstaff train --encoder") from error
    apart = tuple(_pick(arrays, str(number)) for number in range(len(tuning.folds)))
    return Adapter(_pick(arrays, WHOLE), apart, tuning)


def _pick(arrays: Additions, part: str) -> Additions:
    return {name.removeprefix(f"{part}/"): array for name, array in arrays.items() if name.startswith(f"{part}/")}
