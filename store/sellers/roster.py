"""The store's side of linking: findings that are new or have changed are linked, and sellers keep their ids.

A small store is linked as a whole each time. In a large one only the neighbourhood of what changed is: all findings of
the sellers that share a handle, an account or a near-duplicate text with it, by way of others too; what many use leads
nowhere. `link_findings(whole=True)` links everything again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, update
from sqlmodel import Session, col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from store.engine import Store, in_batches, new_id
from store.sellers.decisions import Decision
from store.sellers.gathering import digest_bands, digest_name, digest_names, read_decisions, read_traces
from store.sellers.linking import group_posts, link_posts
from store.sellers.ready import keep_profiles
from store.sellers.turns import turn_sellers, turn_users
from store.tables import FindingRow, SellerRow, SharedKeyRow, TraceKeyRow, TraceRow, UnlinkedRow

# So many findings are linked in one transaction.
AT_ONCE = 1000
# Up to so many a store is linked as a whole.
SMALL = 2000
# Of a text that goes round so many findings are looked at, the oldest.
CROWD = 200


def link_findings(store: Store, now: datetime, *, whole: bool = False) -> int:
    """Link what waits, or `whole`: everything; how many findings were taken. Each transaction leaves a whole roster.

    Then what is told of sellers is made ready.
    """
    taken = 0
    while count := _link_some(store, now):
        taken += count
    if whole:
        with store.reading() as session:
            ids = session.exec(select(TraceRow.finding_id)).all()
        with store.transaction() as session:
            taken = _link(session, ids, now, known=None)
    keep_profiles(store)
    return taken


def _link_some(store: Store, now: datetime) -> int:
    with store.transaction() as session:
        waiting = session.exec(select(UnlinkedRow.finding_id).order_by(UnlinkedRow.finding_id).limit(AT_ONCE)).all()
        if not waiting:
            return 0
        mates = _find_mates(session, waiting)
        _renew_keys(session, waiting)
        count = session.exec(select(func.count()).select_from(TraceRow)).one()
        if count <= SMALL:
            _link(session, session.exec(select(TraceRow.finding_id)).all(), now, known=None)
        else:
            known = set(session.exec(select(SharedKeyRow.key)))
            decisions = read_decisions(session)
            _link(session, _find_neighbours(session, {*waiting, *mates}, known, decisions), now, known=known)
        for ids in in_batches(waiting):
            session.exec(delete(UnlinkedRow).where(col(UnlinkedRow.finding_id).in_(ids)))
        return len(waiting)


def _link(session: Session, finding_ids: Iterable[str], now: datetime, known: Collection[int] | None) -> int:
    """Link these findings, which are all of the sellers they are of. With `known` (keys) they are not all there are."""
    traces = read_traces(session, finding_ids)
    names = {name for trace in traces.values() for name in (trace.account, *(one.key for one in trace.handles)) if name}
    given = {name for name in names if known and digest_name(name) in known}
    found = link_posts(traces.values(), read_decisions(session), given)
    _keep_shared(session, found.shared, whole=known is None)
    _assign(session, found.sellers, now)
    return len(traces)


def _find_mates(session: Session, finding_ids: Sequence[str]) -> set[str]:
    """All findings of the sellers that these are of."""
    mates: set[str] = set()
    for ids in in_batches(finding_ids):
        of = select(FindingRow.seller_id).where(col(FindingRow.id).in_(ids), col(FindingRow.seller_id).is_not(None))
        mates.update(session.exec(select(FindingRow.id).where(col(FindingRow.seller_id).in_(of))))
    return mates


def _renew_keys(session: Session, finding_ids: Sequence[str]) -> None:
    """The keys of these findings as they are now; what is nobody's offer any more has none and no seller."""
    traces = read_traces(session, finding_ids)
    old: dict[str, int] = {}
    for ids in in_batches(finding_ids):
        rows = session.exec(select(TraceRow).where(col(TraceRow.finding_id).in_(ids)))
        old.update({row.finding_id: row.number for row in rows if row.number is not None})
        session.exec(delete(TraceKeyRow).where(col(TraceKeyRow.number).in_([old[one] for one in ids if one in old])))
        gone = [one for one in ids if one not in traces]
        session.exec(delete(TraceRow).where(col(TraceRow.finding_id).in_(gone)))
        left = _read_sellers(session, gone).values()
        session.exec(update(FindingRow).where(col(FindingRow.id).in_(gone)).values(seller_id=None))
        turn_sellers(session, left)
    fresh = [TraceRow(finding_id=one) for one in traces if one not in old]
    session.add_all(fresh)
    session.flush()
    numbers = old | {row.finding_id: row.number for row in fresh if row.number is not None}
    bands = digest_bands(list(traces.values()))
    keys = [{"key": key, "number": numbers[trace.id]} for trace, of in zip(traces.values(), bands, strict=True)
            for key in digest_names(trace) | of]  # fmt: skip
    if keys:
        session.exec(insert(TraceKeyRow), params=keys)


def _find_neighbours(
    session: Session, finding_ids: Collection[str], known: Collection[int], decisions: Sequence[Decision]
) -> set[str]:
    """The findings that hang together with these, and all of their sellers'."""
    tied: dict[str, set[str]] = defaultdict(set)
    for decision in decisions:
        both = {*decision.left, *decision.right}
        for name in both:
            tied[name] |= both
    found = set(finding_ids)
    fresh = found | _find_alike(session, found)
    found |= fresh
    while fresh:
        reached = _find_mates(session, sorted(fresh)) | _find_keyed(session, fresh, known)
        reached = reached.union(*(tied[name] for name in fresh & tied.keys()))
        fresh = reached - found
        found |= fresh
    return found


