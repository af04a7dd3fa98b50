"""Traps that real forum software lays, seventeen of them, each as one test; docs/platforms.md tells what they are."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest
from parsel import Selector
from rig import CHROMIUM, Answer, Site, Told
from web_poet import HttpResponse

from crawlers.charset import find_encoding
from crawlers.dates import read_time, read_times
from crawlers.pages import ThreadItem, Visit
from crawlers.platforms import PLATFORMS
from crawlers.posts import read_floor
from crawlers.recognise import recognise

Crawler = Callable[..., Told]
FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime.fromisoformat("2026-11-21T15:30:20+08:00")
STAMP = "2026-11-20T1{}:00:00+08:00"


def post(number: int, text: str, *, name: str = "", ident: str = "") -> str:
    """A post of a program nobody knows."""
    return (
        f'<div class="comment-row" id="{ident or f"c{number}"}"><a class="author" href="/user/{name or number}">'
        f'{name or f"name{number}"}</a> <time datetime="{STAMP.format(number % 10)}">then</time>'
        f'<div class="content">{text}</div></div>'
    )


def page(*posts: str, head: str = "", foot: str = "") -> str:
    """A page of a thread."""
    return (
        f"<html><head><title>a talk about lists</title>{head}</head><body><h1>a talk about lists</h1>"
        f"<main>{''.join(posts)}</main>{foot}</body></html>"
    )


def pager(*numbers: int, here: int, form: str = "/t/1?page={}") -> str:
    """A pager with numbers."""
    links = "".join(
        f'<strong class="current">{n}</strong>' if n == here else f'<a href="{form.format(n)}">{n}</a>' for n in numbers
    )
    return f'<div class="pagination">{links}</div>'


def words(told: Told) -> list[str]:
    """The texts of a crawl, sorted."""
    return sorted(post["text"] for post in told.posts)


def read_saved(name: str) -> ThreadItem:
    """A saved thread page, as its platform reads it."""
    path = FIXTURES / f"{name}.html"
    case = json.loads(path.with_suffix(".json").read_text("utf-8"))
    response = HttpResponse(case["url"], body=path.read_bytes(), encoding="utf-8")
    visit = Visit(fetched_at=NOW, floors_before=case.get("floors_before", 0))
    platform, _ = recognise(response)
    item = asyncio.run(platform.thread(response=response, visit=visit).to_item())
    assert isinstance(item, ThreadItem)
    return item


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; `tipstaff doctor` says how to get one")
def test_trap_1_scripts_rewrite_times(site: Site, crawl: Crawler) -> None:
    """What the server sent as a time stands, though a script made "a day ago" of it; the post stays the same one."""
    script = (
        "<script>document.querySelectorAll('time').forEach(t => { t.removeAttribute('datetime');"
        " t.textContent = 'a day ago' })</script>"
    )
    site.routes["/t/1"] = page(post(1, "the opening words"), post(2, "an answer to them"), foot=script)
    plain = crawl(site.url("/t/1"), real=True)
    drawn = crawl(site.url("/t/1"), source={"render": "always"}, plan={"browser": CHROMIUM}, real=True)
    assert all(haul["page"]["rendered"] for haul in drawn.hauls)
    assert [post["posted_at"] for post in drawn.posts] == [STAMP.format(1), STAMP.format(2)]
    assert [post["id"] for post in drawn.posts] == [post["id"] for post in plain.posts]


@pytest.mark.parametrize(
    ("text", "when", "precision"),
    [
        ("54分钟前", NOW - timedelta(minutes=54), "minute"),
        ("10小时前", NOW - timedelta(hours=10), "hour"),
        ("3\xa0天前", NOW - timedelta(days=3), "day"),
        ("昨天\xa004:36", datetime.fromisoformat("2026-11-20T04:36:00+08:00"), "minute"),
        ("2026-9-20 05:11:32", datetime.fromisoformat("2026-09-20T05:11:32+08:00"), "second"),
        ("11-20-2026", datetime.fromisoformat("2026-11-20T00:00:00+08:00"), "day"),
        ("21 十一月", datetime.fromisoformat("2026-11-21T00:00:00+08:00"), "day"),
    ],
)
def test_trap_2_relative_times(text: str, when: datetime, precision: str) -> None:
    """Times at any age and in any order are read, with the precision that the page gives."""
    moment = read_time(text, now=NOW, timezone="Asia/Shanghai")
    assert moment.precision == precision
    assert moment.when is not None
    assert abs(moment.when - when) < {"second": timedelta(seconds=1), "day": timedelta(days=1)}.get(
        precision, timedelta(hours=1)
    )


def test_trap_2_months_ago_are_no_february() -> None:
    """ "2月前" is two months ago, and no more precise than that."""
    moment = read_time("2月前", now=NOW, timezone="Asia/Shanghai")
    assert moment.when is not None
    assert (moment.when.month, moment.precision) == (9, "month")


def test_trap_3_half_a_time_in_each_place() -> None:
    """The title's day and the text's hour make one time."""
    moment = read_times(["2026-11-20", "13:05"], now=NOW, timezone="Asia/Shanghai")
    assert moment.when == datetime.fromisoformat("2026-11-20T13:05:00+08:00")


def test_trap_4_floors_in_words() -> None:
    """楼主 is the first floor, 沙发 the second; numbers go on over pages."""
    assert [read_floor(text) for text in ("楼主", "沙发", "板凳", "地板", "5#")] == [1, 2, 3, 4, 5]
    first, second = read_saved("discuz/thread-1"), read_saved("discuz/thread-2")
    assert first.posts[0].floor == 1
    floors = [post.floor or 0 for post in second.posts]
    assert min(floors) >= max(post.floor or 0 for post in first.posts)
    assert floors == sorted(floors)


@pytest.mark.parametrize("repeated", [(1,), (3,)], ids=["the opening", "the last of the page before"])
def test_trap_5_posts_repeated_across_pages(site: Site, crawl: Crawler, repeated: tuple[int, ...]) -> None:
    """A post that stands on two pages counts once."""
    again = [post(n, f"words of number {n}") for n in repeated]
    site.routes["/t/1"] = page(*(post(n, f"words of number {n}") for n in (1, 2, 3)), foot=pager(1, 2, here=1))
    site.routes["/t/1?page=2"] = page(
        *again, *(post(n, f"words of number {n}") for n in (4, 5)), foot=pager(1, 2, here=2)
    )
    told = crawl(site.url("/t/1"), real=True)
    assert words(told) == [f"words of number {n}" for n in (1, 2, 3, 4, 5)]
    assert len({post["id"] for post in told.posts}) == 5


def test_trap_6_canonical_links_that_lie(site: Site, crawl: Crawler) -> None:
    """Pages 2 and 3 say that they are page 1, and are read all the same."""
    lie = f'<link rel="canonical" href="{site.url("/t/1")}">'
    for number in (1, 2, 3):
        path = "/t/1" if number == 1 else f"/t/1?page={number}"
        posts = (post(2 * number + n, f"words of number {2 * number + n}") for n in (0, 1))
        site.routes[path] = page(*posts, head=lie, foot=pager(1, 2, 3, here=number))
    told = crawl(site.url("/t/1"), real=True)
    assert words(told) == [f"words of number {n}" for n in range(2, 8)]
    assert len({haul["mark"]["key"] for haul in told.hauls}) == 1


def test_trap_7_session_ids_in_links(site: Site, crawl: Crawler) -> None:
    """Every request makes new addresses, and yet each page is fetched once, and not again when nothing changed."""
    serial = count(1)

    def with_session(markup: str) -> Callable[[BaseHTTPRequestHandler], Answer]:
        return lambda _: Answer(markup.replace("SID", f"sid={next(serial):032x}").encode())

    rows = "".join(
        f'<li class="row"><a class="topictitle" href="./viewtopic.php?f=2&amp;t={n}&amp;SID">the talk number {n}</a>'
        f'<dd class="posts">1</dd><dd class="lastpost"><time datetime="{STAMP.format(n)}">then</time></dd></li>'
        for n in (1, 2)
    )
    site.routes["/viewforum.php?f=2"] = with_session(
        f'<html><body id="phpbb"><h2 class="forum-title"><a href="./viewforum.php?f=2&amp;SID">Lists</a></h2>'
        f'<ul class="topiclist topics">{rows}</ul></body></html>'
    )
    for number in (1, 2):
        site.routes[f"/viewtopic.php?f=2&t={number}"] = with_session(
            f'<html><body id="phpbb"><h2 class="topic-title"><a href="./viewtopic.php?t={number}&amp;SID">talk</a></h2>'
            f'<div id="p{number}" class="post"><div class="postbody"><p class="author">by <a class="username" '
            f'href="./memberlist.php?mode=viewprofile&amp;u=3&amp;SID">ann</a> <time datetime="{STAMP.format(1)}">then'
            f'</time></p><div class="content">words of number {number}</div></div></div></body></html>'
        )
    told = crawl(site.url("/viewforum.php?f=2"), mode="watch", real=True)
    assert words(told) == ["words of number 1", "words of number 2"]
    assert sorted(site.paths) == ["/viewforum.php?f=2", "/viewtopic.php?f=2&t=1", "/viewtopic.php?f=2&t=2"]
    site.asked.clear()
    again = crawl(site.url("/viewforum.php?f=2"), mode="watch", real=True, **told.known())
    assert again.reason == "nothing_new"
    assert site.paths == ["/viewforum.php?f=2"]
    assert "sid=" not in json.dumps([told.posts, list(told.marks)])


MISSING = {
    "missing": (Answer("<html><body><p>抱歉，指定的主题不存在或已被删除</p></body></html>".encode()), "soft_404"),
    "closed": (Answer("<html><body><p>抱歉，您尚未登录，没有权限访问该版块</p></body></html>".encode()), "login_wall"),
    "moved": (Answer(status=302, headers={"Location": "/login?next=/t/1"}), "login_wall"),
    "data": (Answer(b'{"error": "not-authorized"}', 401, content_type="application/json"), "login_wall"),
    "gone": (Answer(b"<html><body>gone</body></html>", 404), "soft_404"),
}


def board(*paths: str) -> str:
    """A list of threads of no known program."""
    rows = "".join(f'<li class="row"><h3><a href="{path}">the talk of {path[1:]}</a></h3></li>' for path in paths)
    return f"<html><head><title>Lists</title></head><body><h1>Lists</h1><ul>{rows}</ul></body></html>"


def test_trap_8_errors_that_look_like_pages(site: Site, crawl: Crawler) -> None:
    """Missing threads and log-in walls are told apart, whatever their status, and give no post."""
    site.routes["/f"] = board("/t/good", *(f"/t/{name}" for name in MISSING))
    site.routes["/t/good"] = page(post(1, "words of number 1"), post(2, "words of number 2"))
    site.routes |= {f"/t/{name}": answer for name, (answer, _) in MISSING.items()}
    told = crawl(site.url("/f"), real=True)
    assert words(told) == ["words of number 1", "words of number 2"]
    reasons = {reason for _, reason in MISSING.values()}
    named = {url.rpartition("/")[2].partition("?")[0]: event for event, url in told.notes if event in reasons}
    assert {name: named.get(name, named.get("login")) for name in MISSING} == {n: r for n, (_, r) in MISSING.items()}


PAGERS = {
    "an icon, and a hidden one for something else": (
        '<div class="pager" style="display:none"><a class="next" href="/t/77?page=2">next</a></div>'
        '<div class="pages"><a href="#" class="active">1</a><a href="{0}?page=2">2</a>'
        '<a href="{0}?page=2" class="nxt"><i class="icon-right"></i></a></div>'
    ),
    "a sign": '<div class="nav"><strong>1</strong> <a href="{0}?page=2">»</a></div>',
    "an arrow": '<p><span>1</span> <a href="{0}?page=2">▶</a></p>',
    "下一页": '<div class="pg"><strong>1</strong><a href="{0}?page=2">下一页</a></div>',
    "a.nxt": '<div class="pg"><strong>1</strong><a class="nxt" href="{0}?page=2">2</a></div>',
    "an offset": '<div class="pagination"><a rel="next" class="next" href="{0}?start=2">next</a></div>',
    "a cursor": '<div class="pagination"><a rel="next" class="next" href="{0}?after=c2">next</a></div>',
}


def test_trap_9_pagers(site: Site, crawl: Crawler) -> None:
    """The next page is found by whatever leads to it; what is for something else is passed over."""
    site.routes["/f"] = board(*(f"/t/{n}" for n in range(1, len(PAGERS) + 1)))
    for number, foot in enumerate(PAGERS.values(), 1):
        path = f"/t/{number}"
        first, second = ((post(n, f"words {n} of {number}") for n in pair) for pair in ((1, 2), (3, 4)))
        site.routes[path] = page(*first, foot=foot.format(path))
        query = "?start=2" if "start" in foot else "?after=c2" if "after" in foot else "?page=2"
        site.routes[path + query] = page(*second)
    told = crawl(site.url("/f"), real=True)
    missed = [
        name
        for number, name in enumerate(PAGERS, 1)
        if not {f"words {n} of {number}" for n in (1, 2, 3, 4)} <= set(words(told))
    ]
    assert missed == []
    assert "/t/77?page=2" not in site.paths


def test_trap_9_redirects_that_drop_the_page(site: Site, crawl: Crawler) -> None:
    """A slug redirect that answers page 2 with page 1 ends the thread, and nothing is read twice."""
    site.routes["/t/1"] = page(post(1, "words of number 1"), post(2, "words of number 2"), foot=pager(1, 2, here=1))
    site.routes["/t/1?page=2"] = Answer(status=301, headers={"Location": "/t/1"})
    told = crawl(site.url("/t/1"), real=True)
    assert words(told) == ["words of number 1", "words of number 2"]
    assert len(site.paths) <= 3


def test_trap_10_prefixes_that_match_too_much() -> None:
    """`post_rate_div_1` is no post, and a preview box none either."""
    markup = (FIXTURES / "discuz" / "thread-1.html").read_text("utf-8")
    assert "post_rate_div_" in markup
    preview = '<div id="post_new"></div><div id="postmessage_preview" class="t_f">a preview of nothing</div>'
    case = json.loads((FIXTURES / "discuz" / "thread-1.json").read_text("utf-8"))
    response = HttpResponse(
        case["url"],
        body=markup.replace('<div id="postlist"', preview + '<div id="postlist"').encode(),
        encoding="utf-8",
    )
    item = asyncio.run(PLATFORMS["discuz"].thread(response=response, visit=Visit(fetched_at=NOW)).to_item())
    assert [post.post_id for post in item.posts] == [post["post_id"] for post in case["item"]["posts"]]


@pytest.mark.parametrize("codec", ["gb18030", "gbk", "big5", "utf-8"])
@pytest.mark.parametrize("declared", ["", "header", "x-meta"])
def test_trap_11_charsets(codec: str, declared: str) -> None:
    """By the header, else by what fits: a charset in a meta of nobody's making is no help."""
    text = "車險名單，當天一手，可以看樣再付款" if codec == "big5" else "车险名单，当天一手，可以看样再付款"
    head = f'<meta name="x-charset" value="{codec}">' if declared == "x-meta" else ""
    body = page(post(1, text), post(2, text[::-1]), head=head).encode(codec)
    kind = f"text/html; charset={codec}" if declared == "header" else "text/html"
    response = HttpResponse("http://e.test/t/1", body=body, encoding=find_encoding(kind, body))
    platform, role = recognise(response)
    assert role == "thread"
    item = asyncio.run(platform.thread(response=response, visit=Visit(fetched_at=NOW)).to_item())
    assert [found.text for found in item.posts] == [text, text[::-1]]


