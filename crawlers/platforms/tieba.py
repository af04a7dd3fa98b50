"""Tieba-like boards, from their published markup (docs/platforms.md): an attribute says what a row or a post is.

Much of a page stands in HTML comments, from which a script takes it; they are opened here, and no browser is needed.
Posts are numbered over the whole site; replies to a post are nested in it and have numbers of their own. Floors are
the posts' own (`post_no`); a nested reply has none. Lists count by threads (`pn=50`), threads by pages (`pn=2`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, quote, urljoin, urlsplit
from weakref import WeakKeyDictionary

import attrs
from parsel import Selector
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.documents import Document, take_dict, take_number, take_text
from crawlers.layout.addresses import turn_query
from crawlers.links import resolve
from crawlers.pages import BoardPage, Platform, ThreadLink, ThreadPage
from crawlers.posts import Thread, build_post, first, once, pick_text, read_count, read_floor, read_moment, text_of
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Counts, Post

NAME = "tieba"
MARKS = re.compile(r"""class=["'][^"']*\b(?:j_thread_list|l_post|lzl_single_post|core_title_txt|card_title_fname)\b""")
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
LARGEST = 6_000_000  # characters
THREAD = re.compile(r"/p/(\d{1,20})(?=[/?#]|$)")
ANSWERED = re.compile(r"^回复\s+\S[^\n:：]{0,40}[:：]\s*")
DROPPED = frozenset({"pn", "pid", "cid", "see_lz", "red_tag", "fr", "share", "fid", "lp"})
POST = "div.l_post[data-field], li.l_post[data-field]"
ROW = "li.j_thread_list[data-field], div.j_thread_list[data-field]"
NESTED = ".lzl_single_post[data-field]"

_opened: WeakKeyDictionary[HttpResponse, Selector] = WeakKeyDictionary()  # each field asks


def open_comments(response: HttpResponse) -> Selector:
    """The page, with what its comments hold of posts and rows in the place of the comments."""
    known = _opened.get(response)
    if known is None:
        text = response.text[:LARGEST]
        if "<!--" in text:
            text = COMMENT.sub(lambda match: match[1] if MARKS.search(match[1]) else "", text)
        known = _opened[response] = Selector(text=text, type="html", base_url=str(response.url))
    return known


def recognise_role(response: HttpResponse) -> Role | None:
    """By the rows or posts that carry what they are as an attribute."""
    if not MARKS.search(response.text[:LARGEST]):
        return None
    page = open_comments(response)
    if page.css(POST):
        return "thread"
    return "board" if page.css(ROW) else None


def page_url(url: str, number: int) -> str:
    """Page `number` of a thread."""
    return turn_query(url, number, DROPPED, name="pn")


def thread_key(url: str) -> str:
    """ "tieba:p:12" for every address of thread 12."""
    match = THREAD.search(urlsplit(url).path)
    return f"{NAME}:p:{match[1]}" if match else url.split("#", 1)[0]


def read_field(node: Selector) -> Document:
    """What an element says of itself; empty where it says nothing, or not as JSON."""
    try:
        found = json.loads(node.attrib.get("data-field", ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _next_url(response: HttpResponse) -> str | None:
    """The link that says "next" and leads to a later page of this very board or thread."""
    here = str(response.url)
    page = open_comments(response)
    links = page.css("#frs_list_pager a.next, .pagination a.next, .pb_list_pager a, .l_pager a, a.next")
    for link in links:
        target = resolve(here, link.attrib.get("href", ""))
        said = text_of(link) or ""
        if target and ("下一页" in said or "next" in link.attrib.get("class", "").split()):
            same = thread_key(target) == thread_key(here) if THREAD.search(here) else not THREAD.search(target)
            if same and _offset(target) > _offset(here):
                return target
    return None


def _offset(url: str) -> int:
    number = parse_qs(urlsplit(url).query).get("pn", [""])[-1]
    return int(number) if number.isdecimal() and len(number) < 9 else 0 if not THREAD.search(url) else 1


@attrs.define(kw_only=True)
class TiebaBoardPage(BoardPage):
    """A board's list of threads."""

    @field
    def name(self) -> str | None:
        """The board's name."""
        return pick_text(open_comments(self.response), "a.card_title_fname", ".card_title_fname", "a.plat_title_h3")

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Threads with replies, last poster and (where it is written out) last time as their sign."""
        rows = (self._read_row(row) for row in open_comments(self.response).css(ROW))
        return tuple({link.key: link for link in rows if link is not None}.values())

    def _read_row(self, row: Selector) -> ThreadLink | None:
        said = read_field(row)
        anchor = first(row.css("a.j_th_tit[href], .threadlist_title a[href], a[href^='/p/']"))
        number = take_text(said, "id", "tid", "thread_id")
        target = anchor.attrib["href"] if anchor is not None else f"/p/{number}" if number else ""
        url = resolve(str(self.response.url), target)
        if url is None or not THREAD.search(url):
            return None
        replies = take_number(said, "reply_num")
        shown = read_count(pick_text(row, ".threadlist_rep_num")) if replies is None else replies
        poster = pick_text(row, ".j_replyer", ".threadlist_replyer", ".frs-author-name.j_replyer")
        last = pick_text(row, ".threadlist_reply_date", ".j_reply_data")
        moment = read_moment(self.visit, [last])
        told = last if moment.when is not None and not moment.relative else None
        sign = "|".join(filter(None, (str(shown) if shown is not None else None, poster, told))) or None
        title = (anchor.attrib.get("title") or text_of(anchor)) if anchor is not None else None
        sticky = bool(said.get("is_top")) or "thread_top" in row.attrib.get("class", "").split()
        return ThreadLink(page_url(url, 1), thread_key(url), title, sign, sticky)

    @field
    def next_url(self) -> str | None:
        """The pager's "下一页"."""
        return _next_url(self.response)


@attrs.define(kw_only=True)
class TiebaThreadPage(ThreadPage):
    """A page of a thread."""

    @field
    def key(self) -> str:
        """ "tieba:p:12"."""
        return thread_key(str(self.response.url))

    @field
    def title(self) -> str | None:
        """The thread's title."""
        page = open_comments(self.response)
        return (
            page.css(".core_title_txt::attr(title)").get()
            or pick_text(page, ".core_title_txt", "h1")
            or self.visit.title
        )

    @field
    def board(self) -> str | None:
        """The board's name."""
        return pick_text(open_comments(self.response), "a.card_title_fname", ".card_title_fname") or self.visit.board

    @field
    def posts(self) -> tuple[Post, ...]:
        """Posts in their order, each with the replies nested in it. What has no number is an advertisement."""
        here, page = str(self.response.url), open_comments(self.response)
        replies = read_count(pick_text(page, ".l_reply_num .red", ".l_reply_num span"))
        thread = Thread(NAME, here, self.key, page_url(here, 1), self.title, self.board, Counts(replies=replies))
        return once(post for node in page.css(POST) for post in self._read_node(node, thread))

    def _read_node(self, node: Selector, thread: Thread) -> Iterator[Post]:
        said = read_field(node)
        content, writer = take_dict(said, "content"), take_dict(said, "author")
        number = take_text(content, "post_id", "id")
        body = first(node.css(".d_post_content, [id^=post_content_]"))
        if number is None or (body is None and not take_text(content, "content")):
            return
        tail = [text_of(each) for each in node.css(".tail-info, .p_tail li, .post-tail-wrap > span")]
        floor = take_number(content, "post_no") or next((found for each in tail if (found := read_floor(each))), None)
        read = read_body(body if body is not None else f"<div>{content['content']}</div>", thread.page_url)
        if read.text or read.images:
            yield build_post(
                thread,
                self.visit,
                identity=("post", number),
                url=_permalink(thread.url, number),
                body=read,
                author=self._read_author(node.css("a.p_author_name, .p_author a"), writer),
                moment=self._read_time(take_text(content, "date"), tail),
                post_id=number,
                floor=floor,
            )
        for reply in node.css(NESTED):
            nested = self._read_reply(reply, thread)
            if nested is not None:
                yield nested

    def _read_reply(self, node: Selector, thread: Thread) -> Post | None:
        """A reply to a post. "回复 name :" over an answer to another reply is the board's own."""
        said = read_field(node)
        number, found = take_text(said, "spid"), first(node.css(".lzl_content_main"))
        if number is None or found is None:
            return None
        body = read_body(found, thread.page_url)
        if found.css("a.at"):
            body = replace(body, text=ANSWERED.sub("", body.text))
        return build_post(
            thread,
            self.visit,
            identity=("post", number),
            url=_permalink(thread.url, number),
            body=body,
            author=self._read_author(node.css(".lzl_cnt > a.at, a.j_user_card.lzl_p_p, a.at"), said),
            moment=self._read_time(None, [pick_text(node, ".lzl_time")]),
            post_id=number,
        )

    def _read_author(self, links: list[Selector], said: Document) -> Author:
        """Shown name first: it is by that a reader would name the writer."""
        link = next((each for each in links if text_of(each)), None)
        known = take_text(said, "user_nickname", "nickname", "user_name", "name")
        target = link.attrib.get("href") if link is not None else None
        own = take_text(said, "user_name")
        page = resolve(str(self.response.url), target) if target else None
        if page is None and own:
            page = urljoin(str(self.response.url), f"/home/main?un={quote(own)}")
        user = take_text(said, "user_id")
        return Author(text_of(link) or known, user if user and user != "0" else None, page)

    def _read_time(self, stated: str | None, places: list[str | None]) -> Moment:
        """The time that the attribute has, else the one that stands under the post, beside its floor and device."""
        moments = [read_moment(self.visit, [place]) for place in (stated, *places) if place and not read_floor(place)]
        return next((moment for moment in moments if moment.when is not None), Moment())

    @field
    def next_url(self) -> str | None:
        """The pager's "下一页"."""
        return _next_url(self.response)


def _permalink(thread_url: str, number: str) -> str:
    return f"{thread_url}{'&' if '?' in thread_url else '?'}pid={number}&cid=0#{number}"


PLATFORM = Platform(
    name=NAME,
    role=recognise_role,
    board=TiebaBoardPage,
    thread=TiebaThreadPage,
    page_url=page_url,
)
