"""What one crawl is told: the source, and the means it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.sources import Source

# "watch" fetches what may have changed since the marks; "look" every page once, whatever is known.
Mode = Literal["watch", "look"]


@dataclass(frozen=True)
class Plan:
    """`user_agent` names the program and whom to write to; `browser` is the path of a Chromium, or None.

    `delay` is the least distance in seconds between two requests to a host (a source's own and robots.txt's come
    first); `max_pages` how many pages may be fetched; `max_lists` how many list pages of one board are walked;
    `max_thread_pages` how many pages of one thread; `timeout` the seconds one request may take in all.
    """

    source: Source
    mode: Mode
    user_agent: str
    browser: str | None = None
    delay: float = 3.0
    max_pages: int | None = None
    max_lists: int = 200
    max_thread_pages: int = 200
    timeout: float = 30.0
