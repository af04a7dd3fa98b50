"""Redaction: victims' data are masked, the seller's handles stay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offercases import read_cases, wild_texts

from classifier.fold import fold
from classifier.offer import read_offer
from classifier.offer.victims.papers import is_resident, is_vin
from classifier.redact import MASK_CHARACTER, find_victims, mask
from domain.signals import Mask, Offer


def _mask(text: str) -> str:
    folded = fold(text)
    return mask(text, find_victims(folded, read_offer(folded)))


@pytest.mark.parametrize("case", read_cases("redaction"), ids=lambda case: case["text"])
def test_victims_are_hidden_and_handles_stay(case: dict[str, Any]) -> None:
    """Exactly the victims' data are masked, one mask character for each code point."""
    text = case["text"]
    folded = fold(text)
    masked = mask(text, find_victims(folded, read_offer(folded)))
    expected = text
    for hidden in sorted(case["hidden"], key=len, reverse=True):
        expected = expected.replace(hidden, MASK_CHARACTER * len(hidden))
    assert masked == expected
    assert all(kept in masked for kept in case["kept"])


@pytest.mark.parametrize("case", read_cases("people"), ids=lambda case: case["text"])
def test_tables_of_people_do_not_pass(case: dict[str, Any]) -> None:
    """Whatever shape a list has, its people are hidden, sellers' handles stay, twice is as once."""
    masked = _mask(case["text"])
    assert [hidden for hidden in case["hidden"] if hidden in masked] == []
    assert [kept for kept in case["kept"] if kept not in masked] == []
    assert _mask(masked) == masked


_ROWS = st.lists(
    st.tuples(
        st.sampled_from(("张伟", "查有为", "普丽琼", "阿依古丽·买买提", "欧阳震华", "者云飞")),
        st.integers(10**8, 10**9 - 1).map(lambda rest: f"138{rest % 10**8:08d}"),
        st.sampled_from(("浙A8K3M2", "蒙B72P4M", "粤BD12345", "沪A·5Q7R8")),
    ),
    min_size=3,
    max_size=6,
    unique_by=lambda row: row[1],
)


@settings(deadline=None, max_examples=40)
@given(_ROWS, st.sampled_from((" ", "\t", "|", ",", "，", ";", " / ", "★", "—", "　", "</td><td>")))
def test_a_table_passes_in_no_shape(rows: list[tuple[str, str, str]], separator: str) -> None:
    """Rows of name, number and plate are hidden whatever parts their fields; the handle below them stays."""
    text = "\n".join([*map(separator.join, rows), "要的加微信 chexian_88"])
    masked = _mask(text)
    assert [field for row in rows for field in row[1:] if field in masked] == []
    assert "chexian_88" in masked


@settings(deadline=None)
@given(wild_texts())
def test_masking_keeps_length_and_is_idempotent(text: str) -> None:
    """Length is kept, masking twice is masking once, and masked text shows no more victims than before."""
    folded = fold(text)
    masks = find_victims(folded, read_offer(folded))
    masked = mask(text, masks)
    assert len(masked) == len(text)
    assert mask(masked, masks) == masked
    assert all(0 <= run.start < run.end <= len(text) for run in masks)


def test_a_title_is_read_alone() -> None:
    """With an empty offer the text itself tells the seller's number from a victim's."""
    title = fold("出售车主数据 联系13800138000")
    assert find_victims(title, Offer()) == ()
    title = fold("样本 张伟 13800138000 京A12345")
    assert [run.kind for run in find_victims(title, Offer())] == ["name", "phone", "plate"]


def test_masks_out_of_range_are_harmless() -> None:
    """A mask never changes the length, whatever its offsets."""
    assert mask("abc", [Mask("phone", -5, 2), Mask("phone", 2, 99)]) == MASK_CHARACTER * 3


@pytest.mark.parametrize(("number", "valid"), [("11010119900307451X", False), ("11010519491231002X", True)])
def test_resident_numbers_are_checked(number: str, valid: bool) -> None:
    """ISO 7064 MOD 11-2, on the standard's own specimen and on a changed one."""
    assert is_resident(number) is valid


@pytest.mark.parametrize(
    ("code", "valid"), [("1HGCM82633A004352", True), ("1HGCM82633A004353", False), ("11111111111111111", True)]
)
def test_vehicle_numbers_are_checked(code: str, valid: bool) -> None:
    """The check digit at position 9."""
    assert is_vin(code) is valid
