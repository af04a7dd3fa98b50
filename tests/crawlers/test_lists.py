"""Lists of threads without names on their elements, and threads whose posts look like their rows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from web_poet import HttpResponse

from crawlers.generic import PLATFORM
from crawlers.inference.verdicts import infer
from crawlers.pages import Visit

VISIT = Visit(fetched_at=datetime(2026, 11, 22, 9, tzinfo=UTC), timezone="Asia/Shanghai")
TITLES = ["露营灯用什么电池", "帐篷漏水怎么补", "求一条亲子路线", "睡袋温标看不懂", "炉头点不着火了", "周六去湖边吗"]
PEOPLE = ["山野人", "kite_88", "阿木", "小River", "老船长", "一支铅笔"]
ROWS = {
    "li": "<li><a href='/t/{n}'>{title}</a> <span>{name}</span> <span>2026-11-0{n} 10:0{n}</span></li>",
    "bare": "<li><a href='/t/{n}'>{title}</a> {name} · 2026-11-0{n} 10:0{n}</li>",
    "div": "<div><a href='/t/{n}'>{title}</a><i>{name}</i><em>{n}天前</em><b>{n} 回复 / 7{n} 浏览</b></div>",
    "avatar": "<li><img src='a.png'><a href='/u/{n}'>{name}</a><a href='/t/{n}'>{title}</a><i>11-0{n} 10:00</i></li>",
    "byline": "<p><a href='/t/{n}'>{title}</a><br>最后回复：{name} 于 2026-11-0{n} 10:0{n}</p>",
    "dl": "<dt><a href='/t/{n}'>{title}</a></dt><dd>by {name}, {n} replies, last Nov 0{n}, 2026 10:00 AM</dd>",
    "asked": "<li><div>{n}票</div><a href='/t/{n}'>{title}</a><div>{name} 提问于 2026-11-0{n} 10:0{n}</div></li>",
}


def page(url: str, inner: str) -> HttpResponse:
    """A page with a heading and no names on anything."""
    markup = f"<html><head><title>露营</title></head><body><h1>露营</h1>{inner}</body></html>"
    return HttpResponse(url, body=markup.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("row", ROWS)
def test_rows_are_no_posts(row: str, count: int) -> None:
    """A row of a title with its writer, time, counts and avatar beside it is a thread to open, not a post."""
    rows = "".join(ROWS[row].format(n=n + 1, title=TITLES[n], name=PEOPLE[n]) for n in range(count))
    response = page("http://e.test/", f"<{'dl' if row == 'dl' else 'ul'}>{rows}</{'dl' if row == 'dl' else 'ul'}>")
    assert infer(response).role == "board"
    item = asyncio.run(PLATFORM.board(response=response, visit=VISIT).to_item())
    assert [thread.title for thread in item.threads] == TITLES[:count]


@pytest.mark.parametrize(
    "post",
    [
        "<li><a href='/{who}'>{name}</a> <span>2026-11-0{n} 10:00</span> <span>{text}</span></li>",
        "<li><a href='/{who}'>{name}</a> <em>2026-11-0{n} 10:00</em><br>{text}</li>",
        "<div><a href='/{who}'>{name}</a> <i>2026-11-0{n} 10:00</i> <p>{text}</p> <b>{n}楼</b></div>",
    ],
)
def test_short_posts_are_no_rows(post: str) -> None:
    """Short answers beside a writer's linked name stay posts, though they are as short as names are."""
    texts = ["多谢楼主分享经验", "同意楼上的说法", "我家也是这样的", "换个密封圈就行", "这个周六可以"]
    posts = "".join(
        post.format(who=f"person-{'abcde'[n]}", name=PEOPLE[n], n=n + 1, text=text) for n, text in enumerate(texts)
    )
    response = page("http://e.test/t/5", f"<ul>{posts}</ul>")
    item = asyncio.run(PLATFORM.thread(response=response, visit=VISIT).to_item())
    assert infer(response).role == "thread"
    assert len(item.posts) == len(texts)
    assert all(text in post.text for text, post in zip(texts, item.posts, strict=True))
