"""NodeBB 2 to 4, from its published markup (docs/platforms.md): pages as served, and the same as JSON under `/api/`.

Posts are numbered over the whole site; `data-index` counts from 0 over all pages of a topic, and later pages may repeat
the opening post. Times stand in attributes. An address without its slug leads to page 1, whatever page it asks for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import attrs
from parsel import Selector
from web_poet import HttpResponse

from crawlers.bodies import read_body
from crawlers.documents import Document, load_document, take_dict, take_list, take_number, take_text
from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage, turn_query
from crawlers.pages import BoardLink, Platform, ThreadLink, Visit
from crawlers.posts import Thread, build_post, once, read_moment
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Counts, Post

LAYOUT = Layout(
    name="nodebb",
    fingerprint=re.compile(r"""(?i)<body[^>]+\btemplate-\w+|component=["'](?:topic|category|categories|post|brand)/"""),
    words=("template-", "component="),
    addresses=Addresses(
        thread=re.compile(r"(?:/api)?/topic/(?P<id>\d+)(?=[/?])"),
        board=re.compile(r"(?:/api)?/category/(?P<id>\d+)(?=[/?])"),
        page=re.compile(r"[?&]page=(\d{1,7})"),
    ),
    post='[component="post"][data-pid]',
    number_places=("data-pid",),
    post_number=re.compile(r"^(\d+)$"),
    permalink="{folder}/post/{post}",
    body=('[component="post/content"]',),
    author=('a[itemprop="author"]', 'a[href*="/user/"][data-username]', 'a[data-uid][href*="/user/"]'),
    author_places=("data-username",),
    author_link=('a[href*="/user/"]',),
    user_places=("data-uid",),
    time=("time.timeago, .timeago[title]",),
    edited=('[component="post/editor"] .timeago',),
    removed=".deleted",
    notice="form#login-form, [component='login'], .alert-danger, .template-404 .alert",
    title=('[component="topic/title"]',),
    crumbs=(".breadcrumb a", '[component="breadcrumb"] a', 'a[href*="/category/"]'),
    next=('[component="pagination"] li.next a[href]', "link[rel=next]"),
    board_name=('[component="category/name"]', "h1.tracking-tight", "h1"),  # the site's own name may be an h1 too
    boards='[component="categories/category"] a[href*="/category/"], .subcategories a[href*="/category/"]',
    row='[component="category/topic"]',
    row_title=('[component="topic/header"] a[href*="/topic/"]', ".title a[href*='/topic/']", "a[href*='/topic/']"),
    row_time=('[component="topic/teaser"] .timeago', ".lastpost .timeago", '[data-timestamp]'),
    sticky=".pinned",
)  # fmt: skip


def recognise_role(response: HttpResponse) -> Role | None:
    """By the body's template, the components or the JSON's members; the role by what is on the page."""
    document = load_document(response)
    if not document:
        return LAYOUT.role(response)
    if "tid" in document and "cid" in document and "posts" in document:
        return "thread"
    if "topics" in document and ("cid" in document or "nextStart" in document or "bodyClass" in document):
        return "board"
    return "home" if any("cid" in each for each in take_list(document, "categories")) else None


def page_url(url: str, number: int) -> str:
    """Page `number` of a topic, with the slug that its address has; a post's place in the topic is left out."""
    return turn_query(re.sub(r"(/topic/\d+/[^/?#]+)/\d+(?=$|[?#])", r"\1", url), number)


def _next_url(document: Document, here: str) -> str | None:
    following = take_dict(take_dict(document, "pagination"), "next")
    number = take_number(following, "page")
    current = take_number(take_dict(document, "pagination"), "currentPage") or 1
    slug = take_text(document, "slug")
    if number is None or number <= current or not slug:
        return None
    return turn_query(_address(here, "topic" if "tid" in document else "category", slug), number)


def _address(here: str, kind: str, slug: str) -> str:
    """The address of the page that people see, for a slug ("12/a-title") of the JSON."""
    folder = here.partition("/api/")[0]
    return f"{folder}/{kind}/{slug}"


