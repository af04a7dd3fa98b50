"""What a crawl asks of whoever runs it. The crawl knows no store: it is handed one of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.pages import Haul, Mark, Validators
from domain.posts import Post


class Intake(Protocol):
    """Where hauls go, and what is known already. Calls are short; they may be made from the crawl's event loop."""

    def marks_of(self, keys: Sequence[str]) -> dict[str, Mark]:
        """How far the threads and lists `keys` of this source have been read; those that were not are left out."""

    def take_revisits(self, now: datetime) -> Sequence[str]:
        """Addresses of threads with findings that are to be looked at again now; each is told once in a while."""

    def validators_of(self, url: str) -> Validators | None:
        """What the server said of `url` at the last visit."""

    def take_turn(self, host: str, delay: float, now: datetime) -> float:
        """Claim the next free moment of `host` for one request; the answer is the seconds to wait until it.

        The budget is one for all sources, processes and the browser; `delay` is the least distance in seconds.
        """

    def postpone(self, host: str, seconds: float, now: datetime) -> None:
        """No request to `host` for so many seconds (Retry-After, back-off)."""

    def robots_seen(self, site: str, text: str, now: datetime) -> None:
        """robots.txt of `site` as served."""

    def fresh_of(self, posts: Sequence[Post]) -> frozenset[str]:
        """The ids of those posts whose words have neither been scored nor wait for it."""

    def deliver(self, haul: Haul) -> int:
        """Take one page and its posts, all or nothing, before those that come later.

        It may be stored a little later, with those that come next: the answer is how many posts of what has been stored
        since the last answer were not known.
        """

    def flush(self) -> int:
        """Store what was taken and is not stored yet; the answer is as that of `deliver`."""

    def note(self, event: str, url: str, detail: str = "") -> None:
        """Something a person may want to know: a word of RUN_REASONS, or "fetched", "rendered", "unchanged",
        "recognised", "image", "style", "nothing_found" (by a search), "removed" (a thread that had findings), and in
        one look "board" and "feed": what the start page leads to that may be watched too."""
