"""A forum program written down as a table: where its pages keep what, read by the same two page objects.

A `Layout` holds selectors, and the forms of the program's addresses; what it does not say, and facts that a changed
skin hides, are filled in by the generic reader, so that knowing a program never makes its pages worse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import attrs
from parsel import Selector
from w3lib.html import get_base_url
from web_poet import HttpResponse, field

from crawlers.bodies import EDITED, read_body, resolve
from crawlers.conduct.scope import is_session
from crawlers.documents import load_document
from crawlers.generic import GenericThreadPage
from crawlers.inference.verdicts import infer
from crawlers.pages import BoardLink, BoardPage, ThreadLink, ThreadPage, Visit
from crawlers.posts import (
    Thread,
    build_post,
    first,
    once,
    pick_text,
    read_count,
    read_element,
    read_floor,
    read_moment,
    text_of,
)
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Counts, Post

# "All times are UTC+08:00", "All times are GMT +8.", "时区: UTC+8": what a site says of its own clock, in the footer.
ZONE = re.compile(
    r"(?i)(?:all times are|times are in|时间均为|時間均為|时区|時區|所有時間)[^<\d+-]{0,40}?(?:<[^>]*>\s*)?(?:UTC|GMT)"
    r"(?:\s*(?P<hours>[+-]\s?\d{1,2})(?::?00)?(?![:\d]))?"
)


@dataclass(frozen=True)
class Place:
    """What an address names: a thread or a board by its `id`, in the forum's `folder`, at `page` (as it counts)."""

    id: str
    page: int
    folder: str


@dataclass(frozen=True)
class Addresses:
    """The forms of a program's addresses, matched against path and query; each has the group `id`.

    `page` finds the page number (or offset) with the group 1; an address without one is page `first`.
    """

    thread: re.Pattern[str]
    board: re.Pattern[str]
    page: re.Pattern[str]
    first: int = 1

    def find(self, url: str, kind: str) -> Place | None:
        """What `url` names as a "thread" or a "board", None where it names none."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        text = f"{parts.path}?{parts.query}"
        match = (self.thread if kind == "thread" else self.board).search(text)
        if match is None:
            return None
        number = self.page.search(text, match.start())
        return Place(match["id"], int(number[1]) if number else self.first, parts.path[: match.start()])


@dataclass(frozen=True)
class Layout:
    """Selectors (CSS) of one program; a tuple is tried in its order.

    `fingerprint` is looked for in the markup. `notice` is what stands in place of a page (a log-in form, an error).
    A row's or post's own selectors are looked for inside it. `post_number` finds the post's number in its `id` or
    `data-…` attributes, `numbered_by` names the element that has them, where that is not the post itself. `number_base`
    is what the page number of an address counts: "page", or "posts" (an offset, which tells the floor).
    `permalink` is filled with `folder`, `thread` and `post`.
    """

    name: str
    fingerprint: re.Pattern[str]
    addresses: Addresses
    post: str
    body: tuple[str, ...]
    author: tuple[str, ...]
    time: tuple[str, ...]
    post_number: re.Pattern[str]
    permalink: str
    row: str
    row_title: tuple[str, ...]
    notice: str = ""
    numbered_by: str = ""
    number_places: tuple[str, ...] = ("id",)
    author_places: tuple[str, ...] = ()
    author_link: tuple[str, ...] = ()
    user_places: tuple[str, ...] = ()
    user: re.Pattern[str] = re.compile(r"(?!)")
    floor: tuple[str, ...] = ()
    counts_posts: bool = False
    edited: tuple[str, ...] = ()
    removed: str = ""
    title: tuple[str, ...] = ()
    crumbs: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    board_name: tuple[str, ...] = ()
    boards: str = ""
    row_replies: tuple[str, ...] = ()
    row_poster: tuple[str, ...] = ()
    row_time: tuple[str, ...] = ()
    sticky: str = ""

    def role(self, response: HttpResponse) -> Role | None:
        """What a page of this program is for; None for other programs' pages, and for a skin that hides all of it."""
        if not self.fingerprint.search(response.text):
            return None
        if response.css(self.post):
            return "thread"
        if response.css(self.row):
            return "board"
        if self.boards and response.css(self.boards):
            return "home"
        return "other" if self.notice and response.css(self.notice) else None

    def key(self, url: str) -> str:
        """ "phpbb:t:12", with the folder the forum lies in before it, if there is one."""
        place = self.addresses.find(url, "thread")
        return ":".join(filter(None, (self.name, place.folder, "t", place.id))) if place else url.split("#", 1)[0]


