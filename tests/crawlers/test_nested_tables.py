"""Forums of tables: quotes and numbers that only their place and words mark."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from web_poet import HttpResponse

from crawlers.bodies import read_body
from crawlers.generic import PLATFORM
from crawlers.pages import Visit

VISIT = Visit(fetched_at=datetime(2026, 11, 22, 9, tzinfo=UTC), timezone="Asia/Shanghai")


@pytest.mark.parametrize(
    "markup",
    [
        "<td><table><tr><td>"
        "<b>以下是引用<i>山野人</i>在2026-11-01 08:00的发言：</b><br>水位降了吗</td></tr></table>降了半米</td>",
        "<div><fieldset><b>Quote: kite</b><br>水位降了吗</fieldset>降了半米</div>",
        "<td><table><tr><td>引用：山野人</td></tr><tr><td>水位降了吗</td></tr></table><p>降了半米</p></td>",
    ],
)
def test_quote_in_a_table(markup: str) -> None:
    """A table that begins with the line of a quote is one, whatever it is called."""
    body = read_body(markup, "http://e.test/")
    assert (body.text, body.quoted) == ("降了半米", ("水位降了吗",))


def test_own_table_stays() -> None:
    """A table of the author's own, and one that is all of the post, are its words."""
    assert (
        "引用价" in read_body("<td><table><tr><td>引用价</td><td>30</td></tr></table>如上</td>", "http://e.test/").text
    )
    assert (
        "水位"
        in read_body("<td><table><tr><td>以下是引用甲的发言：<br>水位</td></tr></table></td>", "http://e.test/").text
    )


def test_named_anchor_before_a_post() -> None:
    """An empty named anchor right before a post is its number and its address."""
    posts = "".join(
        f"<a name='f{70 + n}'></a>"
        f"<table><tr><td><b>钓友{'甲乙丙'[n]}</b></td><td>第{'一二三'[n]}天水位降了半米</td></tr>"
        f"<tr><td>2026-11-0{n + 1} 08:00:00</td><td>回复</td></tr></table><br>"
        for n in range(3)
    )
    markup = f"<html><head><title>水位</title></head><body><b>水位</b><div>{posts}</div></body></html>"
    response = HttpResponse(
        "http://e.test/t/5", body=markup.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
    )
    item = asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item())
    assert [(post.post_id, post.url) for post in item.posts] == [
        (f"{n}", f"http://e.test/t/5#f{n}") for n in (70, 71, 72)
    ]
