"""Sentence encoders: text in, one vector a text out. sentence-transformers is the interface to all of them.

The default comes inside an installed package, so that a machine without a model hub works the same
(`packaged.py`); any other name is a hub id or the folder of a SentenceTransformer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from classifier.encoders import packaged
from classifier.encoders.adapter import Additions
from domain.errors import MissingPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentence_transformers import SentenceTransformer

Note = Callable[[str], None]
DEFAULT = "packaged-e5-small"
# Texts a batch: the states of all layers are held for a batch at a time.
BATCH = 16


@dataclass(frozen=True)
class Place:
    """Where an encoder's folder is, and the digest of its weights where that is known without reading them."""

    path: str
    digest: str | None
    cache: Path | None


@dataclass(frozen=True)
class Encoder:
    """A loaded encoder. `digest` names its weights; `max_tokens` is the longest input it reads whole.

    A vector is the model's own sentence vector, with that of a middle layer before it where the model has layers.
    """

    name: str
    digest: str
    dimension: int
    max_tokens: int
    _model: SentenceTransformer

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One vector for each text, as [len(texts), dimension] float32, in the order given; its parts have length 1."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        # A lone surrogate is no text to a tokenizer. The library sorts by length itself, so that a batch holds
        # texts of one size.
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        vectors = self._model.encode(
            clean, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=False
        )
        return np.asarray(vectors, np.float32)

    def adapted(self, additions: Additions, scale: float) -> Encoder:
        """This encoder with an adapter's additions on its weights; this one stays as it is.

        Raises MissingPart when the additions are for another encoder.
        """
        from classifier.encoders.lowrank import add

        return replace(self, _model=add(self._model, additions, scale)) if additions else self

    def taught(self, lesson: Callable[[SentenceTransformer], Additions]) -> Additions:
        """What a lesson learns from the network, which stays as it is."""
        return lesson(self._model)


def load_encoder(name: str, models: Path, note: Note = lambda line: None) -> Encoder:
    """The encoder `name`: a key of ENCODERS, a folder, or a hub id.

    `models` is the folder where weights are unpacked or downloaded to; `note` hears one line before anything slow.
    Raises MissingPart when the weights are not to be had.
    """
    place = ENCODERS.get(name, _find_elsewhere)(name, models, note)
    with _hush():
        from classifier.encoders.layers import add_middle

        model = _open(name, place)
    digest = place.digest or _digest_weights(model)
    width = int(model.get_embedding_dimension() or 0)
    return Encoder(
        name=name,
        digest=digest,
        dimension=width * 2 if add_middle(model) else width,
        max_tokens=int(model.max_seq_length or 512),
        _model=model,
    )


def _find_packaged(name: str, models: Path, note: Note) -> Place:
    return Place(str(packaged.unpack(models, note)), packaged.SHA256, None)


def _find_elsewhere(name: str, models: Path, note: Note) -> Place:
    if Path(name).is_dir():
        return Place(str(Path(name).resolve()), None, None)
    note(f"loading the encoder {name}")
    return Place(name, None, models / "hub")


ENCODERS: Mapping[str, Callable[[str, Path, Note], Place]] = {DEFAULT: _find_packaged}


def _open(name: str, place: Place) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    local = place.cache is None
    try:
        model = SentenceTransformer(
            place.path,
            device="cpu",
            cache_folder=None if local else str(place.cache),
            local_files_only=local,
            trust_remote_code=False,
        )
    except (OSError, ValueError) as error:
        raise MissingPart(
            part=f"the encoder {name} ({str(error).splitlines()[0][:200]})",
            mend=f"hf download {name} --local-dir FOLDER, and name that folder; or use {DEFAULT}",
        ) from error
    return model


@contextmanager
def _hush() -> Iterator[None]:
    """No progress bars and no advice from the libraries while a model loads: the terminal is the command's."""
    import logging

    from transformers.utils import logging as bars

    libraries = [logging.getLogger(name) for name in ("sentence_transformers", "transformers")]
    levels = [library.level for library in libraries]
    shown = bars.is_progress_bar_enabled()
    for library in libraries:
        library.setLevel(logging.ERROR)
    bars.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library leaves it unannotated
    try:
        yield
    finally:
        for library, level in zip(libraries, levels, strict=True):
            library.setLevel(level)
        if shown:
            bars.enable_progress_bar()  # type: ignore[no-untyped-call]  # the same


def _digest_weights(model: SentenceTransformer) -> str:
    """SHA-256 over the parameters, by name: the same weights have the same digest wherever they came from."""
    import hashlib

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().view(-1).cpu().float().numpy().tobytes())
    return digest.hexdigest()
