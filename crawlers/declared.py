"""A site that is described without code: selectors from the watch list, read by one declarative page object.

A selector is CSS as parsel has it (`.post`, `time::attr(datetime)`), or XPath where it begins with "/", "./" or "(". A
row's or a post's own ones are looked for inside it. What is not described is left to the generic reader; what is
described and found nowhere on a page is named (`explain`), because that is how a changed site shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import ClassVar

import attrs
from lxml import etree
from parsel import Selector
from parsel.csstranslator import HTMLTranslator
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.inference.links import page_free
from crawlers.inference.verdicts import infer
from crawlers.layout.thread import fill_posts
from crawlers.links import resolve
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import Thread, build_post, once, read_element, read_floor, read_moment, text_of
from crawlers.threads import find_thread
from crawlers.times.moments import Moment
from domain.errors import BadValue
from domain.pages import Role
from domain.posts import Author, Post, text_digest

NAME = "declared"
# What can be described, and what each selector finds.
PARTS: Mapping[str, str] = {
    "row": "a line of a list of threads",
    "link": "in a row: the link to the thread",
    "sign": "in a row: what changes when the thread does (replies, last poster, last time)",
    "sticky": "in a row: what only a thread on top has",
    "forum": "the links to boards",
    "post": "a post, or the advert",
    "body": "in a post: its text",
    "author": "in a post: its author's name, or the link that has it",
    "time": "in a post: when it was written",
    "number": "in a post: what has its number",
    "floor": "in a post: its place in the thread",
    "permalink": "in a post: the link to it",
    "quote": "in a body: what is quoted",
    "drop": "in a body: what its author did not write (a signature)",
    "title": "the thread's title",
    "board": "the board's name",
    "next": "the link to the next page",
}
# Without these a part of a site is not described; with them, what else is expected on each of its pages.
NEEDED: Mapping[Role, str] = {"board": "row", "thread": "post"}
EXPECTED: Mapping[Role, tuple[str, ...]] = {"board": ("row", "link"), "thread": ("post", "body", "author", "time")}
INSIDE = {"link": "row", "sign": "row", "sticky": "row"} | dict.fromkeys(
    ("body", "author", "time", "number", "floor", "permalink"), "post"
)
LONGEST = 1_000  # characters of a selector
XPATH = ("/", "./", "(")
NUMBERED = re.compile(r"id$|data-(?:\w+-)*\w*id$")
DIGITS = re.compile(r"(\d{1,20})(?!.*\d)")


def check_selector(part: str, selector: object) -> str:
    """`selector` itself, when it is one. Raises BadValue, which names the part."""
    if part not in PARTS:
        raise BadValue(name="the selector", value=part, want="one of " + ", ".join(PARTS))
    want = "CSS, as in .post or time::attr(datetime), or XPath, as in //div"
    if not isinstance(selector, str) or not selector.strip() or len(selector) > LONGEST:
        raise BadValue(name=f"selectors.{part}", value=repr(selector)[:80], want=want)
    try:
        etree.XPath(_translate(selector.strip()))
    except (etree.XPathError, ValueError, SyntaxError, TypeError, RuntimeError) as error:
        why = " ".join(str(error).split())[:120]
        raise BadValue(name=f"selectors.{part}", value=repr(selector)[:80], want=f"{want} ({why})") from None
    return selector.strip()


def check_selectors(selectors: Mapping[str, str]) -> None:
    """Whether selectors describe anything together. Raises BadValue."""
    if selectors and not any(part in selectors for part in NEEDED.values()):
        raise BadValue(
            name="selectors", value=", ".join(selectors), want="`row` for lists, `post` for threads, or both"
        )
    for part in selectors:
        owner = INSIDE.get(part)
        if owner and owner not in selectors:
            raise BadValue(name=f"selectors.{part}", value="alone", want=f"`{owner}`, in which it is looked for")


@lru_cache(maxsize=256)
def _translate(selector: str) -> str:
    """A selector as XPath."""
    return selector if selector.startswith(XPATH) else str(HTMLTranslator().css_to_xpath(selector))


def find_all(node: Selector | HttpResponse, selector: str | None) -> list[Selector]:
    """What a selector finds, within `node`; nothing where there is none or it breaks on this page."""
    if selector is None:
        return []
    path = _translate(selector)
    inner = isinstance(node, Selector)
    if inner and selector.startswith("//"):
        path = "." + path
    try:
        return list(node.xpath(path))
    except ValueError:  # functions of XPath that fail on what they are given
        return []


def _values(nodes: Iterable[Selector]) -> list[str]:
    """The words of what was found: an attribute's own, else an element's."""
    return [value for node in nodes if (value := node.get() if isinstance(node.root, str) else text_of(node))]


def _value(node: Selector | HttpResponse, selector: str | None) -> str | None:
    value = next(iter(_values(find_all(node, selector))), None)
    return " ".join(value.split()) if value else None


def _address(node: Selector | HttpResponse, selector: str | None, base: str) -> str | None:
    """Where the first link that a selector finds leads; of an element that is none, the first link in it."""
    for found in find_all(node, selector):
        target = (
            found.get() if isinstance(found.root, str) else found.attrib.get("href") or found.css("a::attr(href)").get()
        )
        url = resolve(base, target or "")
        if url:
            return url
    return None


def _key(url: str) -> str:
    place = find_thread(url)
    return place.key if place else page_free(url)


@attrs.define(kw_only=True)
class DeclaredBoardPage(BoardPage):
    """A list as its selectors describe it."""

    selectors: ClassVar[Mapping[str, str]] = {}

    @field
    def name(self) -> str | None:
        """The board's name."""
        return _value(self.response, self.selectors.get("board")) or infer(self.response).title

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """The links to boards."""
        here, found = str(self.response.url), find_all(self.response, self.selectors.get("forum"))
        nodes = (link for link in found if not isinstance(link.root, str))
        links = ((resolve(here, link.attrib.get("href", "")), text_of(link)) for link in nodes)
        return tuple({url: BoardLink(url, name) for url, name in links if url}.values())

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """The rows that lead somewhere."""
        found: dict[str, ThreadLink] = {}
        for row in find_all(self.response, self.selectors.get("row")):
            link = None if isinstance(row.root, str) else self._read_row(row)
            if link is not None:
                found.setdefault(link.key, link)
        return tuple(found.values())

    def _read_row(self, row: Selector) -> ThreadLink | None:
        here, selector = (
            str(self.response.url),
            self.selectors.get("link", "self::a | .//a[@href and normalize-space()]"),
        )
        anchors = find_all(row, selector) if "link" in self.selectors else list(row.xpath(selector))
        for anchor in anchors:
            target = (
                anchor.get()
                if isinstance(anchor.root, str)
                else anchor.attrib.get("href") or anchor.css("a::attr(href)").get()
            )
            url = resolve(here, target or "")
            if url:
                title = None if isinstance(anchor.root, str) else text_of(anchor)
                sticky = bool(find_all(row, self.selectors.get("sticky")))
                return ThreadLink(url.split("#", 1)[0], _key(url), title, self._read_sign(row), sticky)
        return None

    def _read_sign(self, row: Selector) -> str | None:
        """What was found, without times that change by themselves."""
        said = _values(find_all(row, self.selectors.get("sign")))
        return "|".join(text for text in said if not read_moment(self.visit, [text]).relative) or None

    @field
    def next_url(self) -> str | None:
        """The next page of the list."""
        return _next_url(self.response, self.selectors)


