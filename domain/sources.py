"""What is watched, and how a run of watching it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlsplit

from domain.errors import BadAddress

Render = Literal["auto", "always", "never"]
RENDERS: tuple[Render, ...] = ("auto", "always", "never")

# Why a run ended; the words of CONTRACT.md.
RUN_REASONS = (
    "done", "nothing_new", "robots", "login_wall", "captcha", "blocked", "rate_limited", "soft_404", "empty",
    "fewer_than_usual", "selector_drift", "not_html", "unreachable", "refused_address", "budget_spent",
    "interrupted", "failed",
)  # fmt: skip
GOOD_REASONS = frozenset({"done", "nothing_new", "budget_spent"})


@dataclass(frozen=True)
class Source:
    """One thing that is watched: a board, a listing, a channel, or a site search with its queries.

    `url` is http(s); `timezone` an IANA name, the zone of the times the site writes; `delay` the least
    seconds between two requests to the host (None: the program's default, or robots.txt's if longer); `images`
    whether the pictures of its posts are fetched and read; `selectors` where a site keeps what, for one that is
    described by hand (crawlers/declared.py).
    """

    name: str
    url: str
    render: Render = "auto"
    timezone: str = "Asia/Shanghai"
    platform: str | None = None
    queries: tuple[str, ...] = ()
    proxy: str | None = None
    allow_private: bool = False
    practice: bool = False
    max_pages: int | None = None
    delay: float | None = None
    images: bool = False
    selectors: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_search(self) -> bool:
        """Whether it is a site's own search, asked once for each of its queries."""
        return "{query}" in self.url


@dataclass(frozen=True)
class RunCounts:
    """What a crawl fetched and read, so far or in all."""

    pages: int = 0
    posts: int = 0
    new: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class RunOutcome:
    """How a crawl ended: `reason` is a word of RUN_REASONS, `detail` one line for a person."""

    reason: str
    detail: str = ""
    counts: RunCounts = field(default_factory=RunCounts)


def check_address(address: str) -> str:
    """`address` itself, when it is a full http(s) address. Raises BadAddress."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress(address=address, why=str(error)) from None
    if parts.scheme not in ("http", "https"):
        raise BadAddress(address=address, why="only http and https can be watched")
    if not host or any(character.isspace() for character in address):
        raise BadAddress(address=address, why="no host name" if not host else "it has spaces in it")
    if parts.username is not None or parts.password is not None:
        raise BadAddress(address=address, why="a name or password in an address means a log-in, which is never done")
    return address


def site_of(address: str) -> str:
    """Host and port that `address` names: "example.org" or "127.0.0.1:8000"; the default ports are left out."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, default) else f"{host}:{parts.port}"


def expand_queries(source: Source) -> tuple[str, ...]:
    """The addresses a crawl of `source` starts at: its own, or a search address once for each query."""
    if not source.is_search:
        return (source.url,)
    return tuple(source.url.replace("{query}", quote(query, safe="")) for query in source.queries)