def test_trap_12_infinite_scroll(site: Site, crawl: Crawler) -> None:
    """No pager is shown, and yet the pages are there: the head says where the next one is."""
    following = '<link rel="next" href="/t/1?page=2"><script src="/scroll.js"></script>'
    site.routes["/t/1"] = page(post(1, "words of number 1"), post(2, "words of number 2"), head=following)
    site.routes["/t/1?page=2"] = page(post(3, "words of number 3"), post(4, "words of number 4"))
    told = crawl(site.url("/t/1"), real=True)
    assert words(told) == [f"words of number {n}" for n in (1, 2, 3, 4)]
    assert not any(haul["page"]["rendered"] for haul in told.hauls)


def test_trap_13_pages_that_are_not_the_page(site: Site, crawl: Crawler) -> None:
    """Too fast: slower, and again. A sum to solve and a page that reloads itself are blocks; nothing is solved."""
    whole = page(post(1, "words of number 1"), post(2, "words of number 2"))
    tries = iter(["<html><body>频繁刷新限制</body></html>"])
    site.routes["/t/1"] = lambda _: Answer(next(tries, whole).encode())
    slow = crawl(site.url("/t/1"), real=True)
    assert words(slow) == ["words of number 1", "words of number 2"]
    assert slow.of("postpone")
    walls = {
        "reload": "<html><body>页面重载开启<script>setTimeout('location.reload()', 1000)</script></body></html>",
        "sum": "<html><body><form>请计算 3 + 4 = ? <input name=answer></form></body></html>",
    }
    site.routes |= {"/f": board("/t/reload", "/t/sum")} | {f"/t/{name}": text for name, text in walls.items()}
    told = crawl(site.url("/f"), real=True)
    assert told.posts == []
    assert {("blocked", site.url("/t/reload")), ("captcha", site.url("/t/sum"))} <= set(told.notes)


