"""Where fetched pages wait, encrypted, until they are scored: then each is sealed as a capture or destroyed.

Whether a page matters is known only after scoring, and no model runs inside a crawl. So a crawl delivers whole pages,
and scoring settles them; each is one transaction. Files are written before the commit and removed after it; what a
dead process left in between is put right when the store is opened next (store/recovery.py).

A post is known by its id and its wording by the digest of its text, both only as fingerprints. A wording that has been
scored is not scored again, and one that waits is not stored again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, delete, select

from domain.errors import StoreFault, UnknownName
from domain.pages import Haul
from domain.posts import Post
from domain.sources import Source
from store.engine import Store, in_batches, new_id
from store.faults import telling_faults
from store.holders import is_gone, this_holder
from store.keeping import Sighting, Verdict, see_again
from store.keys import Keys
from store.locks import delivering
from store.marks import forget, mark_key, mark_of, remember, validators_of
from store.revisits import call_roll
from store.seals import destroy_page, place_page, read_page
from store.settling import Settled, settle
from store.sources import source_value
from store.tables import FingerprintRow, PageRow, PendingRow, RunRow, SourceRow

__all__ = [
    "Settled", "SpooledPage", "Verdict", "deliver", "deliver_all", "discard", "expire", "fresh_of", "mark_of",
    "open_page", "release", "settle", "validators_of", "waiting",
]  # fmt: skip

LEASE_SECONDS = 600.0

# A wording: the post's fingerprint and that of its text.
Wording = tuple[bytes, bytes]


@dataclass
class _Delivery:
    """A page that is being taken: its posts by their wordings, and which of these are fresh."""

    id: str
    haul: Haul
    posts: Mapping[Wording, Post]
    fresh: Sequence[Wording] = ()


@dataclass(frozen=True)
class SpooledPage:
    """A page that waits. `fresh` are the ids of its posts that want scoring."""

    id: str
    haul: Haul
    source: Source
    source_id: str
    run_id: str
    fresh: frozenset[str]


def deliver(store: Store, *, run_id: str, source_id: str, haul: Haul, now: datetime) -> int:
    """Take one page and what was read from it, all or nothing; the answer is how many of its posts were not known."""
    return deliver_all(store, run_id=run_id, source_id=source_id, hauls=[haul], now=now)


def deliver_all(store: Store, *, run_id: str, source_id: str, hauls: Sequence[Haul], now: datetime) -> int:
    """Take pages in their order, all or none; the answer is how many of their posts were not known.

    A page on which nothing is new or changed leaves no bytes. Raises DiskFull.
    """
    pages = [_Delivery(new_id(now), haul, _by_wording(store.keys, haul.posts)) for haul in hauls]
    try:
        with telling_faults(store.home), delivering(store.home), store.transaction() as session:
            new = _look_up(session, pages, source_id)
            remember(session, store.keys, source_id, hauls)
            for haul in hauls:
                if haul.roll is not None:
                    call_roll(session, store.keys, haul.roll, haul.page.fetched_at)
            posts = sum(len(page.posts) for page in pages)
            counts = {"pages": RunRow.pages + len(pages), "posts": RunRow.posts + posts, "new": RunRow.new + new}
            session.exec(update(RunRow).where(col(RunRow.id) == run_id).values(**counts))
            fresh = [page for page in pages if page.fresh]
            _add_pages(session, store, fresh, source_id=source_id, run_id=run_id, now=now)
            for page in fresh:
                place_page(store, page.id, page.haul)
    except BaseException:
        for page in pages:
            _abandon(store, page.id)
        raise
    return new


def fresh_of(store: Store, posts: Sequence[Post]) -> frozenset[str]:
    """The ids of those posts whose words have neither been scored nor wait."""
    wordings = _by_wording(store.keys, posts)
    with store.reading() as session:
        scored, waits = _find_known(session, wordings)
    return frozenset(post.id for wording, post in wordings.items() if wording not in scored and wording not in waits)


def waiting(store: Store, now: datetime, lease_seconds: float = LEASE_SECONDS, limit: int = 100) -> list[str]:
    """The ids of at most `limit` pages that want scoring, the oldest first, now leased to this process.

    A page is free when nobody holds it, its lease ran out, or the process that holds it is gone.
    """
    free = (col(PageRow.leased_until).is_(None)) | (col(PageRow.leased_until) <= now)
    with store.reading() as session:
        if session.exec(select(PageRow.id).limit(1)).first() is None:
            return []
    with store.transaction() as session:
        pages = select(PageRow).order_by(col(PageRow.id)).with_for_update(skip_locked=True)
        held = [page for page in session.exec(pages.where(~free)) if is_gone(page.holder or "", _leased_at(page), now)]
        found = sorted([*held, *session.exec(pages.where(free).limit(limit))], key=lambda page: page.id)[:limit]
        for page in found:
            page.holder, page.leased_at = this_holder(), now
            page.leased_until = now + timedelta(seconds=lease_seconds)
        return [page.id for page in found]


def release(store: Store, page_ids: Sequence[str]) -> None:
    """Those of the pages that this process still holds are free for whoever comes: their scoring has failed."""
    held = col(PageRow.id).in_(page_ids), col(PageRow.holder) == this_holder()
    with store.transaction() as session:
        session.exec(update(PageRow).where(*held).values(holder=None, leased_at=None, leased_until=None))


def open_page(store: Store, page_id: str) -> SpooledPage:
    """A page that waits. Raises UnknownName, or DamagedSeal (`discard` then lets it be fetched again)."""
    with store.reading() as session:
        page = session.get(PageRow, page_id)
        if page is None:
            raise UnknownName(kind="page", name=page_id)
        source = source_value(session.get_one(SourceRow, page.source_id))
        pending = select(PendingRow.key, PendingRow.content).where(PendingRow.page_id == page_id)
        wanted = {(key, content) for key, content in session.exec(pending)}
    haul = read_page(store, page_id)
    fresh = frozenset(post.id for wording, post in _by_wording(store.keys, haul.posts).items() if wording in wanted)
    return SpooledPage(page_id, haul, source, page.source_id, page.run_id, fresh)


def discard(store: Store, page_id: str) -> None:
    """Destroy a page unscored, with all that would keep it from being fetched again.

    One that was settled meanwhile is left alone: it may be proof by now.
    """
    with store.transaction() as session:
        page = session.get(PageRow, page_id, with_for_update=True)
        if page is None:
            return
        _drop(session, page)
    destroy_page(store, page_id)


def expire(store: Store, now: datetime, max_age: timedelta) -> int:
    """Discard the pages that were fetched longer than `max_age` ago and that nobody is scoring; how many they were."""
    with store.transaction() as session:
        old = session.exec(select(PageRow).where(PageRow.fetched_at < now - max_age).with_for_update(skip_locked=True))
        pages = [page for page in old if not _is_held(page, now)]
        for page in pages:
            _drop(session, page)
    for page in pages:
        destroy_page(store, page.id)
    return len(pages)


def _by_wording(keys: Keys, posts: Sequence[Post]) -> dict[Wording, Post]:
    """The posts of a page by what stands for them; of one that stands there twice, the first."""
    found: dict[bytes, tuple[Wording, Post]] = {}
    for post in posts:
        key = keys.fingerprint("post", post.id)
        found.setdefault(key, ((key, keys.fingerprint("content", post.id, post.content_sha256)), post))
    return dict(found.values())


def _look_up(session: Session, pages: Sequence[_Delivery], source_id: str) -> int:
    """Say of each page which wordings have neither been scored nor wait; how many posts were not known at all.

    Those that are known are noted as seen once more.
    """
    scored, waits = _find_known(session, [wording for page in pages for wording in page.posts])
    met, taken, new = {key for key, _ in (*scored, *waits)}, set[Wording](), 0
    for page in pages:
        seen_at = page.haul.page.fetched_at
        sighting = Sighting(source_id, seen_at, seen_at)
        for wording in page.posts.keys() & waits.keys() - scored:
            _see_waiting(waits[wording], sighting)
        known = {wording: post for wording, post in page.posts.items() if wording in scored}
        if known:
            _see_scored(session, known, sighting)
        page.fresh = [one for one in page.posts if one not in scored and one not in waits and one not in taken]
        new += sum(key not in met for key, _ in page.posts)
        met.update(key for key, _ in page.posts)
        taken.update(page.fresh)
    return new


def _find_known(session: Session, posts: Iterable[Wording]) -> tuple[set[Wording], dict[Wording, PendingRow]]:
    """The wordings of these posts that were scored, and those that wait."""
    scored: set[Wording] = set()
    waits: dict[Wording, PendingRow] = {}
    for keys in in_batches(key for key, _ in posts):
        known = select(FingerprintRow.key, FingerprintRow.content).where(col(FingerprintRow.key).in_(keys))
        scored.update((key, content) for key, content in session.exec(known))
        for row in session.exec(select(PendingRow).where(col(PendingRow.key).in_(keys))):
            waits[row.key, row.content] = row
    return scored, waits


def _see_scored(session: Session, posts: Mapping[Wording, Post], sighting: Sighting) -> None:
    for keys in in_batches(key for key, _ in posts):
        older = (col(FingerprintRow.key).in_(keys), col(FingerprintRow.last_seen) < sighting.last_seen)
        session.exec(update(FingerprintRow).where(*older).values(last_seen=sighting.last_seen))
    see_again(session, list(posts.values()), sighting)


def _see_waiting(row: PendingRow, sighting: Sighting) -> None:
    row.source_id = min((row.first_seen, row.source_id), (sighting.first_seen, sighting.source_id))[1]
    row.first_seen = min(row.first_seen, sighting.first_seen)
    row.last_seen = max(row.last_seen, sighting.last_seen)


def _add_pages(
    session: Session, store: Store, pages: Sequence[_Delivery], *, source_id: str, run_id: str, now: datetime
) -> None:
    rows: list[dict[str, Any]] = []
    pending: list[dict[str, Any]] = []
    for page in pages:
        seen_at, mark = page.haul.page.fetched_at, page.haul.mark
        name = mark_key(store.keys, mark.key) if mark else None
        rows.append(
            {"id": page.id, "source_id": source_id, "run_id": run_id, "fetched_at": seen_at, "delivered_at": now,
             "mark": name}
        )  # fmt: skip
        shared = {"page_id": page.id, "source_id": source_id, "first_seen": seen_at, "last_seen": seen_at}
        pending.extend({"key": key, "content": content, **shared} for key, content in page.fresh)
    if rows:
        session.exec(insert(PageRow), params=rows)
        session.exec(insert(PendingRow), params=pending)


def _abandon(store: Store, page_id: str) -> None:
    """Take back a page whose delivery failed. Should even that fail, the next opening of the store does it."""
    with suppress(StoreFault, OSError):
        with store.reading() as session:
            committed = session.get(PageRow, page_id) is not None
        if not committed:
            destroy_page(store, page_id)


def _drop(session: Session, page: PageRow) -> None:
    session.exec(delete(PendingRow).where(col(PendingRow.page_id) == page.id))
    forget(session, page.source_id, page.mark)
    session.delete(page)


def _is_held(page: PageRow, now: datetime) -> bool:
    if page.leased_until is None or page.leased_until <= now:
        return False
    return not is_gone(page.holder or "", _leased_at(page), now)


def _leased_at(page: PageRow) -> datetime:
    return page.leased_at or page.delivered_at