def _next_url(response: HttpResponse, selectors: Mapping[str, str]) -> str | None:
    if "next" in selectors:
        return _address(response, selectors["next"], str(response.url))
    return infer(response).next_url


@attrs.define(kw_only=True)
class DeclaredThreadPage(ThreadPage):
    """A thread as its selectors describe it."""

    selectors: ClassVar[Mapping[str, str]] = {}

    @field
    def key(self) -> str:
        """The address without its page."""
        return _key(str(self.response.url))

    @field
    def title(self) -> str | None:
        """The thread's title."""
        return _value(self.response, self.selectors.get("title")) or self.visit.title or infer(self.response).title

    @field
    def board(self) -> str | None:
        """The board's name."""
        return _value(self.response, self.selectors.get("board")) or self.visit.board or infer(self.response).board

    @field
    def posts(self) -> tuple[Post, ...]:
        """The posts that say or show something; what the selectors leave open is filled in."""
        here = str(self.response.url).split("#", 1)[0]
        thread = Thread(NAME, here, self.key, page_free(here), self.title, self.board)
        nodes = [node for node in find_all(self.response, self.selectors.get("post")) if not isinstance(node.root, str)]
        before = self.visit.floors_before
        read = (self._read_post(node, thread, before + count) for count, node in enumerate(nodes, 1))
        return fill_posts(once(post for post in read if post is not None), self)

    def _read_post(self, node: Selector, thread: Thread, count: int) -> Post | None:
        said = self.selectors
        found = [each for each in find_all(node, said.get("body")) if not isinstance(each.root, str)]
        if "body" in said and not found:
            return None
        body = read_body(self._markup(found[0] if found else node), thread.page_url)
        if not (body.text or body.images or body.quoted):
            return None
        number = self._read_number(node)
        author = self._read_author(node, thread.page_url)
        times = find_all(node, said.get("time"))
        moment = read_moment(self.visit, [times[0].get()]) if times and isinstance(times[0].root, str) else Moment()
        if times and not isinstance(times[0].root, str):
            moment = read_element(self.visit, times[0])
        link = _address(node, said.get("permalink"), thread.page_url)
        anchor = node.attrib.get("id")
        written = moment.when.isoformat() if moment.when is not None and not moment.relative else ""
        own = ("id", number) if number else (author.name or "", written, text_digest(body.text))
        return build_post(
            thread,
            self.visit,
            identity=(thread.key, *own),
            url=link or (f"{thread.page_url}#{anchor}" if anchor else thread.page_url),
            body=body,
            author=author,
            moment=moment,
            post_id=number,
            floor=read_floor(_value(node, said.get("floor"))) or count,
        )

    def _markup(self, node: Selector) -> str:
        """A body without what is dropped, and with what is quoted marked as a quote."""
        if not {"quote", "drop"} & set(self.selectors):
            return str(node.get() or "")
        copy = Selector(text=str(node.get() or ""), type="html")
        for each in find_all(copy, self.selectors.get("drop")):
            if isinstance(each.root, etree._Element) and each.root.getparent() is not None:
                each.drop()
        for each in find_all(copy, self.selectors.get("quote")):
            if isinstance(each.root, etree._Element):
                each.root.tag = "blockquote"
        return str(copy.get() or "")

    def _read_number(self, node: Selector) -> str | None:
        """The post's own number: what is described, else the last number of its `id` or `data-…id`."""
        if "number" in self.selectors:
            places = [_value(node, self.selectors["number"])]
        else:
            places = [value for name, value in node.attrib.items() if NUMBERED.match(name)]
        return next((match[1] for place in places if place and (match := DIGITS.search(place))), None)

    def _read_author(self, node: Selector, base: str) -> Author:
        selector = self.selectors.get("author")
        found = next(iter(find_all(node, selector)), None)
        link = _address(node, selector, base) if found is not None and not isinstance(found.root, str) else None
        return Author(_value(node, selector), None, link)

    @field
    def next_url(self) -> str | None:
        """The next page of the thread."""
        return _next_url(self.response, self.selectors)


