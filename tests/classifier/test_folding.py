"""Disguises that nobody listed: weighed against ordinary Chinese, which passes as it is."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.corpus import read_corpus
from classifier.fold import fold
from classifier.folding.ordinary import cost_text, cost_word
from classifier.folding.sounds import blur
from classifier.lexicon import read_terms, read_words

CASES = Path(__file__).parent.parent / "data" / "fold"


def read_lines(name: str) -> list[dict[str, Any]]:
    """The cases of one file of tests/data/fold."""
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


DISGUISED = read_lines("disguised") + read_lines("later")
INNOCENT = [case["text"] for case in read_lines("innocent")]
# What sellers make words of, and what stands between: hypothesis strings it together.
PIECES = (
    *(character for word in read_words("words")[:60] for character in word),
    *"煮竹僚剧输薇芯铭丹挡亻言木当女生米斗次贝一三八零幺的了加",
    *" \n.。、()【】013丨車險ｘᏙ\u200b\u2800\uff9e\U000e0041\ue123⭐🐷📞🛰",
    "che", "zhu", "xin", "shu", "c", "x", "z", "czsj", "sfz", "🚗", "❤️", "t3l3gram", "d4ta", "d.a.t.a", "abc12345",
)  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.lists(st.sampled_from([case["text"] for case in DISGUISED] + INNOCENT), max_size=4).map("\n".join),
    st.lists(st.sampled_from([case["text"] for case in DISGUISED]), max_size=3).map("".join),
)


@pytest.mark.parametrize("name", ["disguised", "later"])
def test_most_disguises_are_undone(name: str) -> None:
    """Nearly all phrases of either list fold to the words that were meant; neither list was made from the lexicon."""
    cases = read_lines(name)
    missed = [
        case["text"]
        for case in cases
        if not all(word.lower() in fold(case["text"]).text.lower() for word in case["words"])
    ]
    assert len(missed) <= 0.15 * len(cases), missed


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_lookalikes_pass_unchanged(text: str) -> None:
    """A phrase that only sounds or looks like the market's is left as it is."""
    assert fold(text).text == text


@settings(deadline=None, max_examples=300)
@given(texts)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    """A folded text has no disguise left, however its pieces were strung together."""
    once = fold(text).text
    assert fold(once).text == once


@settings(deadline=None)
@given(texts)
def test_spans_stay_in_order(text: str) -> None:
    """Each folded character comes from a stretch of the original, and later ones from no earlier stretch."""
    folded = fold(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[0] <= two[0] and one[1] <= two[1] for one, two in pairwise(spans))


def test_ordinary_posts_gain_no_market_word() -> None:
    """In what the corpus holds of ordinary posts, nothing sounds like the market by accident."""
    words = [word for word in read_words("words") if len(word) > 1]
    posts = [example.text for example in read_corpus() if example.label == "unrelated" and not example.disguised]
    gained: Counter[str] = Counter()
    for post in posts:
        folded = fold(post)
        if any(evasion.kind in ("homophone", "split") for evasion in folded.evasions):
            gained.update(word for word in words if word in folded.text and word not in post)
    assert gained.total() <= len(posts) / 200, gained


@pytest.mark.parametrize(
    "piece",
    [
        "车竹信西",
        "资僚 ",
        "车煮\n",
        "🚗主",
        "车。",
        "【车】",
        "chezhu",
        "车\n",
        "c.a.r ",
        "女生名",
        "名单",
        "cz ",
        "一三八",
        "d4ta ",
    ],
)
def test_long_hostile_texts_take_linear_time(piece: str) -> None:
    """Four times the text takes far less than sixteen times as long."""

    def measure(size: int) -> float:
        text = piece * (size // len(piece))
        took = []
        for _ in range(3):
            started = time.process_time()
            fold(text)
            took.append(time.process_time() - started)
        return min(took)

    measure(2_000)
    assert measure(40_000) < 10 * max(measure(10_000), 0.01)


def test_every_syllable_of_the_market_has_characters() -> None:
    """The derived table belongs to the words it was derived from."""
    sounds = {blur(row["syllable"]) for row in read_terms("sounds")}
    assert {blur(syllable) for row in read_terms("words") for syllable in row["pinyin"].split()} <= sounds


def test_a_sentence_costs_what_its_words_cost() -> None:
    """The cheapest division into words is taken, and a stretch without words costs its characters."""
    assert cost_word("车祸") is not None
    assert cost_word("资僚") is None
    assert cost_text("车祸") == cost_word("车祸")
    assert cost_text("资僚") == cost_text("资") + cost_text("僚")
