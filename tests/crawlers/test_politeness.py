"""Turns at a host."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies

from crawlers.conduct.politeness import LONGEST_WAIT, MOST_PATIENCE, PAUSES, Turns, read_retry_after
from domain.errors import CrawlEnded

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), (" 3 ", 3.0), ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0), ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
     ("soon", None), ("-5", None), ("1.5", None), ("", None), (None, None), ("٣", None)],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None) -> None:
    """Seconds or an HTTP date; what is neither says nothing."""
    assert read_retry_after(value, NOW) == seconds


@given(strategies.text())
def test_retry_after_never_raises(value: str) -> None:
    """Any header is read."""
    read_retry_after(value, NOW)


def test_pauses_grow() -> None:
    """Each retry waits longer than the one before, and all of them no longer than is waited for a page."""
    assert list(PAUSES) == sorted(PAUSES)
    assert sum(PAUSES) < MOST_PATIENCE


class FixedIntake:
    def __init__(self, wait: float) -> None:
        self.wait = wait

    def take_turn(self, host: str, delay: float, now: datetime) -> float:
        return self.wait


@pytest.mark.parametrize(
    ("wait", "delay", "reason"),
    [(LONGEST_WAIT + 9, 1.0, "rate_limited"), (LONGEST_WAIT + 9, 300.0, "interrupted"), (1e9, 1e9, "rate_limited")],
)
def test_long_waits(wait: float, delay: float, reason: str) -> None:
    """Nobody sleeps longer than the limit beyond what the site itself asks for, and whoever waits can be stopped."""

    async def wait_and_stop() -> str:
        turns = Turns(FixedIntake(wait))  # type: ignore[arg-type]
        taking = asyncio.ensure_future(turns.take("example.org", delay))
        await asyncio.sleep(0)
        turns.stop()
        with pytest.raises(CrawlEnded) as ended:
            await taking
        return ended.value.reason

    assert asyncio.run(wait_and_stop()) == reason


def test_a_turn_that_is_free_is_taken() -> None:
    """No wait, no pause."""
    asyncio.run(asyncio.wait_for(Turns(FixedIntake(0.0)).take("example.org", 5.0), 1))  # type: ignore[arg-type]
