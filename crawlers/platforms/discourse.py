"""Discourse, from its published markup (docs/platforms.md): pages for readers without JavaScript, and the JSON beside.

A post is known by its place in the topic, which both forms have. A topic's JSON holds 20 posts and the numbers of all;
the pages go on with `?page=2`. Small actions ("closed this topic") and hidden posts are no posts.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import attrs
from parsel import Selector
from web_poet import HttpResponse

from crawlers.bodies import read_body
from crawlers.documents import Document, load_document, take_dict, take_list, take_number, take_text
from crawlers.layout import Addresses, Layout, LayoutBoardPage, LayoutThreadPage, Place, turn_query
from crawlers.pages import BoardLink, Platform, ThreadLink
from crawlers.posts import Thread, build_post, once, read_moment
from domain.pages import Role
from domain.posts import Author, Counts, Post

LAYOUT = Layout(
    name="discourse",
    fingerprint=re.compile(r"""(?i)<meta\s+name=["']generator["']\s+content=["']Discourse|<meta\s+id=["']data-discourse"""),
    words=("discourse",),
    addresses=Addresses(
        thread=re.compile(r"/t/(?:[^/?]*[^/?\d][^/?]*/)?(?P<id>\d+)(?=[/?.])"),
        board=re.compile(r"/c/(?:[^/?]+/)*(?P<id>\d+)(?=[/?.])"),
        page=re.compile(r"[?&]page=(\d{1,7})"),
        first=0,  # lists count from 0, topics from 1
    ),
    post=".topic-body.crawler-post[id^=post_], .topic-body[itemprop=comment][id^=post_]",
    post_number=re.compile(r"^post_(\d+)$"),
    permalink="{folder}/t/{thread}/{post}",
    body=("[itemprop=text]", "[itemprop=articleBody]", ".post"),
    author=(".creator [itemprop=name]", ".creator a"),
    author_link=(".creator a[href]",),
    time=("time.post-time", ".crawler-post-infos time", "[itemprop=datePublished]"),
    title=("#topic-title h1 a", "#topic-title h1"),
    crumbs=("#topic-title .topic-category a", ".topic-category a"),
    next=("a[rel=next]", "link[rel=next]"),
    board_name=(".category-title", "h1.category-name"),
    boards=".category-list a[href*='/c/'], td.category h3 a",
    row="tr.topic-list-item",
    row_title=("a.raw-topic-link", "a.title", "a[href*='/t/']"),
    row_replies=(".replies .posts", "td.replies"),
    row_time=("td:last-child",),
    sticky=".pinned, .pinned-globally",
)  # fmt: skip


def recognise_role(response: HttpResponse) -> Role | None:
    """By the generator, or the JSON's members; the role by what is on the page."""
    document = load_document(response)
    if not document:
        return LAYOUT.role(response)
    if take_dict(document, "post_stream"):
        return "thread"
    if take_dict(document, "topic_list"):
        return "board"
    return "home" if take_dict(document, "category_list") else None


def page_url(url: str, number: int) -> str:
    """Page `number` of a topic as readers without JavaScript see it."""
    bare = re.sub(r"\.json(?=$|[?#])", "", url)
    return turn_query(re.sub(r"(/t/[^/?#]*[^/?#\d][^/?#]*/\d+)/\d+(?=$|[?#])", r"\1", bare), number)


def _origin(here: str) -> str:
    """The folder that the forum lies in."""
    return re.split(r"/(?:t|c|latest|top|categories|tag)(?=[/.?]|$)", here, maxsplit=1)[0].rstrip("/")


@attrs.define(kw_only=True)
class DiscourseBoardPage(LayoutBoardPage):
    """A category, the latest topics, or the categories."""

    layout = LAYOUT

    def read_boards(self) -> tuple[BoardLink, ...]:
        """Categories of the list."""
        document, origin = load_document(self.response), _origin(str(self.response.url))
        if not document:
            return super().read_boards()
        found = []
        for each in take_list(take_dict(document, "category_list"), "categories"):
            slug, number = take_text(each, "slug") or "-", take_text(each, "id")
            if number:
                found.append(BoardLink(f"{origin}/c/{slug}/{number}", take_text(each, "name")))
        return tuple(found)

    def read_threads(self) -> tuple[ThreadLink, ...]:
        """Topics, with the number of the last post and its time as their sign."""
        document, origin = load_document(self.response), _origin(str(self.response.url))
        if not document:
            return super().read_threads()
        links = []
        for topic in take_list(take_dict(document, "topic_list"), "topics"):
            number, slug = take_text(topic, "id"), take_text(topic, "slug") or "-"
            if number is None:
                continue
            url = f"{origin}/t/{slug}/{number}"
            known = (
                take_text(topic, "posts_count", "highest_post_number"),
                take_text(topic, "last_posted_at", "bumped_at"),
            )
            sticky = bool(topic.get("pinned") or topic.get("pinned_globally"))
            sign = "|".join(filter(None, known)) or None
            links.append(ThreadLink(url, LAYOUT.key(url + "/"), take_text(topic, "title"), sign, sticky))
        return tuple(links)

    def read_next_url(self) -> str | None:
        """The next page, as readers without JavaScript see it."""
        document = load_document(self.response)
        if not document:
            return super().read_next_url()
        more = take_text(take_dict(document, "topic_list"), "more_topics_url")
        return urljoin(str(self.response.url), more) if more else None

    def read_name(self) -> str | None:
        """The category's name, which the JSON does not have."""
        return None if load_document(self.response) else super().read_name()


