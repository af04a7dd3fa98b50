"""One budget of requests to a host, for all sources, processes and the browser."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.engine import Store
from store.tables import HostRow

# No site asks for a longer pause, but a clock that was put right leaves turns far in the future.
LONGEST = timedelta(days=1)
# Requests that keep no distance need not each be written down: a turn that is no older stands for them.
RECENT = timedelta(seconds=0.2)


def take_turn(store: Store, host: str, delay: float, now: datetime) -> float:
    """Claim the next free moment of `host` for one request; the seconds to wait until it.

    `delay` is the least distance in seconds to the request before and to the one after, whoever makes them.
    """
    distance = timedelta(seconds=delay)
    if not delay and _is_free(store, host, now):
        return 0.0
    with store.transaction() as session:
        row = session.get(HostRow, host, with_for_update=True)
        if row is None:
            row = HostRow(host=host, next_allowed_at=now)
            session.add(row)
        turn = max(now, row.next_allowed_at)
        if row.last_turn_at is not None:
            turn = max(turn, row.last_turn_at + distance)
        if turn - now > LONGEST:
            turn = now
        row.last_turn_at, row.next_allowed_at = turn, turn + distance
    return (turn - now).total_seconds()


def postpone(store: Store, host: str, seconds: float, now: datetime) -> None:
    """No request to `host` for so many seconds; a longer pause that was asked for before still holds."""
    with store.transaction() as session:
        row = session.get(HostRow, host, with_for_update=True)
        if row is None:
            row = HostRow(host=host, next_allowed_at=now)
            session.add(row)
        until = now + timedelta(seconds=min(seconds, LONGEST.total_seconds()))
        row.next_allowed_at = max(row.next_allowed_at, until)


def _is_free(store: Store, host: str, now: datetime) -> bool:
    """Whether a request that keeps no distance may go now, and the turn just before it will do for it as well."""
    with store.reading() as session:
        row = session.get(HostRow, host)
    return row is not None and row.next_allowed_at <= now and _is_recent(row.last_turn_at, now)


def _is_recent(turn: datetime | None, now: datetime) -> bool:
    return turn is not None and timedelta() <= now - turn < RECENT


def free_at(store: Store, host: str) -> datetime | None:
    """When `host` may be asked next, None for one that was never asked."""
    with store.reading() as session:
        row = session.get(HostRow, host)
        return row.next_allowed_at if row else None
