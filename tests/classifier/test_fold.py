"""Folding: disguises undone, the way back kept, ordinary text left alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offercases import read_cases, wild_texts

from classifier.fold import fold
from classifier.redact import MASK_CHARACTER

ORDINARY = (Path(__file__).parent.parent / "data/offers/ordinary.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", read_cases("fold"), ids=lambda case: case["text"])
def test_disguises_are_undone(case: dict[str, Any]) -> None:
    """Each disguise folds to what it stands for, and is counted by its kind."""
    folded = fold(case["text"])
    assert folded.text == case["folded"]
    assert sorted({evasion.kind for evasion in folded.evasions}) == sorted(case["evasions"])


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_text_passes_unchanged(sentence: str) -> None:
    """What ordinary people write is not touched, and counts as no evasion."""
    folded = fold(sentence)
    assert folded.text == sentence
    assert folded.evasions == ()


@settings(deadline=None)
@given(wild_texts())
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text has no disguise left."""
    once = fold(text).text
    assert fold(once).text == once


@settings(deadline=None)
@given(wild_texts(), st.integers(0, 60), st.integers(0, 60))
def test_every_span_maps_into_the_original_in_order(text: str, first: int, second: int) -> None:
    """Spans of the folded text become spans of the original, and later ones never begin or end earlier."""
    folded = fold(text)
    start, end = sorted((min(first, len(folded.text)), min(second, len(folded.text))))
    left, right = folded.span(start, end)
    assert 0 <= left <= right <= len(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert spans == sorted(spans)
    assert all(before[1] <= after[1] for before, after in pairwise(spans))


@settings(deadline=None)
@given(wild_texts())
def test_evasions_lie_in_the_original(text: str) -> None:
    """Every disguise undone can be shown in place."""
    assert all(0 <= evasion.start < evasion.end <= len(text) for evasion in fold(text).evasions)


def test_span_shows_the_disguised_form() -> None:
    """A word found in the folded text is shown as its author wrote it."""
    folded = fold("出售车.主.信.息，薇❤️信 abc12345")
    at = folded.text.index("车主信息")
    assert folded.cut(at, at + 4) == "车.主.信.息"
    at = folded.text.index("微信")
    assert folded.cut(at, at + 2) == "薇❤️信"


def test_the_mask_is_no_disguise() -> None:
    """Masked text folds to itself, so that what is stored can be read again."""
    masked = f"样本：{MASK_CHARACTER * 2} {MASK_CHARACTER * 11}"
    assert fold(masked).text == masked
