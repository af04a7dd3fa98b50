"""What becomes of a page once its posts are scored: one transaction, and the page is sealed or destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, delete, select

from domain.signals import Signal
from store.catalogue import refile
from store.engine import Store
from store.evidence import enter_capture
from store.keeping import Kept, Sighting, Verdict, keep_verdict, lacks_capture, standing_versions
from store.seals import Digests, clear_spool, destroy_page, read_page, seal_page
from store.tables import (
    CaptureRow,
    CaptureVersionRow,
    FingerprintRow,
    PageRow,
    PendingRow,
    RunRow,
    SourceRow,
    TallyRow,
)
from store.warc import Maker, Setting, write_warc

BANDS = 10


@dataclass(frozen=True)
class Settled:
    """What came of a page: the ids of findings that are new, and of those with a new wording.

    `capture` is the capture's id where the page was sealed.
    """

    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    capture: str | None = None


class Waiting(NamedTuple):
    """A post of a page that waits: its fingerprint and that of its text, who met it first, and when it was met."""

    key: bytes
    content: bytes
    source_id: str
    first_seen: datetime
    last_seen: datetime


_WAITING = select_columns(*(getattr(PendingRow, name) for name in Waiting._fields)).where(
    col(PendingRow.page_id) == bindparam("page_id")
)


def settle(
    store: Store, page_id: str, verdicts: Sequence[Verdict], now: datetime, maker: Maker | None = None
) -> Settled:
    """Write down the verdicts on a page's fresh posts; then the page is sealed, or nothing of it stays.

    It is sealed when a finding on it has words that no capture proves yet. A page that is settled already is left as
    it is, and nothing comes of it. Raises DamagedSeal and DiskFull (then the page goes on waiting), ValueError when
    a fresh post has no verdict. `maker` is who captures, and with what.
    """
    with store.transaction() as session:
        page = session.get(PageRow, page_id, with_for_update=True)
        if page is None:
            return Settled()
        kept = _keep(session, store, page, verdicts, now)
        versions = [one.version_id for one in kept]
        sealed = lacks_capture(session, versions)
        if sealed:
            _seal(session, store, page, verdicts, now, maker or Maker())
        session.exec(delete(PageRow).where(col(PageRow.id) == page_id))
        new = tuple(one.finding_id for one in kept if one.new_finding)
        if new:
            found = update(RunRow).where(col(RunRow.id) == page.run_id)
            session.exec(found.values(findings=RunRow.findings + len(new)))
    if sealed:
        clear_spool(store, page_id)
    else:
        destroy_page(store, page_id)
    return Settled(
        new=new,
        updated=tuple(one.finding_id for one in kept if one.new_version and not one.new_finding),
        capture=page_id if sealed else None,
    )


def _keep(session: Session, store: Store, page: PageRow, verdicts: Sequence[Verdict], now: datetime) -> list[Kept]:
    """Turn what waits of a page into fingerprints, tallies and findings."""
    given = {store.keys.fingerprint("post", verdict.post.id): verdict for verdict in verdicts}
    pending = [Waiting(*row) for row in session.execute(_WAITING, {"page_id": page.id})]
    if missing := sum(row.key not in given for row in pending):
        raise ValueError(f"page {page.id}: {missing} of {len(pending)} fresh posts have no verdict")
    wanted = select(PendingRow.key).where(PendingRow.page_id == page.id)
    scored = {row.key: row for row in session.exec(select(FingerprintRow).where(col(FingerprintRow.key).in_(wanted)))}
    tally: Counter[tuple[date, str]] = Counter()
    kept: list[Kept] = []
    for row in pending:
        verdict = given[row.key]
        if row.key not in scored:
            tally[row.first_seen.date(), verdict.signal.label] += 1
        if row.key in scored:
            _renew_fingerprint(scored[row.key], row, verdict.signal)
        if verdict.keep:
            kept.append(keep_verdict(session, verdict, Sighting(row.source_id, row.first_seen, row.last_seen), now))
    new = [_make_fingerprint(row, given[row.key].signal) for row in pending if row.key not in scored]
    if new:
        session.exec(insert(FingerprintRow), params=new)
    session.exec(delete(PendingRow).where(col(PendingRow.page_id) == page.id))
    _add_tally(session, page.source_id, tally)
    refile(session)
    return kept


def _make_fingerprint(row: Waiting, signal: Signal) -> dict[str, Any]:
    return {
        "key": row.key, "content": row.content, "first_seen": row.first_seen, "last_seen": row.last_seen,
        "model": signal.model, "band": band_of(signal.score),
    }  # fmt: skip


def _renew_fingerprint(known: FingerprintRow, row: Waiting, signal: Signal) -> None:
    """Another wording of a known post was scored: the one that was seen last is what the post says."""
    if row.last_seen >= known.last_seen:
        known.content, known.model, known.band = row.content, signal.model, band_of(signal.score)
    known.first_seen = min(known.first_seen, row.first_seen)
    known.last_seen = max(known.last_seen, row.last_seen)


def band_of(score: float) -> int:
    """The tenth that a score lies in, all that a fingerprint says of it."""
    return max(0, min(BANDS - 1, int(score * BANDS)))


def _add_tally(session: Session, source_id: str, tally: Counter[tuple[date, str]]) -> None:
    for (day, label), count in tally.items():
        same = col(TallyRow.source_id) == source_id, col(TallyRow.day) == day, col(TallyRow.label) == label
        if not session.exec(update(TallyRow).where(*same).values(count=TallyRow.count + count)).rowcount:
            session.add(TallyRow(source_id=source_id, day=day, label=label, count=count))


def _seal(
    session: Session, store: Store, page: PageRow, verdicts: Sequence[Verdict], now: datetime, maker: Maker
) -> None:
    """Seal a page as proof of every finding that stands on it. The file is there for good before the row says so.

    Of the pictures those of findings are sealed with it; of the other posts' nothing stays.
    """
    haul = read_page(store, page.id)
    named = {address for verdict in verdicts if verdict.keep for address in verdict.post.images}
    haul = replace(haul, pictures=tuple(picture for picture in haul.pictures if picture.address in named))
    warc = write_warc(haul, _describe(page.id, session.get_one(SourceRow, page.source_id), now), maker)
    sealed, archived, body = seal_page(store, page.id, warc), Digests.of(warc), Digests.of(haul.page.body)
    capture = CaptureRow(
        id=page.id, source_id=page.source_id, run_id=page.run_id, url=haul.page.url, fetched_at=haul.page.fetched_at,
        sealed_at=now, size=sealed.size, sha256=sealed.sha256, md5=sealed.md5, body_sha256=body.sha256,
        body_md5=body.md5, warc_size=archived.size, warc_sha256=archived.sha256, warc_md5=archived.md5,
    )  # fmt: skip
    session.add(capture)
    session.flush()
    session.add_all(
        CaptureVersionRow(capture_id=page.id, version_id=version_id)
        for version_id in standing_versions(session, haul.posts)
    )
    session.flush()
    enter_capture(session, store.keys, capture, now)


def _describe(page_id: str, source: SourceRow, now: datetime) -> Setting:
    return Setting(
        page_id, now, source=source.name, source_url=source.url, practice=source.practice, timezone=source.timezone,
        basis=source.basis, assessor=source.assessor, robots_text=source.robots_text, robots_at=source.robots_at,
    )  # fmt: skip
