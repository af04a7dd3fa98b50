"""Verdicts as examples: what each teaches, how much, and that a model learns them but is not calibrated on them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from classifier import training
from classifier.corpus import Example, read_corpus
from classifier.encoders import Encoder
from classifier.lessons import GROUPS, OTHERS, teach
from classifier.redact import fill_masks
from domain.errors import Refused
from domain.signals import LABELS, Lesson, Passage

OFFER = "各地车主信息，0.5元一条，1000条起售，加微信 czxx_2088"
LIKELY = {"offer": 0.7, "legit_data_service": 0.2, "insurance_ad": 0.1}


def lesson(text: str = OFFER, *, confirmed: bool = False, label: str = "offer", source: str = "a") -> Lesson:
    """A verdict on a post."""
    return Lesson(Passage("p", text, "标题", "版块"), confirmed, label, LIKELY, source)


def test_a_confirmed_finding_teaches_its_label() -> None:
    """All of its weight is on the label that it carried; what only waited for review is an offer once confirmed."""
    taught = teach([
        lesson(confirmed=True, label="wanted"),
        lesson("收购本市车险到期名单，价格好说", confirmed=True, label="unrelated"),
    ])  # fmt: skip
    assert [LABELS[place] for place in taught.shares.argmax(1)] == ["wanted", "offer"]
    assert (taught.shares > 0).sum(1).tolist() == [1, 1]


def test_a_dismissed_finding_teaches_only_what_it_is_not() -> None:
    """Nothing for any label of a finding; the rest as the model finds it likely."""
    (shares,) = teach([lesson()]).shares
    assert shares.sum() == pytest.approx(1)
    assert shares[OTHERS].sum() == pytest.approx(1)
    assert shares[LABELS.index("legit_data_service")] == pytest.approx(2 / 3, abs=1e-6)
    assert shares[LABELS.index("insurance_ad")] == pytest.approx(1 / 3, abs=1e-6)


def test_copies_weigh_little_more_than_one() -> None:
    """An advert that was posted forty times weighs as much as five posts, and is left out as one group."""
    copies = [lesson(f"{OFFER} {number}", source=f"s{number}", confirmed=True) for number in range(40)]
    taught = teach([*copies, lesson("昨天在修理厂门口捡到一串钥匙，失主请联系", source="other")])
    assert taught.shares[:40].sum() == pytest.approx(1 + np.log(40))
    assert taught.shares[40].sum() == pytest.approx(1)
    assert len(set(taught.groups[:40])) == 1


def test_posts_of_one_source_are_left_out_together() -> None:
    """Whatever their words; and there are never more than GROUPS groups."""
    texts = ["今天钓了三条鱼", "出售二手婴儿车", "谁知道城东哪里修空调", "周末去爬山的接龙"]
    taught = teach([lesson(text, source=source) for text, source in itertools.product(texts, "abcdefgh")])
    by_source = [set(taught.groups[place::8]) for place in range(8)]
    assert all(len(groups) == 1 for groups in by_source)
    assert len(set(taught.groups)) <= GROUPS


def test_what_is_masked_whole_teaches_nothing() -> None:
    """A text of which nothing is left is passed over; in others a stand-in of like length is read for each mask."""
    assert teach([lesson("＊＊＊ ＊＊＊＊＊＊＊＊＊＊＊")]).groups == ()
    assert fill_masks("＊＊ ＊＊＊＊＊＊＊＊＊＊＊ ＊＊＊＊＊＊＊ x") == "王小 13000000000 京A00000 x"
    assert teach([]).shares.shape == (0, len(LABELS))


def test_too_small_a_corpus_is_refused() -> None:
    """Without two writers of both kinds there is nobody to be left out, and no score could be calibrated."""
    (writer, *_rest) = {example.writer for example in read_corpus()}
    alone = [example for example in read_corpus() if example.writer == writer]
    few = [example for example in read_corpus() if example.label != "offer"]
    for examples in (alone, few, read_corpus()[:5]):
        with pytest.raises(Refused, match="calibrate"):
            training.check_enough(examples)
    training.check_enough(read_corpus())


def test_verdicts_teach_the_model_and_do_not_calibrate_it(encoder: Encoder) -> None:
    """What was dismissed again and again scores lower by the model that learnt it; the same posts and verdicts give
    the same model, to the last digit kept, and none of them the one that the corpus alone gives; calibration is on the
    corpus's posts."""
    examples = _pick(read_corpus())
    dull = "出一批抄数资料，量大从优，一千条起，微信 chaoshu_01"
    lessons = [lesson(f"{dull} {word}", source=word) for word in ("甲地", "乙地", "丙地")]
    remembering = _remember(encoder)
    plain, again = (training.train(examples, remembering) for _ in range(2))
    first, second = (training.train(examples, remembering, lessons) for _ in range(2))
    assert plain.digest() == again.digest()
    assert plain.manifest == again.manifest
    assert first.digest() == second.digest() != plain.digest()
    assert (plain.manifest.verdicts, first.manifest.verdicts) == (0, 3)
    assert first.manifest.calibration.share == plain.manifest.calibration.share
    assert "verdicts_dismissed_found" in first.manifest.figures
    odds = [model.sparse.judge([dull], [""])[0, 0] for model in (plain, first)]
    assert odds[1] < odds[0]


def _pick(examples: Sequence[Example]) -> list[Example]:
    """A few posts of three writers: each is left out once, and that is what training costs."""
    writers = sorted({example.writer for example in examples})[:3]
    written = [example for example in examples if example.writer in writers][::20]
    return [replace(example, id=f"{example.writer}-{number}") for number, example in enumerate(written)]


def _remember(encoder: Encoder) -> Encoder:
    """The same encoder, which encodes a text once and for all: trainings differ in what is made of the vectors."""
    vectors: dict[str, npt.NDArray[np.float32]] = {}

    class Remembering(Encoder):
        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            new = [text for text in dict.fromkeys(texts) if text not in vectors]
            vectors.update(zip(new, encoder.encode(new), strict=True))
            return np.array([vectors[text] for text in texts], np.float32).reshape(-1, self.dimension)

    return Remembering(**vars(encoder))