def test_trap_14_many_addresses_of_one_page(site: Site, crawl: Crawler) -> None:
    """A thread that a list names by its pages, its posts and the way there is fetched once."""
    names = (
        "thread-5-1-1.html", "thread-5-1-3.html", "forum.php?mod=redirect&amp;goto=findpost&amp;ptid=5&amp;pid=77",
        "thread-5-2-1.html#pid78", "forum.php?mod=viewthread&amp;tid=5&amp;extra=page%3D1",
    )  # fmt: skip
    rows = "".join(
        f'<tbody id="normalthread_{n}"><tr><th><a class="s xst" href="{name}">the talk</a></th>'
        f'<td class="num"><a>3</a></td></tr></tbody>' for n, name in enumerate(names)
    )  # fmt: skip
    head = '<meta name="generator" content="Discuz! X3.5">'
    table = f'<div id="threadlist"><table id="threadlisttableid">{rows}</table></div>'
    site.routes["/forum-2-1.html"] = f'<html><head>{head}</head><body id="nv_forum">{table}</body></html>'
    for path in ("/thread-5-1-1.html", "/forum.php?mod=viewthread&tid=5"):
        site.routes[path] = page(post(1, "words of number 1"), post(2, "words of number 2"))
    told = crawl(site.url("/forum-2-1.html"), real=True)
    assert len(site.paths) == 2
    assert len(told.posts) == 2


