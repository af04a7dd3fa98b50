"""The watch list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from domain.errors import BadValue, UnknownName
from domain.sources import RENDERS, Render, Source, check_address, site_of
from store.engine import Store, new_id
from store.marks import forget_source
from store.sellers.turns import turn_customers
from store.tables import RunRow, SourceRow

DEFAULT_EVERY = 6 * 3600


@dataclass(frozen=True)
class WatchedSource:
    """A source on the watch list. `robots_first_seen` is robots.txt as it was served first, and when.

    `last_started_at`, `last_ended_at` and `last_reason` are of its newest run. `retention` is for how many days its
    findings are kept, by state (None: for good), where that is not left to the settings. `assessed_at` is when basis
    and assessor were written down.
    """

    id: str
    source: Source
    every_seconds: int
    paused: bool
    basis: str | None
    assessor: str | None
    added_at: datetime
    robots_first_seen: tuple[str, datetime] | None = None
    last_started_at: datetime | None = None
    last_ended_at: datetime | None = None
    last_reason: str | None = None
    retention: Mapping[str, int | None] = field(default_factory=dict)
    assessed_at: datetime | None = None


_SOURCE_FIELDS = tuple(one.name for one in fields(Source))
# What can be set beside the fields of the source itself.
_BESIDE = ("every_seconds", "basis", "assessor", "retention")
# What of it is told of sellers.
_TOLD = {"name", "practice", "url"}


def add_source(
    store: Store,
    source: Source,
    *,
    every_seconds: int = DEFAULT_EVERY,
    basis: str | None = None,
    assessor: str | None = None,
    now: datetime,
) -> WatchedSource:
    """Watch a source from `now` on. Raises BadValue (also for a name that is taken) or BadAddress."""
    beside = {"every_seconds": every_seconds, "basis": basis, "assessor": assessor}
    (watched,) = add_sources(store, [(source, beside)], now=now)
    return watched


def add_sources(
    store: Store, entries: Sequence[tuple[Source, Mapping[str, Any]]], *, now: datetime
) -> list[WatchedSource]:
    """Watch several sources, each given with what may be set beside: all of them or, raising, none.

    Raises BadValue (also for a name that is taken) or BadAddress.
    """
    with store.transaction() as session:
        rows = [_add(session, source, beside, now) for source, beside in entries]
        return [_watched(session, row) for row in rows]


def list_sources(store: Store) -> list[WatchedSource]:
    """All that is watched, the oldest first; those that came together by name."""
    with store.reading() as session:
        rows = session.exec(
            select(SourceRow)
            .where(col(SourceRow.removed_at).is_(None))
            .order_by(col(SourceRow.added_at), col(SourceRow.name))
        )
        return [_watched(session, row) for row in rows.all()]


def find_source(store: Store, name: str) -> WatchedSource:
    """The source of that name. Raises UnknownName."""
    with store.reading() as session:
        return _watched(session, _find(session, name))


def change_source(store: Store, name: str, /, **changes: Any) -> WatchedSource:
    """Change fields of a source (those of `Source`) or its `every_seconds`, `basis`, `assessor`, `retention`.

    At a new address nothing of the old one is known. Raises UnknownName, BadValue or BadAddress.
    """
    unknown = set(changes) - {*_SOURCE_FIELDS, *_BESIDE}
    if unknown:
        raise BadValue(name="the field", value=min(unknown), want="one of " + ", ".join((*_SOURCE_FIELDS, *_BESIDE)))
    with store.transaction() as session:
        row = _find(session, name)
        if changes.get("name", name) != name:
            _check_free(session, changes["name"])
        if changes.get("url", row.url) != row.url:
            forget_source(session, row.id)
            if site_of(changes["url"]) != site_of(row.url):
                row.robots_text = row.robots_at = None
        for changed, value in changes.items():
            setattr(row, changed, list(value) if changed == "queries" else value)
        if {"basis", "assessor"} & set(changes):
            row.assessed_at = datetime.now(UTC) if row.basis and row.assessor else None
        _check(source_value(row), row.every_seconds)
        session.flush()
        if _TOLD & set(changes):
            turn_customers(session, row.id)
        return _watched(session, row)


def pause_source(store: Store, name: str) -> None:
    """Crawl a source no more until it is resumed. Raises UnknownName."""
    _set_paused(store, name, paused=True)


def resume_source(store: Store, name: str) -> None:
    """Crawl a paused source again. Raises UnknownName."""
    _set_paused(store, name, paused=False)


def remove_source(store: Store, name: str) -> None:
    """Watch a source no longer. Its findings stay and go on saying where they are from. Raises UnknownName."""
    with store.transaction() as session:
        row = _find(session, name)
        row.removed_at = datetime.now(UTC)
        forget_source(session, row.id)


def keep_robots(store: Store, source_id: str, site: str, text: str, now: datetime) -> None:
    """Keep robots.txt as it was first seen, when it is that of the source's own site (`site_of`)."""
    with store.reading() as session:
        row = session.get_one(SourceRow, source_id)
        if row.robots_at is not None or site_of(row.url) != site:
            return
    with store.transaction() as session:
        row = session.get_one(SourceRow, source_id)
        if row.robots_at is None:
            row.robots_text, row.robots_at = text, now


