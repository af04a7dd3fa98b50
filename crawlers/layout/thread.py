"""A thread page of a program that is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import attrs
from parsel import Selector
from web_poet import field

from crawlers.bodies import EDITED, read_body
from crawlers.documents import load_document
from crawlers.generic import GenericThreadPage
from crawlers.inference.verdicts import infer
from crawlers.layout.addresses import Place, clean_url
from crawlers.layout.cells import find_first, find_next, is_itself, read_when, stated_zone
from crawlers.layout.table import Layout
from crawlers.links import join, resolve
from crawlers.markup import base_of
from crawlers.pages import ThreadPage, Visit
from crawlers.posts import (
    Thread,
    build_post,
    once,
    pick_text,
    read_floor,
    read_moment,
    text_of,
)
from crawlers.times.moments import Moment
from domain.posts import Author, Counts, Post


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
                if self.layout.addresses.find(join(base, link.attrib.get("href", "")), "board")
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
        visit = stated_zone(self.response, self.visit, self.layout.clock)
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
        for holder in self.numbered(node):
            for name in layout.number_places:
                match = layout.post_number.search(holder.attrib.get(name, ""))
                if match:
                    return match[1]
        return None

    def numbered(self, node: Selector) -> Iterator[Selector]:
        """The elements that may carry a post's number: itself, or the one that the table names."""
        yield node
        if self.layout.numbered_by:
            yield from node.css(self.layout.numbered_by)[:1]

    def read_post(self, node: Selector, thread: Thread, visit: Visit, place: Place | None, count: int) -> Post | None:
        """One post; None where it was removed or has no body."""
        layout = self.layout
        body = find_first(node, layout.body)
        if body is None or (layout.removed and (node.css(layout.removed) or is_itself(node, layout.removed))):
            return None
        number = self.number_of(node) or ""
        base = base_of(self.response.text, thread.page_url)
        return build_post(
            thread,
            visit,
            identity=self.identity(number, place, thread),
            url=join(thread.page_url, self.link_to(number, place, thread)),
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
        return read_when(node, self.layout.time, visit)

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
        return find_next(self.response, self.layout, "thread", base_of(self.response.text, str(self.response.url)))


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
