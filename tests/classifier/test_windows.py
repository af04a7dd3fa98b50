"""Windows: they cover the text, overlap, stay within the encoder, and are pooled as the page is meant."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.windows import LIMIT, OFFER, SIZE, WHOLE, choose_windows, cut_windows, pool
from domain.signals import LABELS

TEXTS = st.lists(
    st.sampled_from(["车主资料。", "a long English word, ", "没有标点的一段话", "\n", "🚗", "13800000000"]),
    max_size=400,
)


@given(TEXTS, st.sampled_from([128, 256, 512]))
def test_windows_cover_the_text_and_stay_small(parts: list[str], longest: int) -> None:
    """Every character lies in a window, each begins in or at the end of the one before, none is too long."""
    text = "".join(parts)
    windows = cut_windows(text, longest)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(text)
    for (start, end), (following, _end) in pairwise(windows):
        assert start < following <= end
    if len(windows) > 1:
        assert all(sum(1 if ord(letter) >= 0x2E80 else 0.4 for letter in text[a:b]) <= SIZE + 1 for a, b in windows)


def test_a_text_that_fits_is_one_window() -> None:
    """Nothing is cut that the encoder can read whole."""
    assert cut_windows("") == ((0, 0),)
    assert cut_windows("车" * WHOLE) == ((0, WHOLE),)
    assert len(cut_windows("车" * (WHOLE + 1))) > 1


def test_windows_end_at_sentences() -> None:
    """A window ends behind a full stop where there is one in its second half."""
    text = "这是一句不长也不短的话。" * 60
    assert all(text[end - 1] == "。" for _start, end in cut_windows(text))


def test_windows_without_borders_end_all_the_same() -> None:
    """A million digits without a border are cut too."""
    assert cut_windows("7" * 100_000)[-1][1] == 100_000


def test_the_first_window_and_the_likeliest_are_chosen() -> None:
    """Of many windows the encoder reads the first and those that look most like an offer."""
    offer = np.linspace(-9, -1, 50)
    chosen = choose_windows(offer).tolist()
    assert len(chosen) == LIMIT
    assert chosen[0] == 0
    assert chosen[1:] == list(range(35, 50))
    assert choose_windows(offer[:4]).tolist() == [0, 1, 2, 3]


def say(**chances: float) -> list[float]:
    """A window's log probabilities: the labels given, the rest shared."""
    rest = (1 - sum(chances.values())) / (len(LABELS) - len(chances))
    return [float(np.log(chances.get(label, rest))) for label in LABELS]


@pytest.mark.parametrize("windows", [[say(offer=0.7)], [say(offer=0.9), say(unrelated=0.9)]])
def test_pooled_chances_sum_to_one(windows: list[list[float]]) -> None:
    """One window or many: what comes out is a distribution over the labels."""
    assert np.exp(pool(np.array(windows), len(windows))).sum() == pytest.approx(1)


def test_an_offer_buried_in_a_page_stays_an_offer() -> None:
    """Five windows of other advertising do not outvote the one that sells."""
    logs = np.array([say(other_spam=0.8)] * 3 + [say(offer=0.85)] + [say(unrelated=0.8)] * 2)
    assert pool(logs, 6).argmax() == OFFER


def test_a_report_that_quotes_an_offer_is_a_report() -> None:
    """The same window among windows of reporting is a quotation."""
    logs = np.array([say(news_report=0.8)] * 3 + [say(offer=0.7)] + [say(legal_or_advice=0.8)] * 2)
    assert LABELS[int(pool(logs, 6).argmax())] == "news_report"


def test_an_advert_in_a_copied_report_is_an_offer() -> None:
    """Where the window that sells says how to reach the seller, the report around it is a cloak."""
    logs = np.array([say(news_report=0.8)] * 3 + [say(offer=0.85)] + [say(legal_or_advice=0.8)] * 2)
    assert pool(logs, 6, reachable=True).argmax() == OFFER
