"""Windows: they cover the text, overlap, stay within the encoder, and are pooled as the page is meant."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.windows import (
    FEW,
    OFFER,
    PAGE,
    PAGES,
    PIECE,
    PIECES,
    SHORT,
    Windows,
    choose_windows,
    cut_windows,
    need_pieces,
    pool,
)
from domain.signals import LABELS

TEXTS = st.lists(
    st.sampled_from(["车主资料。", "a long English word, ", "没有标点的一段话", "\n", "🚗", "13800000000"]),
    max_size=400,
)


def measure(text: str) -> float:
    """About how many tokens a text has."""
    return sum(1 if ord(letter) >= 0x2E80 else 0.4 for letter in text)


@given(TEXTS, st.sampled_from([128, 256, 512]))
def test_windows_cover_the_text_and_stay_small(parts: list[str], longest: int) -> None:
    """Pages and pieces each cover the text, each begins in or at the end of the one before, none is too long."""
    text = "".join(parts)
    windows = cut_windows(text, longest)
    for spans, size in ((windows.pages, PAGE), (windows.pieces or windows.pages, PIECE if windows.pieces else SHORT)):
        assert spans[0][0] == 0
        assert spans[-1][1] == len(text)
        for (start, end), (following, _end) in pairwise(spans):
            assert start < following <= end
        assert all(measure(text[start:end]) <= size + 1 for start, end in spans)


def test_a_short_text_is_one_window() -> None:
    """A post of a few lines is read whole and once."""
    assert cut_windows("") == Windows(((0, 0),))
    assert cut_windows("车" * SHORT) == Windows(((0, SHORT),))


def test_a_text_of_one_page_is_read_in_pieces_too() -> None:
    """What is longer than a few lines is read whole and, beside that, in pieces."""
    windows = cut_windows("车" * PAGE)
    assert windows.pages == ((0, PAGE),)
    assert len(windows.pieces) > PAGE // PIECE


def test_windows_end_at_sentences() -> None:
    """A window ends behind a full stop where there is one in its second half."""
    text = "这是一句不长也不短的话。" * 60
    assert all(text[end - 1] == "。" for _start, end in cut_windows(text).spans)


def test_windows_without_borders_end_all_the_same() -> None:
    """A hundred thousand digits without a border are cut too."""
    assert cut_windows("7" * 100_000).pieces[-1][1] == 100_000


def test_the_likeliest_pieces_are_chosen_and_the_pages_around_them() -> None:
    """Of a long text the encoder reads the pieces that look most like an offer, their pages, and the first page."""
    pages = tuple((start, start + 100) for start in range(0, 1000, 100))
    pieces = tuple((start, start + 20) for start in range(0, 1000, 20))
    offer = np.full(60, -9.0)
    offer[10 + 27], offer[10 + 31] = -1, -2  # in the sixth page and the seventh
    chosen, likely = choose_windows(Windows(pages, pieces), offer)
    assert {0, 5, 6} <= set(chosen.tolist())
    assert {37, 41} <= set(likely.tolist())
    assert len(chosen) <= PAGES
    assert len(likely) == PIECES


def test_of_one_page_few_pieces_are_chosen() -> None:
    """A post of one page costs its page and a few pieces."""
    chosen, likely = choose_windows(Windows(((0, 99),), tuple((n, n + 20) for n in range(8))), np.arange(9.0))
    assert chosen.tolist() == [0]
    assert likely.tolist() == list(range(9 - FEW, 9))


def say(**chances: float) -> list[float]:
    """A window's log probabilities: the labels given, the rest shared."""
    rest = (1 - sum(chances.values())) / (len(LABELS) - len(chances))
    return [float(np.log(chances.get(label, rest))) for label in LABELS]


@pytest.mark.parametrize(
    ("pages", "pieces", "needed"),
    [
        ([say(offer=0.95)], [say(offer=0.2)], False),
        ([say(offer=0.95), say(unrelated=0.9)], [say(offer=0.2)], True),
        ([say(offer=0.4)], [say(offer=0.2)], True),
        ([say(unrelated=0.99)], [say(offer=0.2)], False),
        ([say(unrelated=0.99)], [say(offer=0.2), say(offer=0.9)], True),
        ([say(offer=0.4)], [], False),
    ],
)
def test_pieces_are_read_where_the_pages_leave_it_open(
    pages: list[list[float]], pieces: list[list[float]], needed: bool
) -> None:
    """A page that is surely an offer settles a text of one page; pages far from one settle any text, unless a piece
    speaks up to the cheap view."""
    rows = np.array(pieces).reshape(-1, len(LABELS))
    assert need_pieces(np.array(pages), rows) is needed


@pytest.mark.parametrize("windows", [[say(offer=0.7)], [say(offer=0.9), say(unrelated=0.9)]])
def test_pooled_chances_sum_to_one(windows: list[list[float]]) -> None:
    """One window or many: what comes out is a distribution over the labels."""
    assert np.exp(pool(np.array(windows), 1)).sum() == pytest.approx(1)


def test_an_offer_buried_in_a_page_stays_an_offer() -> None:
    """Five windows of other advertising do not outvote the one that sells."""
    logs = np.array([say(other_spam=0.8)] * 3 + [say(offer=0.85)] + [say(unrelated=0.8)] * 2)
    assert pool(logs, 2).argmax() == OFFER


def test_a_report_that_quotes_an_offer_is_a_report() -> None:
    """The same window among windows of reporting is a quotation."""
    logs = np.array([say(news_report=0.8)] * 3 + [say(offer=0.7)] + [say(legal_or_advice=0.8)] * 2)
    assert LABELS[int(pool(logs, 2).argmax())] == "news_report"


def test_an_advert_in_a_copied_report_is_an_offer() -> None:
    """Where the window that sells says how to reach the seller, the report around it is a cloak."""
    logs = np.array([say(news_report=0.8)] * 3 + [say(offer=0.85)] + [say(legal_or_advice=0.8)] * 2)
    assert pool(logs, 2, reachable=True).argmax() == OFFER
