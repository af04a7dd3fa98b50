"""Every request takes its turn: one budget for each host, however many sources, processes and browsers ask it."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import re
from collections import defaultdict
from datetime import UTC, datetime

from crawlers.intake import Intake
from domain.errors import CrawlEnded

# The least distance between requests to a private host that its owner allowed.
PRIVATE_DELAY = 0.05
# Nobody sleeps longer than this for a turn, or twice where the site asks for such a distance: the run ends instead.
LONGEST_WAIT = 120.0
# Nor longer than this, in all, for a page whose host asks for patience: the next run finds it postponed.
MOST_PATIENCE = 60.0
MOST_RETRIES = 3
PAUSES = (2.0, 8.0, 20.0)
# Before a connection that broke is tried again.
BROKEN_PAUSES = (0.5, 2.0)
SLOW_DOWN_STATUSES = frozenset({429, 503})


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date), None when it says nothing."""
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Turns:
    """Hands out turns at hosts, one waiter a host at a time, without blocking the event loop."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._queues: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Whoever waits for a turn, now or later, gets none."""
        self._stopped.set()

    async def take(self, host: str, delay: float) -> None:
        """Waits until `host` may be asked. Raises CrawlEnded with "rate_limited" or "interrupted"."""
        async with self._queues[host]:
            wait = self._intake.take_turn(host, delay, now())
            if wait > LONGEST_WAIT + min(delay, LONGEST_WAIT):
                raise CrawlEnded(
                    reason="rate_limited", address=host, detail=f"the host's next free moment is in {wait:.0f} s"
                )
            if wait > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), wait)
            if self._stopped.is_set():
                raise CrawlEnded(reason="interrupted", address=host, detail="stopped while waiting for a turn")


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)