def _find_keyed(session: Session, finding_ids: Collection[str], known: Collection[int]) -> set[str]:
    """The findings with a handle or account in common with one of these."""
    keys: set[int] = set()
    for ids in in_batches(sorted(finding_ids)):
        rows = session.exec(_keys_of(ids))
        keys.update(key for key in rows if not key & 1 and key not in known)
    found: set[str] = set()
    for batch in in_batches(sorted(keys)):
        found.update(session.exec(
            select(TraceRow.finding_id).join(TraceKeyRow, col(TraceKeyRow.number) == TraceRow.number)
            .where(col(TraceKeyRow.key).in_(batch))
        ))  # fmt: skip
    return found


def _find_alike(session: Session, finding_ids: Collection[str]) -> set[str]:
    """The findings whose text is much like that of one of these; of a text that goes round, the oldest."""
    bands: set[int] = set()
    for ids in in_batches(sorted(finding_ids)):
        bands.update(key for key in session.exec(_keys_of(ids)) if key & 1)
    numbers: set[int] = set()
    for keys in in_batches(sorted(bands)):
        order = func.row_number().over(partition_by=col(TraceKeyRow.key), order_by=col(TraceKeyRow.number))
        ranked = select(TraceKeyRow.number, order.label("place")).where(col(TraceKeyRow.key).in_(keys)).subquery()
        numbers.update(session.execute(select(ranked.c.number).where(ranked.c.place <= CROWD)).scalars())
    near: set[str] = set()
    for some in in_batches(sorted(numbers)):
        near.update(session.exec(select(TraceRow.finding_id).where(col(TraceRow.number).in_(some))))
    traces = list(read_traces(session, near.union(finding_ids)).values())
    families = group_posts(traces)
    told = {family for trace, family in zip(traces, families, strict=True) if trace.id in finding_ids}
    return {trace.id for trace, family in zip(traces, families, strict=True) if family is not None and family in told}


def _keys_of(ids: Sequence[str]) -> SelectOfScalar[int]:
    return (
        select(TraceKeyRow.key).join(TraceRow, col(TraceRow.number) == TraceKeyRow.number)
        .where(col(TraceRow.finding_id).in_(ids))
    )  # fmt: skip


def _keep_shared(session: Session, names: Collection[str], *, whole: bool) -> None:
    wanted = {digest_name(name): name for name in sorted(names)}
    present = set(session.exec(select(SharedKeyRow.key)))
    past = sorted(present - wanted.keys()) if whole else []
    for batch in in_batches(past):
        session.exec(delete(SharedKeyRow).where(col(SharedKeyRow.key).in_(batch)))
    fresh = [SharedKeyRow(key=key, name=name) for key, name in wanted.items() if key not in present]
    session.add_all(fresh)
    session.flush()
    turn_users(session, [*past, *(row.key for row in fresh)])


def _assign(session: Session, groups: Sequence[tuple[str, ...]], now: datetime) -> None:
    """Give each group the id of its eldest seller; a seller that was parted stays with the larger part."""
    place_of = {name: place for place, names in enumerate(groups) for name in names}
    before = _read_sellers(session, place_of)
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for name, seller in before.items():
        if seller is not None:
            votes[seller][place_of[name]] += 1
    ages = _read_ages(session, votes)
    homes = {
        seller: min(counts, key=lambda place: (-counts[place], groups[place][0]))
        for seller, counts in votes.items()
        if seller in ages
    }
    chosen: dict[int, str] = {}
    for seller in sorted(homes, key=lambda one: (ages[one], one)):
        chosen.setdefault(homes[seller], seller)
    # Of sellers that are made together the eldest is the one of the eldest finding.
    new = [place for place in range(len(groups)) if place not in chosen]
    ids = sorted(new_id(now) for _ in new)
    made = {place: SellerRow(id=name, made_at=now) for place, name in zip(new, ids, strict=True)}
    session.add_all(made.values())
    chosen |= {place: row.id for place, row in made.items()}
    session.flush()
    for seller, place in homes.items():
        if chosen[place] != seller:
            session.exec(update(SellerRow).where(col(SellerRow.id) == seller).values(merged_into=chosen[place]))
    moved: dict[str, list[str]] = defaultdict(list)
    for name, place in place_of.items():
        if before[name] != chosen[place]:
            moved[chosen[place]].append(name)
    for seller, names in moved.items():
        for ids in in_batches(names):
            session.exec(update(FindingRow).where(col(FindingRow.id).in_(ids)).values(seller_id=seller))
    turn_sellers(session, {*moved, *(before[name] for names in moved.values() for name in names)})


def _read_sellers(session: Session, finding_ids: Iterable[str]) -> dict[str, str | None]:
    sellers: dict[str, str | None] = {}
    for ids in in_batches(finding_ids):
        sellers.update(
            session.exec(select(FindingRow.id, FindingRow.seller_id).where(col(FindingRow.id).in_(ids))).all()
        )
    return sellers


def _read_ages(session: Session, seller_ids: Iterable[str]) -> dict[str, datetime]:
    ages: dict[str, datetime] = {}
    for ids in in_batches(seller_ids):
        ages.update(session.exec(select(SellerRow.id, SellerRow.made_at).where(col(SellerRow.id).in_(ids))).all())
    return ages
