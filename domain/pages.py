"""One fetched document, raw, with where, when and how it was fetched, and what was read from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.posts import Post

# What a page is for: a site's list of boards, a list of threads, a thread (or one advert), or none of these.
Role = Literal["home", "board", "thread", "other"]


@dataclass(frozen=True)
class Clock:
    """How the device's clock stood to a reference when a page was fetched.

    `offset_seconds` is the device's time minus the reference's. `source` is "ntp" (the kernel's clock is disciplined;
    `bound_seconds` is its own estimate of the largest error), "date_header" (the server's Date, whole seconds, taken in
    the middle of the exchange) or "none". `source` says what was compared, never that the reference is right.
    """

    source: Literal["ntp", "date_header", "none"]
    offset_seconds: float | None = None
    bound_seconds: float | None = None


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they went over the wire, for the archive of a page.

    `role` is what it was for: a redirect on the way, the document itself, or something that the document needs. `body`
    is as it was transferred: chunks joined, its content coding still on it; `decoded` says that the coding is undone,
    because a browser gives no other. None where it is, byte for byte, the page's `body` (of a rendered page:
    `served_body`).
    """

    url: str
    role: Literal["redirect", "document", "resource"]
    status: int
    headers: tuple[tuple[str, str], ...]
    request_headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    body: bytes | None = None
    method: str = "GET"
    decoded: bool = False
    peer: str | None = None
    certificate_sha256: str | None = None
    http_version: str | None = None


@dataclass(frozen=True)
class Page:
    """What was served, byte for byte, and everything a capture has to say of it (DOMAIN.md 2.3).

    `headers` and `request_headers` keep order and repeats. `body` is the bytes as served (after transfer and
    content decoding); for a page drawn by a browser it is the document after JavaScript, in UTF-8, `rendered` says
    so, and `served_body` is what the server sent before any script ran. `peer` is the address and port of the server
    that answered; `certificate_sha256` the hash of its DER certificate on https. `entry_steps` are the links that
    led here, first to last. `exchanges` is all that went over the wire for it, first to last. `finished_at` is when the
    last byte was there, `resolved` the addresses that the name stood for; with `proxied` a proxy of the source's made
    the connection, and who answered is not known. `browser` is the name and version of the one that drew it. What was
    fetched by an older version lacks these.
    """

    url: str
    requested_url: str
    method: str
    status: int
    headers: tuple[tuple[str, str], ...]
    request_headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    rendered: bool = False
    redirects: tuple[str, ...] = ()
    peer: str | None = None
    certificate_sha256: str | None = None
    http_version: str | None = None
    entry_steps: tuple[str, ...] = ()
    served_body: bytes | None = None
    exchanges: tuple[Exchange, ...] = ()
    finished_at: datetime | None = None
    clock: Clock | None = None
    resolved: tuple[str, ...] = ()
    proxied: bool = False
    browser: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a response header, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Mark:
    """How far a thread has been read: the next crawl goes on from here.

    `key` names the thread on its site; `sign` is whatever the list page says of it that changes when the thread
    does (replies, last poster, last time), None where the list says nothing; `page` the number of the last
    page read (from 1); `ended` whether that was the thread's last page at the time. `floors_before` is how many posts
    stood on the pages before that one: a platform that numbers floors by counting goes on from there. `shown` is how
    many posts that page showed, or, for a list, how many threads its first page did: fewer the next time is an alarm.
    `address` is that page's own. `deep_at` is when a thread was last read from its first page to its end, or a list
    walked past everything that was known: what changes without a sign is found when that is long ago.
    """

    key: str
    sign: str | None
    page: int
    ended: bool
    floors_before: int = 0
    shown: int = 0
    address: str | None = None
    deep_at: datetime | None = None


@dataclass(frozen=True)
class Roll:
    """All posts of a thread that was read from its first page to its last, by their ids; none where it is gone.

    `threads` are the addresses that it goes by (Post.thread_url). A finding of it that is not on the roll was removed.
    """

    threads: tuple[str, ...]
    posts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Validators:
    """What a server gave so that it can be asked "has this changed?" (RFC 9110, 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Picture:
    """A picture that stands in a post: `address` as the post names it (`Post.images`), and what was served there."""

    address: str
    page: Page


@dataclass(frozen=True)
class PagePicture:
    """The picture of a whole page, a PNG file drawn from what was captured, or why there is none.

    `gap` is None, or "timed_out", "not_shown" (the browser does not show what was served) or "browser_failed". Sizes
    are in pixels; `full_height` is that of the page, of which the picture shows the upper `height`. `missing` counts
    what the page asks for and was not captured.
    """

    png: bytes | None = None
    gap: str | None = None
    width: int | None = None
    height: int | None = None
    full_height: int | None = None
    missing: int | None = None
    browser: str | None = None


@dataclass(frozen=True)
class Haul:
    """One page and what was read from it: the unit that a crawl hands over, all or nothing.

    `mark` is to be stored in the same transaction as the posts, or not at all. `pictures` are those of its posts that
    were fetched with it; they share its fate. `roll` stands in the last page of a thread that was read whole.
    """

    page: Page
    posts: tuple[Post, ...]
    platform: str
    role: Role
    title: str | None = None
    board: str | None = None
    mark: Mark | None = None
    validators: Validators = Validators()
    pictures: tuple[Picture, ...] = ()
    roll: Roll | None = None
