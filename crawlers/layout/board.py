"""A list of threads or boards of a program that is written down."""

from __future__ import annotations

from typing import ClassVar

import attrs
from parsel import Selector
from web_poet import field

from crawlers.inference.verdicts import infer
from crawlers.layout.addresses import clean_url
from crawlers.layout.cells import find_first, find_next, is_itself, read_when, stated_zone
from crawlers.layout.table import Layout
from crawlers.links import resolve
from crawlers.markup import base_of
from crawlers.pages import BoardLink, BoardPage, ThreadLink, Visit
from crawlers.posts import (
    pick_text,
    read_count,
    text_of,
)


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
        base = base_of(self.response.text, str(self.response.url))
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
        visit = stated_zone(self.response, self.visit, self.layout.clock)
        base = base_of(self.response.text, str(self.response.url))
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
        moment = read_when(row, layout.row_time, visit)
        last = moment.text if moment.when is not None and not moment.relative else None
        replies = read_count(pick_text(row, *layout.row_replies))
        known = (str(replies) if replies is not None else None, pick_text(row, *layout.row_poster), last)
        sign = "|".join(filter(None, known)) or None
        sticky = bool(layout.sticky) and (is_itself(row, layout.sticky) or bool(row.css(layout.sticky)))
        return ThreadLink(clean_url(url, self.dropped), layout.key(url), text_of(anchor), sign, sticky)

    @field
    def next_url(self) -> str | None:
        """The next page of this list."""
        return self.read_next_url()

    def read_next_url(self) -> str | None:
        """What `next_url` says, for a program that also has other forms of page."""
        return find_next(self.response, self.layout, "board", base_of(self.response.text, str(self.response.url)))
