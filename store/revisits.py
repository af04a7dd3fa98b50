"""Findings that are looked at again, and those that stand on their sites no more: marked, never deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from domain.pages import Roll
from store.columns import clean
from store.engine import Store, in_batches
from store.keys import Keys
from store.tables import FindingRow, FindingVersionRow, FingerprintRow

# A thread whose findings nobody has seen for so long is read again; so many of them in one crawl.
PATIENCE = timedelta(days=7)
MOST_THREADS = 50


def take_revisits(store: Store, source_id: str, now: datetime) -> list[str]:
    """Addresses of threads whose findings a source has not seen for long, the longest unseen first.

    Each is told once in that time, whatever comes of it; one that was removed once more, should its site only have been
    out of order. What was dismissed is left alone.
    """
    due, doubted = now - PATIENCE, now - 2 * PATIENCE
    with store.transaction() as session:
        threads = session.exec(
            select(FindingVersionRow.thread_url, FindingRow)
            .join(FindingVersionRow, col(FindingVersionRow.id) == col(FindingRow.version_id))
            .where(
                col(FindingRow.source_id) == source_id, col(FindingRow.last_seen) < due,
                or_(col(FindingRow.revisited_at).is_(None), col(FindingRow.revisited_at) < due),
                or_(col(FindingRow.removed_at).is_(None), col(FindingRow.removed_at) > doubted),
                col(FindingRow.state) != "dismissed", col(FindingVersionRow.thread_url).is_not(None),
            )
            .order_by(col(FindingRow.last_seen), col(FindingRow.id))
            .limit(MOST_THREADS)
        )  # fmt: skip
        found: dict[str, None] = {}
        for address, finding in threads:
            finding.revisited_at = now
            found[str(address)] = None
    return list(found)


def call_roll(session: Session, keys: Keys, roll: Roll, now: datetime) -> int:
    """Mark the findings of a thread that are not among its posts any more; how many there were.

    Where all its posts are strangers to the store, it is not the thread that these findings stood in, or it is read in
    another way than then, and nothing is said.
    """
    missing = [
        finding
        for finding in session.exec(
            select(FindingRow)
            .join(FindingVersionRow, col(FindingVersionRow.id) == col(FindingRow.version_id))
            .where(
                col(FindingVersionRow.thread_url).in_(roll.threads), col(FindingRow.removed_at).is_(None),
                col(FindingRow.last_seen) < now,
            )
        )
        if finding.post_id not in {clean(post_id) for post_id in roll.posts}
    ]  # fmt: skip
    if missing and roll.posts and not _knows_any(session, keys, roll, max(one.last_seen for one in missing)):
        return 0
    for finding in missing:
        finding.removed_at = now
    return len(missing)


def _knows_any(session: Session, keys: Keys, roll: Roll, by: datetime) -> bool:
    """Whether one of the posts had been seen by then."""
    for batch in in_batches(keys.fingerprint("post", post_id) for post_id in roll.posts):
        known = select(FingerprintRow.key).where(
            col(FingerprintRow.key).in_(batch), col(FingerprintRow.first_seen) <= by
        )
        if session.exec(known.limit(1)).first() is not None:
            return True
    return False
