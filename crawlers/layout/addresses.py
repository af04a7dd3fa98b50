"""The forms of a program's addresses: which thread or board, which page, and without what changes by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.conduct.scope import is_session


@dataclass(frozen=True)
class Place:
    """What an address names: a thread or a board by its `id`, in the forum's `folder`, at `page` (as it counts)."""

    id: str
    page: int
    folder: str


@dataclass(frozen=True)
class Addresses:
    """The forms of a program's addresses, matched against path and query; each has the group `id`.

    `page` finds the page number (or offset) with the group 1; an address without one is page `first`.
    """

    thread: re.Pattern[str]
    board: re.Pattern[str]
    page: re.Pattern[str]
    first: int = 1

    def find(self, url: str, kind: str) -> Place | None:
        """What `url` names as a "thread" or a "board", None where it names none."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        text = f"{parts.path}?{parts.query}"
        match = (self.thread if kind == "thread" else self.board).search(text)
        if match is None:
            return None
        number = self.page.search(text, match.start())
        return Place(match["id"], int(number[1]) if number else self.first, parts.path[: match.start()])


def clean_url(url: str, dropped: frozenset[str] = frozenset()) -> str:
    """An address without fragment, session id and the query names of `dropped`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not is_session(name, value) and name not in dropped]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def turn_query(url: str, number: int, dropped: frozenset[str] = frozenset(), name: str = "page") -> str:
    """Page `number` of an address that counts its pages in the query."""
    bare = clean_url(url, dropped | {name})
    return bare if number <= 1 else f"{bare}{'&' if '?' in bare else '?'}{name}={number}"
