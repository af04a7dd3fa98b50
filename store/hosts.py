"""One budget of requests to a host, for all sources, processes and the browser."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.engine import Store
from store.tables import HostRow

# No site asks for a longer pause, but a clock that was put right leaves turns far in the future.
LONGEST = timedelta(days=1)


def take_turn(store: Store, host: str, delay: float, now: datetime) -> float:
    """Claim the next free moment of `host` for one request; the seconds to wait until it.

    `delay` is the least distance in seconds to the request before and to the one after, whoever makes them.
    """
    distance = timedelta(seconds=delay)
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


def free_at(store: Store, host: str) -> datetime | None:
    """When `host` may be asked next, None for one that was never asked."""
    with store.reading() as session:
        row = session.get(HostRow, host)
        return row.next_allowed_at if row else None