def test_trap_15_edits_and_removals(site: Site, crawl: Crawler) -> None:
    """An edited post keeps its id and is new by its words; a banned one is no post; a deleted thread is gone."""
    markup = (
        (FIXTURES / "discuz" / "thread-1.html").read_text("utf-8").replace("http://bbs.example.org/", site.url("/"))
    )
    site.routes["/thread-1204-1-1.html"] = markup
    before = {post["post_id"]: post for post in crawl(site.url("/thread-1204-1-1.html"), real=True).posts}
    first = min(before)
    body = re.search(
        rf'<div class="t_fsz"><table[^>]*><tr><td class="t_f" id="postmessage_{first}">.*?</table></div>',
        markup,
        re.DOTALL,
    )
    assert body
    edited = re.sub(r'(id="postmessage_\d+">).*?</td>', r"\1other words, quietly</td>", body[0], flags=re.DOTALL)
    site.routes["/thread-1204-1-1.html"] = markup.replace(body[0], edited)
    after = {post["post_id"]: post for post in crawl(site.url("/thread-1204-1-1.html"), real=True).posts}
    assert after[first]["id"] == before[first]["id"]
    assert after[first]["content_sha256"] != before[first]["content_sha256"]
    notice = '<div class="locked">提示: <em>作者被禁止或删除 内容自动屏蔽</em></div>'
    site.routes["/thread-1204-1-1.html"] = markup.replace(body[0], notice)
    banned = {post["post_id"] for post in crawl(site.url("/thread-1204-1-1.html"), real=True).posts}
    assert banned == set(before) - {first}


