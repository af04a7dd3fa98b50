"""Tuning: writers are dealt evenly, voices do not attract, and an adapter changes just what it is laid on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from classifier.encoders import Encoder
from classifier.encoders.adapter import FILE, Adapter, Tuning, load_adapter, save_adapter
from classifier.encoders.tuning import Lessons, contrast, split_writers, tune
from domain.errors import MissingPart

TEXTS = ("车主资料出售", "今天天气不错", "车险到期名单", "晚饭吃什么", "四十万车主打包", "求推荐行车记录仪")


def lessons(times: int) -> Lessons:
    texts = tuple(f"{text}{number}" for number in range(times) for text in TEXTS)
    return Lessons(texts, (0, 11) * (len(texts) // 2), tuple("abc"[place % 3] for place in range(len(texts))))


def test_writers_are_dealt_into_even_folds() -> None:
    """Each writer stands in one fold, and no fold has twice the posts of another where that can be helped."""
    writers = ["a"] * 40 + ["b"] * 30 + ["c"] * 30 + ["d"] * 20
    folds = split_writers(writers, 3)
    assert sorted(writer for fold in folds for writer in fold) == ["a", "b", "c", "d"]
    sizes = [sum(writers.count(writer) for writer in fold) for fold in folds]
    assert max(sizes) <= 50


def test_only_posts_of_different_writers_attract_each_other() -> None:
    """A batch by one writer has no partners; with two, posts of one label want to lie together."""
    near = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    labels = torch.tensor([0, 0, 1, 1])
    assert contrast(near, labels, torch.zeros(4)).item() == 0
    writers = torch.tensor([0, 1, 0, 1])
    together = contrast(near, labels, writers).item()
    apart = contrast(near[[0, 2, 1, 3]], labels, writers).item()
    assert together < apart


def test_an_adapter_is_learnt_and_laid_on_a_twin(encoder: Encoder, tmp_path: Path) -> None:
    """What was learnt changes the vectors of the twin, survives its file, and leaves the encoder as it was."""
    before = encoder.encode(TEXTS)
    steps: list[tuple[int, int]] = []
    adapter = tune(encoder, lessons(16), "corpus", lambda done, total: steps.append((done, total)))
    assert np.array_equal(encoder.encode(TEXTS), before)
    assert steps[-1][0] == steps[-1][1] == len(steps)
    save_adapter(adapter, tmp_path)
    again = load_adapter(tmp_path)
    assert again is not None
    assert again.tuning == adapter.tuning
    assert len(again.apart) == len(again.tuning.folds)
    after = encoder.adapted(again.whole, again.tuning.scale).encode(TEXTS)
    assert np.abs(after - before).max() > 1e-3
    assert np.array_equal(encoder.encode(TEXTS), before)


def test_an_adapter_for_another_encoder_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    """Additions whose names are not the encoder's are refused; a file that is no adapter says so."""
    strange = {"x.down": np.zeros((1, 2), np.float16), "x.up": np.zeros((2, 1), np.float16)}
    with pytest.raises(MissingPart):
        encoder.adapted(strange, 1.0)
    save_adapter(Adapter(strange, (), Tuning("c", "e", 0, 1, 1.0, 1, 7, ())), tmp_path)
    assert load_adapter(tmp_path) is not None
    (tmp_path / FILE).write_bytes(b"no tensors")
    with pytest.raises(MissingPart):
        load_adapter(tmp_path)
    assert load_adapter(tmp_path / "elsewhere") is None
