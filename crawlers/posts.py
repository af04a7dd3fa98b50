"""From what a page object found to a Post: identity, digest, floor and time, the same for every platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from parsel import Selector
from web_poet import HttpResponse

from crawlers.bodies import Body
from crawlers.dates import read_time, read_times, tidy_time
from crawlers.pages import Visit
from crawlers.times.moments import Moment
from domain.posts import Author, Counts, Post, post_identity, text_digest
from domain.sources import site_of

# Discuz! and its kin number the first floors in words.
FLOOR_WORDS = {"楼主": 1, "樓主": 1, "沙发": 2, "沙發": 2, "板凳": 3, "地板": 4, "地下室": 5, "下水道": 6}
FLOOR_NUMBER = re.compile(
    r"(?i)^\W*(?:第|No\.?|Post|Reply|Comment)?\s*#?\s*(\d{1,7})\s*(?:#|楼|樓|F|层|層|th|st|nd|rd)?\W*$"
)


@dataclass(frozen=True)
class Thread:
    """What the posts of one page have in common. `key` is the thread's name on its site (ThreadLink.key)."""

    platform: str
    page_url: str
    key: str
    url: str
    title: str | None = None
    board: str | None = None
    counts: Counts = field(default_factory=Counts)


def build_post(
    thread: Thread,
    visit: Visit,
    *,
    identity: tuple[str, ...],
    url: str,
    body: Body,
    author: Author,
    moment: Moment,
    post_id: str | None = None,
    floor: int | None = None,
    edited: Moment | None = None,
) -> Post:
    """The one constructor of posts.

    `identity` is what the platform guarantees to be one post's own on this site (its post id, or the thread's key
    and more); site and platform are added here. `edited` defaults to the forum's own line on an edit.
    """
    if edited is None and body.edited:
        edited = read_time(body.edited, now=visit.fetched_at, timezone=visit.timezone)
    return Post(
        id=post_identity(site_of(thread.page_url), thread.platform, *identity),
        url=url,
        text=body.text,
        fetched_at=visit.fetched_at,
        content_sha256=text_digest(body.text),
        thread_url=thread.url,
        thread_title=thread.title,
        board=thread.board,
        platform=thread.platform,
        post_id=post_id,
        floor=floor,
        author=author,
        posted_at=moment.when,
        posted_at_text=moment.text,
        posted_at_precision=moment.precision,
        edited_at=edited.when if edited else None,
        quoted=body.quoted,
        links=body.links,
        images=body.images,
        counts=thread.counts,
    )


def read_floor(text: str | None) -> int | None:
    """ "楼主" is 1, "沙发" 2, "5#", "#5", "5楼" and "第 5 楼" are 5; None for anything else."""
    tidied = tidy_time(text)
    for word, number in FLOOR_WORDS.items():
        if tidied == word:
            return number
    match = FLOOR_NUMBER.match(tidied)
    return int(match[1]) if match else None


def read_moment(visit: Visit, places: Iterable[str | None]) -> Moment:
    """The time that several places of one post tell, attributes first (see read_times)."""
    return read_times(places, now=visit.fetched_at, timezone=visit.timezone)


def read_element(visit: Visit, node: Selector | None) -> Moment:
    """The time of one element: its machine-readable attributes, its title, its text, and those of what is inside."""
    if node is None:
        return Moment()
    attributes = (
        "datetime",
        "data-time",
        "data-timestamp",
        "data-date",
        "title",
        "content",
        "data-original-title",
        "data-utc",
    )

    def find_places() -> Iterator[str | None]:
        for each in (node, *node.css("[datetime], [title], [data-time], [data-timestamp]")[:4]):
            yield from map(each.attrib.get, attributes)
        yield text_of(node)

    return read_moment(visit, find_places())


def in_zone(visit: Visit, hours: int) -> Visit:
    """The visit, in the zone so many hours east of UTC; the zone it has, where that agrees or the hours are none."""
    zone = timezone(timedelta(hours=hours)) if -12 <= hours <= 14 else None
    if zone is None or visit.fetched_at.astimezone(ZoneInfo(visit.timezone)).utcoffset() == zone.utcoffset(None):
        return visit
    return replace(visit, timezone=f"Etc/GMT{-hours:+d}" if hours else "UTC")


def text_of(node: Selector | None) -> str | None:
    """The whole text of a node on one line, None where there is none."""
    if node is None:
        return None
    text = " ".join("".join(node.xpath(".//text()[not(parent::script or parent::style)]").getall()).split())
    return text or None


def pick_text(node: Selector | HttpResponse, *selectors: str) -> str | None:
    """The text of the first selector, in the order given, that finds any."""
    for selector in selectors:
        for found in node.css(selector):
            text = text_of(found)
            if text:
                return text
    return None


def first(nodes: Iterable[Selector]) -> Selector | None:
    """The first of the nodes, or None."""
    return next(iter(nodes), None)


def read_count(text: str | None) -> int | None:
    """ "1,234" is 1234, "1.2万" 12000, "3k" 3000; None for anything else."""
    match = re.search(r"(\d[\d,]*(?:\.\d+)?)\s*(万|萬|[kKmM]\b)?", text or "")
    if match is None:
        return None
    scale = {"万": 10_000, "萬": 10_000, "k": 1000, "m": 1_000_000}.get((match[2] or "").lower(), 1)
    try:
        return round(float(match[1].replace(",", "")) * scale)
    except (ValueError, OverflowError):
        return None


def once(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The posts in their order, each id once."""
    kept: dict[str, Post] = {}
    for post in posts:
        kept.setdefault(post.id, post)
    return tuple(kept.values())


def prefer_served(rendered: Iterable[Post], served: Iterable[Post]) -> tuple[Post, ...]:
    """Posts of a rendered page with the times that the server sent, where both pages hold the same post.

    Scripts rewrite "2026-11-20T13:05:22+00:00" into "a day ago" in the language and zone of the browser. A post that is
    known by its time has the identity that the server's time gives it, whichever way it was read.
    """
    by_id: dict[str, Post] = {}
    by_words: dict[tuple[str, str | None], Post | None] = {}
    for post in served:
        by_id[post.id] = post
        words = (post.content_sha256, post.author.name)
        by_words[words] = None if words in by_words else post  # the same words twice tell nobody apart
    out = []
    for post in rendered:
        source = by_id.get(post.id) or by_words.get((post.content_sha256, post.author.name))
        if source is not None and source.posted_at is not None:
            post = replace(
                post,
                id=source.id,
                posted_at=source.posted_at,
                posted_at_text=source.posted_at_text,
                posted_at_precision=source.posted_at_precision,
            )
        out.append(post)
    return tuple(out)