def source_value(row: SourceRow) -> Source:
    """The source that a row describes."""
    return Source(
        name=row.name, url=row.url, render=cast(Render, row.render), timezone=row.timezone, platform=row.platform,
        queries=tuple(row.queries), proxy=row.proxy, allow_private=row.allow_private, practice=row.practice,
        max_pages=row.max_pages, delay=row.delay, images=row.images, selectors=dict(row.selectors),
    )  # fmt: skip


def _add(session: Session, source: Source, beside: Mapping[str, Any], now: datetime) -> SourceRow:
    row = SourceRow(
        id=new_id(now), added_at=now,
        **{**vars(source), "queries": list(source.queries), "selectors": dict(source.selectors)},
        assessed_at=now if beside.get("basis") and beside.get("assessor") else None,
        **{"every_seconds": DEFAULT_EVERY, **beside},
    )  # fmt: skip
    _check(source, row.every_seconds)
    _check_free(session, source.name)
    session.add(row)
    session.flush()
    return row


def _check(source: Source, every_seconds: int) -> None:
    check_address(source.url)
    checks = (
        ("name", source.name, bool(source.name.strip()) and source.name.isprintable(), "some words on one line"),
        ("render", source.render, source.render in RENDERS, "one of " + ", ".join(RENDERS)),
        ("every", every_seconds, every_seconds > 0, "seconds above 0"),
        ("max_pages", source.max_pages, source.max_pages is None or source.max_pages > 0, "a number from 1"),
        ("delay", source.delay, source.delay is None or source.delay >= 0, "seconds from 0"),
    )
    for name, value, good, want in checks:
        if not good:
            raise BadValue(name=name, value=value, want=want)


def _check_free(session: Session, name: str) -> None:
    taken = select(SourceRow.id).where(SourceRow.name == name, col(SourceRow.removed_at).is_(None))
    if session.exec(taken).first() is not None:
        raise BadValue(name="name", value=name, want="a name that no source has yet")


def _find(session: Session, name: str) -> SourceRow:
    row = session.exec(
        select(SourceRow).where(SourceRow.name == name, col(SourceRow.removed_at).is_(None))
    ).one_or_none()
    if row is None:
        raise UnknownName(kind="source", name=name)
    return row


def _set_paused(store: Store, name: str, *, paused: bool) -> None:
    with store.transaction() as session:
        _find(session, name).paused = paused


def _watched(session: Session, row: SourceRow) -> WatchedSource:
    last = session.exec(
        select(RunRow)
        .where(RunRow.source_id == row.id)
        .order_by(col(RunRow.started_at).desc(), col(RunRow.id).desc())
        .limit(1)
    ).first()
    return WatchedSource(
        id=row.id, source=source_value(row), every_seconds=row.every_seconds, paused=row.paused, basis=row.basis,
        assessor=row.assessor, added_at=row.added_at,
        robots_first_seen=(row.robots_text or "", row.robots_at) if row.robots_at else None,
        last_started_at=last.started_at if last else None, last_ended_at=last.ended_at if last else None,
        last_reason=last.reason if last else None, retention=row.retention,
        assessed_at=row.assessed_at,
    )  # fmt: skip