@attrs.define(kw_only=True)
class DiscourseThreadPage(LayoutThreadPage):
    """A page of a topic."""

    layout = LAYOUT

    def first_url(self, address: str) -> str:
        """Page 1."""
        return page_url(address, 1)

    def read_title(self) -> str | None:
        """The topic's title."""
        return take_text(load_document(self.response), "title") or super().read_title()

    def read_board(self) -> str | None:
        """The category, which the JSON has by its number only."""
        return self.visit.board if load_document(self.response) else super().read_board()

    def read_counts(self) -> Counts:
        """Views, and posts less the opening one."""
        document = load_document(self.response)
        posts = take_number(document, "posts_count")
        return Counts(views=take_number(document, "views"), replies=posts - 1 if posts else None)

    def read_floor(self, node: Selector) -> int | None:
        """The post's number in the topic."""
        number = self.number_of(node)
        return int(number) if number and len(number) < 8 else None

    def identity(self, number: str, place: Place | None, thread: Thread) -> tuple[str, ...]:
        """The topic and the post's number in it."""
        return (thread.key, "post", number)

    def read_posts(self) -> tuple[Post, ...]:
        """The posts that people wrote."""
        stream = take_dict(load_document(self.response), "post_stream")
        if not load_document(self.response):
            return super().read_posts()
        here = str(self.response.url)
        thread = Thread(LAYOUT.name, here, self.key, self.first_url(here), self.title, self.board, self.read_counts())
        read = (self._read_object(each, thread) for each in take_list(stream, "posts"))
        return once(post for post in read if post is not None)

    def _read_object(self, each: Document, thread: Thread) -> Post | None:
        number, cooked = take_number(each, "post_number"), take_text(each, "cooked")
        small = take_text(each, "action_code") or take_number(each, "post_type") not in (None, 1)
        if number is None or cooked is None or small or each.get("hidden") or each.get("user_deleted"):
            return None
        name, created, changed = (take_text(each, member) for member in ("username", "created_at", "updated_at"))
        edited = changed if (take_number(each, "version") or 1) > 1 else None
        place = LAYOUT.addresses.find(thread.page_url, "thread")
        return build_post(
            thread,
            self.visit,
            identity=self.identity(str(number), place, thread),
            url=urljoin(thread.page_url, self.link_to(str(number), place, thread)),
            body=read_body(cooked, thread.page_url),
            author=Author(name, None, f"{_origin(thread.page_url)}/u/{name}" if name else None),
            moment=read_moment(self.visit, [created]),
            post_id=str(number),
            floor=number,
            edited=read_moment(self.visit, [edited]) if edited else None,
        )

    def read_next_url(self) -> str | None:
        """The next page, as long as the topic has posts that were not seen."""
        stream = take_dict(load_document(self.response), "post_stream")
        if not load_document(self.response):
            return super().read_next_url()
        here, known, posts = str(self.response.url), stream.get("stream"), take_list(stream, "posts")
        place = LAYOUT.addresses.find(here, "thread")
        ends = not posts or not isinstance(known, list) or not known or known[-1] == posts[-1].get("id")
        return None if ends or place is None else page_url(here, max(place.page, 1) + 1)


PLATFORM = Platform(
    name=LAYOUT.name,
    role=recognise_role,
    board=DiscourseBoardPage,
    thread=DiscourseThreadPage,
    page_url=page_url,
    closed=(
        "/admin/",
        "/auth/",
        "/email/",
        "/search",
        "/session",
        "/user-api-key",
        "/*?api_key*",
        "/*?*api_key*",
        "/badges",
        "/u/",
        "/my",
        "/tag/*/l",
        "/g",
        "/t/*/*.rss",
        "/c/*.rss",
    ),
)
