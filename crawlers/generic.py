"""A page that nobody wrote a platform for: repeated-record inference. The floor under every other platform.

`inference` finds out what the page is and where its posts or links stand; here they become values.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

import attrs
from web_poet import HttpResponse, field

from crawlers.bodies import Body, read_body
from crawlers.inference.anchors import find_permalink
from crawlers.inference.listing import is_sticky, marks_by_container, sign_of
from crawlers.inference.matter import write_body
from crawlers.inference.parts import Parts, Reading
from crawlers.inference.schema import ADVERT_TYPES, POST_TYPES, Stated, read_meta, read_statements
from crawlers.inference.titles import is_said
from crawlers.inference.verdicts import infer, read_promised
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import Thread, build_post, once, read_moment
from crawlers.quoting import split_quotes
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Post, text_digest

NAME = "generic"
ID_IN_LINK = re.compile(
    r"(?:uid|user_?id|member_?id|id|u)[=/-](\d+)"
    r"|/(?:users?|members?|u|profile|space|people)/(?:[^/]*[.-])?(\d+)(?:[/.-]|$)"
)


def recognise_role(response: HttpResponse) -> Role | None:
    """What a page of no known program is for, told from its structure."""
    return infer(response).role


@attrs.define(kw_only=True)
class GenericBoardPage(BoardPage):
    """A list of like links."""

    @field
    def name(self) -> str | None:
        """The page's heading."""
        return infer(self.response).title

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Links whose addresses speak of boards."""
        found = infer(self.response).boards
        return tuple(BoardLink(row.url, row.title) for row in found.rows) if found else ()

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """The other like links, the best group of them."""
        found = infer(self.response)
        if found.listing is None or found.tree is None or found.role == "home":
            return ()
        marks = marks_by_container(found.tree.times)
        return tuple(
            ThreadLink(row.url, row.key, row.title, sign_of(found.tree, row, self.visit, marks), is_sticky(row))
            for row in found.listing.rows
        )

    @field
    def next_url(self) -> str | None:
        """The pager's next page."""
        return infer(self.response).next_url


@attrs.define(kw_only=True)
class GenericThreadPage(ThreadPage):
    """A page of posts, or one advert."""

    @field
    def key(self) -> str:
        """The address of the thread's first page, without session id."""
        return infer(self.response).key

    @field
    def title(self) -> str | None:
        """What the list calls the thread, where the page says so too; else the page's heading."""
        return self.visit.title if self._is_promised() else infer(self.response).title or self.visit.title

    def _is_promised(self) -> bool:
        return bool(self.visit.title) and is_said(self.response, infer(self.response).tree, self.visit.title or "")

    def _read_pairs(self) -> list[tuple[Reading, Parts]]:
        found = infer(self.response)
        return found.parts() or (read_promised(found) if self._is_promised() else [])

    @field
    def board(self) -> str | None:
        """The last step of the bread crumbs."""
        return infer(self.response).board or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """All posts, the opening first; those stated for machines where the markup shows none."""
        found = infer(self.response)
        url = str(self.response.url).split("#", 1)[0]
        thread = Thread(NAME, url, found.key, found.key, self.title, self.board)
        stated = read_statements(self.response)
        pairs = self._read_pairs()
        if not pairs:
            return once(self._read_stated(one, thread, n) for n, one in enumerate(stated, 1) if one.text)
        start = self.visit.floors_before
        read = (self._read_parts(*pair, thread, stated, start + number) for number, pair in enumerate(pairs, 1))
        return _to_the_minute(once(post for post in read if post.text or post.images or post.quoted))

    def _read_parts(self, reading: Reading, part: Parts, thread: Thread, stated: list[Stated], number: int) -> Post:
        base = reading.tree.base
        body = _without_marked(read_body(write_body(reading, part), base), reading)
        known = _find_stated(stated, body.text)
        lone = len(self._read_pairs()) == 1
        link = urljoin(base, part.author_url) if part.author_url else known.author_url if known else None
        user = ID_IN_LINK.search(link or "")
        name = part.author or (known.author if known else None)
        if lone and name is None:
            name = read_meta(self.response, "author", "article:author")
        author = Author(name, next(filter(None, user.groups()), None) if user else None, link)
        moment = read_moment(self.visit, part.time.places) if part.time else Moment()
        if moment.when is None and known and known.time:
            moment = read_moment(self.visit, [known.time])
        if lone and moment.when is None:
            moment = read_moment(self.visit, [read_meta(self.response, "article:published_time", "datePublished")])
        permalink = find_permalink(part, reading)
        address = urljoin(base, permalink) if permalink else f"{thread.page_url}#{part.anchor}" if part.anchor else None
        return build_post(
            thread,
            self.visit,
            identity=_identity(thread, part, author, moment, body.text),
            url=address or thread.page_url,
            body=body,
            author=author,
            moment=moment,
            post_id=part.number,
            floor=part.floor or number,
        )

    def _read_stated(self, stated: Stated, thread: Thread, number: int) -> Post:
        return build_post(
            thread,
            self.visit,
            identity=(thread.key, stated.url or "", stated.author or "", text_digest(stated.text)),
            url=urljoin(thread.page_url, stated.url) if stated.url else thread.page_url,
            body=read_body(stated.text.replace("&", "&amp;").replace("<", "&lt;"), thread.page_url),
            author=Author(stated.author, None, stated.author_url),
            moment=read_moment(self.visit, [stated.time]),
            floor=self.visit.floors_before + number,
        )

    @field
    def next_url(self) -> str | None:
        """The pager's next page."""
        return infer(self.response).next_url


def _without_marked(body: Body, reading: Reading) -> Body:
    """A body whose quotes of other posts, marked with ">" alone, are told from its own lines."""
    if ">" not in body.text:
        return body
    own, quotes = split_quotes(body.text.split("\n"), {part.number for part in reading.parts if part.number})
    return replace(body, text="\n".join(own).strip(), quoted=(*body.quoted, *filter(None, quotes)))


def _to_the_minute(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """Posts whose times all end in ":00" were told to the minute, though their markup writes seconds."""
    exact = [post.posted_at for post in posts if post.posted_at and post.posted_at_precision == "second"]
    if len(exact) < 3 or any(moment.second for moment in exact):
        return posts
    return tuple(
        replace(post, posted_at_precision="minute") if post.posted_at_precision == "second" else post for post in posts
    )


def _identity(thread: Thread, part: Parts, author: Author, moment: Moment, text: str) -> tuple[str, ...]:
    """The thread's key and the post's own number; else its writer and time, with its text where time is coarse."""
    if part.number:
        return (thread.key, "id", part.number)
    if part.floor is not None and part.floor > 0:
        return (thread.key, "floor", str(part.floor))
    when = moment.when.isoformat() if moment.when is not None and not moment.relative else ""
    exact = bool(when) and moment.precision == "second"
    return (thread.key, author.name or "", when, "" if exact else text_digest(text))


def _find_stated(stated: list[Stated], text: str) -> Stated | None:
    """What the page states for machines of the post with this text; a lone advert's statement fits any text."""
    letters = _squeeze(text)[:40]
    for one in stated:
        if one.kind in POST_TYPES and letters and _squeeze(one.text).startswith(letters):
            return one
    adverts = [one for one in stated if one.kind in ADVERT_TYPES and (one.author or one.time)]
    return adverts[0] if len(adverts) == 1 else None


def _squeeze(text: str) -> str:
    return "".join(text.split())


PLATFORM = Platform(name=NAME, role=recognise_role, board=GenericBoardPage, thread=GenericThreadPage)
