"""RSS, Atom and JSON feeds as a source: an index of threads, or a thread, told from where their entries lead.

Entries that lead to many pages are an index of a board's newest openings: the pages are read, and an entry's own text,
where it is whole, stands in for a page that may not be asked for or is on another site. Entries that all belong to one
page (the feed of a topic, of the comments under an article) are its posts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import attrs
from web_poet import HttpResponse, field

from crawlers.bodies import read_body
from crawlers.conduct.scope import normalise
from crawlers.feeds import EMPTY, Entry, Feed, read_feed
from crawlers.pages import BoardPage, Platform, ThreadLink, ThreadPage, Visit
from crawlers.posts import Thread, build_post, once, read_moment
from crawlers.threads import find_thread
from crawlers.times.moments import Moment
from domain.pages import Role
from domain.posts import Author, Post, text_digest

NAME = "feed"
# What programs write before the title of the thread that a reply belongs to.
REPLY = re.compile(r"(?i)^(?:(?:re|aw|回复|回覆|答复|reply to|comment on|评论)\s*[:： ]\s*)+")
BY_WHOM = re.compile(r"(?i)\s+(?:on|by)\s+\S.*$")
# Zones that RFC 822 (5.1) names; "CST" is China's in a Chinese source.
ZONES = {
    "EST": "-0500", "EDT": "-0400", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
    "UT": "+0000",
}  # fmt: skip
ZONE = re.compile(r"\b([A-Z]{2,3})$")


def recognise_role(response: HttpResponse) -> Role | None:
    """By the first element of the document."""
    feed = read_feed(response)
    if feed is None:
        return None
    return "thread" if is_thread(feed) else "board"


def is_thread(feed: Feed) -> bool:
    """Whether all entries are posts of one thread: of one page, or of one title, with their whole texts."""
    entries = [entry for entry in feed.entries if entry.content]
    if not entries or not all(entry.whole for entry in entries):
        return False
    places = [find_thread(entry.link) if entry.link else None for entry in entries]
    if len({place.key for place in places if place}) > 1:
        return False
    if len(entries) > 1 and len({_page_of(entry) for entry in entries}) == 1:
        return True
    titles = {_thread_title(entry.title) for entry in entries}
    if len(entries) > 1 and len(titles) == 1 and None not in titles:
        return True
    replies = [entry for entry in entries if REPLY.match((entry.title or "").rpartition("•")[2].strip())]
    if len(titles) <= 2 and replies and len(replies) >= len(entries) - 1:
        return True
    home = _path(feed.link)
    return len(home) > 1 and all(_path(entry.link).startswith(home) for entry in entries)


def _path(url: str | None) -> str:
    """The path of an address that names more than a folder or two of a site; "" else."""
    path = urlsplit(url or "").path.rstrip("/")
    return path + "/" if re.search(r"/\d+$", path) else ""


def _page_of(entry: Entry) -> str:
    """The page that an entry stands on, whatever post of it is named."""
    if entry.link is None:
        return ""
    found = find_thread(entry.link)
    return found.key if found else normalise(entry.link)


def _thread_title(title: str | None) -> str | None:
    """A title without what says that the entry is a reply, and without the board before it (phpBB writes "board •")."""
    own = (title or "").rpartition("•")[2].strip()
    bare = REPLY.sub("", own)
    return (BY_WHOM.sub("", bare) if re.match(r"(?i)reply to ", own) else bare).strip() or None


def read_time(visit: Visit, *texts: str | None) -> Moment:
    """The first of the times that can be read; RFC 822's named zones are offsets."""
    return next((moment for text in texts if (moment := read_moment(visit, [_offset(text, visit)])).when), Moment())


def _offset(text: str | None, visit: Visit) -> str | None:
    match = ZONE.search(text or "")
    if text is None or match is None:
        return text
    names = ZONES if visit.timezone.startswith("Asia/") else ZONES | {"CST": "-0600"}
    return text[: match.start()] + names[match[1]] if match[1] in names else text


