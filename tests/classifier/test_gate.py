"""The gate: what it weighs, how it is chosen, and that nothing behind it depends on what it turned away."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.encoders import DEFAULT, Encoder
from classifier.gate import LENGTHS, OPEN, SHUT, Gate, choose_gate, weigh_interest
from classifier.head import Model, load_model
from classifier.reader import Reader
from classifier.training import SHIPPED
from domain.errors import MissingPart
from domain.signals import FINDING_LABELS, LABELS, Passage

SELLS = Passage("1", "我们有各个地区的车主信息，0.5元一条，1000条起售，微信 kehu_8866")
CHATS = Passage("2", "今天下雨，跑步回来洗了个澡，晚上吃的饺子，挺香的。")


def test_interest_is_what_finds_against_what_does_not() -> None:
    """Half the probability on labels of findings is an interest of 0; more of it, more."""
    rows = np.full((2, len(LABELS)), 1e-9)
    rows[0, [LABELS.index("offer"), LABELS.index("unrelated")]] = 0.5
    rows[1, [LABELS.index("wanted"), LABELS.index("unrelated")]] = 0.9, 0.1
    even, more = weigh_interest(np.log(rows)).tolist()
    assert abs(even) < 1e-6
    assert more == pytest.approx(np.log(9), abs=1e-6)


def test_the_gate_lets_the_asked_share_of_offers_pass() -> None:
    """Of a thousand offers of one length at most two are turned away; posts of other labels have no say."""
    interest = np.concatenate([np.linspace(-3, 5, 1000), np.full(500, -9.0)])
    offers, lengths = np.arange(1500) < 1000, np.full(1500, 60)
    gate = choose_gate(interest, lengths, offers, 0.998)
    assert sum(gate.passes(one, 60) for one in interest[offers].tolist()) == 998
    assert choose_gate(interest, lengths, offers & False) == OPEN


def test_a_long_post_must_look_the_more_like_a_finding() -> None:
    """Each class of length has the level of its own offers, but none is lower than that of all of them; what is open
    lets everything pass and what is shut nothing."""
    interest = np.concatenate([np.linspace(-3, 5, 900), np.linspace(0, 5, 100)])
    lengths = np.concatenate([np.full(900, 30), np.full(100, 500)])
    gate = choose_gate(interest, lengths, np.full(1000, True), 0.99)
    assert gate.passes(-2.5, 30)
    assert not gate.passes(-2.5, 500)
    assert gate.passes(0.1, 500)
    assert min(gate.levels) == gate.levels[0] > -3  # no offer is so short; the level of all
    assert OPEN.passes(-np.inf, 0)
    assert not SHUT.passes(9.0, 999)
    assert Gate((0.0,) * len(SHUT.levels)).passes(0.0, LENGTHS[-1])


def test_what_is_turned_away_never_loads_the_encoder() -> None:
    """Chatter is answered by the sparse view alone, and is no finding; an offer asks for the encoder."""

    def refuse() -> Encoder:
        raise MissingPart(part="an encoder", mend="nothing")

    reader = Reader(load_model(SHIPPED / DEFAULT), refuse, 1 / 200)
    (reading,) = reader.read([CHATS])
    assert reading.signal.label not in FINDING_LABELS
    assert reading.signal.score < reader.review_low
    with pytest.raises(MissingPart):
        reader.read([CHATS, SELLS])


def test_a_post_is_read_the_same_beside_posts_that_are_turned_away(encoder: Encoder) -> None:
    """Who stands beside a post changes nothing in its signal but the rounding of a batch."""
    reader = Reader(load_model(SHIPPED / DEFAULT), lambda: encoder, 1 / 200)
    alone = reader.read([SELLS])[0].signal
    among = reader.read([CHATS, SELLS, CHATS])[1].signal
    assert among.label == alone.label == "offer"
    assert among.score == pytest.approx(alone.score, abs=1e-4)


def test_everything_is_encoded_where_all_is_to_be_read() -> None:
    """`--read all` asks for the whole reading of each text: the gate turns nothing away."""

    def refuse() -> Encoder:
        raise MissingPart(part="an encoder", mend="nothing")

    reader = Reader(load_model(SHIPPED / DEFAULT), refuse, 1 / 200)
    with pytest.raises(MissingPart):
        reader.read([CHATS], read_all=True)


def test_the_shipped_gate_is_one(encoder: Encoder) -> None:
    """The shipped model turns something away, at every length."""
    model: Model = load_model(SHIPPED / DEFAULT)
    levels = model.manifest.calibration.gate.levels
    assert len(levels) == len(LENGTHS) + 1
    assert np.isfinite(levels).all()
    assert encoder.dimension == model.manifest.dimension
