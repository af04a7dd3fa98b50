"""Which thread an address names, told from the address alone: what feeds and searches link to is some post of it.

The forms are those of the programs in `platforms/`; an address of none of them is known by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from crawlers.conduct.scope import normalise
from crawlers.layout import Layout, clean_url

# What a search adds to the addresses of its results, and what whoever links adds to find his readers again.
ADDED = frozenset({
    "highlight", "hilit", "hl", "keyword", "keywords", "searchid", "utm_source", "utm_medium", "utm_campaign",
    "utm_content", "utm_term", "spm", "from", "fromuid",
})  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A thread: the address of its first page, and the key by which it meets itself on its site."""

    url: str
    key: str


def find_thread(url: str) -> Place | None:
    """The thread of which `url` names a page or a post, None where no program's form fits."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    bare = url.partition("#")[0]
    return next((place for find in read_forms() if (place := find(bare)) is not None), None)


def find_page(url: str) -> Place:
    """The thread of which `url` names a page or a post; an address of no known form is its own thread."""
    bare = clean_url(url, ADDED)
    return find_thread(bare) or Place(bare, normalise(bare))


Form = Callable[[str], Place | None]
# A post's own number, and where it is shown: none of the thread's first page.
POST_NAMES = frozenset({"p", "pid", "action", "view", "start"})
WORDS = re.compile(r"(/showthread\.php\?\d+-[^&#]*).*")  # vBulletin 4's thread in words, whatever follows
DISCUZ = re.compile(r"/thread-\d+-\d+-\d+\.html?(?:\?|$)|[?&]mod=(?:viewthread|redirect)(?:&|$)|/viewthread\.php\?")


@cache
def read_forms() -> tuple[Form, ...]:
    """A reader of addresses for each program. Feeds, which ask here, are platforms too, hence the late import."""
    from crawlers.platforms import discourse, discuz, mybb, nodebb, phpbb, vbulletin, xenforo

    def find_discuz(url: str) -> Place | None:
        known = DISCUZ.search(url) and discuz.thread_id(url)
        return Place(discuz.page_url(url, 1), discuz.thread_key(url)) if known else None

    return (
        find_discuz,
        _written(phpbb.LAYOUT, lambda url: clean_url(url, phpbb.DROPPED)),
        # Its shortest form, a number and words, is anybody's.
        _written(
            vbulletin.LAYOUT,
            lambda url: vbulletin.page_url(WORDS.sub(r"\1", url), 1),
            r"/showthread\.php|/threads/\d+-",
        ),
        _written(mybb.LAYOUT, lambda url: mybb.page_url(url, 1)),
        _written(xenforo.LAYOUT, lambda url: xenforo.page_url(url, 1)),
        _written(discourse.LAYOUT, lambda url: discourse.page_url(url, 1)),
        # Spirit's are of the same form.
        _written(nodebb.LAYOUT, lambda url: nodebb.page_url(url, 1)),
    )


def _written(layout: Layout, first: Callable[[str], str], form: str = "") -> Form:
    """The reader of a program's addresses that is written down as a table; `form` narrows what it takes for one."""
    shape = re.compile(form)

    def find(url: str) -> Place | None:
        known = layout.addresses.find(url, "thread") if shape.search(url) else None
        return Place(clean_url(first(url), POST_NAMES), layout.key(url)) if known else None

    return find