def clean_url(url: str, dropped: frozenset[str] = frozenset()) -> str:
    """An address without fragment, session id and the query names of `dropped`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not is_session(name, value) and name not in dropped]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def stated_zone(response: HttpResponse, visit: Visit) -> Visit:
    """The visit, in the zone that the page names for its times ("All times are UTC+08:00"), if it does."""
    text = response.text
    match = ZONE.search(text, max(0, len(text) - 20_000)) or ZONE.search(text, 0, 20_000)
    if match is None:
        return visit
    hours = int((match["hours"] or "0").replace(" ", ""))
    return replace(visit, timezone=f"Etc/GMT{-hours:+d}" if hours else "UTC") if abs(hours) <= 12 else visit


def turn_query(url: str, number: int, dropped: frozenset[str] = frozenset(), name: str = "page") -> str:
    """Page `number` of an address that counts its pages in the query."""
    bare = clean_url(url, dropped | {name})
    return bare if number <= 1 else f"{bare}{'&' if '?' in bare else '?'}{name}={number}"


def find_next(response: HttpResponse, layout: Layout, kind: str, base: str) -> str | None:
    """The next page of this very thread or board: what its pager says, else the nearest later page that is linked.

    A pager of something else, "next" that leads back, and links of other threads are none.
    """
    here = layout.addresses.find(str(response.url), kind) or _canonical_place(response, layout, kind)
    marked = [link for css in layout.next for link in response.css(css).css("a, link")]
    for links, must_count in ((marked, False), (response.css("a[href]") if here else [], True)):
        later: dict[int, str] = {}
        for link in links:
            target = resolve(base, link.attrib.get("href", ""))
            place = layout.addresses.find(target, kind) if target else None
            if target is None or (place is None and (must_count or here)):
                continue
            if here is None or place is None:
                return clean_url(target)
            if place.id == here.id and place.page > here.page and "#" not in target:
                later.setdefault(place.page, clean_url(target))
        if later:
            return later[min(later)]
    return None


def _canonical_place(response: HttpResponse, layout: Layout, kind: str) -> Place | None:
    link = response.css("link[rel=canonical]::attr(href)").get()
    return layout.addresses.find(urljoin(str(response.url), link), kind) if link else None


def find_first(node: Selector | HttpResponse, selectors: tuple[str, ...]) -> Selector | None:
    """The first element that the first fitting selector finds."""
    return next((found for css in selectors for found in node.css(css)[:1]), None)


@attrs.define(kw_only=True)
class LayoutBoardPage(BoardPage):
    """A list of threads or boards of a program that is written down."""

    layout: ClassVar[Layout]
    dropped: ClassVar[frozenset[str]] = frozenset()

    @field
    def name(self) -> str | None:
        """The board's name."""
        return self.read_name()

    def read_name(self) -> str | None:
        """What `name` says, for a program that also has other forms of page."""
        return pick_text(self.response, *self.layout.board_name) or infer(self.response).title

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Boards that the page leads to, but for itself."""
        return self.read_boards()

    def read_boards(self) -> tuple[BoardLink, ...]:
        """What `boards` says, for a program that also has other forms of page."""
        here = self.layout.addresses.find(str(self.response.url), "board")
        found: dict[str, BoardLink] = {}
        base = get_base_url(self.response.text, str(self.response.url))
        for link in self.response.css(self.layout.boards) if self.layout.boards else ():
            url, name = resolve(base, link.attrib.get("href", "")), text_of(link)
            place = self.layout.addresses.find(url, "board") if url else None
            if url and name and place and (here is None or place.id != here.id):
                found.setdefault(place.id, BoardLink(clean_url(url, self.dropped), name))
        return tuple(found.values())

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads with replies, last poster and (where it does not change by itself) last time as their sign."""
        return self.read_threads()

    def read_threads(self) -> tuple[ThreadLink, ...]:
        """What `threads` says, for a program that also has other forms of page."""
        visit = stated_zone(self.response, self.visit)
        base = get_base_url(self.response.text, str(self.response.url))
        found: dict[str, ThreadLink] = {}
        for row in self.response.css(self.layout.row):
            link = self.read_row(row, visit, base)
            if link is not None:
                found.setdefault(link.key, link)
        return tuple(found.values())

    def read_row(self, row: Selector, visit: Visit, base: str) -> ThreadLink | None:
        """One row of the list; None where it leads to no thread (moved, an advertisement)."""
        layout = self.layout
        anchor = find_first(row, layout.row_title)
        url = resolve(base, anchor.attrib.get("href", "")) if anchor is not None else None
        if url is None or layout.addresses.find(url, "thread") is None:
            return None
        moment = _read_when(row, layout.row_time, visit)
        last = moment.text if moment.when is not None and not moment.relative else None
        replies = read_count(pick_text(row, *layout.row_replies))
        known = (str(replies) if replies is not None else None, pick_text(row, *layout.row_poster), last)
        sign = "|".join(filter(None, known)) or None
        sticky = bool(layout.sticky) and (_is_itself(row, layout.sticky) or bool(row.css(layout.sticky)))
        return ThreadLink(clean_url(url, self.dropped), layout.key(url), text_of(anchor), sign, sticky)

    @field
    def next_url(self) -> str | None:
        """The next page of this list."""
        return self.read_next_url()

    def read_next_url(self) -> str | None:
        """What `next_url` says, for a program that also has other forms of page."""
        return find_next(self.response, self.layout, "board", get_base_url(self.response.text, str(self.response.url)))


