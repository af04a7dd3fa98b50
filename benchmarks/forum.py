"""An invented forum on loopback, quick enough that whoever crawls it is what is measured.

Threads in the order of their last reply, whose time each list page shows; posts are numbered over the whole site.
`Forum` is the state, `serve_forum` a process of its own that answers for it and does what it is told.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

ROWS, POSTS = 20, 10
BEGINNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NAMES = ("何青青", "林小满", "老周", "江边散人", "阿水", "tyre_fan", "北风", "黑皮诺", "小陈", "夜车")
WORDS = (
    "洗车", "保养", "油耗", "轮胎", "年检", "加油", "堵车", "停车", "车友", "周末", "自驾", "高速", "隔音",
    "昨天", "师傅", "说是", "换了", "还行", "多少钱", "一公里", "排队", "下次", "试试", "不太", "好像", "有点",
)  # fmt: skip


@dataclass
class Message:
    """One post."""

    number: int
    author: int
    text: str
    at: datetime


@dataclass
class Thread:
    """One thread."""

    number: int
    title: str
    posts: list[Message] = field(default_factory=list)

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return (len(self.posts) + POSTS - 1) // POSTS


class Forum:
    """One board. `skin` says what its pages look like."""

    def __init__(self, threads: int, skin: str, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.skin = SKINS[skin]
        self.posts = 0
        self.moment = BEGINNING
        self.threads = [Thread(number, self.speak(3, 6)) for number in range(1, threads + 1)]
        for thread in self.threads:
            for _ in range(1 + min(45, int(self.chance.expovariate(0.13)))):
                self.add_post(thread)
        self.sort()

    def speak(self, least: int, most: int) -> str:
        """Some words."""
        return "".join(self.chance.choices(WORDS, k=self.chance.randint(least, most)))

    def add_post(self, thread: Thread) -> Message:
        """One more post."""
        self.posts += 1
        self.moment += timedelta(seconds=self.chance.randint(1, 90))
        text = "。<br>".join(self.speak(6, 30) for _ in range(self.chance.randint(1, 4)))
        post = Message(self.posts, self.chance.randrange(400), text, self.moment)
        thread.posts.append(post)
        return post

    def sort(self) -> None:
        """The threads in the order of their last reply."""
        self.threads.sort(key=lambda thread: thread.posts[-1].at, reverse=True)
        self.by_number = {thread.number: thread for thread in self.threads}

    @property
    def pages(self) -> int:
        """All its pages."""
        return self.list_pages + sum(thread.pages for thread in self.threads)

    @property
    def list_pages(self) -> int:
        """The pages of the list."""
        return (len(self.threads) + ROWS - 1) // ROWS

    def reply(self, share: float) -> tuple[list[int], int]:
        """New posts, as many as a share of all; their numbers, and how many pages show them or their threads' rows."""
        chosen = self.chance.choices(self.threads, k=max(1, round(share * self.posts)))
        shown = {(thread.number, (len(thread.posts) - 1) // POSTS, self.add_post(thread).number) for thread in chosen}
        self.sort()
        numbers = [number for _, _, number in shown]
        pages = {(thread.number, n // POSTS) for thread in {id(t): t for t in chosen}.values()
                 for n, post in enumerate(thread.posts) if post.number in set(numbers)}  # fmt: skip
        rows = len({thread.number for thread in chosen})
        return numbers, len(pages) + (rows + ROWS - 1) // ROWS

    def answer(self, target: str) -> str | None:
        """The page at an address, None where there is none."""
        parts = urlsplit(target)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdecimal()}
        if parts.path == "/viewforum.php":
            start = query.get("start", 0)
            return self.skin.board(self.threads[start : start + ROWS], start, len(self.threads))
        thread = self.by_number.get(query.get("t", 0))
        if parts.path != "/viewtopic.php" or thread is None:
            return None
        start = query.get("start", 0)
        return self.skin.thread(thread, start)


@dataclass(frozen=True)
class Skin:
    """What pages look like: `board` of some threads from `start` on, `thread` of the posts from `start` on."""

    start: str
    board: Callable[[list[Thread], int, int], str]
    thread: Callable[[Thread, int], str]


def _turn(address: str, start: int, total: int, step: int) -> str:
    """A pager of offsets."""
    pages = "".join(f'<li><a class="button" href="{address}start={n}">{n // step + 1}</a></li>'
                    for n in range(0, min(total, 8 * step), step))  # fmt: skip
    more = f'<li class="arrow next"><a rel="next" href="{address}start={start + step}">下一页</a></li>'
    return f'<div class="pagination"><ul>{pages}{more if start + step < total else ""}</ul></div>'


def _phpbb_frame(kind: str, title: str, body: str) -> str:
    crumbs = (
        '<span class="crumb"><a href="./index.php">首页</a></span><span class="crumb"><a href="./viewforum.php?f=7">'
        "车友</a></span>"
    )
    menu = "".join(f'<li><a href="./app.php/page/{n}" role="menuitem">栏目 {n}</a></li>' for n in range(20))
    return (
        f'<!DOCTYPE html><html lang="zh-cn"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link href="./styles/prosilver/theme/stylesheet.css" rel="stylesheet"></head><body id="phpbb" '
        f'class="nojs section-{kind} ltr"><div id="wrap"><div id="page-header"><ul class="linklist">{menu}</ul>'
        f'<ul id="nav-breadcrumbs"><li class="breadcrumbs">{crumbs}</li></ul></div><div id="page-body">{body}</div>'
        f'<div id="page-footer"><ul><li>所有显示的时间均为 <span title="UTC+0">UTC</span></li></ul>'
        f'<span class="footer-copyright">Powered by phpBB</span></div></div></body></html>'
    )


def _phpbb_board(threads: list[Thread], start: int, total: int) -> str:
    def row(thread: Thread) -> str:
        first, last = thread.posts[0], thread.posts[-1]
        return (
            f'<li class="row bg1"><dl class="row-item topic_read"><dt><div class="list-inner"><a class="topictitle" '
            f'href="./viewtopic.php?t={thread.number}">{thread.title}</a><div class="responsive-hide">由 '
            f"{_user(first)} » {_when(first)}</div></div></dt>"
            f'<dd class="posts">{len(thread.posts) - 1}</dd><dd class="views">{7 * len(thread.posts)}</dd>'
            f'<dd class="lastpost"><span>由 {_user(last)} <a href="./viewtopic.php?p={last.number}#p{last.number}">'
            f"<i></i></a><br>{_when(last)}</span></dd></dl></li>"
        )

    pager = _turn("./viewforum.php?f=7&amp;", start, total, ROWS)
    rows = "".join(map(row, threads))
    return _phpbb_frame(
        "viewforum", "车友", f'<h2 class="forum-title"><a href="./viewforum.php?f=7">车友</a></h2>{pager}'
        f'<div class="forumbg"><ul class="topiclist topics">{rows}</ul></div>{pager}',
    )  # fmt: skip


def _phpbb_thread(thread: Thread, start: int) -> str:
    def post(one: Message) -> str:
        profile = "".join(f"<dd class='profile-{n}'><strong>资料 {n}:</strong> {one.author * n}</dd>" for n in range(6))
        return (
            f'<div id="p{one.number}" class="post has-profile bg2"><div class="inner"><dl class="postprofile" '
            f'id="profile{one.number}"><dt><div class="avatar-container"><img src="./a/{one.author}.png" alt=""></div>'
            f'{_user(one)}</dt>{profile}</dl><div class="postbody"><div id="post_content{one.number}"><h3><a '
            f'href="./viewtopic.php?p={one.number}#p{one.number}">Re: {thread.title}</a></h3><ul class="post-buttons">'
            f'<li><a href="./posting.php?mode=quote&amp;p={one.number}" title="引用"><i class="icon"></i></a></li></ul>'
            f'<p class="author"><span>由 <strong>{_user(one)}</strong> » </span>{_when(one)}</p>'
            f'<div class="content">{one.text}</div><div id="sig{one.number}" class="signature">一路平安 {one.author}'
            f'</div></div></div><div class="back2top"><a href="#top">页首</a></div></div></div><hr class="divider">'
        )

    pager = _turn(f"./viewtopic.php?t={thread.number}&amp;", start, len(thread.posts), POSTS)
    posts = "".join(map(post, thread.posts[start : start + POSTS]))
    head = f'<h2 class="topic-title"><a href="./viewtopic.php?t={thread.number}">{thread.title}</a></h2>'
    return _phpbb_frame("viewtopic", thread.title, f"{head}{pager}{posts}{pager}")


def _user(post: Message) -> str:
    name = f"{NAMES[post.author % len(NAMES)]}{post.author}"
    return f'<a href="./memberlist.php?mode=viewprofile&amp;u={post.author}" class="username">{name}</a>'


def _when(post: Message) -> str:
    return f'<time datetime="{post.at.isoformat()}">{post.at:%Y-%m-%d %H:%M}</time>'


def _bare_frame(title: str, body: str) -> str:
    menu = "".join(f'<a href="/page/{n}">栏目 {n}</a> ' for n in range(20))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><nav>{menu}</nav>'
        f"<main><h1>{title}</h1>{body}</main><footer>© 2026 车友之家</footer></body></html>"
    )


def _bare_board(threads: list[Thread], start: int, total: int) -> str:
    rows = "".join(
        f'<tr class="line"><td class="what"><a class="subject" href="/viewtopic.php?t={thread.number}">{thread.title}'
        f'</a></td><td class="by">{_name(thread.posts[0])}</td><td class="n">{len(thread.posts) - 1}</td>'
        f'<td class="last">{_name(thread.posts[-1])}<br>{thread.posts[-1].at:%Y-%m-%d %H:%M:%S}</td></tr>'
        for thread in threads
    )
    head = "<tr><th>主题</th><th>作者</th><th>回复</th><th>最后回复</th></tr>"
    return _bare_frame("车友", f"<table class='lines'>{head}{rows}</table>"
                       f"{_turn('/viewforum.php?', start, total, ROWS)}")  # fmt: skip


def _bare_thread(thread: Thread, start: int) -> str:
    posts = "".join(
        f'<section class="message" id="m{one.number}"><aside><img src="/a/{one.author}.png" alt=""><b class="who">'
        f"{_name(one)}</b><br>帖子: {one.author * 3}<br>来自: 上海</aside><div class='head'>{one.at:%Y-%m-%d %H:%M:%S}"
        f' <a href="#m{one.number}">#{number}</a></div><div class="words">{one.text}</div>'
        f"<div class='tools'><a href='/report?m={one.number}'>举报</a> <a href='/reply?m={one.number}'>回复</a></div>"
        "</section>"
        for number, one in enumerate(thread.posts[start : start + POSTS], start + 1)
    )
    pager = _turn(f"/viewtopic.php?t={thread.number}&amp;", start, len(thread.posts), POSTS)
    return _bare_frame(thread.title, f"{pager}{posts}{pager}")


def _name(post: Message) -> str:
    return f"{NAMES[post.author % len(NAMES)]}{post.author}"


# A program with a page object of its own, and one that nobody wrote a platform for.
SKINS = {
    "phpbb": Skin("/viewforum.php?f=7", _phpbb_board, _phpbb_thread),
    "unknown": Skin("/viewforum.php", _bare_board, _bare_thread),
}


# -- the server


@dataclass
class Served:
    """A forum that is served: `url` of its list. `tell` has it do something, and gives what comes of it."""

    url: str
    pipe: Connection
    process: multiprocessing.process.BaseProcess

    def tell(self, what: str, *arguments: Any) -> Any:
        """One of "asked", "reply", "size"."""
        self.pipe.send((what, arguments))
        return self.pipe.recv()


@contextmanager
def serve_forum(threads: int, skin: str, seed: int = 1) -> Iterator[Served]:
    """A forum in a process of its own."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, threads, skin, seed), daemon=True)
    process.start()
    port = here.recv()
    try:
        yield Served(f"http://127.0.0.1:{port}{SKINS[skin].start}", here, process)
    finally:
        process.kill()
        process.join()


class _Talk(asyncio.Protocol):
    """HTTP/1.1 with connections that stay."""

    def __init__(self, forum: Forum, asked: list[tuple[float, str]]) -> None:
        self.forum = forum
        self.asked = asked
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            target = request.split(b" ", 2)[1].decode("latin-1")
            self.asked.append((time.monotonic(), target))
            found = self.forum.answer(target)
            body = (found or "<html><body>Not found</body></html>").encode()
            head = f"HTTP/1.1 {'200 OK' if found else '404 Not Found'}\r\nContent-Type: text/html; charset=utf-8\r\n"
            self.transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _serve(pipe: Connection, threads: int, skin: str, seed: int) -> None:
    forum, asked = Forum(threads, skin, seed), list[tuple[float, str]]()

    def obey() -> None:
        try:
            what, arguments = pipe.recv()
        except EOFError:
            loop.stop()
            return
        if what == "asked":
            pipe.send(list(asked))
            asked.clear()
        elif what == "reply":
            pipe.send(forum.reply(*arguments))
        elif what == "size":
            pipe.send((forum.pages, forum.list_pages, forum.posts))

    async def listen() -> int:
        server = await loop.create_server(lambda: _Talk(forum, asked), "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    loop = asyncio.new_event_loop()
    port = loop.run_until_complete(listen())
    loop.add_reader(pipe.fileno(), obey)
    pipe.send(port)
    loop.run_forever()
