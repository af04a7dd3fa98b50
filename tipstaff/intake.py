"""Where a crawl's hauls go: into the store, or out to whoever asked for one look."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from domain.pages import Haul, Mark, Validators
from domain.plain import plain
from domain.posts import Post
from store import hosts, marks, revisits, sources, spool
from store.database import Store

# Pages that come one right after the other are stored together, but none waits longer than this for the next.
MOST_HAULS = 16
LONGEST_HELD = 0.5  # seconds
# A request that keeps no distance asks the store only so often: what others ask of its host is heard that much later.
TURN_HOLDS = 0.5  # seconds

Emit = Callable[[dict[str, Any]], None]


class StoreIntake:
    """A watched source's crawl: every haul goes into the spool, and the store knows what was read before."""

    def __init__(self, store: Store, *, source_id: str, run_id: str, emit: Emit) -> None:
        self.store = store
        self.source_id = source_id
        self.run_id = run_id
        self.emit = emit
        self.hauls: list[Haul] = []
        self.stored_at = float("-inf")
        self.turns: dict[str, float] = {}

    def marks_of(self, keys: Sequence[str]) -> dict[str, Mark]:
        """How far the threads and lists have been read."""
        return marks.marks_of(self.store, self.source_id, keys)

    def take_revisits(self, now: datetime) -> Sequence[str]:
        """Threads of its findings that nobody has looked at for long."""
        return revisits.take_revisits(self.store, self.source_id, now)

    def validators_of(self, url: str) -> Validators | None:
        """What the server said of the address at the last visit."""
        return marks.validators_of(self.store, self.source_id, url)

    def take_turn(self, host: str, delay: float, now: datetime) -> float:
        """The host's next free moment, out of the one budget of all processes."""
        clock = time.monotonic()
        if not delay and clock - self.turns.get(host, float("-inf")) < TURN_HOLDS:
            return 0.0
        wait = hosts.take_turn(self.store, host, delay, now)
        if not wait:
            self.turns[host] = clock
        return wait

    def postpone(self, host: str, seconds: float, now: datetime) -> None:
        """Nobody asks the host for so long."""
        self.turns.pop(host, None)
        hosts.postpone(self.store, host, seconds, now)

    def robots_seen(self, site: str, text: str, now: datetime) -> None:
        """The source keeps robots.txt as it was first seen."""
        sources.keep_robots(self.store, self.source_id, site, text, now)

    def fresh_of(self, posts: Sequence[Post]) -> frozenset[str]:
        """Those that the store does not know in these words."""
        return spool.fresh_of(self.store, posts)

    def deliver(self, haul: Haul) -> int:
        """Into the spool, in one transaction; pages that come fast share one."""
        self.hauls.append(haul)
        full = len(self.hauls) >= MOST_HAULS or time.monotonic() - self.stored_at >= LONGEST_HELD
        return self.flush() if full else 0

    def flush(self) -> int:
        """What is held, into the spool. Where that fails it is held on, so that nothing later is stored without it."""
        if not self.hauls:
            return 0
        now = self.hauls[-1].page.fetched_at
        new = spool.deliver_all(self.store, run_id=self.run_id, source_id=self.source_id, hauls=self.hauls, now=now)
        self.emit({"event": "delivered", "posts": sum(len(haul.posts) for haul in self.hauls), "new": new})
        self.hauls, self.stored_at = [], time.monotonic()
        return new

    def note(self, event: str, url: str, detail: str = "") -> None:
        """On to the parent process."""
        self.emit({"event": event, "url": url, "detail": detail})


class LookIntake:
    """One look, nothing kept: posts and notes go straight out. Turns are kept for this process alone."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit
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
        """On to the parent process."""
        self.emit({"event": "robots_seen", "url": site, "detail": text})

    def fresh_of(self, posts: Sequence[Post]) -> frozenset[str]:
        """Every one."""
        return frozenset(post.id for post in posts)

    def deliver(self, haul: Haul) -> int:
        """Each post on to the parent process."""
        for post in haul.posts:
            self.emit({"event": "post", "post": plain(post)})
        return len(haul.posts)

    def flush(self) -> int:
        """Nothing waits."""
        return 0

    def note(self, event: str, url: str, detail: str = "") -> None:
        """On to the parent process."""
        self.emit({"event": event, "url": url, "detail": detail})
