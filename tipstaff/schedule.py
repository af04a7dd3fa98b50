"""When a source is due. Pure: the clock is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.sources import WatchedSource


def next_due(watched: WatchedSource) -> datetime | None:
    """The moment `watched` is due, or None while it is paused. A source that never ran is due since it was added."""
    if watched.paused:
        return None
    if watched.last_started_at is None:
        return watched.added_at
    return watched.last_started_at + timedelta(seconds=watched.every_seconds)


def is_due(watched: WatchedSource, now: datetime) -> bool:
    """Whether `watched` should be crawled now."""
    due = next_due(watched)
    return due is not None and due <= now
