"""The text archive of Discuz! (`archiver/?tid-12.html`): the same threads, without pictures, numbers and panels.

A thread has the key that it has in the forum itself. Posts have no numbers here, so that one is known by its
place in the thread; a source should name the archive or the forum, not both. The archive drops the marks of
formatting and keeps what they held: of a quote there is left the line over it, and no end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from urllib.parse import urlsplit

import attrs
from lxml.html import tostring
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import Body, read_body
from crawlers.links import resolve
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.platforms import discuz
from crawlers.posts import Thread, build_post, first, once, read_count, read_moment, text_of
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "archiver"
THREAD = re.compile(r"[/?]tid-(\d+)(?:-(\d+))?\.html?(?:[?&]page=(\d+))?")
BOARD = re.compile(r"[/?]fid-(\d+)(?:-(\d+))?\.html?(?:[?&]page=(\d+))?")
QUOTED = re.compile(r"^(?P<author>\S.{0,60}?) (?:发表于|發表於) \d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}$")
LIST_MARK = re.compile(r"(?m)^\[\*\][ \t]*")
FINGERPRINT = re.compile(r"(?i)powered\s+by\s*(?:<[^>]+>\s*)*Discuz!(?:\s|<[^>]+>)*Archiver|Discuz![^<]{0,12}Archiver")


def recognise_role(response: HttpResponse) -> Role | None:
    """By the footer and the address; the role by what is listed."""
    url = str(response.url)
    if "/archiver" not in url or not (FINGERPRINT.search(response.text) or response.css("#nav ~ #content, #content")):
        return None
    if response.css("#content p.author"):
        return "thread"
    if BOARD.search(url):
        return "board"
    return "home" if response.css("#content a[href*='fid-']") else "other"


def page_url(url: str, number: int) -> str:
    """Page `number` of an archived thread or board."""
    bare = re.sub(r"[?&]page=\d+.*$", "", url.split("#", 1)[0])
    mark = "&" if "?" in bare else "?"
    return bare if number <= 1 else f"{bare}{mark}page={number}"


def _place(pattern: re.Pattern[str], url: str) -> tuple[str, int] | None:
    match = pattern.search(url)
    return (match[1], int(match[3] or match[2] or 1)) if match else None


def _links(response: HttpResponse, pattern: re.Pattern[str], css: str) -> list[tuple[str, str, Selector]]:
    """Address, number and anchor of each link under `css` that `pattern` knows."""
    here = str(response.url)
    pairs = ((resolve(here, link.attrib.get("href", "")), link) for link in response.css(css))
    return [(url, match[1], link) for url, link in pairs if url and (match := pattern.search(url))]


def _next_url(response: HttpResponse, pattern: re.Pattern[str]) -> str | None:
    here = _place(pattern, str(response.url))
    later = {
        place[1]: url
        for url, _, _ in _links(response, pattern, "a[href]")
        if here and (place := _place(pattern, url)) and place[0] == here[0] and place[1] > here[1]
    }
    return later[min(later)] if later else None


@attrs.define(kw_only=True)
class ArchiverBoardPage(BoardPage):
    """An archived board, or the list of boards."""

    @field
    def name(self) -> str | None:
        """The last step of the bread crumbs, linked or not."""
        return _last_crumb(self.response) or text_of(first(reversed(self.response.css("#nav a, #nav strong"))))

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Boards of the list; on a board's own page those below it."""
        here = _place(BOARD, str(self.response.url))
        found = {number: BoardLink(url, text_of(link)) for url, number, link in self._links(BOARD)}
        return tuple(board for number, board in found.items() if not here or number != here[0])

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads, with the number of replies as their sign."""
        found: dict[str, ThreadLink] = {}
        for url, number, link in self._links(THREAD):
            replies = read_count(
                " ".join(link.xpath("following-sibling::text() | following-sibling::span/text()").getall())
            )
            key = _thread_key(url, number)
            found.setdefault(
                key, ThreadLink(page_url(url, 1), key, text_of(link), str(replies) if replies is not None else None)
            )
        return tuple(found.values())

    def _links(self, pattern: re.Pattern[str]) -> list[tuple[str, str, Selector]]:
        return _links(self.response, pattern, "#content li a[href]")

    @field
    def next_url(self) -> str | None:
        """The next later page of this board."""
        return _next_url(self.response, BOARD)


def _last_crumb(response: HttpResponse) -> str:
    """What stands at the end of the bread crumbs without being a link; "" where the last is a link."""
    return "".join(response.xpath("//*[@id='nav']/text()[last()]").getall()).strip(" \t\r\n›»>&")


def _markup_after(head: Selector) -> str:
    """What follows a line of writer and time, up to the next one."""
    pieces = [escape(head.root.tail or "")]
    for node in head.root.itersiblings():
        if node.tag == "p" and node.get("class") == "author":
            break
        if node.tag == "h3" or node.get("class") == "page":
            pieces.append(escape(node.tail or ""))
        elif isinstance(node.tag, str):
            pieces.append(tostring(node, encoding="unicode"))
    return "".join(pieces)


def _unquote(body: Body, before: Mapping[str, str]) -> Body:
    """The body without the quote that it begins with: the line over it, and what the one who is named there said.

    Where that stands on another page, one line is taken for the quote.
    """
    lines = LIST_MARK.sub("", body.text).split("\n")
    head = QUOTED.match(lines[0])
    if head is None or len(lines) < 3:
        return replace(body, text="\n".join(lines))
    said = before.get(head["author"], "").split("\n")
    end = 2
    while end < len(lines) - 1 and (not lines[end] or any(_quotes(lines[end], line) for line in said)):
        end += 1
    quote, own = "\n".join(lines[1:end]).strip(), "\n".join(lines[end:]).strip()
    return replace(body, text=own, quoted=(*body.quoted, quote))


def _quotes(line: str, said: str) -> bool:
    """Whether `line` is what somebody said, whole or cut off with dots."""
    return line == said or (line.endswith("...") and said.startswith(line.rstrip(". ")))


def _thread_key(url: str, number: str) -> str:
    folder = urlsplit(url).path.partition("/archiver")[0]
    return discuz.thread_key(f"{folder}/forum.php?tid={number}")


@attrs.define(kw_only=True)
class ArchiverThreadPage(ThreadPage):
    """A page of an archived thread."""

    @field
    def key(self) -> str:
        """ "discuz:tid:T", the same as in the forum itself."""
        match = THREAD.search(str(self.response.url))
        return _thread_key(str(self.response.url), match[1]) if match else str(self.response.url)

    @field
    def title(self) -> str | None:
        """The heading of the opening post, which its first page repeats."""
        heading = text_of(first(self.response.css("#content > h3"))) if not self.visit.floors_before else None
        return _last_crumb(self.response) or heading or self.visit.title

    @field
    def board(self) -> str | None:
        """The last board of the bread crumbs."""
        return text_of(first(reversed(self.response.css("#nav a[href*='fid-']")))) or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """What stands between one line of writer and time and the next."""
        here = str(self.response.url).split("#", 1)[0]
        thread = Thread("discuz", here, self.key, page_url(here, 1), self.title, self.board, Counts())
        heads = self.response.css("#content p.author")
        before: dict[str, str] = {}  # what each writer has said so far on this page
        posts = []
        for floor, head in enumerate(heads, self.visit.floors_before + 1):
            author = text_of(first(head.css("strong")))
            body = _unquote(read_body(f"<div>{_markup_after(head)}</div>", here), before)
            before[author or ""] = f"{before.get(author or '', '')}\n{body.text}"
            posts.append(self._build_post(head, thread, floor, author, body))
        return once(posts)

    def _build_post(self, head: Selector, thread: Thread, floor: int, author: str | None, body: Body) -> Post:
        days = head.css("span::attr(title)").getall()  # "3 天前" is in a span, the time itself in its title
        return build_post(
            thread,
            self.visit,
            identity=(thread.key, "archived", str(floor)),
            url=thread.page_url,
            body=body,
            author=Author(author),
            moment=read_moment(self.visit, [*days, " ".join(head.xpath("./text()").getall())]),
            floor=floor,
        )

    @field
    def next_url(self) -> str | None:
        """The next later page of this thread."""
        return _next_url(self.response, THREAD)


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=ArchiverBoardPage,
    thread=ArchiverThreadPage,
    page_url=page_url,
    closed=discuz.PLATFORM.closed,
)
