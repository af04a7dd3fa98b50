"""Where a crawl stands: the lists and threads that are being walked, and why each page is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from scrapy import Request

from crawlers.pages import ThreadLink
from domain.pages import Haul, Mark, Role

TELLING_TITLES = 3


@dataclass
class ListWalk:
    """One pass over one list of threads, begun at `url` (normal form).

    `may_stop`: an earlier pass ended, so that known threads end this one. `waiting` counts the pages and threads that
    are under way; when none is, the pass is over, and `held`, its last list page, is handed over with the mark that
    says so. `whole` is false once anything of it could not be read. `shown` is its newest page with whole openings
    (`ThreadLink.post`), `seen` are its pages' addresses, `keys` its threads.
    """

    url: str
    may_stop: bool
    name: str | None = None
    page: int = 0
    waiting: int = 0
    whole: bool = True
    held: Haul | None = None
    # Threads in a row that gave nothing; too many, and what is left of the list is not asked for.
    barren: int = 0
    closed: bool = False
    # What is known of the list from before, and how many threads are to be remembered of its first page.
    known: Mark | None = None
    rows: int = 0
    # What is known of its threads that were met so far.
    marks: dict[str, Mark] = field(default_factory=dict)
    # Whether known threads ended it.
    stopped: bool = False
    # The titles of each of its pages: a page may come back under other addresses.
    faces: set[tuple[str, ...]] = field(default_factory=set)
    shown: Haul | None = None
    seen: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.seen.add(self.url)

    def meets_again(self, threads: tuple[ThreadLink, ...]) -> bool:
        """Whether a page with the same titles in the same order was met before; says nothing of a few or like ones."""
        face = tuple(link.title or "" for link in threads)
        again = len(set(face)) >= TELLING_TITLES and face in self.faces
        self.faces.add(face)
        return again


@dataclass
class ThreadWalk:
    """One thread, at `page` (from 1); `floors` is how many of its posts stand on the pages before.

    `jumped`: it was entered at a later page, which a mark named; `known` is that mark. `shown` is the list's page that
    has the whole of its opening (`ThreadLink.post`), `seen` are its pages' addresses, `roll` the ids of all posts that
    they showed.
    """

    key: str
    link: ThreadLink | None = None
    board: str | None = None
    within: ListWalk | None = None
    page: int = 1
    floors: int = 0
    jumped: bool = False
    known: Mark | None = None
    shown: Haul | None = None
    seen: set[str] = field(default_factory=set)
    roll: set[str] = field(default_factory=set)

    @property
    def deep_at(self) -> datetime | None:
        """When it was last read from its first page to its end."""
        return self.known.deep_at if self.known else None

    @property
    def sign(self) -> str | None:
        """What its list says of it, or said when one last led to it."""
        return self.link.sign if self.link else self.known.sign if self.known else None


@dataclass(frozen=True)
class Errand:
    """Why a page is asked for: what a link promised it to be, and the walks that it belongs to.

    `platform` is that of the page which had the link; `steps` the addresses that led here; `depth` how many lists of
    boards lie between here and the start. `revisit`: no link led here, but a finding that stood there. `kind`: it was
    asked for because of its kind (kinds.py), of which it is a `sample` that nobody vouches for.
    """

    role: Role | None = None
    listing: ListWalk | None = None
    thread: ThreadWalk | None = None
    platform: str = ""
    steps: tuple[str, ...] = ()
    depth: int = 0
    revisit: bool = False
    kind: str = ""
    sample: bool = False

    @property
    def is_start(self) -> bool:
        """Whether the source itself named the page."""
        return self.role is None

    @property
    def within(self) -> ListWalk | None:
        """The pass over a list that the page belongs to."""
        return self.listing or (self.thread.within if self.thread else None)


def errand_of(request: Request) -> Errand:
    """The errand of a request of the spider's; one of no errand for any other."""
    return cast("Errand", request.meta.get("errand") or Errand())
