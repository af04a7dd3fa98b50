"""Saved pages of the practice market (scripts/save_market.py saves them anew)."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_poet import HttpResponse

from crawlers.pages import Visit
from crawlers.platforms.market import PLATFORM, page_url, recognise_role, thread_key
from domain.plain import plain

FOLDER = Path(__file__).parent.parent / "fixtures" / "market"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
PIECES = (
    '<li class="mk-row">', '<a class="mk-title">', '<a class="mk-title" href="http://[">', "</li>", "</article>",
    '<article data-post="">', '<article data-post="7">', '<div class="mk-body">', "<time datetime=x>", "&#0;",
    '<a class="mk-name" href="http://[">', '<a class="mk-floor" href="http://[">楼', '<span class="mk-when">昨天',
    "<blockquote>", '<li class="mk-card">', '<a class="mk-card-title" href="/ads/x">',
    '<nav class="mk-pager"><a class="mk-next" href="http://[">', '<a class="mk-place-name" href="http://[">',
)  # fmt: skip
HEAD = '<meta name="generator" content="Chezhan Market 1.0"><body data-market="{sort}">{inner}'


def respond(url: str, markup: str) -> HttpResponse:
    """A page as a page object sees it."""
    return HttpResponse(url, markup.encode(), headers={"content-type": "text/html; charset=utf-8"})


def read(response: HttpResponse, fetched_at: datetime, **visit: Any) -> Any:
    """The item of a page, by the page object of its role."""
    reader = PLATFORM.thread if recognise_role(response) == "thread" else PLATFORM.board
    return asyncio.run(reader(response=response, visit=Visit(fetched_at=fetched_at, **visit)).to_item())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_saved_page_gives_what_was_written_down_for_it(name: str) -> None:
    """Role, threads, posts and the next page of each saved page are as expected.json says."""
    expected = EXPECTED[name]
    response = respond(expected["url"], (FOLDER / f"{name}.html").read_text("utf-8"))
    assert recognise_role(response) == expected["role"]
    item = plain(read(response, datetime.fromisoformat(expected["fetched_at"])))
    for thread in item.get("threads", []):
        assert thread.pop("post") is None
    assert item == expected["item"]


def test_what_was_written_down_is_what_a_person_sees() -> None:
    """A few facts of the saved pages, looked up by eye, so that expected.json cannot drift unseen."""
    first, second = EXPECTED["thread"]["item"]["posts"], EXPECTED["thread-2"]["item"]["posts"]
    assert [post["floor"] for post in first] == list(range(1, 11))
    assert [post["floor"] for post in second] == [10, 11, 12, 13]
    assert first[0]["author"]["name"] == "雨刮器坏了"
    assert first[0]["posted_at_precision"] == "day"
    assert first[3]["quoted"] == [first[0]["text"]]
    assert second[1]["edited_at"] == "2026-11-18T07:05:00+08:00"
    assert [thread["sticky"] for thread in EXPECTED["chat-2"]["item"]["threads"]] == [True] + [False] * 15
    assert len(EXPECTED["ads"]["item"]["threads"]) == 12
    rows = EXPECTED["sample-rows"]["item"]["posts"][0]["text"].split("\n")
    assert sum("到期 11-" in row for row in rows) == 3
    assert EXPECTED["banned"]["item"]["posts"][-1]["floor"] == 4
    assert EXPECTED["members"]["role"] == "other"
    assert EXPECTED["live-raw"]["item"]["threads"] == []
    assert len(EXPECTED["live"]["item"]["threads"]) == 10
    live = EXPECTED["live-thread"]["item"]["posts"]
    assert [post["posted_at_precision"] for post in live] == ["second"] * 3
    assert live[1]["edited_at"] == "2026-11-20T10:35:30+08:00"


@pytest.mark.parametrize("name", EXPECTED)
def test_only_pages_that_need_a_browser_lack_what_a_reader_waits_for(name: str) -> None:
    """The ready selector is in every page as served, but for the script's empty ones."""
    response = respond(EXPECTED[name]["url"], (FOLDER / f"{name}.html").read_text("utf-8"))
    assert bool(response.css(str(PLATFORM.ready))) is not name.endswith("-raw")


@pytest.mark.parametrize(
    ("url", "number", "expected"),
    [
        ("http://market.test/t/12", 1, "http://market.test/t/12"),
        ("http://market.test/t/12?page=3#p12004", 1, "http://market.test/t/12"),
        ("http://market.test/t/12?page=3#p12004", 2, "http://market.test/t/12?page=2"),
    ],
)
def test_page_addresses(url: str, number: int, expected: str) -> None:
    """The address of page n is told from any address of the thread, and the key is the same for all."""
    assert page_url(url, number) == expected
    assert thread_key(page_url(url, number)) == thread_key(url) == "market:/t/12"


def test_a_page_of_another_program_is_not_the_markets() -> None:
    """Without the generator no page is recognised, whatever its classes."""
    assert recognise_role(respond("http://market.test/", '<body data-market="home"><a class="mk-title">')) is None


@settings(deadline=None)
@given(
    sort=st.sampled_from(["home", "board", "thread", "advert", "listing", "live-thread", "x"]),
    inner=st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=12),
)
def test_damaged_pages_never_raise(sort: str, inner: list[str]) -> None:
    """Whatever the markup, a page object answers, with what little it found."""
    response = respond("http://market.test/t/1", HEAD.format(sort=sort, inner="".join(inner)))
    read(response, datetime.fromisoformat("2026-11-20T12:00:00+08:00"))
