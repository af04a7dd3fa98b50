"""When a source is due, and why or why not. Pure: the clock is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.sources import GOOD_REASONS
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


@dataclass(frozen=True)
class Cause:
    """One reason why a source is due or not: a key of words.toml, and its facts."""

    key: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prospect:
    """Whether a source is crawled when its time comes, when that is (None: not before somebody acts), and why."""

    due: bool
    next_at: datetime | None
    causes: tuple[Cause, ...]


def foresee(
    watched: WatchedSource, now: datetime, *, hindrances: tuple[Cause, ...], free_at: datetime | None
) -> Prospect:
    """Why `watched` is due or not, and when it is next.

    `hindrances` are what keeps it from being crawled whatever the clock says (no contact address, no permit);
    `free_at` is when its host may be asked again, for a host that wanted a pause.
    """
    due = next_due(watched)
    running = watched.last_started_at is not None and watched.last_ended_at is None
    causes = [_tell_clock(watched, due, now)]
    if running:
        causes.insert(0, Cause("due_running", {"since": _write(watched.last_started_at)}))
    elif watched.last_reason is not None:
        key = "due_last_good" if watched.last_reason in GOOD_REASONS else "due_last_bad"
        causes.append(Cause(key, {"when": _write(watched.last_started_at), "reason": watched.last_reason}))
    causes.extend(hindrances)
    if free_at is not None and free_at > now and due is not None:
        due = max(due, free_at)
        causes.append(Cause("due_host_rests", {"until": _write(free_at)}))
    if hindrances or due is None:
        return Prospect(False, None, tuple(causes))
    return Prospect(not running and due <= now, due, tuple(causes))


def _tell_clock(watched: WatchedSource, due: datetime | None, now: datetime) -> Cause:
    """What the clock says of a source."""
    if due is None:
        return Cause("due_paused", {"name": watched.source.name})
    if watched.last_started_at is None:
        return Cause("due_never_ran", {"since": _write(due)})
    facts = {"last": _write(watched.last_started_at), "every": write_span(watched.every_seconds), "due": _write(due)}
    return Cause("due_since" if due <= now else "due_not_yet", facts)


def _write(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else "-"


def write_span(seconds: int) -> str:
    """Seconds as people write a span: 21600 is "6h"."""
    for letter, size in (("w", 604800), ("d", 86400), ("h", 3600)):
        if seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds // 60}m"