def read_entry(entry: Entry, thread: Thread, visit: Visit, *, floor: int | None = None) -> Post | None:
    """An entry as a post of `thread`, None where it has no text of its own."""
    body = read_body(f"<div>{entry.content or ''}</div>", entry.link or thread.page_url)
    if not (body.text or body.images):
        return None
    moment = read_time(visit, entry.published, entry.updated)
    edited = read_time(visit, entry.updated) if entry.published and entry.updated else Moment()
    changed = edited if edited.when and moment.when and edited.when > moment.when else None
    return build_post(
        thread,
        visit,
        identity=("entry", entry.key or text_digest(body.text)),
        url=entry.link or thread.page_url,
        body=body,
        author=Author(entry.author, None, entry.author_url),
        moment=moment,
        post_id=None,
        floor=floor,
        edited=changed,
    )


@attrs.define(kw_only=True)
class FeedBoardPage(BoardPage):
    """A feed whose entries lead to threads."""

    @property
    def feed(self) -> Feed:
        """The feed itself."""
        return read_feed(self.response) or EMPTY

    @field
    def name(self) -> str | None:
        """What the feed calls itself."""
        return self.feed.title

    @field
    def threads(self) -> tuple[ThreadLink, ...]:
        """Where entries lead, each thread once, newest first as feeds are.

        A sign is what a reply changes: the number of replies, or the time of the last change beside that of the
        opening. With neither nobody knows, and the thread is asked for with its validators.
        """
        found: dict[str, ThreadLink] = {}
        for entry in self.feed.entries:
            link = self._read_link(entry)
            if link is not None:
                found.setdefault(link.key, link)
        return tuple(found.values())

    def _read_link(self, entry: Entry) -> ThreadLink | None:
        here = str(self.response.url)
        known = find_thread(entry.link) if entry.link else None
        url = known.url if known else (entry.link or "").split("#", 1)[0]
        key = known.key if known else normalise(url) or f"{NAME}:{entry.key}"
        title = _thread_title(entry.title)
        post = None
        if entry.whole:
            alone = Thread(NAME, here, key, url or here, title, self.feed.title)
            post = read_entry(entry, alone, self.visit, floor=None if REPLY.match(entry.title or "") else 1)
        if not url and post is None:
            return None
        changed = entry.updated if entry.published and entry.updated != entry.published else None
        sign = "|".join(filter(None, (entry.replies, changed))) or None
        return ThreadLink(url, key, title, sign, sticky=False, post=post)

    @field
    def next_url(self) -> str | None:
        """Where a paged feed goes on (RFC 5005)."""
        return self.feed.next_url


@attrs.define(kw_only=True)
class FeedThreadPage(ThreadPage):
    """A feed whose entries are the posts of one thread."""

    @property
    def feed(self) -> Feed:
        """The feed itself."""
        return read_feed(self.response) or EMPTY

    @field
    def key(self) -> str:
        """The feed's own address: it is not the page that it belongs to."""
        return f"{NAME}:{normalise(str(self.response.url))}"

    @field
    def title(self) -> str | None:
        """The title that the entries share, else the feed's."""
        titles = {_thread_title(entry.title) for entry in self.feed.entries}
        return (titles.pop() if len(titles) == 1 else None) or self.feed.title or self.visit.title

    @field
    def posts(self) -> tuple[Post, ...]:
        """The entries, the oldest first."""
        here = str(self.response.url)
        pages = {page for entry in self.feed.entries if (page := (entry.link or "").split("#", 1)[0])}
        url = self.feed.link or (pages.pop() if len(pages) == 1 else here)
        thread = Thread(NAME, here, self.key, url, self.title, self.board)
        read = (read_entry(entry, thread, self.visit) for entry in self.feed.entries)
        return _in_order(once(post for post in read if post is not None))

    @field
    def next_url(self) -> str | None:
        """Where a paged feed goes on (RFC 5005)."""
        return self.feed.next_url


def _in_order(posts: Iterable[Post]) -> tuple[Post, ...]:
    """The posts by their times, where all have one; feeds begin with the newest."""
    listed = list(posts)
    if all(post.posted_at is not None for post in listed):
        listed.sort(key=lambda post: post.posted_at.timestamp() if post.posted_at else 0.0)
    return tuple(listed)


PLATFORM = Platform(name=NAME, role=recognise_role, board=FeedBoardPage, thread=FeedThreadPage)
