"""A post and its pictures are one text to the classifier, and two to whoever reads what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.pictures.gallery import join, part
from classifier.reader import Reader, load_reader
from classifier.redact import MASK_CHARACTER
from domain.plain import plain
from domain.signals import Contact, Mask, Offer, Passage, Price, Reading, Reason, Signal

ADVERT = (
    "全国车主数据 一手出\n姓名 电话 车型 车架号都有\n0.5元一条 1000条起\n微信 chezhu_data88\nhttps://t.me/chezhu_data"
)
ROWS = "姓名 电话 车牌\n张伟强 13912345670 京AX1000\n李秀英13912423401 京AX1131\n王大力 13912501132 京AX1262"


@pytest.fixture(scope="module")
def reader(models: Path) -> Reader:
    return load_reader(models)


def read(reader: Reader, text: str, *pictures: str) -> Reading:
    """One post."""
    (reading,) = reader.read([Passage("1", text, pictures=pictures)])
    return reading


def test_an_offer_in_a_picture_makes_the_post_one(reader: Reader) -> None:
    """The same words without their picture say nothing; with it they are an offer with price and handles."""
    bare, shown = read(reader, "有需要的看图"), read(reader, "有需要的看图", "", ADVERT)
    assert bare.signal.label != "offer"
    assert shown.signal.label == "offer"
    assert shown.signal.offer
    assert [(price.amount, price.min_qty, price.picture) for price in shown.signal.offer.prices] == [(0.5, 1000, 2)]
    assert {(contact.kind, contact.value, contact.picture) for contact in shown.signal.offer.contacts} == {
        ("wechat", "chezhu_data88", 2), ("telegram", "chezhu_data", 2),
    }  # fmt: skip


def test_spans_are_of_the_text_they_stand_in(reader: Reader) -> None:
    """What is found in the post's own words has their offsets, what is found in a picture those of its text."""
    reading = read(reader, "出车主数据，加微信 wo_de_hao77，价目见图", "0.5元一条 1000条起", "QQ 3120045521")
    offer = reading.signal.offer
    assert offer
    for value in (*offer.prices, *offer.contacts, *reading.signal.reasons):
        text = reading.passage.pictures[value.picture - 1] if value.picture else reading.passage.text
        assert text[value.start : value.end] == value.text
    assert {(contact.value, contact.picture) for contact in offer.contacts} == {
        ("wo_de_hao77", None),
        ("3120045521", 2),
    }
    assert [price.picture for price in offer.prices] == [1]
    assert "picture" not in plain(next(contact for contact in offer.contacts if contact.picture is None))


def test_a_picture_of_ordinary_things_makes_no_offer(reader: Reader) -> None:
    """A bill of a car wash under a chat leaves it a chat."""
    assert read(reader, "今天去洗车排队两小时，发张照片", "洗车38元\n微信支付").signal.label != "offer"


def test_rows_of_people_are_withheld(reader: Reader) -> None:
    """Two or more rows of personal data in a picture: no word of them is readable anywhere in the reading."""
    reading = read(reader, "车主数据样本看图，要的私聊", ROWS)
    assert reading.withheld == (1,)
    assert set(reading.passage.pictures[0]) == {MASK_CHARACTER, "\n"}
    assert len(reading.passage.pictures[0]) == len(ROWS)
    said = str(plain(reading))
    assert not [word for word in ("张伟强", "13912345670", "京AX1000", "李秀英", "13912501132") if word in said]


def test_a_sellers_line_beside_rows_stays(reader: Reader) -> None:
    """Under a table of people the line with price and handle is read and shown; the table is not."""
    reading = read(reader, "车主数据看图", f"{ROWS}\n0.5元一条 加V chezhu_data88")
    assert reading.withheld == (1,)
    assert reading.passage.pictures[0].split("\n")[-1] == "0.5元一条 加V chezhu_data88"
    assert "京AX" not in reading.passage.pictures[0]
    assert reading.signal.offer
    assert [contact.value for contact in reading.signal.offer.contacts] == ["chezhu_data88"]


def test_one_persons_data_is_masked_and_the_rest_shown(reader: Reader) -> None:
    """A single row is masked in place; the picture is not withheld."""
    reading = read(reader, "查车主，报车牌就行", "样本：车主张伟强 13912345670 京AX1000\n一次80元")
    assert reading.withheld == ()
    assert "13912345670" not in str(plain(reading))
    assert "一次80元" in reading.passage.pictures[0]


def test_what_is_kept_reads_again(reader: Reader) -> None:
    """Masked pictures can be read again with the post, and the seller's handle is found once more."""
    first = read(reader, "车主数据看图", f"{ROWS}\n0.5元一条 加V chezhu_data88")
    (again,) = reader.read([first.passage], masked=True)
    assert again.signal.offer
    assert [contact.value for contact in again.signal.offer.contacts] == ["chezhu_data88"]


def make_reading(passage: Passage, spans: list[tuple[int, int]], masks: list[tuple[int, int]]) -> Reading:
    """What a reader might say of a joined passage."""
    text = passage.text
    contacts = tuple(Contact("qq", "1", text[start:end], start, end, valid=True) for start, end in spans)
    prices = tuple(Price(1.0, "CNY", 1, "record", None, None, text[start:end], start, end) for start, end in spans)
    reasons = tuple(Reason("wording", text[start:end], start, end, 1.0) for start, end in spans)
    signal = Signal("1", "offer", 0.9, {}, None, Offer(prices=prices, contacts=contacts), reasons, "m")
    return Reading(signal, passage, tuple(Mask("phone", start, end) for start, end in masks), 0, text)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=4)
WORDS = st.text(st.sampled_from("车主 \n1价A"), max_size=25)


@given(WORDS, st.lists(WORDS, max_size=4), SPANS, SPANS)
def test_every_value_finds_its_text(
    text: str, pictures: list[str], spans: list[tuple[int, int]], masks: list[tuple[int, int]]
) -> None:
    """Whatever stands where, parts keep their length, values their words, and nothing raises."""
    passage = Passage("1", text, pictures=tuple(pictures))
    whole = join(passage)
    size = len(whole.text)
    clipped = [[(min(start, size), min(end, size)) for start, end in pairs] for pairs in (spans, masks)]
    reading = part(passage, make_reading(whole, *clipped))
    shown = reading.passage
    assert len(shown.text) == len(text)
    assert [len(one) for one in shown.pictures] == [len(one) for one in pictures]
    assert reading.signal.offer
    for value in (*reading.signal.offer.prices, *reading.signal.offer.contacts, *reading.signal.reasons):
        place = shown.pictures[value.picture - 1] if value.picture else shown.text
        assert place[value.start : value.end] == value.text
        assert MASK_CHARACTER not in value.text
