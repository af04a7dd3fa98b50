"""XenForo 2.0 to 2.3, from its published markup (docs/platforms.md).

Posts are numbered over the whole site. Times stand in `datetime` with their offset. The accepted answer of a question
is shown twice, deleted posts are left as a line, and quotes end in "Click to expand".
"""

from __future__ import annotations

import re

import attrs

from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage, clean_url
from crawlers.pages import Platform

LAYOUT = Layout(
    name="xenforo",
    fingerprint=re.compile(r"""(?i)<html[^>]+id=["']XF["']|<html[^>]+data-app=["']public["'][^>]+data-template="""),
    words=('"xf"', "'xf'", "data-template"),
    addresses=Addresses(
        thread=re.compile(r"[/?]threads/(?:[^/?&]*\.)?(?P<id>\d+)(?=[/?&]|$)"),
        board=re.compile(r"[/?]forums/(?:[^/?&]*\.)?(?P<id>\d+)(?=[/?&]|$)"),
        page=re.compile(r"[/?&]page[-=](\d{1,7})"),
    ),
    post="article.message--post[data-content^=post-]",
    number_places=("data-content",),
    post_number=re.compile(r"^post-(\d+)$"),
    permalink="{folder}/posts/{post}/",
    body=(".message-body .bbWrapper", ".message-body"),
    author=(".message-name .username", ".message-userDetails .username", ".message-name"),
    author_places=("data-author",),
    user_places=("data-user-id",),
    user=re.compile(r"[/?]members/(?:[^/?&]*\.)?(\d+)"),
    time=(".message-attribution-main time", ".message-attribution time", "time.u-dt"),
    edited=(".message-lastEdit time",),
    floor=(".message-attribution-opposite li:last-child a", ".message-attribution-opposite a"),
    removed=".message--deleted",
    notice=".blockMessage, form[action*='/login/login'] [name=password]",
    title=("h1.p-title-value",),
    crumbs=(".p-breadcrumbs a",),
    next=("a.pageNav-jump--next", "link[rel=next]"),
    board_name=("h1.p-title-value",),
    boards=".node-title a, .subNodeLink",
    row=".structItem--thread",
    row_title=(".structItem-title a[href*='threads/']:not(.labelLink)",),
    row_replies=(".structItem-cell--meta dl:first-child dd",),
    row_poster=(".structItem-cell--latest .username",),
    row_time=(".structItem-cell--latest time",),
    sticky=".structItem-status--sticky",
)
PAGE = re.compile(r"(?:(?<=/)page-\d+|(?<=/)(?:latest|unread)|post-\d+)/?(?=$|[?&])")


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread, in the form of address that `url` has."""
    bare = PAGE.sub("", clean_url(url)).rstrip("?&")
    slash = "" if bare.endswith("/") else "/"
    return bare if number <= 1 else f"{bare}{slash}page-{number}"


@attrs.define(kw_only=True)
class XenforoBoardPage(LayoutBoardPage):
    """A forum, or the list of forums."""

    layout = LAYOUT


@attrs.define(kw_only=True)
class XenforoThreadPage(LayoutThreadPage):
    """A page of a thread."""

    layout = LAYOUT

    def read_title(self) -> str | None:
        """The title without its label ("For sale")."""
        own = " ".join("".join(self.response.css("h1.p-title-value::text").getall()).split())
        return own or super().read_title()

    def first_url(self, address: str) -> str:
        """The bare address, in its own form."""
        return page_url(address, 1)


PLATFORM = Platform(
    name=LAYOUT.name, role=LAYOUT.role, board=XenforoBoardPage, thread=XenforoThreadPage, page_url=page_url
)