def _is_itself(node: Selector, css: str) -> bool:
    """Whether one of the classes that `css` names is the node's own."""
    own = set(node.attrib.get("class", "").split())
    return any(part.strip().startswith(".") and part.strip()[1:] in own for part in css.split(","))


@attrs.define(kw_only=True)
class LayoutThreadPage(ThreadPage):
    """A page of a thread of a program that is written down."""

    layout: ClassVar[Layout]
    dropped: ClassVar[frozenset[str]] = frozenset()

    @field
    def key(self) -> str:
        """Program, folder, and the thread's number."""
        return self.layout.key(self._address())

    def _address(self) -> str:
        """An address that names the thread: the page's own, else what its title or its canonical link leads to."""
        here = str(self.response.url)
        if self.layout.addresses.find(here, "thread") or load_document(self.response):
            return here
        links = [link.attrib.get("href", "") for css in self.layout.title for link in self.response.css(css)]
        links += self.response.css("link[rel=canonical]::attr(href)").getall()
        found = (resolve(here, link) for link in links)
        return next((url for url in found if url and self.layout.addresses.find(url, "thread")), here)

    @field
    def title(self) -> str | None:
        """The thread's title."""
        return self.read_title()

    def read_title(self) -> str | None:
        """What `title` says, for a program that also has other forms of page."""
        return pick_text(self.response, *self.layout.title) or self.visit.title or infer(self.response).title

    @field
    def board(self) -> str | None:
        """The last board of the bread crumbs."""
        return self.read_board()

    def read_board(self) -> str | None:
        """What `board` says, for a program that also has other forms of page."""
        base = str(self.response.url)
        for css in self.layout.crumbs:
            names = [
                text_of(link)
                for link in self.response.css(css)
                if self.layout.addresses.find(urljoin(base, link.attrib.get("href", "")), "board")
            ]
            for name in reversed(names):
                if name:
                    return name
        return self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """The posts that have a body; what a skin hides of them is filled in."""
        return self.read_posts()

    def read_posts(self) -> tuple[Post, ...]:
        """What `posts` says, for a program that also has other forms of page."""
        url, address = str(self.response.url), self._address()
        place = self.layout.addresses.find(address, "thread")
        thread = Thread(
            self.layout.name, url, self.key, self.first_url(address), self.title, self.board, self.read_counts()
        )
        visit = stated_zone(self.response, self.visit)
        nodes = [node for node in self.response.css(self.layout.post) if self.number_of(node)]
        before = place.page if self.layout.counts_posts and place and place.page else visit.floors_before
        read = (self.read_post(node, thread, visit, place, before + n) for n, node in enumerate(nodes, 1))
        return fill_posts(once(post for post in read if post is not None), self)

    def first_url(self, address: str) -> str:
        """The address of the thread's first page."""
        return clean_url(address, self.dropped)

    def read_counts(self) -> Counts:
        """What the page says of views and replies."""
        return Counts()

    def number_of(self, node: Selector) -> str | None:
        """The post's own number."""
        layout = self.layout
        holders = [node, *node.css(layout.numbered_by)[:1]] if layout.numbered_by else [node]
        places = [holder.attrib.get(name, "") for holder in holders for name in layout.number_places]
        return next((match[1] for place in places if (match := layout.post_number.search(place))), None)

    def read_post(self, node: Selector, thread: Thread, visit: Visit, place: Place | None, count: int) -> Post | None:
        """One post; None where it was removed or has no body."""
        layout = self.layout
        body = find_first(node, layout.body)
        if body is None or (layout.removed and (node.css(layout.removed) or _is_itself(node, layout.removed))):
            return None
        number = self.number_of(node) or ""
        base = get_base_url(self.response.text, thread.page_url)
        return build_post(
            thread,
            visit,
            identity=self.identity(number, place, thread),
            url=urljoin(thread.page_url, self.link_to(number, place, thread)),
            body=read_body(self.body_of(body), base),
            author=self.read_author(node, base),
            moment=self.read_time(node, visit),
            post_id=number,
            floor=self.read_floor(node) or count,
            edited=self.read_edited(node, visit),
        )

    def read_floor(self, node: Selector) -> int | None:
        """The post's place in the thread, where the program says it."""
        return read_floor(pick_text(node, *self.layout.floor))

    def identity(self, number: str, place: Place | None, thread: Thread) -> tuple[str, ...]:
        """What is one post's own on this site: its number, in the folder that the forum lies in."""
        return (place.folder if place else "", "post", number)

    def link_to(self, number: str, place: Place | None, thread: Thread) -> str:
        """A post's own address."""
        folder, about = (place.folder, place.id) if place else ("", "")
        return self.layout.permalink.format(folder=folder, thread=about, post=number)

    def body_of(self, body: Selector) -> Selector | str:
        """The markup to be read as the post's text."""
        return body

    def read_author(self, node: Selector, base: str) -> Author:
        """Who wrote a post: name, number and page."""
        layout = self.layout
        found = find_first(node, layout.author)
        stated = next((node.attrib[name] for name in layout.author_places if node.attrib.get(name)), None)
        name = stated or text_of(found)
        link = found if found is not None and "href" in found.attrib else find_first(node, layout.author_link)
        target = link.attrib.get("href") if link is not None else None
        page = resolve(base, target) if target else None
        user = layout.user.search(page or "")
        holders = [holder for holder in (node, found) if holder is not None]
        numbers = (holder.attrib.get(place, "0") for holder in holders for place in layout.user_places)
        number = next((number for number in numbers if number.isdecimal() and number != "0"), None)
        return Author(name, number or (user[1] if user else None), clean_url(page) if page else None)

    def read_time(self, node: Selector, visit: Visit) -> Moment:
        """When a post was written."""
        return _read_when(node, self.layout.time, visit)

    def read_edited(self, node: Selector, visit: Visit) -> Moment | None:
        """When it was edited last, where the program says so outside the body."""
        for css in self.layout.edited:
            for found in node.css(css):
                text = text_of(found)
                machine = found.css("::attr(datetime), ::attr(title)").get()
                if machine or (text and EDITED.match(text)):
                    moment = read_moment(visit, [machine, text])
                    if moment.when is not None:
                        return moment
        return None

    @field
    def next_url(self) -> str | None:
        """The next page of this thread."""
        return self.read_next_url()

    def read_next_url(self) -> str | None:
        """What `next_url` says, for a program that also has other forms of page."""
        return find_next(self.response, self.layout, "thread", get_base_url(self.response.text, str(self.response.url)))