@attrs.define(kw_only=True)
class NodebbBoardPage(LayoutBoardPage):
    """A category, the categories, or the latest topics."""

    layout = LAYOUT

    def read_name(self) -> str | None:
        """The category's name."""
        document = load_document(self.response)
        return unescape(take_text(document, "name", "title") or "") or None if document else super().read_name()

    def read_boards(self) -> tuple[BoardLink, ...]:
        """Categories, and those below them."""
        document, here = load_document(self.response), str(self.response.url)
        if not document:
            return super().read_boards()
        tops = take_list(document, "categories") or take_list(document, "children")
        every = [each for top in tops for each in (top, *take_list(top, "children"))]
        return tuple(
            BoardLink(_address(here, "category", slug), unescape(take_text(each, "name") or "") or None)
            for each in every
            if (slug := take_text(each, "slug"))
        )

    def read_threads(self) -> tuple[ThreadLink, ...]:
        """Topics, with the number of posts and the time of the last as their sign."""
        document, here = load_document(self.response), str(self.response.url)
        if not document:
            return super().read_threads()
        links = []
        for topic in take_list(document, "topics"):
            slug = take_text(topic, "slug")
            if not slug or topic.get("deleted"):
                continue
            url = _address(here, "topic", slug)
            sign = "|".join(filter(None, (take_text(topic, "postcount"), take_text(topic, "lastposttime")))) or None
            title = unescape(take_text(topic, "titleRaw", "title") or "") or None
            links.append(ThreadLink(url, LAYOUT.key(url), title, sign, bool(topic.get("pinned"))))
        return tuple(links)

    def read_next_url(self) -> str | None:
        """The next page."""
        document = load_document(self.response)
        if not document:
            return super().read_next_url()
        return _next_url(document, str(self.response.url))


@attrs.define(kw_only=True)
class NodebbThreadPage(LayoutThreadPage):
    """A page of a topic."""

    layout = LAYOUT

    def first_url(self, address: str) -> str:
        """Page 1, as people see it."""
        slug = take_text(load_document(self.response), "slug")
        return _address(address, "topic", slug) if slug else page_url(address, 1)

    def read_title(self) -> str | None:
        """The topic's title."""
        document = load_document(self.response)
        return unescape(take_text(document, "titleRaw", "title") or "") or None if document else super().read_title()

    def read_board(self) -> str | None:
        """The category."""
        document = load_document(self.response)
        if not document:
            return super().read_board()
        return unescape(take_text(take_dict(document, "category"), "name") or "") or self.visit.board

    def read_counts(self) -> Counts:
        """Views, and posts less the opening one."""
        document = load_document(self.response)
        posts = take_number(document, "postcount")
        return Counts(views=take_number(document, "viewcount"), replies=posts - 1 if posts else None)

    def read_time(self, node: Selector, visit: Visit) -> Moment:
        """The attribute first: scripts rewrite the text, and some skins the title."""
        stamp = read_moment(visit, [node.attrib.get("data-timestamp")])
        return stamp if stamp.when is not None else super().read_time(node, visit)

    def read_edited(self, node: Selector, visit: Visit) -> Moment | None:
        """Written out by the server in its own zone, which is UTC unless somebody changed it."""
        return super().read_edited(node, replace(visit, timezone="UTC"))

    def read_floor(self, node: Selector) -> int | None:
        """The post's place, which the markup counts from 0."""
        index = node.attrib.get("data-index", "")
        return int(index) + 1 if index.isdecimal() and len(index) < 8 else None

    def read_posts(self) -> tuple[Post, ...]:
        """The posts that were not deleted."""
        document = load_document(self.response)
        if not document:
            return super().read_posts()
        address = str(self.response.url)
        thread = Thread(
            LAYOUT.name, address, self.key, self.first_url(address), self.title, self.board, self.read_counts()
        )
        read = (self._read_object(each, thread) for each in take_list(document, "posts"))
        return once(post for post in read if post is not None)

    def _read_object(self, each: Document, thread: Thread) -> Post | None:
        number, content, user = take_text(each, "pid"), take_text(each, "content"), take_dict(each, "user")
        if number is None or each.get("deleted") or content is None:
            return None
        place = LAYOUT.addresses.find(thread.page_url, "thread")
        folder = place.folder if place else ""
        slug, uid = take_text(user, "userslug"), take_text(user, "uid")
        index, edited = take_number(each, "index"), take_text(each, "editedISO")
        origin = thread.url.partition("/topic/")[0]
        return build_post(
            thread,
            self.visit,
            identity=(folder, "post", number),
            url=f"{origin}/post/{number}",
            body=read_body(content, thread.url),
            author=Author(
                unescape(take_text(user, "username", "displayname") or "") or None,
                uid if uid and uid != "0" else None,
                f"{origin}/user/{slug}" if slug else None,
            ),
            moment=read_moment(self.visit, [take_text(each, "timestampISO", "timestamp")]),
            post_id=number,
            floor=index + 1 if index is not None else None,
            edited=read_moment(self.visit, [edited]) if edited else None,
        )

    def read_next_url(self) -> str | None:
        """The next page."""
        document = load_document(self.response)
        return _next_url(document, str(self.response.url)) if document else super().read_next_url()


PLATFORM = Platform(
    name=LAYOUT.name,
    role=recognise_role,
    board=NodebbBoardPage,
    thread=NodebbThreadPage,
    page_url=page_url,
    closed=("/admin/", "/reset/", "/compose"),
)
