"""What need not be fetched again."""

from __future__ import annotations

import pytest

from crawlers.pages import ThreadLink
from crawlers.walk.freshness import Step, decide_thread, ends_list, validator_headers
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
