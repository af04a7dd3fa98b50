"""`source check`: one short look at an address, and what was learnt from it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from domain.sources import GOOD_REASONS, RunOutcome, Source
from tipstaff.settings import Settings
from tipstaff.steps import Tell, look

PAGES = 6  # a list page, and a few threads from it: enough to see whether authors and times are read
SAMPLES = 5
# A start address that gave nothing for one of these reasons was bad input; the others are answers.
BAD_STARTS = frozenset({"unreachable", "not_html", "refused_address"})


@dataclass
class Survey:
    """What one look found."""

    url: str
    outcome: RunOutcome = field(default_factory=lambda: RunOutcome("failed"))
    recognised: list[tuple[str, str]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    rendered: bool = False
    closed: list[str] = field(default_factory=list)
    robots: str | None = None
    boards: dict[str, str] = field(default_factory=dict)
    feeds: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    faults: dict[str, None] = field(default_factory=dict)

    def note(self, event: dict[str, Any]) -> None:
        """Learn from one event of the crawl."""
        match event["event"]:
            case "post":
                self.posts.append(event["post"])
            case "recognised":
                self.recognised.append((event["url"], event["detail"]))
            case "fetched":
                self.pages.append(event["url"])
            case "rendered":
                self.rendered = True
            case "robots":
                self.closed.append(event["url"])
            case "board":
                if event["url"] != self.url:
                    self.boards.setdefault(event["url"], event["detail"])
            case "feed":
                self.feeds.append(event["url"])
            case "selector_drift":
                self.faults.setdefault(event["detail"])
            case "nothing_found":
                self.answered.append(event["url"])
            case "robots_seen":
                self.robots = event["detail"]

    def note_open(self, event: dict[str, Any]) -> None:
        """Learn from one event of a crawl of the site's home what else may be watched."""
        if event["event"] in ("board", "feed"):
            self.note(event)

    @property
    def shipped(self) -> list[str]:
        """The paths that the robots.txt of the recognised program closes as shipped, whatever this site's says."""
        from crawlers.platforms import PLATFORMS

        name = self.recognised[0][1].split()[0] if self.recognised else ""
        return list(PLATFORMS[name].closed) if name in PLATFORMS else []

    @property
    def missing(self) -> list[str]:
        """Which parts of a post were never found."""
        wanted = {"author": lambda post: post["author"]["name"], "time": lambda post: post["posted_at"],
                  "thread title": lambda post: post["thread_title"]}  # fmt: skip
        return [name for name, get in wanted.items() if self.posts and not any(map(get, self.posts))]

    @property
    def status(self) -> int:
        """Exit status: 0 posts were read, 1 none could be, 2 the address itself is no good."""
        if self.posts or self.outcome.reason in GOOD_REASONS:
            return 0 if self.posts or self.answered else 1
        return 2 if self.outcome.reason in BAD_STARTS else 1

    def as_json(self) -> dict[str, Any]:
        """For --json."""
        return {
            "url": self.url, "platform": self.recognised[0][1].split()[0] if self.recognised else None,
            "role": self.recognised[0][1].split()[-1] if self.recognised else None, "rendered": self.rendered,
            "pages": self.pages, "posts": self.posts[:SAMPLES], "missing": self.missing, "robots_closes": self.closed,
            "faults": list(self.faults),
            "platform_closes": self.shipped,
            "open": {"boards": [{"url": url, "name": name or None} for url, name in self.boards.items()],
                     "feeds": list(dict.fromkeys(self.feeds))},
            "reason": self.outcome.reason, "detail": self.outcome.detail,
        }  # fmt: skip


def survey(settings: Settings, source: Source, tell: Tell) -> Survey:
    """Look at a few pages of `source`; nothing is stored."""
    seen = Survey(source.url)

    def note(event: dict[str, Any]) -> None:
        seen.note(event)
        tell(event)

    seen.outcome = look(settings, source, note, max_pages=PAGES)
    if seen.outcome.reason == "robots":
        # What the site leaves open is told by its home, where that is open itself.
        home = replace(source, url=home_of(source.url), queries=(), platform=None)
        look(settings, home, seen.note_open, max_pages=1)
    return seen


def home_of(url: str) -> str:
    """The home of the site, or of the folder of it, that has the search or board at `url`."""
    parts = urlsplit(url)
    folder = re.split(r"/(?=search\b|find\b|query\b)", parts.path, maxsplit=1)[0]
    if folder == parts.path:
        folder = parts.path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/", "", ""))
