"""Spirit 0.14 (django-spirit), seen running: topic lists, topics, categories.

Comments are numbered over the whole site (`data-pk`); the anchor `#cN` and `data-number` count from 1 over all
pages of a topic. Removed comments and moderators' acts ("closed this") stand in the list as items of another
class: they are no posts. The exact time is the `title` of the last date element, in the site's own zone and wording.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.pages import BoardLink, BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import Thread, build_post, first, once, read_count, read_element, text_of
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "spirit"
TOPIC = re.compile(r"^(?P<prefix>.*)/topic/(?P<id>\d+)/")
USER = re.compile(r"/user/(\d+)/")
OWN_PAGES = re.compile(r"/(?:user|st/admin|comment)/")  # profiles list topics too, but are no boards


def recognise_role(response: HttpResponse) -> Role | None:
    """By the style sheet, the wrapper and the footer that every skin keeps; the role by what is listed."""
    text = response.text
    if not ("spirit/stylesheets/" in text or 'class="spirit_wrapper"' in text):
        return None
    path = urlsplit(str(response.url)).path
    if OWN_PAGES.search(path):
        return "other"
    if response.css(".comments_list"):
        return "thread"
    if response.css(".layout__topics"):
        return "board" if re.search(r"/(?:category/\d+|topic/active|search)/", path) else "home"
    return "home" if re.search(r"/category/$", path) else "other"


def topic_key(url: str) -> str:
    """ "spirit:topic:12" for every address of topic 12; the folder the forum lies in comes before, if there is one."""
    match = TOPIC.match(urlsplit(url).path)
    return f"{NAME}:{match['prefix']}:topic:{match['id']}".replace("::", ":") if match else url.split("#", 1)[0]


def page_url(url: str, number: int) -> str:
    """Page `number` of a topic or list."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    if number > 1:
        query.append(("page", str(number)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _next_url(response: HttpResponse) -> str | None:
    # Page 1 of the long form has two arrows, next and last; next comes first.
    link = response.css("ul.paginator a:has(.fa-chevron-right)::attr(href)").get()
    return urljoin(str(response.url), link) if link else None


@attrs.define(kw_only=True)
class SpiritBoardPage(BoardPage):
    """A category, or the list of all topics."""

    @field
    def name(self) -> str | None:
        """The category's title as the menu's button shows it."""
        return text_of(first(self.response.css(".dropdown_button")))

    @field
    def boards(self) -> tuple[BoardLink, ...]:
        """Categories of the drop-down menu; its last line leads back up, to all of them."""
        here = urlsplit(str(self.response.url)).path
        links = self.response.css(".js-categories-content a.menu_list__link, .categories a[href*='/category/']")
        found: dict[str, BoardLink] = {}
        for link in links[: -1 if "/category/" in here else None]:
            url = urljoin(str(self.response.url), link.attrib.get("href", ""))
            if re.search(r"/category/\d+/", url):
                found[url] = BoardLink(url, text_of(link))
        return tuple(found.values())

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Topics, with the number of comments and the time of the last as their sign."""
        return tuple(link for row in self.response.css(".layout__topics__topic") if (link := self._read_row(row)))

    def _read_row(self, row: Selector) -> ThreadLink | None:
        anchor = first(row.css("a.topic__link"))
        if anchor is None or not anchor.attrib.get("href"):
            return None
        url = page_url(urljoin(str(self.response.url), anchor.attrib["href"]), 1)
        comments = text_of(first(row.css(".topic__comments")))
        active = row.css(".topic__date::attr(title)").get()
        sign = "|".join(filter(None, (comments, active))) or None
        sticky = bool(row.css(".topic__title .fa-thumb-tack"))
        return ThreadLink(url, topic_key(url), text_of(anchor), sign, sticky)

    @field
    def next_url(self) -> str | None:
        """The arrow of the paginator."""
        return _next_url(self.response)


@attrs.define(kw_only=True)
class SpiritThreadPage(ThreadPage):
    """One page of a topic."""

    @field
    def key(self) -> str:
        """ "spirit:topic:ID"."""
        return topic_key(str(self.response.url))

    @field
    def title(self) -> str | None:
        """The headline."""
        return text_of(first(self.response.css("h1.headline"))) or self.visit.title

    @field
    def board(self) -> str | None:
        """The last step of the bread crumbs."""
        return text_of(first(reversed(self.response.css(".breadcrumb_nav li a")))) or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """Comments that were not removed."""
        url = str(self.response.url)
        thread = Thread(NAME, url, self.key, page_url(url, 1), self.title, self.board, Counts())
        return once(self._read_comment(node, thread) for node in self.response.css(".comments_list__comment[data-pk]"))

    def _read_comment(self, node: Selector, thread: Thread) -> Post:
        number = node.attrib["data-pk"]
        link = first(node.css("a.comment__info__username__link"))
        target = link.attrib.get("href", "") if link is not None else ""
        user = USER.search(target)
        # The nickname, not the badges beside it.
        name = text_of(first(node.css("a.comment__info__username__link > span"))) or text_of(link)
        prefix = TOPIC.match(urlsplit(thread.page_url).path)
        folder = prefix["prefix"] if prefix else ""
        return build_post(
            thread,
            self.visit,
            identity=(folder, "comment", number),
            url=urljoin(thread.page_url, f"{folder}/comment/{number}/find/"),
            body=read_body(first(node.css(".comment__text")), thread.page_url),
            author=Author(name, user[1] if user else None, urljoin(thread.page_url, target) if target else None),
            moment=read_element(self.visit, first(node.css(".comment__info__date li[title]"))),
            post_id=number,
            floor=read_count(node.attrib.get("data-number")),
        )

    @field
    def next_url(self) -> str | None:
        """The arrow of the paginator."""
        return _next_url(self.response)


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=SpiritBoardPage,
    thread=SpiritThreadPage,
    page_url=page_url,
)
