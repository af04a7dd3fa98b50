"""The written threads of the practice market, and what may happen to them while it runs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Board:
    """One board. `kind` says how it is shown: "forum", "listing" (classified adverts), "script" (exists only after
    JavaScript), "members" (a log-in page) or "closed" (robots.txt forbids it). `threads` is the path that the id of
    a thread is added to."""

    key: str
    name: str
    about: str
    kind: str
    path: str
    threads: str
    list_size: int = 15
    thread_size: int = 10


BOARDS = (
    Board("chat", "车友闲聊", "提车、用车、改装、自驾，想到什么聊什么", "forum", "/b/chat", "/t/"),
    Board("trade", "供求信息", "互通有无，交易请自行核实", "forum", "/b/trade", "/t/", list_size=12),
    Board("ads", "分类信息", "二手车、配件、服务，一条一页", "listing", "/ads", "/ads/", list_size=12),
    Board("live", "即时广场", "边看边刷的快帖（需要 JavaScript）", "script", "/live/", "/live/t/", 10, 50),
    Board("club", "会员专区", "老会员交流，登录后可见", "members", "/b/club", "/t/"),
    Board("backroom", "站务存档", "站务留存，谢绝机器访问", "closed", "/backroom/", "/backroom/t/"),
)


@dataclass(frozen=True)
class Entry:
    """One post. `text` is the author's own words; `quote` the floor that is quoted above it; `gold` its label
    (CONTRACT.md), that of a banned post is of no consequence: its words are not shown."""

    id: int
    floor: int
    author: str
    at: datetime
    text: str
    gold: str
    quote: int | None = None
    edited_at: datetime | None = None
    banned: bool = False
    picture: str | None = None
    attachment: str | None = None


@dataclass(frozen=True)
class Thread:
    """One thread, or one advert (its only entry). `changed_at` is the moment of its last change of any sort."""

    id: int
    board: str
    title: str
    entries: tuple[Entry, ...]
    changed_at: datetime
    views: int
    sticky: bool = False
    price: str | None = None
    place: str | None = None
    category: str | None = None
    picture: str | None = None

    @property
    def last(self) -> Entry:
        """The newest post."""
        return self.entries[-1]


@dataclass(frozen=True)
class User:
    """A member as the site shows one. `hue` colours the initial that stands for a picture."""

    id: int
    name: str
    level: str
    hue: int
    sign: str | None = None


class Stock:
    """All threads, as written at `epoch` and as changed since. Safe to read and change from several threads."""

    def __init__(self, epoch: datetime) -> None:
        self._lock = Lock()
        self.epoch = epoch
        self.changed_at = dict.fromkeys((board.key for board in BOARDS), epoch - timedelta(days=365))
        self.threads = {thread.id: thread for thread in _read_threads(epoch)}
        for thread in self.threads.values():
            self.changed_at[thread.board] = max(self.changed_at[thread.board], thread.changed_at)
        self.users = _read_users({entry.author for thread in self.threads.values() for entry in thread.entries})

    def list_threads(self, board: str) -> list[Thread]:
        """The threads of a board without its sticky ones, last post first."""
        threads = [thread for thread in self.threads.values() if thread.board == board and not thread.sticky]
        return sorted(threads, key=lambda thread: (thread.last.at, thread.id), reverse=True)

    def list_sticky(self, board: str) -> list[Thread]:
        """The threads that stand on top of every list page of a board."""
        return [thread for thread in self.threads.values() if thread.board == board and thread.sticky]

    def count(self, board: str) -> tuple[int, int]:
        """How many threads and posts a board holds."""
        sizes = [len(thread.entries) for thread in self.threads.values() if thread.board == board]
        return len(sizes), sum(sizes)

    def find_user(self, name: str) -> User:
        """The member called `name`; one who never wrote before is made up on the spot."""
        return self.users.get(name) or _make_user(name, {})

    def add_thread(self, board: str, title: str, author: str, text: str, now: datetime, gold: str = "unrelated") -> int:
        """Open a thread; the answer is its id."""
        with self._lock:
            number = max(self.threads) + 1
            entry = Entry(number * 1000 + 1, 1, author, now, text, gold)
            self._put(Thread(number, board, title, (entry,), now, views=1), now)
        return number

    def add_reply(
        self, thread: int, author: str, text: str, now: datetime, quote: int | None = None, gold: str = "unrelated"
    ) -> int:
        """Add a post to a thread; the answer is the post's id."""
        with self._lock:
            old = self.threads[thread]
            floor = old.last.floor + 1
            entry = Entry(thread * 1000 + floor, floor, author, now, text, gold, quote=quote)
            self._put(replace(old, entries=(*old.entries, entry)), now)
        return entry.id

    def edit_post(self, post: int, text: str, now: datetime) -> None:
        """Give a post other words; it keeps its id and shows that it was edited."""
        self._change(post, now, text=text, edited_at=now)

    def ban_post(self, post: int, now: datetime) -> None:
        """Put a notice in the place of a post's words."""
        self._change(post, now, banned=True)

    def remove_thread(self, thread: int, now: datetime) -> None:
        """Delete a thread; its address answers 404 from now on."""
        with self._lock:
            board = self.threads.pop(thread).board
            self.changed_at[board] = self._tick(board, now)

    def _change(self, post: int, now: datetime, **changes: Any) -> None:
        with self._lock:
            old = self.threads[post // 1000]
            entries = tuple(replace(entry, **changes) if entry.id == post else entry for entry in old.entries)
            self._put(replace(old, entries=entries), now)

    def _put(self, thread: Thread, now: datetime) -> None:
        moment = self._tick(thread.board, now)
        self.threads = {**self.threads, thread.id: replace(thread, changed_at=moment)}
        self.changed_at[thread.board] = moment

    def _tick(self, board: str, now: datetime) -> datetime:
        # Last-Modified has whole seconds: two changes within one must still differ.
        return max(now, self.changed_at[board] + timedelta(seconds=1))


def _read_threads(epoch: datetime) -> Iterator[Thread]:
    for line in _read_lines("threads"):
        thread, written = line["id"], line["posts"]
        entries = tuple(_read_entry(thread, floor, post, epoch) for floor, post in enumerate(written, 1))
        moments = [moment for entry in entries for moment in (entry.at, entry.edited_at) if moment]
        fields = {name: line[name] for name in ("sticky", "price", "place", "category", "picture") if name in line}
        yield Thread(thread, line["board"], line["title"], entries, max(moments), line["views"], **fields)


def _read_entry(thread: int, floor: int, post: dict[str, Any], epoch: datetime) -> Entry:
    edited = post.get("edited")
    fields = {name: post[name] for name in ("quote", "banned", "picture", "attachment") if name in post}
    return Entry(
        id=thread * 1000 + floor,
        floor=floor,
        author=post["author"],
        at=epoch - timedelta(minutes=post["ago"]),
        text=post["text"],
        gold=post["gold"],
        edited_at=None if edited is None else epoch - timedelta(minutes=edited),
        **fields,
    )


def _read_users(names: set[str]) -> dict[str, User]:
    known = {line["name"]: line for line in _read_lines("users")}
    return {name: _make_user(name, known.get(name, {})) for name in sorted(names | set(known))}


def _make_user(name: str, line: dict[str, Any]) -> User:
    number = zlib.crc32(name.encode())
    return User(
        id=10_000 + number % 90_000,
        name=name,
        level=line.get("level", "注册会员"),
        hue=number % 8,
        sign=line.get("sign"),
    )


def _read_lines(folder: str) -> Iterator[dict[str, Any]]:
    """The JSON lines of all files of a folder of this package, in the order of their names."""
    for path in sorted((files("tipstaff.market") / folder).iterdir(), key=lambda path: path.name):
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                yield json.loads(line)
