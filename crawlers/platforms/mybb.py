"""MyBB 1.8, from its published markup (docs/platforms.md); both forms of address, both post layouts.

Posts are numbered over the whole site. A recent day is a word with the date in its title, the hour stands beside it
("<span title=11-20-2026>Yesterday</span>, 08:15 PM"), and the line on an edit lies inside the date.
"""

from __future__ import annotations

import re

import attrs
from parsel import Selector

from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage, clean_url, turn_query
from crawlers.pages import Platform

LAYOUT = Layout(
    name="mybb",
    fingerprint=re.compile(
        r"(?i)\bmy_post_key\s*=|powered\s+by\s*(?:<a[^>]*>)?\s*MyBB|jscripts/(?:general|thread|jeditable)[\w/.]*\?ver=18"
    ),
    words=("my_post_key", "mybb", "jscripts/"),
    addresses=Addresses(
        thread=re.compile(r"(?:/showthread\.php\?(?:.*&)?tid=|/thread-)(?P<id>\d+)"),
        board=re.compile(r"(?:/forumdisplay\.php\?(?:.*&)?fid=|/forum-)(?P<id>\d+)"),
        page=re.compile(r"(?:[?&]page=|-page-)(\d{1,7})"),
    ),
    post="div.post[id^=post_]:has(.post_body)",
    post_number=re.compile(r"^post_(\d+)$"),
    permalink="{folder}/showthread.php?tid={thread}&pid={post}#pid{post}",
    body=(".post_body",),
    author=(".author_information .largetext a", ".author_information strong a", ".author_information .largetext"),
    user=re.compile(r"(?:[?&]uid=|/user-)(\d+)"),
    time=(".post_date::text",),
    edited=(".post_edit",),
    floor=(".post_head .float_right a", ".post_head strong a"),
    removed=".deleted_post, .ignored_post, .unapproved_post",
    notice=".error, td.trow1 form[action*='member.php'] [name=password], td.trow1 .smalltext ol",
    title=(".navigation .active", "td.thead > div:not(.float_right) > strong"),
    crumbs=(".navigation > a",),
    next=("div.pagination a.pagination_next",),
    board_name=(".navigation .active",),
    boards="td strong > a[href*='forumdisplay.php'], td strong > a[href*='forum-'], .sub_forum a",
    row="tr.inline_row",
    row_title=("span[id^=tid_] a", ".subject_new a, .subject_old a"),
    row_replies=("a[onclick*=whoPosted]",),
    row_poster=(".lastpost a[href*='uid='], .lastpost a[href*='user-']",),
    row_time=(".lastpost::text",),
    sticky=".forumdisplay_sticky",
    clock=("#current_time::text",),
)
# A file that stands inside the text: its sign, its name, "(Size: 20 KB / Downloads: 3)". No tag is run
# over, so that hostile pages cost nothing.
INLINE_FILE = re.compile(
    r"""(?i)<img\b[^<>]{0,400}?/attachtypes/[^<>]{0,400}>"""
    r"""|(?:<a\b[^<>]{0,400}?\battachment\.php\?aid=\d{1,9}[^<>]{0,400}>[^<]{0,300}</a>\s{0,9}"""
    r"""\([^()<]{1,60}?\d[^()<]{0,20}/[^()<]{1,60}?\d\s{0,3}\))"""
)
DROPPED = frozenset({"page", "pid", "action", "highlight", "mode", "nojs"})
STATIC_PAGE = re.compile(r"(/(?:thread|forum)-\d+)(?:-page-\d+)?\.html")


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread, in the form of address that `url` has."""
    if STATIC_PAGE.search(url):
        return STATIC_PAGE.sub(rf"\1-page-{number}.html" if number > 1 else r"\1.html", clean_url(url, DROPPED))
    return turn_query(url, number, DROPPED)


@attrs.define(kw_only=True)
class MybbBoardPage(LayoutBoardPage):
    """A forum, or the index."""

    layout = LAYOUT
    dropped = DROPPED


@attrs.define(kw_only=True)
class MybbThreadPage(LayoutThreadPage):
    """A page of a thread."""

    layout = LAYOUT
    dropped = DROPPED

    def body_of(self, body: Selector) -> str:
        """The body, without the files that stand inside it."""
        return INLINE_FILE.sub("", body.get() or "")

    def first_url(self, address: str) -> str:
        """The bare address, in its own form."""
        return page_url(address, 1)


PLATFORM = Platform(name=LAYOUT.name, role=LAYOUT.role, board=MybbBoardPage, thread=MybbThreadPage, page_url=page_url)