def declare(selectors: Mapping[str, str]) -> Platform:
    """The platform that these selectors describe. They were checked (check_selector)."""
    return _declare(tuple(selectors.items()))


@lru_cache(maxsize=32)
def _declare(pairs: tuple[tuple[str, str], ...]) -> Platform:
    selectors = dict(pairs)

    class Board(DeclaredBoardPage):
        """A list of this site."""

    class Talk(DeclaredThreadPage):
        """A thread of this site."""

    Board.selectors = Talk.selectors = selectors

    def role(response: HttpResponse) -> Role | None:
        """What is found on a page says what it is for; posts come before rows."""
        kinds: tuple[Role, ...] = ("thread", "board")
        return next((kind for kind in kinds if find_all(response, selectors.get(NEEDED[kind]))), None)

    def explain(response: HttpResponse, kind: Role) -> str:
        """The selectors that should find something on a page of this kind, and find nothing; "" when all do."""
        owner = NEEDED.get(kind, "")
        nodes = find_all(response, selectors.get(owner))
        parts = [part for part in EXPECTED.get(kind, ()) if part in selectors]
        bare = [
            part
            for part in parts
            if not (nodes if part == owner else any(find_all(each, selectors[part]) for each in nodes))
        ]
        # Without the post itself nothing in it can be found: that is one fault, not four.
        named = bare[:1] if bare and bare[0] == owner else bare
        return "; ".join(f"nothing matches the selector {part} = {selectors[part]!r}" for part in named)

    return Platform(name=NAME, role=role, board=Board, thread=Talk, explain=explain)


def choose_role(
    platform: Platform, selectors: Mapping[str, str], response: HttpResponse, expected: Role | None
) -> Role | None:
    """What a page is for on a site that is described: what it shows, else what a link promised it to be.

    None where that part of the site is not described, so that the page is read by whoever knows it.
    """
    shown = platform.role(response)
    if shown is not None:
        return shown
    described = [kind for kind, part in NEEDED.items() if part in selectors]
    if expected in described:
        return expected
    return "board" if expected is None and len(described) == len(NEEDED) else None
