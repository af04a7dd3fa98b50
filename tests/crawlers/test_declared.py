"""Sites that are described by selectors instead of code."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_poet import HttpResponse

from crawlers.declared import PARTS, check_selector, check_selectors, choose_role, declare
from crawlers.pages import Visit
from crawlers.reading import choose_platform
from domain.errors import BadValue
from domain.sources import Source

VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))
URL = "https://e.test/talk/12?page=2"
SELECTORS = {
    "row": "tr.zz", "link": "a.q", "sign": "td.n, td.l", "sticky": ".pin", "forum": "a.b",
    "post": "div.m", "body": ".x", "author": ".w a", "time": ".w i::attr(data-at)", "floor": ".w b",
    "permalink": ".w b a", "quote": ".y", "drop": ".v", "title": "h2", "board": ".c", "next": "//a[@id='more']/@href",
}  # fmt: skip
THREAD = """<html><body><p class="c">车友</p><h2>出车主名单</h2>
<div class="m" id="k701"><div class="w"><a href="/p/ann">ann</a> <i data-at="2026-11-20 09:05">1d</i>
<b><a href="#k701">11#</a></b></div>
<div class="x">five hundred<br>rows<div class="v">my own motto</div></div></div>
<div class="m" id="k702"><div class="w"><a href="/p/bo">bo</a> <i data-at="2026-11-20 10:05">1d</i> <b>12#</b></div>
<div class="x"><div class="y">five hundred</div>how much</div></div>
<div class="m" id="k703"><div class="x"> </div></div><a id="more" href="?page=3">+</a></body></html>"""
LIST = """<html><body><p class="c">车友</p><a class="b" href="/f/2">others</a><table>
<tr class="zz"><td class="pin">!</td><td><a class="q" href="/talk/1">rules of the house</a></td>
<td class="n">3</td></tr><tr class="zz"><td></td><td><a class="q" href="/talk/12#k9">出车主名单</a></td>
<td class="n">14</td><td class="l">3 分钟前</td></tr>
<tr class="zz"><td>an advertisement</td></tr></table><a id="more" href="?page=2">+</a></body></html>"""


def page(markup: str, url: str = URL) -> HttpResponse:
    """A page in UTF-8."""
    return HttpResponse(url, body=markup.encode(), encoding="utf-8")


def read(role: str, markup: str, selectors: dict[str, str], url: str = URL) -> Any:
    """What a page says to these selectors."""
    platform = declare(selectors)
    reader = platform.thread if role == "thread" else platform.board
    return asyncio.run(reader(response=page(markup, url), visit=VISIT).to_item())


def test_a_thread_is_read_as_it_is_described() -> None:
    """Posts, names, times, floors, quotes and the next page come from where the selectors say."""
    item = read("thread", THREAD, SELECTORS)
    assert (item.title, item.board, item.next_url) == ("出车主名单", "车友", "https://e.test/talk/12?page=3")
    assert [(post.text, post.author.name, post.floor, post.quoted) for post in item.posts] == [
        ("five hundred\nrows", "ann", 11, ()),
        ("how much", "bo", 12, ("five hundred",)),
    ]
    assert item.posts[0].posted_at == datetime.fromisoformat("2026-11-20T09:05:00+08:00")
    assert (item.posts[0].post_id, item.posts[0].author.url) == ("701", "https://e.test/p/ann")
    assert item.posts[1].url == "https://e.test/talk/12?page=2#k702"
    again = read("thread", THREAD, SELECTORS, "https://e.test/talk/12?page=1")
    assert [post.id for post in again.posts] == [post.id for post in item.posts]


def test_a_list_is_read_as_it_is_described() -> None:
    """Rows lead to threads; a relative time is no sign; a row without a link is none."""
    item = read("board", LIST, SELECTORS, "https://e.test/f/1")
    assert [(link.url, link.title, link.sign, link.sticky) for link in item.threads] == [
        ("https://e.test/talk/1", "rules of the house", "3", True),
        ("https://e.test/talk/12", "出车主名单", "14", False),
    ]
    assert [board.url for board in item.boards] == ["https://e.test/f/2"]
    assert item.next_url == "https://e.test/f/1?page=2"


def test_a_little_is_enough() -> None:
    """With the post alone described, the rest is left to the generic reader."""
    markup = THREAD.replace('<i data-at="2026-11-20 09:05">1d</i>', "<i>2026-11-20 09:05</i>")
    item = read("thread", markup, {"post": "div.m", "body": ".x"})
    assert item.posts[0].text.startswith("five hundred")
    assert item.posts[0].post_id == "701"


@pytest.mark.parametrize(
    ("part", "selector", "named"),
    [
        ("post", "div[", "selectors.post"),
        ("post", "div:nonesuch(", "selectors.post"),
        ("time", "//div[", "selectors.time"),
        ("body", "", "selectors.body"),
        ("body", 5, "selectors.body"),
        ("author", "a::colour", "selectors.author"),
        ("poster", "a", "poster"),
    ],
)
def test_a_faulty_selector_is_named(part: str, selector: object, named: str) -> None:
    """What is no selector, or none of a part there is, is refused by name, on one line."""
    with pytest.raises(BadValue, match=named) as fault:
        check_selector(part, selector)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("selectors", [{"author": ".a"}, {"post": ".p", "link": "a"}, {"title": "h1"}])
def test_selectors_that_describe_nothing_together_are_refused(selectors: dict[str, str]) -> None:
    """There is a post or a row to look in."""
    with pytest.raises(BadValue):
        check_selectors(selectors)


def test_what_no_longer_matches_is_named() -> None:
    """A page says which selectors found nothing; without the post, that one alone."""
    explain = declare(SELECTORS).explain
    assert explain is not None
    assert explain(page(THREAD), "thread") == ""
    assert explain(page(THREAD.replace('class="w"', 'class="ww"')), "thread") == (
        "nothing matches the selector author = '.w a'; nothing matches the selector time = '.w i::attr(data-at)'"
    )
    assert explain(page(THREAD.replace('class="m"', 'class="mm"')), "thread") == (
        "nothing matches the selector post = 'div.m'"
    )
    assert explain(page(LIST.replace('class="q"', "")), "board") == "nothing matches the selector link = 'a.q'"


def test_who_reads_a_page() -> None:
    """What is described is read so, also when it is promised and not found; the rest by whoever knows it."""
    both, threads = declare(SELECTORS), declare({"post": "div.m"})
    assert choose_role(both, SELECTORS, page(THREAD), None) == "thread"
    assert choose_role(both, SELECTORS, page(LIST), None) == "board"
    assert choose_role(both, SELECTORS, page("<p>new</p>"), "thread") == "thread"
    assert choose_role(both, SELECTORS, page("<p>new</p>"), None) == "board"
    assert choose_role(threads, {"post": "div.m"}, page(LIST), "board") is None
    source = Source("s", "https://e.test/", selectors={"post": "div.m"})
    assert choose_platform(page(LIST), source, "board")[0].name == "generic"
    assert choose_platform(page(THREAD), source, "thread")[0].name == "declared"
    assert choose_platform(page(THREAD), Source("s", "https://e.test/"), "thread")[0].name == "generic"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.text(max_size=40))
def test_any_text_is_a_selector_or_a_fault(part: str, text: str) -> None:
    """Whatever is given is taken and does no harm, or refused by name."""
    try:
        selector = check_selector(part, text)
    except BadValue:
        return
    selectors = {"row": ".zz", "post": ".m", part: selector}
    read("thread", THREAD, selectors)
    read("board", LIST, selectors)
