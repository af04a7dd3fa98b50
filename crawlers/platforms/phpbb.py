"""phpBB 3.1 to 3.3, skins prosilver and subsilver2, from its published markup (docs/platforms.md).

Posts are numbered over the whole site. A visitor without cookies finds a session id in each link (`sid=`). Pages are
counted by offset (`start=20`), which tells the floor. Up to 3.2 the time is text in the zone that the footer names;
3.3 has it in `time[datetime]`.
"""

from __future__ import annotations

import re

import attrs

from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage
from crawlers.pages import Platform

LAYOUT = Layout(
    name="phpbb",
    fingerprint=re.compile(
        r"""(?ix)<body[^>]+id=["']phpbb["'] | /styles/(?:prosilver|subsilver2?)/ | powered\s+by\s+(?:<a[^>]*>)?phpBB
        | \bphpbb\.(?:plugins|addAjaxCallback)"""
    ),
    words=("phpbb", "prosilver", "subsilver"),
    addresses=Addresses(
        thread=re.compile(r"/viewtopic\.php\?(?:.*&)?t=(?P<id>\d+)"),
        board=re.compile(r"/viewforum\.php\?(?:.*&)?f=(?P<id>\d+)"),
        page=re.compile(r"[?&]start=(\d{1,7})"),
        first=0,
    ),
    post="div.post[id^=p]:has(.postbody), table.tablebg:has(a[name^=p]):has(.postbody)",
    numbered_by="a[name^=p]",
    number_places=("id", "name"),
    post_number=re.compile(r"^p(\d+)$"),
    permalink="{folder}/viewtopic.php?p={post}#p{post}",
    body=(".postbody .content", "div.postbody"),
    author=(
        "p.author a[href*='viewprofile']", ".postprofile dt a.username, .postprofile dt a.username-coloured",
        "p.author .username, p.author .username-coloured", ".postprofile dt strong", ".postauthor",
        ".postprofile dt a:not(.avatar)",
    ),
    user=re.compile(r"[?&]u=(\d+)"),
    author_link=("a[href*='mode=viewprofile']",),
    time=("p.author time", "p.author::text", "td.gensmall > div:last-child::text"),
    edited=(".notice", "span.gensmall"),
    counts_posts=True,
    removed=".deleted, .ignore",
    notice="form#login, #message, form[action*='mode=login'] #password, .error",
    title=("h2.topic-title a", "h2 a.titles", "#page-body > h2 a", "h2.topic-title"),
    crumbs=("#nav-breadcrumbs a", ".navlinks a, .breadcrumbs a, #page-header .nav a", ".breadcrumbs a"),
    next=("li.next a, li.arrow.next a", "a[rel=next]", "a.right-box"),
    board_name=("h2.forum-title", "#pageheader h2 a", "#page-body > h2"),
    boards="a.forumtitle, a.forumlink, a.subforum",
    row="ul.topics > li.row, ul.topiclist.topics li.row, table.tablebg tr:has(a.topictitle)",
    row_title=("a.topictitle[href*='viewtopic']",),
    row_replies=("dd.posts", "td p.topicdetails"),
    row_poster=("dd.lastpost a.username, dd.lastpost a.username-coloured, dd.lastpost .username",),
    row_time=("dd.lastpost time", "dd.lastpost span::text", "td:last-child p.topicdetails::text"),
    sticky=".sticky, .announce, .global-announce",
)  # fmt: skip
DROPPED = frozenset({"f", "start", "hilit", "view", "sid"})


@attrs.define(kw_only=True)
class PhpbbBoardPage(LayoutBoardPage):
    """A forum, or the index."""

    layout = LAYOUT
    dropped = DROPPED - {"f"}


@attrs.define(kw_only=True)
class PhpbbThreadPage(LayoutThreadPage):
    """A page of a topic."""

    layout = LAYOUT
    dropped = DROPPED


PLATFORM = Platform(name=LAYOUT.name, role=LAYOUT.role, board=PhpbbBoardPage, thread=PhpbbThreadPage)
