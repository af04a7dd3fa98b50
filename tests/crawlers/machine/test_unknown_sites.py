"""Whole crawls of sites that nobody wrote a platform for: what is followed on trust, and what is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rig import Site, Told

Crawler = Callable[..., Told]
WRITERS = ("河边人", "kite_41", "阿山", "小Lake")
WORDS = (
    "河滩上的营位都满了，早点去。",
    "木炭要自己带，那边不卖的。",
    "上个月风太大，帐篷都吹跑了。",
    "山路还没有修好，要绕一下。",
)


def thread(number: int, links: str = "") -> str:
    """A thread of three posts, each of words of its own."""
    posts = "".join(
        f"<div class='msg' id='m{number}{floor}'><b class='author'>{WRITERS[(number + floor) % 4]}</b>"
        f"<span class='time'>2026-11-{number % 20 + 1:02d} 1{floor}:{number % 60:02d}</span>"
        f"<div class='text'>{WORDS[(number + floor) % 4]} 第{number}回{floor}。</div></div>"
        for floor in range(3)
    )
    title = f"话题{number}号的题目"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{posts}{links}</body></html>"


def rows(*numbers: int, base: str = "/read/") -> str:
    """Lines of a list that lead to threads."""
    return "".join(
        f"<tr><td><a href='{base}{number}'>话题{number}号的题目</a></td><td class='author'>{WRITERS[number % 4]}</td>"
        f"<td>2026-11-{number % 20 + 1:02d} 12:{number % 60:02d}</td></tr>"
        for number in numbers
    )


def board(*numbers: int, links: str = "") -> str:
    """A list of threads."""
    table = f"<table>{rows(*numbers)}</table>"
    return f"<html><head><title>营地</title></head><body><h1>营地</h1>{table}{links}</body></html>"


@pytest.fixture
def strange(site: Site) -> Site:
    """A front that is one notice with a few words below it; lists whose pages are named by an offset of no known name,
    and are linked by numbers without a mark of where one is."""
    doors = "".join(f"<p><a href='/z/{name}'>{name}</a></p>" for name in ("hetan", "shanding"))
    traps = "".join(
        f"<a href='/{path}'>一个很长的链接的名字</a>" for path in ("login", "vote/3", "reply?to=1", "del?delete=2")
    )
    pages = "<p><a href='/z/hetan?vor=0'>1</a> <a href='/z/hetan?vor=4'>2</a> <a href='/z/hetan?vor=8'>3</a></p>"
    notice = "<div class='post'><b class='author'>站长</b> 2026-11-01 10:00<p>新的营地开放了，欢迎大家来。</p></div>"
    site.routes |= {
        "/": f"<html><head><title>营地</title></head><body>{notice}{doors}{traps}</body></html>",
        "/z/hetan": board(1, 2, 3, 4, links=pages),
        "/z/hetan?vor=0": board(1, 2, 3, 4, links=pages),
        "/z/hetan?vor=4": board(5, 6, 7, 8, links=pages),
        "/z/hetan?vor=8": board(9, 10, 11, 12, links=pages),
        "/z/shanding": board(13, 14, 15),
        **{f"/read/{number}": thread(number) for number in range(1, 16)},
    }
    return site


def texts(told: Told) -> set[str]:
    """What was read of the threads."""
    return {post["text"] for post in told.posts if "回" in post["text"]}


def test_a_front_that_says_nothing(strange: Site, crawl: Crawler) -> None:
    """Every thread is read all the same, at the cost of some requests; nothing is asked for that does something."""
    told = crawl(strange.url(), real=True)
    assert len(texts(told)) == 45
    assert not [path for path in strange.paths if any(word in path for word in ("login", "vote", "reply", "del"))]
    assert len(strange.paths) <= 26
    assert len(strange.paths) == len(set(strange.paths))


def test_what_was_learned_is_kept(strange: Site, crawl: Crawler) -> None:
    """The next crawl knows the kinds of pages: it finds a thread that is new without looking at anything in vain."""
    first = crawl(strange.url(), real=True)
    strange.asked.clear()
    strange.routes |= {"/z/shanding": board(16, 13, 14, 15), "/read/16": thread(16)}
    told = crawl(strange.url(), real=True, mode="watch", **first.known())
    assert told.outcome["counts"]["new"] == 3, strange.paths
    assert len(strange.paths) <= 7


def test_a_site_that_is_read_well_is_left_alone(site: Site, crawl: Crawler) -> None:
    """Where the front's own list leads to all threads, its menu and what stands beside it is not looked at."""
    menu = "".join(f"<li><a href='/page/{name}'>{name} und mehr</a></li>" for name in ("regeln", "haus", "wetter"))
    site.routes |= {
        "/": board(1, 2, 3, 4, links=f"<ul class='menu'>{menu}</ul>"),
        **{f"/read/{number}": thread(number) for number in range(1, 5)},
    }
    told = crawl(site.url(), real=True)
    assert len(texts(told)) == 12
    assert not [path for path in site.paths if path.startswith("/page/")]


def test_one_post_under_two_addresses(site: Site, crawl: Crawler) -> None:
    """What a page of another kind shows again was read before."""
    site.routes |= {
        "/": board(
            1,
            2,
            3,
            links="<p><a href='/flat/1'>话题1号，平铺的样子</a></p><p><a href='/flat/2'>话题2号，平铺的样子</a></p>",
        ),
        **{f"/read/{number}": thread(number) for number in range(1, 4)},
        **{f"/flat/{number}": thread(number) for number in range(1, 3)},
    }
    told = crawl(site.url(), real=True)
    found: list[Any] = [post["text"] for post in told.posts]
    assert sorted(found) == sorted(set(found))
    assert len(found) == 9
