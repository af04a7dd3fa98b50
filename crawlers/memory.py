"""A crawl without a store: what `scrapy crawl watch -a url=…` runs on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crawlers.plan import Plan
from domain.pages import Haul, Mark, Validators
from domain.posts import Post
from domain.sources import Source, check_address

USER_AGENT = "Tipstaff/0.1"


def plan_from_arguments(arguments: Mapping[str, Any]) -> Plan:
    """The plan in spider arguments: url, allow_private, contact, render, platform, timezone, max_pages, browser.

    Raises BadAddress.
    """
    pages = arguments.get("max_pages")
    contact = arguments.get("contact")
    source = Source(
        name="command line",
        url=check_address(str(arguments.get("url", ""))),
        render=arguments.get("render", "auto"),
        timezone=arguments.get("timezone", "Asia/Shanghai"),
        platform=arguments.get("platform"),
        allow_private=str(arguments.get("allow_private", "")) in ("1", "true", "yes"),
    )
    return Plan(
        source=source,
        mode="look",
        user_agent=f"{USER_AGENT} (+{contact})" if contact else USER_AGENT,
        browser=arguments.get("browser"),
        max_pages=int(pages) if pages else None,
    )


class MemoryIntake:
    """Knows nothing from before, keeps turns for this process, and holds posts until they are taken."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.next_turn: dict[str, float] = {}

    def marks_of(self, keys: Sequence[str]) -> dict[str, Mark]:
        """Nothing is known."""
        return {}

    def take_revisits(self, now: datetime) -> Sequence[str]:
        """Nothing is known."""
        return ()

    def validators_of(self, url: str) -> Validators | None:
        """Nothing is known."""
        return None

    def take_turn(self, host: str, delay: float, now: datetime) -> float:
        """The host's next free moment."""
        clock = time.monotonic()
        turn = max(self.next_turn.get(host, clock), clock)
        self.next_turn[host] = turn + delay
        return turn - clock

    def postpone(self, host: str, seconds: float, now: datetime) -> None:
        """Nobody asks the host for so long."""
        self.next_turn[host] = max(self.next_turn.get(host, 0.0), time.monotonic() + seconds)

    def robots_seen(self, site: str, text: str, now: datetime) -> None:
        """Not kept."""

    def fresh_of(self, posts: Sequence[Post]) -> frozenset[str]:
        """Every one."""
        return frozenset(post.id for post in posts)

    def deliver(self, haul: Haul) -> int:
        """Held until taken."""
        self.posts.extend(haul.posts)
        return len(haul.posts)

    def flush(self) -> int:
        """Nothing waits."""
        return 0

    def take(self) -> list[Post]:
        """What was delivered since the last time."""
        posts, self.posts = self.posts, []
        return posts

    def note(self, event: str, url: str, detail: str = "") -> None:
        """Not kept."""
