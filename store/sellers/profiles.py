"""Sellers as they are shown: their posts, boards, handles and prices, and what ties them together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from domain.plain import plain
from domain.sources import site_of
from store.engine import Store, in_batches
from store.sellers.decisions import Decision
from store.sellers.gathering import CHATS, digest_name, read_decisions, read_traces
from store.sellers.naming import locate_seller
from store.sellers.ties import Bundle, explain_ties
from store.sellers.traces import Trace, unify
from store.tables import (
    ContactRow,
    FindingRow,
    FindingVersionRow,
    PriceRow,
    ProfileRow,
    SellerDecisionRow,
    SellerRow,
    SharedKeyRow,
    SourceRow,
)

# Sellers are read together up to so many posts.
HEAP = 2000
# Of what a seller has many of, so many are told in short.
SHORT = 10


@dataclass(frozen=True)
class Member:
    """A finding of a seller, with the wording that stands and its source."""

    finding: FindingRow
    version: FindingVersionRow
    source: SourceRow

    @property
    def when(self) -> Any:
        """When it was posted, or else first seen."""
        return self.version.posted_at or self.finding.first_seen

    @property
    def site(self) -> str:
        """The host that it was read from."""
        return site_of(self.version.url)


def iterate_sellers(store: Store, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Sellers in full, those with most posts first; at most `limit`."""
    with store.reading() as session:
        for heap in in_heaps(_rank_sellers(session, limit)):
            yield from _tell_sellers(session, heap, ProfileRow.full, dict)
            session.expunge_all()


def list_sellers(store: Store, limit: int) -> list[dict[str, Any]]:
    """Sellers in short (`shorten`), those with most posts first; at most `limit`."""
    with store.reading() as session:
        ids = [seller_id for seller_id, _ in _rank_sellers(session, limit)]
        return _tell_sellers(session, ids, ProfileRow.short, shorten)


def find_seller(store: Store, name: str) -> dict[str, Any]:
    """The seller whose id begins with `name`. Raises UnknownName, or BadValue where several begin so."""
    with store.reading() as session:
        return _tell_sellers(session, [locate_seller(session, name)], ProfileRow.full, dict)[0]


def count_sellers(store: Store) -> int:
    """How many sellers there are."""
    with store.reading() as session:
        return session.exec(select(func.count()).where(SellerRow.posts > 0)).one()


def shorten(seller: Mapping[str, Any]) -> dict[str, Any]:
    """A seller without prices and findings, and of all else that may be much the first; `counts` says how much it is.

    Of handles his own are left.
    """
    lists = {name: value for name, value in seller.items() if isinstance(value, list)}
    del lists["prices"], lists["findings"]
    lists["handles"] = [handle for handle in lists["handles"] if handle["whose"] == "own"]
    return {
        **{name: value for name, value in seller.items() if not isinstance(value, list)},
        **{name: value[:SHORT] for name, value in lists.items()},
        "counts": {name: len(value) for name, value in lists.items()},
    }


def in_heaps(sellers: Iterable[tuple[str, int]]) -> Iterator[list[str]]:
    """The ids of sellers, given with how many posts each has, some at a time."""
    heap: list[str] = []
    size = 0
    for seller_id, posts in sellers:
        if heap and size + posts > HEAP:
            yield heap
            heap, size = [], 0
        heap.append(seller_id)
        size += posts
    if heap:
        yield heap


def _rank_sellers(session: Session, limit: int | None) -> Sequence[tuple[str, int]]:
    most = col(SellerRow.posts).desc(), col(SellerRow.id).desc()
    ranked = select(SellerRow.id, SellerRow.posts).where(SellerRow.posts > 0).order_by(*most).limit(limit)
    return session.exec(ranked).all()


