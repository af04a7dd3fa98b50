"""The practice market that `tipstaff demo` opens on loopback: boards, adverts, and one board drawn by a script.

Posts are numbered over the whole site (`data-post`); from its second page on a thread repeats the post that ended
the page before. Times are relative for a week ("3 天前"), one board has the exact time in a `title`, the
script's board in a `datetime`. A post whose author is banned keeps its floor while its body becomes a notice: that
is no post.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.links import resolve
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import (
    Thread,
    build_post,
    first,
    once,
    read_count,
    read_element,
    read_floor,
    text_of,
)
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "market"
FINGERPRINT = '<meta name="generator" content="Chezhan Market'
SORT = re.compile(r'<body data-market="([a-z-]+)"')
ROLES: dict[str, Role] = {
    "home": "home",
    "board": "board",
    "listing": "board",
    "live-board": "board",
    "thread": "thread",
    "advert": "thread",
    "live-thread": "thread",
}
USER = re.compile(r"/u/(\d+)$")


def recognise_role(response: HttpResponse) -> Role | None:
    """By the generator; the role by what the body says of itself. Its log-in page, 404 and members are "other"."""
    text = response.text
    if FINGERPRINT not in text:
        return None
    match = SORT.search(text)
    return ROLES.get(match[1], "other") if match else "other"


def thread_key(url: str) -> str:
    """ "market:/t/12": the path, whatever the page."""
    return f"{NAME}:{urlsplit(url).path}"


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread or list."""
    bare = url.split("#", 1)[0].split("?", 1)[0]
    return bare if number <= 1 else f"{bare}?page={number}"


def _next_url(response: HttpResponse) -> str | None:
    link = response.css(".mk-pager a.mk-next::attr(href)").get()
    return resolve(str(response.url), link) if link else None


@attrs.define(kw_only=True)
class MarketBoardPage(BoardPage):
    """The home page, a board's list, or the cards of the classified adverts."""

    @field
    def name(self) -> str | None:
        """The heading over the list."""
        return text_of(first(self.response.css("h1.mk-board-name")))

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Boards of the home page, also those that cannot be read: what may be fetched is not decided here."""
        links = self.response.css("a.mk-place-name[href]")
        found = ((resolve(str(self.response.url), link.attrib["href"]), text_of(link)) for link in links)
        return tuple(BoardLink(url, name) for url, name in found if url)

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads with replies and the number of the last post as their sign, adverts with price and last change."""
        rows = [self._read_row(row) for row in self.response.css(".mk-row")]
        cards = [self._read_card(card) for card in self.response.css(".mk-card")]
        return tuple(link for link in rows + cards if link is not None)

    def _read_row(self, row: Selector) -> ThreadLink | None:
        anchor = first(row.css("a.mk-title[href]"))
        if anchor is None:
            return None
        latest = re.search(r"#p(\d+)$", row.css("a.mk-goto::attr(href)").get() or "")
        sign = "|".join(filter(None, (text_of(first(row.css(".mk-replies"))), latest and latest[1]))) or None
        return self._link(anchor, sign, sticky="mk-stuck" in row.attrib.get("class", "").split())

    def _read_card(self, card: Selector) -> ThreadLink | None:
        anchor = first(card.css("a.mk-card-title[href]"))
        if anchor is None:
            return None
        changed = card.css("time::attr(datetime)").get()
        sign = "|".join(filter(None, (text_of(first(card.css(".mk-card-price"))), changed))) or None
        return self._link(anchor, sign)

    def _link(self, anchor: Selector, sign: str | None, *, sticky: bool = False) -> ThreadLink | None:
        url = resolve(str(self.response.url), anchor.attrib["href"])
        return ThreadLink(page_url(url, 1), thread_key(url), text_of(anchor), sign, sticky) if url else None

    @field
    def next_url(self) -> str | None:
        """The pager's "下一页"."""
        return _next_url(self.response)


@attrs.define(kw_only=True)
class MarketThreadPage(ThreadPage):
    """One page of a thread, or one advert."""

    @field
    def key(self) -> str:
        """ "market:/t/12"."""
        return thread_key(str(self.response.url))

    @field
    def title(self) -> str | None:
        """The subject."""
        return text_of(first(self.response.css("h1.mk-subject"))) or self.visit.title

    @field
    def board(self) -> str | None:
        """The board in the bread crumbs."""
        return text_of(first(self.response.css(".mk-crumbs a.mk-board-name"))) or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """Posts with a body, or the advert; banned ones have a notice in its place."""
        url = str(self.response.url)
        views, replies = (read_count(text_of(first(self.response.css(css)))) for css in (".mk-views", ".mk-replies"))
        counts = Counts(views=views, replies=replies)
        thread = Thread(NAME, url, self.key, page_url(url, 1), self.title, self.board, counts)
        nodes = self.response.css("[data-post]")
        return once(post for node in nodes if (post := self._read_post(node, thread)) is not None)

    def _read_post(self, node: Selector, thread: Thread) -> Post | None:
        body = first(node.css(".mk-body"))
        if body is None:
            return None
        number = node.attrib["data-post"]
        link = first(node.css("a.mk-name"))
        member = resolve(thread.page_url, link.attrib.get("href", "")) if link is not None else None
        user = USER.search(member or "")
        floor = first(node.css("a.mk-floor"))
        permalink = floor.attrib.get("href", "") if floor is not None else f"{thread.url}#p{number}"
        edited = first(node.css(".mk-edited time"))
        return build_post(
            thread,
            self.visit,
            identity=("post", number),
            url=resolve(thread.page_url, permalink) or thread.url,
            body=read_body(body, thread.page_url),
            author=Author(text_of(link), user[1] if user else None, member),
            moment=read_element(self.visit, first(node.css(".mk-when"))),
            post_id=number,
            # An advert stands alone.
            floor=read_floor(text_of(floor)) if floor is not None else 1,
            edited=read_element(self.visit, edited) if edited is not None else None,
        )

    @field
    def next_url(self) -> str | None:
        """The pager's "下一页"."""
        return _next_url(self.response)


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=MarketBoardPage,
    thread=MarketThreadPage,
    ready="main.mk-filled",
    page_url=page_url,
    closed=("/backroom/",),
)
