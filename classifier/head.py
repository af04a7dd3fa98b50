"""The head: two linear views of a text, dense and sparse, whose log probabilities are averaged.

A model is a folder of two or three files: `model.safetensors` (the arrays), `manifest.json` (what they are, and how and
on what they were trained) and, for a tuned encoder, its adapter. Nothing in it is executable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.calibration import Calibration
from classifier.encoders.adapter import Adapter, load_adapter, save_adapter
from classifier.known import Known, pack_known, unpack_known
from classifier.ngrams import Rows, Vocabulary, build_rows, multiply
from domain.errors import MissingPart
from domain.plain import plain, restore
from domain.signals import LABELS

ARRAYS, MANIFEST = "model.safetensors", "manifest.json"
# Raise it when a model written before can no longer be read.
FORMAT = 4

# Texts that the sparse view reads in one go: more would be no faster, and their runs are in memory together.
AT_ONCE = 500

Floats = npt.NDArray[np.float32]
Logs = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Dense:
    """Linear on the encoder's vectors: weights [dimension, labels], bias [labels]."""

    weights: Floats
    bias: Floats

    def judge(self, vectors: Floats) -> Logs:
        """Log probabilities, [texts, labels]."""
        return _log_softmax(vectors.astype(np.float64) @ self.weights + self.bias)


@dataclass(frozen=True)
class Sparse:
    """Linear on a text's runs of characters and, apart, on those of its title: weights [runs, labels] each."""

    body: Vocabulary
    body_weights: Floats
    title: Vocabulary
    title_weights: Floats
    bias: Floats

    def judge(self, texts: Sequence[str], titles: Sequence[str]) -> Logs:
        """Log probabilities, [texts, labels]."""
        some = (slice(first, first + AT_ONCE) for first in range(0, len(texts), AT_ONCE))
        answers = [
            self.judge_rows(build_rows(texts[part], self.body), build_rows(titles[part], self.title)) for part in some
        ]
        return np.concatenate([np.zeros((0, len(self.bias))), *answers])

    def judge_rows(self, body: Rows, title: Rows) -> Logs:
        """The same from rows that are built already."""
        return _log_softmax(multiply(body, self.body_weights) + multiply(title, self.title_weights) + self.bias)


@dataclass(frozen=True)
class Manifest:
    """What a model is. `dimension` and `encoder_digest` say which vectors it reads; `figures` are the out-of-fold
    measures at the time of training, `thresholds_for` the rule by which the thresholds were chosen. `verdicts` counts
    the analysts' verdicts learnt from beside the corpus."""

    format: int
    labels: tuple[str, ...]
    encoder: str
    encoder_digest: str
    dimension: int
    max_tokens: int
    corpus_digest: str
    examples: int
    calibration: Calibration
    thresholds_for: str
    figures: dict[str, float]
    versions: dict[str, str]
    verdicts: int = 0


@dataclass(frozen=True)
class Model:
    """A trained head with its manifest. `kinds` tells the kinds of an offer apart, in the order of OFFER_KINDS;
    `adapter` is what the encoder must be adapted with, None for the encoder as it comes. `known` are
    the offers that a finding may be likened to; they decide no score."""

    dense: Dense
    sparse: Sparse
    kinds: Dense
    manifest: Manifest
    adapter: Adapter | None = None
    known: Known | None = None

    def judge(self, vectors: Floats, sparse: Logs) -> Logs:
        """Log probabilities at the corpus mix, [texts, labels], from vectors and the sparse view's own answer."""
        return combine(self.dense.judge(vectors), sparse)

    def digest(self) -> str:
        """SHA-256 over all that decides a score, lower-case hex."""
        digest = hashlib.sha256(json.dumps(plain(self.manifest.calibration), sort_keys=True).encode())
        additions = self.adapter.whole if self.adapter else {}
        for name, array in sorted((_arrays(self) | dict(additions)).items()):
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def combine(dense: Logs, sparse: Logs) -> Logs:
    """The mean of both views in log space, made to sum to 1 again."""
    return _log_softmax((dense + sparse) / 2)


def save_model(model: Model, folder: Path) -> None:
    """Write a model into a folder, which is made."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(model) | (pack_known(model.known) if model.known else {})
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / ARRAYS)
    (folder / ARRAYS).chmod(0o644)
    if model.adapter:
        save_adapter(model.adapter, folder)
    text = json.dumps(plain(model.manifest), ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def load_model(folder: Path) -> Model:
    """The model of a folder. Raises MissingPart when there is none, or one of another format."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        manifest = restore(Manifest, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        arrays = load_file(folder / ARRAYS)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise MissingPart(part=f"a trained model in {folder} ({error})", mend="tipstaff train") from error
    if manifest.format != FORMAT or manifest.labels != LABELS:
        raise MissingPart(part=f"a model of this version in {folder}", mend="tipstaff train")
    vocabularies = {view: Vocabulary(arrays[f"{view}.keys"], arrays[f"{view}.rarity"]) for view in ("body", "title")}
    return Model(
        Dense(arrays["dense.weights"], arrays["dense.bias"]),
        Sparse(
            vocabularies["body"],
            arrays["body.weights"].astype(np.float32),
            vocabularies["title"],
            arrays["title.weights"].astype(np.float32),
            arrays["sparse.bias"],
        ),
        Dense(arrays["kinds.weights"], arrays["kinds.bias"]),
        manifest,
        load_adapter(folder),
        unpack_known(arrays),
    )


def _arrays(model: Model) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays as they are kept: weights of runs in half precision."""
    sparse = model.sparse
    return {
        "dense.weights": model.dense.weights,
        "dense.bias": model.dense.bias,
        "body.keys": sparse.body.keys,
        "body.rarity": sparse.body.rarity,
        "body.weights": sparse.body_weights.astype(np.float16),
        "title.keys": sparse.title.keys,
        "title.rarity": sparse.title.rarity,
        "title.weights": sparse.title_weights.astype(np.float16),
        "sparse.bias": sparse.bias,
        "kinds.weights": model.kinds.weights,
        "kinds.bias": model.kinds.bias,
    }


def _log_softmax(logits: Logs) -> Logs:
    shifted = logits - logits.max(axis=1, keepdims=True)
    normal: Logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normal