def _tell_sellers(
    session: Session, seller_ids: Sequence[str], form: Any, shape: Callable[[dict[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Sellers in the form in which profiles are kept; those of which none is are written, and brought into it."""
    kept = select(ProfileRow.seller_id, form).where(col(ProfileRow.seller_id).in_(seller_ids))
    told: dict[str, dict[str, Any]] = dict(iter(session.execute(kept)))
    rest = [one for one in seller_ids if one not in told]
    told |= {full["id"]: shape(full) for full in write_sellers(session, rest)}
    return [told[one] for one in seller_ids]


def write_sellers(session: Session, seller_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Sellers in full, in the order given, from their findings as they are now."""
    if not seller_ids:
        return []
    members = _read_members(session, seller_ids)
    versions = [member.version.id for group in members.values() for member in group]
    contacts, prices = _read_parts(session, ContactRow, versions), _read_parts(session, PriceRow, versions)
    traces = read_traces(session, [member.finding.id for group in members.values() for member in group])
    shared = _read_shared(session, traces.values())
    decided = _read_decided(session)
    decisions = read_decisions(session) if decided else []
    former = _read_former(session, seller_ids)
    written = []
    for seller_id in seller_ids:
        group = members[seller_id]
        own = [traces[member.finding.id] for member in group if member.finding.id in traces]
        names = {trace.id for trace in own}
        about = [one for one in decisions if not names.isdisjoint((*one.left, *one.right))]
        bundle = explain_ties(own, shared, about)
        written.append({
            **_write_posts(seller_id, group),
            "handles": _write_handles(group, contacts, traces, shared),
            "prices": _write_prices(group, prices), "price_range": _write_range(group, prices),
            "ties": [vars(tie) for tie in bundle.ties], "confirmed": _write_confirmed(group, bundle),
            "decisions": _write_decisions(about, decided), "former_ids": former[seller_id],
            "findings": [member.finding.id for member in group],
        })  # fmt: skip
    return written


def _write_posts(seller_id: str, group: Sequence[Member]) -> dict[str, Any]:
    boards = Counter((member.site, member.version.board) for member in group)
    accounts = Counter((member.site, member.version.author_name, member.version.author_id) for member in group)
    return {
        "id": seller_id, "practice": any(member.source.practice for member in group), "posts": len(group),
        "first": plain(min((member.when for member in group), default=None)),
        "last": plain(max((member.when for member in group), default=None)),
        "sources": sorted({member.source.name for member in group}),
        "boards": [{"site": site, "board": board, "posts": count} for (site, board), count in _rank(boards)],
        "accounts": [{"site": site, "name": name, "id": number, "posts": count}
                     for (site, name, number), count in _rank(accounts)],
        "labels": dict(_rank(Counter(member.finding.label for member in group))),
        "states": dict(_rank(Counter(member.finding.state for member in group))),
        "regions": [name for name, _ in _rank(Counter(name for member in group for name in member.version.regions))],
    }  # fmt: skip


def _write_handles(
    group: Sequence[Member], contacts: Mapping[str, list[ContactRow]], traces: Mapping[str, Trace],
    shared: frozenset[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Each handle once, with how often and when it was given, and whose it is: "own", "shared" or somebody else's."""
    seen: dict[tuple[str, str, str], list[Member]] = defaultdict(list)
    for member in group:
        trace = traces.get(member.finding.id)
        roles = {(handle.kind, handle.value): handle.role for handle in trace.handles} if trace else {}
        for row in {(row.kind, row.value): row for row in contacts[member.version.id]}.values():
            role = roles.get((row.kind, row.value), "own")
            whose = "shared" if role == "service" or unify(row.kind, row.value) in shared else role
            seen[row.kind, row.value, whose].append(member)
    ranked = sorted(seen.items(), key=lambda item: (item[0][2] != "own", -len(item[1]), item[0]))
    return [
        {"kind": kind, "value": value, "whose": whose, "posts": len(posts),
         "first": plain(min(post.when for post in posts)), "last": plain(max(post.when for post in posts))}
        for (kind, value, whose), posts in ranked
    ]  # fmt: skip


def _write_prices(group: Sequence[Member], prices: Mapping[str, list[PriceRow]]) -> list[dict[str, Any]]:
    """The price history: every price asked, by when it was."""
    asked = ((member, price) for member in group for price in prices[member.version.id])
    return [
        {"at": plain(member.when), "finding": member.finding.id, "amount": price.amount, "currency": price.currency,
         "per": price.per, "unit": price.unit, "min_qty": price.min_qty, "max_qty": price.max_qty}
        for member, price in sorted(asked, key=lambda pair: (pair[0].when, pair[0].finding.id, pair[1].position))
    ]  # fmt: skip


def _write_range(group: Sequence[Member], prices: Mapping[str, list[PriceRow]]) -> list[dict[str, Any]]:
    """The lowest and highest price of a single unit, for each currency and unit, the commonest first."""
    asked: dict[tuple[str, str], list[float]] = defaultdict(list)
    for member in group:
        for price in prices[member.version.id]:
            asked[price.currency, price.unit].append(price.single)
    ranked = sorted(asked.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"currency": currency, "unit": unit, "low": min(singles), "high": max(singles), "prices": len(singles)}
            for (currency, unit), singles in ranked]  # fmt: skip


def _write_confirmed(group: Sequence[Member], bundle: Bundle) -> dict[str, Any]:
    """What may be counted before the law: posts tied by handles, accounts and analysts; chats and their members."""
    counted = [member for member in group if member.finding.id in bundle.confirmed]
    chats: dict[str, int | None] = {}
    for member in counted:
        if member.version.platform in CHATS:
            name = member.version.thread_url or member.version.author_url or member.source.url
            chats[name] = max(filter(None, (chats.get(name), member.version.members)), default=None)
    sizes = [size for size in chats.values() if size is not None]
    return {
        "posts": len(counted), "groups": len(chats), "members": sum(sizes) if sizes else None,
        "first": plain(min((member.when for member in counted), default=None)),
        "last": plain(max((member.when for member in counted), default=None)),
    }  # fmt: skip


def _write_decisions(about: Iterable[Decision], decided: Mapping[str, SellerDecisionRow]) -> list[dict[str, Any]]:
    rows = [decided[one.id] for one in about]
    return [{"id": row.id, "kind": row.kind, "at": plain(row.at), "by": row.by, "note": row.note} for row in rows]


def _rank(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _read_members(session: Session, seller_ids: Sequence[str]) -> dict[str, list[Member]]:
    rows = session.exec(
        select(FindingRow, FindingVersionRow, SourceRow)
        .join(FindingVersionRow, col(FindingVersionRow.id) == FindingRow.version_id)
        .join(SourceRow, col(SourceRow.id) == FindingRow.source_id)
        .where(col(FindingRow.seller_id).in_(seller_ids))
        .order_by(col(FindingRow.id))
    )
    members: dict[str, list[Member]] = defaultdict(list)
    for finding, version, source in rows:
        members[str(finding.seller_id)].append(Member(finding, version, source))
    for group in members.values():
        group.sort(key=lambda member: (member.when, member.finding.id))
    return members


def _read_parts(session: Session, kind: Any, version_ids: Sequence[str]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for ids in in_batches(version_ids):
        for row in session.exec(select(kind).where(kind.version_id.in_(ids)).order_by(kind.version_id, kind.position)):
            grouped[row.version_id].append(row)
    return grouped


def _read_shared(session: Session, traces: Iterable[Trace]) -> frozenset[str]:
    names = {name for trace in traces for name in (trace.account, *(one.key for one in trace.handles)) if name}
    keys = {digest_name(name) for name in names}
    found: set[str] = set()
    for batch in in_batches(sorted(keys)):
        found.update(session.exec(select(SharedKeyRow.name).where(col(SharedKeyRow.key).in_(batch))))
    return frozenset(found)


def _read_decided(session: Session) -> dict[str, SellerDecisionRow]:
    return {row.id: row for row in session.exec(select(SellerDecisionRow))}


def _read_former(session: Session, seller_ids: Sequence[str]) -> dict[str, list[str]]:
    former: dict[str, list[str]] = defaultdict(list)
    rows = session.exec(select(SellerRow).where(col(SellerRow.merged_into).in_(seller_ids)).order_by(col(SellerRow.id)))
    for row in rows:
        former[str(row.merged_into)].append(row.id)
    return former
