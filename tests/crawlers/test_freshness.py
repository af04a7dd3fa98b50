"""What need not be fetched again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.pages import ThreadLink
from crawlers.walk.freshness import DEEP_AFTER, Step, decide_thread, ends_list, is_deep, validator_headers
from domain.pages import Mark, Validators


def link(sign: str | None, key: str = "t", *, sticky: bool = False) -> ThreadLink:
    return ThreadLink(url="http://example.org/t", key=key, sign=sign, sticky=sticky)


@pytest.mark.parametrize(
    ("sign", "mark", "can_jump", "step"),
    [
        ("5", None, True, Step("read")),
        ("5", Mark("t", "5", 3, True, 20), True, Step("skip", 3, 20)),
        ("5", Mark("t", "5", 3, False, 20), True, Step("read", 3, 20)),
        ("6", Mark("t", "5", 3, True, 20), True, Step("read", 3, 20)),
        ("6", Mark("t", "5", 3, True, 20), False, Step("read")),
        ("6", Mark("t", "5", 3, True), True, Step("read")),
        (None, Mark("t", None, 1, True), False, Step("ask")),
        (None, Mark("t", None, 3, True, 20), True, Step("ask", 3, 20)),
        (None, Mark("t", None, 3, True, 20), False, Step("read")),
        (None, Mark("t", None, 1, False), False, Step("read")),
    ],
)
def test_a_thread(sign: str | None, mark: Mark | None, can_jump: bool, step: Step) -> None:
    """A known sign skips; a new one reads on from the last page where that can be told; none asks."""
    assert decide_thread(link(sign), mark, can_jump=can_jump) == step


def test_now_and_then_a_thread_is_read_whole() -> None:
    """What was read whole a month ago is due; then a known sign skips nothing. What nobody knows the age of is not."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    old, young, ageless = (
        Mark("t", "5", 3, True, 20, deep_at=age) for age in (now - DEEP_AFTER, now - DEEP_AFTER / 2, None)
    )
    assert [is_deep(mark, now) for mark in (old, young, ageless, None)] == [True, False, False, False]
    assert decide_thread(link("5"), old, can_jump=True, deep=True) == Step("read")
    assert decide_thread(link("6"), replace(old, ended=False), can_jump=True, deep=True) == Step("read", 3, 20)


def test_a_list_ends_where_all_is_known() -> None:
    """Only a page whose every ordinary thread is known and unchanged ends a list; sticky threads say nothing."""
    marks = {"a": Mark("a", "1", 1, True), "b": Mark("b", "1", 1, False)}
    known, changed, open_, new = link("1", "a"), link("2", "a"), link("1", "b"), link("1", "c")
    unsigned = link(None, "a")
    pages = [
        [known],
        [known, changed],
        [known, open_],
        [known, new],
        [unsigned],
        [],
        [link("9", "z", sticky=True), known],
    ]
    assert [ends_list(page, marks) for page in pages] == [True, False, False, False, False, False, True]


def test_headers() -> None:
    """Validators become the headers of a conditional request; none become none."""
    assert validator_headers(None) == {}
    assert validator_headers(Validators(None, "Sat")) == {"If-Modified-Since": "Sat"}
    assert validator_headers(Validators('"x"', "Sat")) == {"If-None-Match": '"x"', "If-Modified-Since": "Sat"}
