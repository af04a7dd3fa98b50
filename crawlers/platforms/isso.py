"""Isso 0.14, seen running: a comment box that a script builds into any page. The raw HTML holds no comment.

A page is known by its empty box or its script. The article around the box is the site's own text, not a post.
Comments are numbered over the whole Isso; a deleted one that has replies stays in the tree without a text.
"""

from __future__ import annotations

from urllib.parse import urljoin

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.pages import BoardPage, Platform, ThreadPage
from crawlers.posts import Thread, build_post, first, once, read_element, text_of
from domain.pages import Role
from domain.posts import Author, Post

NAME = "isso"


def recognise_role(response: HttpResponse) -> Role | None:
    """A page with Isso's box or script is a thread; Isso draws no lists."""
    if "isso" not in response.text:
        return None
    return "thread" if response.css("#isso-thread, script[data-isso]") else None


@attrs.define(kw_only=True)
class IssoBoardPage(BoardPage):
    """Isso has no lists of threads: a site's own index is read by the generic platform."""


@attrs.define(kw_only=True)
class IssoThreadPage(ThreadPage):
    """The comments under one page, in the order of the page: replies follow what they answer."""

    @field
    def title(self) -> str | None:
        """The page's headline."""
        heading = self.response.css("h1, article h2, title")
        stated = self.response.css("#isso-thread::attr(data-title)").get()
        return stated or text_of(first(heading)) or self.visit.title

    @field
    def posts(self) -> tuple[Post, ...]:
        """Comments that still have a text."""
        here = str(self.response.url).split("#", 1)[0]
        thread = Thread(NAME, here, self.key, here, self.title, self.board)
        nodes = self.response.css("#isso-thread .isso-comment[id^=isso-]")
        return once(
            self._read_comment(node, thread, number) for number, node in enumerate(nodes, 1) if not _is_deleted(node)
        )

    def _read_comment(self, node: Selector, thread: Thread, number: int) -> Post:
        own = node.xpath("./*[not(contains(@class, 'isso-follow-up'))]")  # replies nest inside what they answer
        comment_id = node.attrib["id"].removeprefix("isso-")
        name = first(own.css(".isso-author"))
        website = name.attrib.get("href") if name is not None else None
        return build_post(
            thread,
            self.visit,
            identity=("isso", comment_id),
            url=f"{thread.page_url}#isso-{comment_id}",
            body=read_body(first(own.css(".isso-text")), thread.page_url),
            author=Author(text_of(name), None, urljoin(thread.page_url, website) if website else None),
            moment=read_element(self.visit, first(own.css("time"))),
            post_id=comment_id,
            floor=number,
        )


def _is_deleted(node: Selector) -> bool:
    own = node.xpath("./*[not(contains(@class, 'isso-follow-up'))]")
    return text_of(first(own.css(".isso-text"))) is None and text_of(first(own.css(".isso-note"))) is not None


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=IssoBoardPage,
    thread=IssoThreadPage,
    # Box and root are there before any comment; the heading ("26 Comments", "No Comments Yet") is filled with them.
    ready="#isso-thread .isso-thread-heading:not(:empty)",
    # "3 Hidden": replies beyond the fifth under one comment are asked for by a click.
    folded="#isso-thread a.isso-load-hidden",
)
