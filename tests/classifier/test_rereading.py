"""What is kept is masked: reading it again must not make offers look less like ones."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import classifier
from classifier.calibration import log_odds
from classifier.corpus import read_corpus
from classifier.encoders import DEFAULT, Encoder
from classifier.head import load_model
from classifier.reader import Reader
from domain.signals import Passage

ROWS = (
    "{name} {phone} {plate} {vin}", "姓名：{name} 电话：{phone} 车牌：{plate}", "{name},{phone},{plate}",
    "{name}\t{paper}\t{phone}",
)  # fmt: skip
POSTS = 120


@pytest.fixture(scope="module")
def reader(encoder: Encoder) -> Reader:
    return Reader(load_model(Path(classifier.__file__).parent / "models" / DEFAULT), lambda: encoder, 1 / 200)


def test_masking_lowers_no_scores_on_average(reader: Reader) -> None:
    """Offers with invented sample rows, read as they were posted and again as they are kept: on average the log-odds
    stay within a tenth, hardly any is lost, and nothing more is masked."""
    chance = random.Random(3)
    offers = [example for example in read_corpus() if example.label == "offer" and len(example.text) < 400]
    posted = [
        Passage(one.id, "\n".join((one.text, "样本：", *(_make_row(chance) for _ in range(chance.randrange(1, 4))))),
                one.thread_title, one.board)
        for one in chance.sample(offers, POSTS)
    ]  # fmt: skip
    first = reader.read(posted)
    again = reader.read([reading.passage for reading in first], masked=True)
    assert all("＊" in reading.passage.text for reading in first)
    assert [reading.passage for reading in again] == [reading.passage for reading in first]
    moved = np.array(
        [log_odds(new.signal.score) - log_odds(old.signal.score) for old, new in zip(first, again, strict=True)]
    )
    lost = sum(old.signal.label == "offer" != new.signal.label for old, new in zip(first, again, strict=True))
    told = f"mean {moved.mean():+.3f}, median {np.median(moved):+.3f}, deviation {moved.std():.2f}, {lost} lost"
    assert moved.mean() > -0.1, told
    assert lost <= 0.05 * POSTS, told


def _make_row(chance: random.Random) -> str:
    return chance.choice(ROWS).format(
        name=chance.choice("王李张刘陈杨黄赵") + chance.choice(("伟", "敏", "丽华", "建国", "志强", "秀英")),
        phone=f"1{chance.choice('35789')}{chance.randrange(10**9):09d}",
        plate=f"{chance.choice('粤京沪苏浙')}{chance.choice('ABCD')}{chance.randrange(10**5):05d}",
        vin=f"LSVAA{chance.randrange(10**12):012d}",
        paper=f"3201{chance.randrange(10**14):014d}",
    )