def test_trap_16_nested_replies() -> None:
    """A page of so many comments holds more posts: those nested in them."""
    isso, tieba = read_saved("isso/rendered"), read_saved("tieba/thread")
    page = Selector((FIXTURES / "isso" / "rendered.html").read_text("utf-8"))
    assert len(isso.posts) > len(page.css("#isso-root > .isso-comment"))
    assert {"2", "5", "6"} <= {post.post_id for post in isso.posts}
    assert [post.floor for post in tieba.posts] == [1, None, None, 2]


def test_trap_17_quotes_and_signatures(site: Site, crawl: Crawler) -> None:
    """What is quoted stands beside the text, and what is signed nowhere."""
    quote = '<blockquote class="quote">a word of somebody else</blockquote>'
    motto = '<div class="signature">slow and steady</div>'
    site.routes["/t/1"] = page(
        post(1, f"words of number 1{motto}"), post(2, f"{quote}words of number 2{motto}"), post(3, "words of number 3")
    )
    told = crawl(site.url("/t/1"), real=True)
    assert words(told) == [f"words of number {n}" for n in (1, 2, 3)]
    assert [post["quoted"] for post in told.posts] == [[], ["a word of somebody else"], []]
    for name in ("discuz/thread-1", "phpbb/topic-1", "mybb/thread", "xenforo/thread", "vbulletin/thread-4"):
        texts = " ".join(post.text for post in read_saved(name).posts)
        signed = re.findall(
            r'class="(?:sign|signature|message-signature)[^"]*"[^>]*>\s*([^<]{4,})',
            (FIXTURES / f"{name}.html").read_text("utf-8"),
        )
        assert not [motto for motto in signed if motto.strip() in texts]


def test_every_trap_has_a_test() -> None:
    """Seventeen traps, and a test for each."""
    found: set[int] = {int(match[1]) for name in globals() if (match := re.match(r"test_trap_(\d+)_", name))}
    assert found == set(range(1, 18))
