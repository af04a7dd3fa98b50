"""The table itself: the selectors and addresses of one program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from web_poet import HttpResponse

from crawlers.layout.addresses import Addresses
from crawlers.markup import says
from domain.pages import Role


@dataclass(frozen=True)
class Layout:
    """Selectors (CSS) of one program; a tuple is tried in its order.

    `fingerprint` is looked for in the markup, where one of `words` (in lower case) is: any page with the one has the
    other, and words are found at a hundredth of the cost. `notice` is what stands in place of a page (a log-in form, an
    error).
    A row's or post's own selectors are looked for inside it. `post_number` finds the post's number in its `id` or
    `data-…` attributes, `numbered_by` names the element that has them, where that is not the post itself. `number_base`
    is what the page number of an address counts: "page", or "posts" (an offset, which tells the floor).
    `permalink` is filled with `folder`, `thread` and `post`. `clock` is where the page says what time it is now.
    """

    name: str
    fingerprint: re.Pattern[str]
    words: tuple[str, ...]
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
    clock: tuple[str, ...] = ()

    def role(self, response: HttpResponse) -> Role | None:
        """What a page of this program is for; None for other programs' pages, and for a skin that hides all of it."""
        if not (says(response.text, self.words) and self.fingerprint.search(response.text)):
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