def _read_when(node: Selector, selectors: tuple[str, ...], visit: Visit) -> Moment:
    """The time that the first fitting selector gives; "::text" takes an element's own words and the titles in it."""
    for css in selectors:
        if css.endswith("::text"):
            days = [title for found in node.css(css[:-6])[:1] for title in found.xpath("./*/@title").getall()]
            own = [text.strip(" ,;|»«·\t\r\n\xa0") for text in node.css(css).getall()[:8]]
            moment = read_moment(visit, [*days, *own, " ".join(own)])
        else:
            moment = read_element(visit, first(node.css(css)))
        if moment.when is not None:
            return moment
    return Moment()


def fill_posts(posts: tuple[Post, ...], page: ThreadPage) -> tuple[Post, ...]:
    """The posts, with the names and times that a changed skin hid from the table but the generic reader finds."""
    if all(post.author.name and post.posted_at for post in posts):
        return posts
    guessed = {post.content_sha256: post for post in GenericThreadPage(response=page.response, visit=page.visit).posts}
    filled = []
    for post in posts:
        other = guessed.get(post.content_sha256)
        if other is not None and not post.author.name:
            post = replace(post, author=other.author)
        if other is not None and post.posted_at is None:
            post = replace(
                post,
                posted_at=other.posted_at,
                posted_at_text=other.posted_at_text,
                posted_at_precision=other.posted_at_precision,
            )
        filled.append(post)
    return tuple(filled)
