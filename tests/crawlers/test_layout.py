"""Programs that are written down as a table: their addresses, and what a changed skin hides."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from pathlib import Path

import pytest
from web_poet import HttpResponse

from crawlers.pages import ThreadItem, Visit
from crawlers.platforms import PLATFORMS

FIXTURES = Path(__file__).parent.parent / "fixtures"
VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))


def read_thread(name: str, markup: str, url: str) -> ThreadItem:
    """A page as that platform's thread."""
    response = HttpResponse(url, body=markup.encode(), encoding="utf-8")
    return asyncio.run(PLATFORMS[name].thread(response=response, visit=VISIT).to_item())


@pytest.mark.parametrize(
    ("name", "url", "number", "expected"),
    [
        ("mybb", "http://e.test/showthread.php?tid=7&pid=9&page=2#pid9", 1, "http://e.test/showthread.php?tid=7"),
        ("mybb", "http://e.test/thread-7-page-2.html", 3, "http://e.test/thread-7-page-3.html"),
        ("mybb", "http://e.test/thread-7-page-2.html", 1, "http://e.test/thread-7.html"),
        ("nodebb", "http://e.test/topic/7/a-b/12?lang=en", 2, "http://e.test/topic/7/a-b?lang=en&page=2"),
        ("xenforo", "http://e.test/threads/a.7/page-3#post-1", 2, "http://e.test/threads/a.7/page-2"),
        ("xenforo", "http://e.test/threads/a.7/latest", 1, "http://e.test/threads/a.7/"),
        ("vbulletin", "http://e.test/showthread.php?t=7&page=3", 2, "http://e.test/showthread.php?t=7&page=2"),
        ("vbulletin", "http://e.test/threads/7-a-b/page3", 2, "http://e.test/threads/7-a-b/page2"),
        ("discourse", "http://e.test/t/a-b/7/12?page=3", 1, "http://e.test/t/a-b/7"),
        ("archiver", "http://e.test/archiver/?tid-7.html&page=2", 3, "http://e.test/archiver/?tid-7.html&page=3"),
    ],
)
def test_pages_have_one_address(name: str, url: str, number: int, expected: str) -> None:
    """Page n of a thread is told from any address of it, in the address's own form."""
    page_url = PLATFORMS[name].page_url
    assert page_url is not None
    assert page_url(url, number) == expected


def test_a_pager_that_leads_back_or_elsewhere_is_none() -> None:
    """Only a later page of this very thread is the next one, whatever is called "next"."""
    markup = (FIXTURES / "mybb" / "thread.html").read_text("utf-8")
    for target in ("tid=71&amp;page=1", "tid=72&amp;page=2", "tid=71"):
        item = read_thread("mybb", markup.replace("tid=71&amp;page=2", target), "https://e.test/showthread.php?tid=71")
        assert item.next_url is None


def test_a_skin_that_hides_a_time_is_filled_in() -> None:
    """What the table's selectors miss, the generic reader finds where a post holds no other time than its own."""
    markup = (FIXTURES / "mybb" / "thread.html").read_text("utf-8").replace('"post_date"', '"when"')
    markup = re.sub(r'<a href="attachment.*?</a>', "", markup)
    posts = read_thread("mybb", markup, "https://e.test/showthread.php?tid=71").posts
    assert [post.post_id for post in posts] == ["205", "209", "210"]
    assert all(post.posted_at is not None for post in posts)
