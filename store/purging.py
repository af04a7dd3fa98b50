"""Retention: how long findings are kept by state and source, and what stays of those that are not kept any longer.

A finding that is due goes with its wordings, signals and verdicts. A capture goes when no finding needs it any more:
its key is destroyed, so that it opens nowhere again, in no backup of the database either. The ledger keeps the proof:
the digests of what was purged, when and why. One finding is one transaction, which also writes down which captures are
doomed; their keys and files go after the commit, by whoever opens the store next if this process does not live so long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, delete, or_, select

from domain.plain import plain
from domain.signals import STATES
from store.catalogue import refile, watch
from store.engine import Store
from store.keeping import versions_of
from store.ledger import Head, record
from store.leftovers import clear, leave
from store.seals import destroy_page
from store.shapes import PARTS
from store.tables import (
    CaptureRow,
    CaptureVersionRow,
    DoomedRow,
    FindingRow,
    FormerSignalRow,
    PagePictureRow,
    SourceRow,
    VerdictRow,
)

# Days by state; None is for good.
Retention = Mapping[str, int | None]


@dataclass(frozen=True)
class Due:
    """A finding that is kept no longer: its state, its source's name, and since when and for how long it was kept."""

    finding_id: str
    state: str
    source: str
    practice: bool
    since: datetime
    days: int


@dataclass(frozen=True)
class Purged:
    """What was purged: the finding, the captures that went with it, and the entry that proves it."""

    due: Due
    captures: tuple[str, ...]
    head: Head


def list_due(store: Store, retention: Retention, now: datetime) -> list[Due]:
    """The findings whose time is over, the oldest first. What a source says goes before `retention`.

    The time of a finding runs from when it was seen last, or from the verdict that gave it its state if that is later.
    """
    with store.reading() as session:
        sources = {row.id: row for row in session.exec(select(SourceRow))}
        own = {one for one, source in sources.items() if source.retention}
        overdue = [col(FindingRow.source_id).not_in(own) & _is_past(retention, now)]
        overdue += [
            (col(FindingRow.source_id) == one) & _is_past({**retention, **sources[one].retention}, now)
            for one in sorted(own)
        ]  # fmt: skip
        oldest = col(FindingRow.first_seen), col(FindingRow.id)
        rows = session.exec(select(FindingRow).where(or_(*overdue)).order_by(*oldest))
        return [due for finding in rows if (due := _due(finding, sources[finding.source_id], retention, now))]


def purge_findings(store: Store, retention: Retention, *, by: str, now: datetime) -> Iterator[Purged]:
    """Purge what is due, finding by finding; each, once it is done. To stop is to ask for no more."""
    for due in list_due(store, retention, now):
        purged = _purge(store, due.finding_id, retention, by, now)
        finish_purge(store)
        if purged is not None:
            yield purged
    clear(store)


def finish_purge(store: Store) -> None:
    """Destroy the keys and files of the captures that are doomed."""
    with store.reading() as session:
        doomed = session.exec(select(DoomedRow.id)).all()
    for capture_id in doomed:
        destroy_page(store, capture_id)
    if doomed:
        with store.transaction() as session:
            session.exec(delete(DoomedRow).where(col(DoomedRow.id).in_(doomed)))


def _due(finding: FindingRow, source: SourceRow, retention: Retention, now: datetime) -> Due | None:
    days = {**dict.fromkeys(STATES), **retention, **source.retention}[finding.state]
    since = max(finding.last_seen, finding.judged_at or finding.last_seen)
    if days is None or now - since < timedelta(days=days):
        return None
    return Due(finding.id, finding.state, source.name, source.practice, since, days)


def _is_past(retention: Retention, now: datetime) -> ColumnElement[bool]:
    """The same of a row. Where the days reach back before the calendar nothing is that old."""
    begins = {state: now - timedelta(days=days) for state, days in retention.items()
              if days is not None and days < now.toordinal()}  # fmt: skip
    seen, judged = col(FindingRow.last_seen), col(FindingRow.judged_at)
    return or_(false(), *(
        (col(FindingRow.state) == state) & (seen <= moment) & (judged.is_(None) | (judged <= moment))
        for state, moment in begins.items()
    ))  # fmt: skip


def _purge(store: Store, finding_id: str, retention: Retention, by: str, now: datetime) -> Purged | None:
    with store.transaction() as session:
        finding = session.get(FindingRow, finding_id, with_for_update=True)
        if finding is None:
            return None
        # Somebody may have judged it meanwhile, or changed how long it is kept.
        due = _due(finding, session.get_one(SourceRow, finding.source_id), retention, now)
        if due is None:
            return None
        versions = {version.id: version.content_sha256 for version in versions_of(session, finding)}
        proof = {
            "why": f"{due.state} findings of this source are kept for {due.days} days", "since": plain(due.since),
            "state": due.state, "days": due.days, "source": finding.source_id, "versions": versions,
            "verdicts": _drop_verdicts(session, finding_id),
        }  # fmt: skip
        captures = _drop_captures(session, list(versions))
        _drop_finding(session, finding, list(versions))
        leave(session, now)
        head = record(session, store.keys, "purged", finding_id, {**proof, "captures": captures}, by=by, now=now)
    return Purged(due, tuple(sorted(captures)), head)


def _drop_verdicts(session: Session, finding_id: str) -> list[str]:
    ids = session.exec(select(VerdictRow.id).where(VerdictRow.finding_id == finding_id).order_by(col(VerdictRow.id)))
    dropped = list(ids)
    session.exec(delete(VerdictRow).where(col(VerdictRow.finding_id) == finding_id))
    return dropped


def _drop_captures(session: Session, version_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Take these wordings from the captures that prove them; the captures that prove nothing then, and what they were.

    They are doomed in the same transaction.
    """
    mine = select(CaptureVersionRow.capture_id).where(col(CaptureVersionRow.version_id).in_(version_ids))
    touched = set(session.exec(mine))
    session.exec(delete(CaptureVersionRow).where(col(CaptureVersionRow.version_id).in_(version_ids)))
    needed = set(session.exec(
        select(CaptureVersionRow.capture_id).where(col(CaptureVersionRow.capture_id).in_(touched))
    ))  # fmt: skip
    gone: dict[str, dict[str, Any]] = {}
    for capture_id in sorted(touched - needed):
        row = session.get_one(CaptureRow, capture_id)
        gone[capture_id] = {
            "sha256": row.sha256, "md5": row.md5, "size": row.size, "body_sha256": row.body_sha256,
            "fetched_at": plain(row.fetched_at), "sealed_at": plain(row.sealed_at),
        }  # fmt: skip
        if row.warc_sha256 is not None:
            gone[capture_id] |= {"warc_sha256": row.warc_sha256, "warc_md5": row.warc_md5}
        if (picture := session.get(PagePictureRow, capture_id)) is not None:
            gone[capture_id] |= {"png_sha256": picture.png_sha256}
            session.delete(picture)
            session.flush()
        session.delete(row)
        session.add(DoomedRow(id=capture_id))
    session.flush()
    return gone


def _drop_finding(session: Session, finding: FindingRow, version_ids: list[str]) -> None:
    watch(session, finding, rewording=True)
    for kind in PARTS:
        session.exec(delete(kind).where(col(kind.version_id).in_(version_ids)))
    session.exec(delete(FormerSignalRow).where(col(FormerSignalRow.version_id).in_(version_ids)))
    for version in versions_of(session, finding):
        session.delete(version)
    session.flush()
    session.delete(finding)
    refile(session)
