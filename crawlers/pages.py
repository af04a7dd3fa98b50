"""What every platform must answer, as web-poet page objects.

A platform is one file in `crawlers/platforms/` with a `BoardPage` and a `ThreadPage` of its own and a `Platform`
that names them. A page object sees one response and one `Visit` and does no I/O. Readers of wild
markup return empty values, they never raise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import attrs
from web_poet import HttpResponse, WebPage, field

from domain.pages import Role
from domain.posts import Post


@dataclass(frozen=True)
class Visit:
    """What a page object may know beside the response.

    `timezone` (IANA) is the zone of the times the site writes, `fetched_at` the moment that relative times
    ("昨天 12:03") are read against. `floors_before` is how many posts of this thread stood on earlier pages;
    `title` and `board` what the list page said, for platforms whose thread pages do not repeat it.
    """

    fetched_at: datetime
    timezone: str = "Asia/Shanghai"
    rendered: bool = False
    floors_before: int = 0
    title: str | None = None
    board: str | None = None


@dataclass(frozen=True)
class BoardLink:
    """A board as its site's home shows it."""

    url: str
    name: str | None = None


@dataclass(frozen=True)
class ThreadLink:
    """A thread as a list page shows it.

    `key` names the thread on its site whatever the address looks like (session ids, page numbers and slugs left
    out); `sign` is all that the list says of it that changes when the thread does, None when it says nothing. `post` is
    its opening where the list itself has the whole of it: what is kept when the thread's page may not be read.
    """

    url: str
    key: str
    title: str | None = None
    sign: str | None = None
    sticky: bool = False
    post: Post | None = None


@dataclass(frozen=True)
class BoardItem:
    """What a list page says: boards further down, threads, and the address of the next list page."""

    name: str | None
    boards: tuple[BoardLink, ...]
    threads: tuple[ThreadLink, ...]
    next_url: str | None


@dataclass(frozen=True)
class ThreadItem:
    """What a page of a thread says. `key` is the thread's, as in ThreadLink."""

    key: str
    title: str | None
    board: str | None
    posts: tuple[Post, ...]
    next_url: str | None


def is_bare(item: BoardItem | ThreadItem) -> bool:
    """Whether nothing was read: no post, or no thread and no board."""
    return not item.posts if isinstance(item, ThreadItem) else not (item.boards or item.threads)


@attrs.define(kw_only=True)
class PlatformPage(WebPage[Any]):
    """A response, and what is known of the visit."""

    visit: Visit


@attrs.define(kw_only=True)
class BoardPage(PlatformPage):
    """A list of threads (or of boards)."""

    @field
    def name(self) -> str | None:
        """The board's name."""
        return None

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Boards that this page leads to."""
        return ()

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads that this page lists, in its order."""
        return ()

    @field
    def next_url(self) -> str | None:
        """Where the list goes on, or None on its last page."""
        return None

    def read(self) -> BoardItem:
        """All fields at once."""
        return BoardItem(name=self.name, boards=self.boards, threads=self.threads, next_url=self.next_url)

    async def to_item(self) -> BoardItem:
        """As web-poet asks for it."""
        return self.read()


@attrs.define(kw_only=True)
class ThreadPage(PlatformPage):
    """One page of a thread, or one advert."""

    @field
    def key(self) -> str:
        """The thread's name on its site; by default the address without fragment."""
        return str(self.response.url).split("#", 1)[0]

    @field
    def title(self) -> str | None:
        """The thread's title."""
        return self.visit.title

    @field
    def board(self) -> str | None:
        """The board's name."""
        return self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """The posts of this page, in its order, each once."""
        return ()

    @field
    def next_url(self) -> str | None:
        """Where the thread goes on, or None on its last page."""
        return None

    def read(self) -> ThreadItem:
        """All fields at once."""
        return ThreadItem(key=self.key, title=self.title, board=self.board, posts=self.posts, next_url=self.next_url)

    async def to_item(self) -> ThreadItem:
        """As web-poet asks for it."""
        return self.read()


@dataclass(frozen=True)
class Platform:
    """One forum program: how its pages are known, and who reads them.

    `role` looks at a response and says what the page is for, or None when it is not of this platform; it must be
    cheap (it is asked of every page). `ready` is a CSS selector of what the page is made of:
    when a page of this platform lacks it in the raw HTML, only a browser can show it, which waits for it.
    `folded` is a selector of the links behind which a drawn page keeps replies; the browser opens them all.
    `page_url(url, n)` gives the address of page n of a thread, where that can be told from the address.
    `closed` are the paths which the program's own robots.txt closes as shipped. `explain` says what of a page of that
    role is not where it was said to be, for a platform that is described by hand; "" when all is.
    """

    name: str
    role: Callable[[HttpResponse], Role | None]
    board: type[BoardPage]
    thread: type[ThreadPage]
    ready: str | None = None
    folded: str | None = None
    page_url: Callable[[str, int], str] | None = None
    closed: tuple[str, ...] = ()
    explain: Callable[[HttpResponse, Role], str] | None = None
