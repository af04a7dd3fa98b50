"""Forums that nobody wrote a platform for: invented conversations in many invented markups (skins.py)."""

from __future__ import annotations

import asyncio

import pytest
import skins
from web_poet import HttpResponse

from crawlers.generic import PLATFORM
from crawlers.inference.links import page_free, pattern_of
from crawlers.inference.pagers import find_next, first_page_of
from crawlers.inference.trees import build_tree
from crawlers.recognise import recognise

SHEETS = list(skins.threads())


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: f"{sheet.skin}-{sheet.talk}")
def test_thread_is_read(sheet: skins.Sheet) -> None:
    """Every post is found once, with its words, its writer and its time, and nothing else is taken for one."""
    platform, role = recognise(sheet.response)
    assert (platform.name, role) == ("generic", "thread")
    item = asyncio.run(PLATFORM.thread(response=sheet.response, visit=sheet.visit).to_item())
    assert skins.score(sheet, item.posts) == dict.fromkeys(("recall", "precision", "text", "author", "time"), 1.0)
    assert item.title == sheet.title
    assert len({post.id for post in item.posts}) == len(item.posts)


@pytest.mark.parametrize(
    ("url", "pager", "expected"),
    [
        ("http://e.test/t/9", "<a rel='next' href='/t/9?page=2'>x</a>", "http://e.test/t/9?page=2"),
        ("http://e.test/t/9", "<a href='/t/9?page=2'>下一页</a>", "http://e.test/t/9?page=2"),
        ("http://e.test/t/9", "<a href='/t/9/page/2'>»</a>", "http://e.test/t/9/page/2"),
        ("http://e.test/t/9?start=10", "<a href='/t/9?start=20'>›</a>", "http://e.test/t/9?start=20"),
        (
            "http://e.test/thread-9-1-1.html",
            "<a class='nxt' href='thread-9-2-1.html'></a>",
            "http://e.test/thread-9-2-1.html",
        ),
        ("http://e.test/t/9", "<a href='#'>1</a><a href='/t/9/2'>2</a><a href='/t/9/3'>3</a>", "http://e.test/t/9/2"),
        (
            "http://e.test/t/9?page=2",
            "<a href='?page=1'>1</a> <b>2</b> <a href='?page=3'>3</a>",
            "http://e.test/t/9?page=3",
        ),
        (
            "http://e.test/t/9",
            "<li class='next'><a href='?cursor=abc'><i></i></a></li>",
            "http://e.test/t/9?cursor=abc",
        ),
        # not the next page of this
        ("http://e.test/t/9", "<a href='/t/10'>下一主题</a>", None),
        ("http://e.test/t/9", "<a rel='next' href='/t/10'>Next topic »</a>", None),
        ("http://e.test/thread-9-1-1.html", "<a class='next' href='thread-10-1-1.html'>next</a>", None),
        ("http://e.test/t/9", "<div style='display:none'><a class='next' href='/t/9?page=2'>next</a></div>", None),
        ("http://e.test/t/9?page=3", "<a class='prev' href='?page=2'>«</a> <a href='?page=2'>2</a> <b>3</b>", None),
        ("http://e.test/t/9", "<a class='next' href='https://other.test/t/9?page=2'>next</a>", None),
        ("http://e.test/t/9", "<a class='next' href='javascript:;'>next</a>", None),
    ],
)
def test_next_page(url: str, pager: str, expected: str | None) -> None:
    """The pager of this very thread is followed: by word, arrow, icon or number; hidden and foreign ones are not."""
    tree = build_tree(f"<html><body><h1>T</h1><div class='pages'>{pager}</div></body></html>", url)
    assert tree is not None
    assert find_next(tree) == expected


def test_pages_of_a_thread_share_a_key() -> None:
    """A later page is named by its pager's link to the first."""
    markup = "<body><div><a href='/read-9-1.html'>1</a> <b>2</b> <a href='/read-9-3.html'>3</a></div></body>"
    tree = build_tree(markup, "http://e.test/read-9-2.html")
    assert tree is not None
    assert first_page_of(tree) == "http://e.test/read-9-1.html"
    assert page_free("http://e.test/t/9?page=4&sid=0123456789abcdef#p3") == "http://e.test/t/9"


def test_addresses_of_one_kind_share_a_pattern() -> None:
    """Numbers, slugs and page numbers make no difference; the name of the kind does."""
    assert pattern_of("http://e.test/topic/5/rules/") == pattern_of("http://e.test/topic/81/a-longer-slug/?page=2")
    assert pattern_of("http://e.test/topic/5/x/") != pattern_of("http://e.test/category/5/x/")


def test_machine_readable_posts_fill_in() -> None:
    """Where the markup shows no posts, those of the JSON-LD are read."""
    data = """{"@type": "DiscussionForumPosting", "headline": "T", "text": "Opening words", "author": {"name": "Ann"},
      "datePublished": "2026-11-20T09:00:00+00:00", "comment": [{"@type": "Comment", "text": "An answer",
      "author": {"@type": "Person", "name": "Ben"}, "datePublished": "2026-11-20T10:00:00+00:00"}]}"""
    markup = (
        f"<html><head><script type='application/ld+json'>{data}</script></head><body><div id='app'></div></body></html>"
    )
    response = HttpResponse("http://e.test/t/9", body=markup.encode(), encoding="utf-8")
    item = asyncio.run(PLATFORM.thread(response=response, visit=SHEETS[0].visit).to_item())
    assert [(post.author.name, post.text) for post in item.posts] == [("Ann", "Opening words"), ("Ben", "An answer")]
