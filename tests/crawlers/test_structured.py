"""What pages state for machines, and which of them are adverts."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_poet import HttpResponse

from crawlers.pages import Visit
from crawlers.platforms.classified import PLATFORM, read_stated, recognise_role
from crawlers.structured import kinds_of, read_things, text_of, url_of, walk_things
from domain.posts import Post

VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))
URL = "https://ads.example.org/ad/7"


def page(*things: object, body: str = "<h1>A thing</h1>", url: str = URL) -> HttpResponse:
    """A page that states these things."""
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(thing)}</script>' for thing in things)
    markup = f"<html><head><title>A thing</title>{scripts}</head><body>{body}</body></html>"
    return HttpResponse(url, body=markup.encode(), encoding="utf-8")


def product(**more: object) -> dict[str, object]:
    """A product."""
    return {"@context": "https://schema.org", "@type": "Product", "name": "A thing", "description": "Good.", **more}


def read_post(response: HttpResponse) -> Post:
    """The one post of a page with an advert."""
    (post,) = asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item()).posts
    return post


LIST = {"@type": "ItemList", "itemListElement": [{"url": "/ad/1", "name": "one"}, {"url": "/ad/2", "name": "two"}]}
POSTING = {"@type": "DiscussionForumPosting", "text": "a post"}


@pytest.mark.parametrize(
    ("things", "role"),
    [
        ([product()], "thread"),
        ([{"@type": "ItemPage", "mainEntity": product()}], "thread"),
        ([product(url=URL), product(url="/ad/8"), product(url="/ad/9")], "thread"),
        ([product(url=URL), LIST], "thread"),
        ([LIST], "board"),
        ([product(url="/ad/8"), product(url="/ad/9")], "board"),
        ([product(url="/ad/8"), LIST], "board"),
        ([product(), POSTING], None),
        ([{"@type": "ItemList", "itemListElement": [{"url": "/ad/1"}]}], None),
        ([{"@type": "ItemList", "itemListElement": [{"url": URL + "#1"}, {"url": URL + "#2"}]}], None),
        ([{"@type": "BreadcrumbList", "itemListElement": [{"item": "/a"}, {"item": "/b"}]}], None),
        ([], None),
    ],
)
def test_a_page_is_what_it_is_about(things: list[object], role: str | None) -> None:
    """An advert is the thing whose address is the page's; a list has two entries that lead on; posts are neither."""
    assert recognise_role(page(*things)) == role


def test_an_offer_of_a_thing_is_read_as_the_thing() -> None:
    """Where the offer comes first, name and text are the thing's, seller and time the offer's."""
    offer = {"@type": "Offer", "itemOffered": product(), "seller": {"name": "Ida"}, "validFrom": "2026-11-20T08:00:00Z"}
    post = read_post(page(offer))
    assert (post.text, post.thread_title, post.author.name) == ("Good.", "A thing", "Ida")
    assert post.posted_at == datetime.fromisoformat("2026-11-20T16:00:00+08:00")


def test_lines_of_a_description_stay() -> None:
    """A stated text keeps its lines and its signs; markup in it is markup."""
    assert read_post(page(product(description="a &lt; b\r\nsecond"))).text == "a < b\nsecond"
    assert read_post(page(product(description="<p>one</p><p>two</p>"))).text == "one\n\ntwo"


def test_what_is_broken_is_passed_over() -> None:
    """A script that is no JSON hides nothing of the others; foreign values give nothing."""
    script = '<script type="application/ld+json">{}</script>'
    markup = script.format('{"@type": ') + script.format('[{"@type": "Car"}]')
    response = HttpResponse(URL, body=markup.encode(), encoding="utf-8")
    assert [kinds_of(thing) for thing in read_things(response)] == [{"Car"}]
    assert text_of([None, {"name": 5}]) == "5"
    assert text_of({"name": {}}) is None
    assert url_of([{"url": "javascript:x"}, {"@id": "/a"}], URL) == "https://ads.example.org/a"


def test_microdata_is_nested_as_it_stands() -> None:
    """A property belongs to the nearest thing round it."""
    markup = (
        '<div itemscope itemtype="http://schema.org/Product"><b itemprop="name">x</b><div itemprop="offers" itemscope '
        'itemtype="http://schema.org/Offer"><meta itemprop="price" content="5"></div></div><i itemprop="name">stray</i>'
    )
    (thing,) = read_things(HttpResponse(URL, body=markup.encode(), encoding="utf-8"))
    assert (thing["name"], thing["offers"]["price"]) == ("x", "5")
    assert kinds_of(thing["offers"]) == {"Offer"}
    assert len(list(walk_things((thing,)))) == 2


@pytest.mark.parametrize(
    "markup",
    [
        "<div itemscope itemprop=a>" * 20_000,
        "<div itemprop=a>x" * 20_000,
        "<div itemscope itemtype=http://schema.org/Product></div>" * 20_000,
        "<div itemscope>" + "<i itemprop=name>x</i>" * 20_000,
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        f'<script type="application/ld+json">{json.dumps([{"@type": "Product", "url": "/1"}] * 20_000)}</script>',
    ],
    ids=["nested things", "nested words", "many things", "many words", "deep data", "wide data"],
)
def test_endless_statements_are_cut(markup: str) -> None:
    """However much a page states, reading it takes seconds."""
    response = HttpResponse(URL, body=markup.encode(), encoding="utf-8")
    start = time.process_time()
    read_stated(response)
    assert time.process_time() - start < 15


NAMES = ("@type", "@graph", "offers", "item", "itemListElement", "url", "name", "description", "seller")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["Product", "ItemList", URL]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(JSON, max_size=3))
def test_any_statement_is_read(things: list[object]) -> None:
    """Nothing that a page states raises."""
    response = page(*things)
    role = recognise_role(response)
    for reader in (PLATFORM.board, PLATFORM.thread):
        asyncio.run(reader(response=response, visit=VISIT).to_item())
    assert role in ("board", "thread", None)
