"""One message by one author. The JSON shape is CONTRACT.md's Post."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

# The zone of a Chinese calendar day: which law holds is asked of this day.
BEIJING = timezone(timedelta(hours=8))

Precision = Literal["second", "minute", "hour", "day", "month", "year"]


@dataclass(frozen=True)
class Author:
    """Who wrote it, as the site shows it."""

    name: str | None = None
    id: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Counts:
    """What the site says of the thread (or of the channel: `members`)."""

    views: int | None = None
    replies: int | None = None
    members: int | None = None


@dataclass(frozen=True)
class Post:
    """`text` is the author's own words: no quoted reply, no signature, no forum chrome.

    `url` is this post's permalink; `floor` counts from 1 (the opening post) over all pages of the thread.
    `content_sha256` is of the text as it was read, before any masking.
    """

    id: str
    url: str
    text: str
    fetched_at: datetime
    content_sha256: str
    thread_url: str | None = None
    thread_title: str | None = None
    board: str | None = None
    platform: str | None = None
    post_id: str | None = None
    floor: int | None = None
    author: Author = field(default_factory=Author)
    posted_at: datetime | None = None
    posted_at_text: str | None = None
    posted_at_precision: Precision | None = None
    edited_at: datetime | None = None
    quoted: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    counts: Counts = field(default_factory=Counts)


def post_identity(site: str, *key: str) -> str:
    """The id by which a post meets itself, whatever address or page it was read from.

    `site` is host and port (`site_of`); `key` what the platform guarantees: its own post id where posts are
    numbered over the whole site, else the thread's key and the floor or the author and time.
    """
    return hashlib.sha256("\x1f".join((site, *key)).encode()).hexdigest()[:24]


def text_digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
