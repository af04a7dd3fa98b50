"""What the practice market answers to an address: one function for each sort of page, and the table of addresses."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined

from tipstaff.market.stock import BOARDS, Board, Entry, Stock, Thread
from tipstaff.market.wording import ZONE, say_absolute, say_floor, say_moment

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
ROBOTS = "# 演示 / PRACTICE\nUser-agent: *\nDisallow: /backroom/\nAllow: /\n"
_BOARDS = {board.key: board for board in BOARDS}
_PIECES = re.compile(r"(https?://[A-Za-z0-9./?=&%#_~:+-]+|\n)")
_NEWEST = 8


@dataclass(frozen=True)
class Answer:
    """What is sent back. `etag` and `changed_at` only where a client may ask whether the page has changed; the
    tag is of what the page says, without the relative times that every minute rewrites."""

    body: bytes
    status: int = 200
    kind: str = HTML
    etag: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """One request: the number of the page that was asked for (1 when none or nonsense was), and the moment."""

    page: int
    now: datetime


@dataclass(frozen=True)
class Pager:
    """Where one is in a series of pages."""

    page: int
    last: int
    path: str

    def link(self, page: int) -> str:
        """The address of a page; that of the first has no number."""
        return self.path if page == 1 else f"{self.path}?page={page}"


class Views:
    """The market's pages over a stock of threads."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self._templates = Environment(
            loader=PackageLoader("tipstaff.market"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._templates.globals.update(
            boards=BOARDS, user=stock.find_user, floor=say_floor, absolute=say_absolute, iso=_say_iso,
            pieces=_PIECES.split, place_of=self._place,
        )  # fmt: skip
        self._build = "".join(_read_sources())

    def answer(self, target: str, now: datetime) -> Answer:
        """The answer to the path and query `target` at `now`; what is not there answers 404."""
        path, _, query = target.partition("?")
        page = parse_qs(query).get("page", ["1"])[0]
        asked = Asked(page=int(page) if re.fullmatch(r"[0-9]{1,6}", page) else 1, now=now)
        for pattern, view in ROUTES:
            if match := re.fullmatch(pattern, path):
                return view(self, asked, **match.groupdict())
        return self.miss(asked)

    def miss(self, asked: Asked) -> Answer:
        """Nothing there."""
        return Answer(self._draw("missing.html", asked), status=404)

    def show_home(self, asked: Asked) -> Answer:
        """The boards, and what is new on those that anyone may read."""
        newest = sorted(
            (thread for board in BOARDS if board.kind == "forum" for thread in self.stock.list_threads(board.key)),
            key=lambda thread: thread.last.at,
            reverse=True,
        )[:_NEWEST]
        counts = {board.key: self.stock.count(board.key) for board in BOARDS}
        body = self._draw("home.html", asked, newest=newest, counts=counts)
        return Answer(body, etag=self._tag(newest, counts), changed_at=max(self.stock.changed_at.values()))

    def show_board(self, asked: Asked, key: str) -> Answer:
        """One page of a board's list; a members-only board answers with the log-in page, and 200."""
        board = _BOARDS.get(key)
        if board is None or board.kind not in ("forum", "members"):
            return self.miss(asked)
        return self._list("board.html", asked, board) if board.kind == "forum" else self._ask_login(asked, board)

    def show_listing(self, asked: Asked) -> Answer:
        """One page of the classified adverts."""
        return self._list("listing.html", asked, _BOARDS["ads"])

    def show_closed(self, asked: Asked) -> Answer:
        """The board that robots.txt forbids."""
        return self._list("board.html", asked, _BOARDS["backroom"])

    def show_shell(self, asked: Asked, key: str | None = None) -> Answer:
        """The empty page that a script fills, the same whatever was posted since: it has no tag."""
        thread = self.stock.threads.get(int(key)) if key else None
        if key and (thread is None or thread.board != "live"):
            return self.miss(asked)
        return Answer(self._draw("shell.html", asked, board=_BOARDS["live"], thread=thread.id if thread else None))

    def show_thread(self, asked: Asked, prefix: str, key: str) -> Answer:
        """One page of a thread or one advert. From page 2 on a thread's page begins with the post that ended the
        page before."""
        thread = self.stock.threads.get(int(key))
        if thread is None or _BOARDS[thread.board].threads != prefix:
            return self.miss(asked)
        board = _BOARDS[thread.board]
        if board.kind == "members":
            return self._ask_login(asked, board)
        size, path = board.thread_size, f"{prefix}{key}"
        pager = _turn(asked.page, len(thread.entries), size, path)
        entries = thread.entries[max(0, (pager.page - 1) * size - 1) : pager.page * size]
        quoted = {entry.floor: entry for entry in thread.entries}
        template = "advert.html" if board.kind == "listing" else "thread.html"
        body = self._draw(template, asked, board=board, thread=thread, entries=entries, pager=pager, quoted=quoted)
        return Answer(body, etag=self._tag(thread, pager), changed_at=thread.changed_at)

    def feed_threads(self, asked: Asked) -> Answer:
        """What the script of the live board shows as a list."""
        board = _BOARDS["live"]
        threads = self.stock.list_threads(board.key)
        pager = _turn(asked.page, len(threads), board.list_size, board.path)
        rows = [
            {"id": thread.id, "title": thread.title, "author": self._feed_user(thread.entries[0].author),
             "at": _say_iso(thread.entries[0].at), "replies": len(thread.entries) - 1, "views": thread.views,
             "last": {"name": thread.last.author, "at": _say_iso(thread.last.at), "post": thread.last.id}}
            for thread in threads[(pager.page - 1) * board.list_size : pager.page * board.list_size]
        ]  # fmt: skip
        return self._feed({"page": pager.page, "pages": pager.last, "threads": rows}, self.stock.changed_at["live"])

    def feed_thread(self, asked: Asked, key: str) -> Answer:
        """What the script of the live board shows as a thread."""
        thread = self.stock.threads.get(int(key))
        if thread is None or thread.board != "live":
            return self.miss(asked)
        floors = {entry.floor: entry for entry in thread.entries}
        posts = [self._feed_entry(entry, floors) for entry in thread.entries]
        return self._feed({"id": thread.id, "title": thread.title, "posts": posts}, thread.changed_at)

    def show_user(self, asked: Asked, key: str) -> Answer:
        """A member's page: name, standing, signature."""
        found = next((user for user in self.stock.users.values() if user.id == int(key)), None)
        return Answer(self._draw("member.html", asked, member=found)) if found else self.miss(asked)

    def show_robots(self, asked: Asked) -> Answer:
        """robots.txt."""
        return Answer(ROBOTS.encode(), kind=TEXT)

    def show_file(self, asked: Asked, name: str) -> Answer:
        """A style sheet, script or picture of the site's own."""
        path = files("tipstaff.market") / "static" / name
        if not path.is_file():
            return self.miss(asked)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Answer(path.read_bytes(), kind=f"{kind}; charset=utf-8")

    def show_attachment(self, asked: Asked, key: str) -> Answer:
        """What hangs on a post. There is nothing in it; a crawler has no business here."""
        return Answer("演示 / PRACTICE:附件没有内容。\n".encode(), kind=TEXT)

    def _list(self, template: str, asked: Asked, board: Board) -> Answer:
        threads, sticky = self.stock.list_threads(board.key), self.stock.list_sticky(board.key)
        pager = _turn(asked.page, len(threads), board.list_size, board.path)
        shown = threads[(pager.page - 1) * board.list_size : pager.page * board.list_size]
        body = self._draw(template, asked, board=board, threads=shown, sticky=sticky, pager=pager)
        return Answer(body, etag=self._tag(shown, sticky, pager), changed_at=self.stock.changed_at[board.key])

    def _ask_login(self, asked: Asked, board: Board) -> Answer:
        return Answer(self._draw("login.html", asked, board=board))

    def _draw(self, template: str, asked: Asked, **values: Any) -> bytes:
        page = self._templates.get_template(template)
        return page.render(ago=partial(say_moment, now=asked.now), **values).encode()

    def _tag(self, *shown: object) -> str:
        return f'W/"{hashlib.sha256((self._build + repr(shown)).encode()).hexdigest()[:20]}"'

    def _feed(self, data: dict[str, Any], changed_at: datetime) -> Answer:
        body = json.dumps(data, ensure_ascii=False).encode()
        return Answer(body, kind=JSON, etag=self._tag(data), changed_at=changed_at)

    def _feed_user(self, name: str) -> dict[str, Any]:
        user = self.stock.find_user(name)
        return {"id": user.id, "name": user.name, "hue": user.hue, "sign": user.sign}

    def _feed_entry(self, entry: Entry, floors: dict[int, Entry]) -> dict[str, Any]:
        quoted = floors.get(entry.quote) if entry.quote else None
        return {
            "id": entry.id,
            "floor": say_floor(entry.floor),
            "author": self._feed_user(entry.author),
            "at": _say_iso(entry.at),
            "text": None if entry.banned else entry.text,
            "quote": {"name": quoted.author, "text": quoted.text} if quoted and not quoted.banned else None,
            "edited": _say_iso(entry.edited_at) if entry.edited_at else None,
        }

    def _place(self, thread: Thread, entry: Entry) -> str:
        """Where a post stands: the thread's page that shows it first, and its anchor."""
        board = _BOARDS[thread.board]
        pager = Pager(1, 1, f"{board.threads}{thread.id}")
        index = next(index for index, other in enumerate(thread.entries) if other.id == entry.id)
        return f"{pager.link(index // board.thread_size + 1)}#p{entry.id}"


# Addresses, tried in this order; named groups are the arguments of the view.
ROUTES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/", Views.show_home),
    (r"/robots\.txt", Views.show_robots),
    (r"/b/(?P<key>[a-z]+)", Views.show_board),
    (r"/ads", Views.show_listing),
    (r"/backroom/", Views.show_closed),
    (r"/live/", Views.show_shell),
    (r"/live/t/(?P<key>[0-9]{1,9})", Views.show_shell),
    (r"/live/data/threads\.json", Views.feed_threads),
    (r"/live/data/(?P<key>[0-9]{1,9})\.json", Views.feed_thread),
    (r"(?P<prefix>/t/|/ads/|/backroom/t/)(?P<key>[0-9]{1,9})", Views.show_thread),
    (r"/u/(?P<key>[0-9]{1,9})", Views.show_user),
    (r"/static/(?P<name>[a-z0-9-]+\.[a-z]+)", Views.show_file),
    (r"/attachment/(?P<key>[0-9]{1,12})", Views.show_attachment),
)


def _turn(page: int, count: int, size: int, path: str) -> Pager:
    """A pager held within the pages that there are."""
    last = max(1, -(-count // size))
    return Pager(page=min(max(1, page), last), last=last, path=path)


def _say_iso(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def _read_sources() -> Iterator[str]:
    """The templates' own text: when they change, so do the tags."""
    folder = files("tipstaff.market") / "templates"
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        yield path.read_text("utf-8")
