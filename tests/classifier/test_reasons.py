"""Reasons: what a prosecutor reads is what moved the score, in plain names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import classifier
from classifier.calibration import log_odds
from classifier.corpus import read_corpus
from classifier.encoders import DEFAULT, Encoder
from classifier.fold import fold
from classifier.head import Model, load_model, save_model
from classifier.known import gather_known
from classifier.reader import Reader
from classifier.reasons import NAMES
from domain.signals import Passage, Reading
from tipstaff.market.stock import Stock
from tipstaff.words import name_reason, read_words

PRICED = "全国车主信息，姓名电话车型齐全，0.5元一条，1000条起售，一手渠道，有二百万条，加微信 czxx_2088"
TOP, DRAWS = 3, 4


@pytest.fixture(scope="module")
def model() -> Model:
    """The shipped model, and the corpus's offers to be likened to."""
    shipped = load_model(Path(classifier.__file__).parent / "models" / DEFAULT)
    offers = [example for example in read_corpus() if example.label == "offer"]
    texts = [fold(example.text).text for example in offers]
    return replace(shipped, known=gather_known([one.id for one in offers], texts, shipped.sparse.body))


@pytest.fixture(scope="module")
def reader(model: Model, encoder: Encoder) -> Reader:
    return Reader(model, lambda: encoder, 1 / 200)


def read(reader: Reader, text: str) -> Reading:
    """One text, read."""
    return reader.read([Passage("7", text)])[0]


def test_reasons_are_named_in_both_languages(reader: Reader) -> None:
    """Every reason has one of the known names, and each of those is said in English and Chinese."""
    reasons = read(reader, PRICED).signal.reasons
    names = {reason.why.partition(": ")[0] for reason in reasons}
    assert names <= set(NAMES)
    assert {"price", "goods", "contact"} <= names
    assert any(reason.why == "trade word" for reason in read(reader, "一手渠道，实时更新，长期供应").signal.reasons)
    for name in NAMES:
        assert f"why_{name.replace(' ', '_')}" in read_words()
    assert name_reason("zh", "contact: wechat") == "联系方式: wechat"
    assert name_reason("zh", "a name of another day") == "a name of another day"


@pytest.mark.parametrize(("text", "shown", "plain"), [
    ("各地车zhu信息，0.5元一条，1000条起，加微信 czxx_2088", "车zhu", "车主"),
    ("各地车主数剧，0.5元一条，1000条起，加微信 czxx_2088", "数剧", "数据"),
])  # fmt: skip
def test_an_undone_disguise_says_what_it_stood_for(reader: Reader, text: str, shown: str, plain: str) -> None:
    """A disguise is shown as it was written, beside the word that it hides."""
    undone = [reason for reason in read(reader, text).signal.reasons if reason.why.startswith("disguise undone")]
    assert any(shown in reason.text and plain in reason.why for reason in undone)


def test_a_masked_victim_is_in_no_reason(reader: Reader) -> None:
    """A victim's data is neither shown nor named, disguised or not."""
    text = PRICED + "\n样本：\n张晓伟 １３８１２３４５６７８ 粤Ｂ１２３４５"
    reading = read(reader, text)
    assert "＊" in reading.passage.text
    told = "".join(reason.why + reason.text for reason in reading.signal.reasons)
    assert "13812345678" not in told
    assert "１３８" not in told


def test_an_offer_like_a_known_one_names_it(reader: Reader, model: Model) -> None:
    """A copied offer is likened to the corpus's, at words that both have, by id; it weighs nothing of its own."""
    example = next(one for one in read_corpus() if one.label == "offer" and 80 < len(one.text) < 150)
    reading = read(reader, example.text.replace("，", ", "))
    *_others, last = reading.signal.reasons
    assert last.why.startswith(f"like a known offer: {example.id} (")
    assert last.text == reading.passage.text[last.start : last.end] != ""
    assert last.weight == 0
    assert all(not reason.why.startswith("like") for reason in read(reader, "今天洗车排了两个钟头的队").signal.reasons)


def test_known_offers_travel_with_the_model_and_decide_nothing(model: Model, tmp_path: Path) -> None:
    """What is saved is loaded again; the model's digest is the same with and without."""
    folder = tmp_path / "model"
    save_model(model, folder)
    again = load_model(folder).known
    assert model.known is not None
    assert again is not None
    assert again.ids == model.known.ids
    assert np.array_equal(again.runs, model.known.runs)
    assert model.digest() == replace(model, known=None).digest()


def test_taking_the_top_reasons_out_lowers_the_score(reader: Reader) -> None:
    """In the practice market's offers, which no model was trained on: more than taking out as many random words of
    the same lengths, by far on average, and in at least 9 of 10 offers."""
    passages = [
        Passage(str(entry.id), entry.text, thread.title)
        for thread in Stock(datetime(2026, 11, 20, tzinfo=UTC)).threads.values()
        for entry in thread.entries
        if entry.gold == "offer"
    ]
    chance = random.Random(7)
    drops = [_ablate(reader, passage, reading, chance) for passage, reading in zip(
        passages, reader.read(passages), strict=True) if reading.signal.label == "offer"]  # fmt: skip
    reasons, others = np.array(drops).T
    assert len(drops) > 30
    assert reasons.mean() > 1.5 * others.mean()
    assert (reasons > others).mean() >= 0.9


def _ablate(reader: Reader, passage: Passage, reading: Reading, chance: random.Random) -> tuple[float, float]:
    """How far the log-odds fall without the TOP weightiest reasons, and on average without random spans so long."""
    for_it = [reason for reason in reading.signal.reasons if reason.weight > 0][:TOP]
    spans = [(reason.start, reason.end) for reason in for_it]
    cuts = [spans, *(list(_draw(len(passage.text), spans, chance)) for _ in range(DRAWS))]
    left = reader.read([replace(passage, text=_cut(passage.text, gone)) for gone in cuts])
    odds = [log_odds(reading.signal.score) - log_odds(one.signal.score) for one in left]
    return odds[0], float(np.mean(odds[1:]))


def _draw(size: int, spans: list[tuple[int, int]], chance: random.Random) -> Iterator[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    for start, end in spans:
        for _attempt in range(50):
            at = chance.randrange(size - (end - start) + 1)
            if all(at + end - start <= left or right <= at for left, right in taken):
                break
        taken.append((at, at + end - start))
    yield from taken


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    gone = {place for start, end in spans for place in range(start, end)}
    return "".join(letter for place, letter in enumerate(text) if place not in gone)
