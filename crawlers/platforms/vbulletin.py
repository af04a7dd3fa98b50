"""vBulletin 3.8, 4 and 5, from their published markup (docs/platforms.md): tables, list items, and nodes.

Posts are numbered over the whole site. In version 4 the body itself is a `blockquote`, which quotes nothing. Times are
text in the zone that the foot of the page names; version 5 has them in `datetime` as well.
"""

from __future__ import annotations

import re

import attrs
from parsel import Selector

from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage, Place, clean_url, turn_query
from crawlers.pages import Platform
from crawlers.posts import Thread, pick_text

LAYOUT = Layout(
    name="vbulletin",
    fingerprint=re.compile(
        r"""(?ix)<meta\s+name=["']generator["']\s+content=["']vBulletin | \bvar\s+(?:VB_ROOT|SESSIONURL|BBURL)\s*=
          | powered\s+by\s+(?:<[^>]+>)?vBulletin"""
    ),
    words=("vbulletin", "vb_root", "sessionurl", "bburl"),
    addresses=Addresses(
        thread=re.compile(
            r"(?:/showthread\.php[?/](?:(?:.*&)?t=)?|/threads/|/(?=\d+-[^/?]+(?:/page\d+)?\?))(?P<id>\d+)"
        ),
        board=re.compile(r"(?:/forumdisplay\.php[?/](?:(?:.*&)?f=)?|/forums/)(?P<id>\d+)"),
        page=re.compile(r"(?:[?&]page=|/page)(\d{1,7})"),
    ),
    post="li.postbitlegacy, li.postbit, table[id^=post]:has(div[id^=post_message_]), li.b-post[data-node-id]",
    number_places=("data-node-id", "id"),
    post_number=re.compile(r"^(?:post_?)?(\d+)$"),
    permalink="{folder}/showthread.php?p={post}#post{post}",
    body=(
        "[id^=post_message_] blockquote.postcontent", "[id^=post_message_]", "blockquote.postcontent", ".postcontent",
        ".b-post__content .js-post__content-text", ".b-post__content",
    ),
    author=(
        ".username_container .username", "a.bigusername", ".author [itemprop=name]", ".author a", ".b-userinfo .author",
        ".userinfo .username", ".username",
    ),
    author_link=(".author a[href*=member]", "a.username[href]"),
    user=re.compile(r"(?:member\.php[?/](?:(?:.*&)?u=)?|/members?/)(\d+)"),
    time=(
        "time[itemprop=dateCreated]", ".postdate .date", ".posthead .date", ".b-post__timestamp time",
        "td.thead > div:has(a[name^=post])::text", "td.thead:has(> a[name^=post])::text",
    ),
    edited=(".lastedited", ".b-post__edit-info", "em"),
    floor=("a.postcounter", ".b-post__count", "a[id^=postcount]"),
    removed=".postbitdeleted, .postbitignored, .b-post--deleted",
    notice=".standard_error, .blockrow.restore, td.panelsurround, form[action*='do=login'] [name=vb_login_username]",
    title=(".threadtitle a", "h1.main-title", "td.navbar strong", "#thread_title"),
    crumbs=("#breadcrumb a", ".navbit a, span.navbar a", ".crumb a, .breadcrumbs a"),
    next=(".pagination .prev_next a[rel=next]", "a[rel=next]", ".right-arrow[href]", "link[rel=next]"),
    board_name=(".forumtitle", "h1.main-title", "td.navbar strong"),
    boards=".forumrow .forumtitle a, h2.forumtitle a, td[id^=f] > div > a[href*=forumdisplay], .forum-title",
    row="li.threadbit, tr.topic-item, tr:has(a[id^=thread_title_])",
    row_title=("a.title", "a.topic-title", "a[id^=thread_title_]"),
    row_replies=(".threadstats a.understate", ".posts-count", "a[href*=whoposted]"),
    row_poster=(".threadlastpost .username", ".lastpost-by a", "td[title] a[href*=member]"),
    row_time=(".threadlastpost dd:last-child", ".post-date", "td[title] .smallfont::text"),
    sticky=".sticky",
)  # fmt: skip
DROPPED = frozenset({"p", "page", "goto", "highlight", "s", "viewfull", "posted"})
FRIENDLY = re.compile(r"(/(?:threads/|showthread\.php[?/])?\d+-[^/?#&]+)(?:/page\d+)?")


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread, in the form of address that `url` has."""
    bare = clean_url(url)
    if FRIENDLY.search(bare):
        return FRIENDLY.sub(rf"\1/page{number}" if number > 1 else r"\1", bare, count=1)
    return turn_query(bare, number, DROPPED)


@attrs.define(kw_only=True)
class VbulletinBoardPage(LayoutBoardPage):
    """A forum, or the index."""

    layout = LAYOUT
    dropped = DROPPED - {"p"}


@attrs.define(kw_only=True)
class VbulletinThreadPage(LayoutThreadPage):
    """A page of a thread."""

    layout = LAYOUT
    dropped = DROPPED

    def first_url(self, address: str) -> str:
        """The bare address, in its own form."""
        return page_url(address, 1)

    def read_board(self) -> str | None:
        """The last step of the bread crumbs; in version 5 their addresses have no numbers."""
        return super().read_board() or pick_text(self.response, ".breadcrumbs .crumb:nth-last-child(2) a")

    def link_to(self, number: str, place: Place | None, thread: Thread) -> str:
        """A post's own address; version 5 has them under the topic's."""
        node = bool(self.response.css("[data-node-id]"))
        return f"{thread.url}?p={number}#post{number}" if node else super().link_to(number, place, thread)

    def body_of(self, body: Selector) -> Selector | str:
        """The body's own blockquote is no quote."""
        markup = str(body.get() or "")
        return (
            "<div" + markup[len("<blockquote") : -len("</blockquote>")] + "</div>"
            if body.root.tag == "blockquote"
            else markup
        )


PLATFORM = Platform(
    name=LAYOUT.name, role=LAYOUT.role, board=VbulletinBoardPage, thread=VbulletinThreadPage, page_url=page_url
)
