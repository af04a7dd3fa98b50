"""Pages that are not the page."""

from __future__ import annotations

from typing import Any

import pytest
from crawl_cases import read_cases

from crawlers.conduct.walls import MOST_WALL_CHARACTERS, WALLS, sentence_reason, wall_of
from domain.sources import RUN_REASONS

CASES = read_cases("walls.jsonl")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30] or str(case["reason"]))
def test_walls(case: dict[str, Any]) -> None:
    """Status, address and the few words of a page on which nothing was read tell what it is."""
    reason = wall_of(
        status=case.get("status", 200),
        url=case.get("url", "http://example.org/t/1"),
        content_type=case.get("type", "text/html"),
        text=case["text"],
        markup=case.get("markup", ""),
        redirected=case.get("redirected", False),
    )
    assert reason == case["reason"]


def test_every_reason_is_a_word_of_the_contract() -> None:
    """The table speaks the contract's words."""
    assert {row.reason for row in WALLS} <= set(RUN_REASONS)


def test_a_long_page_is_no_wall() -> None:
    """A page with much text that mentions a log-in is a page that mentions a log-in."""
    text = "您尚未登录。" + "这是一个很长的帖子，讲的是论坛的登录问题。" * 200
    assert len(text) > MOST_WALL_CHARACTERS
    assert sentence_reason(text) is None
