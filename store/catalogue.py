"""The catalogue: under which terms which findings are filed, so that a search reads what it is about and nothing else.

Findings are numbered in the order in which they are made. SHELF neighbours stand on a shelf, and a posting is a shelf,
a term and the places of those that are filed under it: up to 511 of them as two bytes each, more as a bitmap of 1 KB
(the containers of Roaring, arXiv:1603.06549, section 2). A shelf is read as bits, whatever its terms are, so that a
common word costs what a rare one does, and the newest come first without sorting. SQLite's FTS5 leaves what was
deleted in its segments (`secure-delete` came with 3.42), and PostgreSQL's GIN sorts all that a common word finds.

Whoever changes a finding says so before (`watch`) and after (`refile`), in the same transaction; what is told of its
seller goes with that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, update
from sqlmodel import Session, col, func, select

from store.columns import among
from store.dialects import dialect_of
from store.engine import Store, in_batches
from store.sellers.turns import turn_sellers
from store.tables import ContactRow, FindingRow, FindingVersionRow, PostingRow, PriceRow, StretchRow
from store.terms import Facts, list_terms

SHELF = 8192
# So many numbers share the bounds of when they were first seen.
STRETCH = 256
# One shelf is read first, where a common word has a page of findings, then so many times as many as before.
FURTHER = 4

Bits: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]
# What a search looks under: any of these, of which all, of which any term.
Lookup: TypeAlias = Sequence[Sequence[Sequence[str]]]

_BITMAP = SHELF // 8
_WATCHED = "watched findings"
_ADD = "INSERT INTO postings (slots, shelf, term) VALUES ({0}, {0}, {0})"
_REPLACE = "UPDATE postings SET slots = {0} WHERE shelf = {0} AND term = {0}"
_TAKE = "DELETE FROM postings WHERE shelf = {0} AND term = {0}"


class Filed(NamedTuple):
    """What a finding is filed by: the wording that stands, and what is said of it."""

    version_id: str
    label: str
    state: str
    source_id: str
    first_seen: datetime


class Watched(NamedTuple):
    """A finding that may change: what it was filed by, and under which terms if its wording changes itself."""

    finding: FindingRow
    filed: Filed | None
    terms: set[str] | None


def watch(session: Session, finding: FindingRow, *, rewording: bool = False) -> None:
    """This finding may change; `rewording`: so may the wording that stands, or what was read in it."""
    watched = session.info.setdefault(_WATCHED, {})
    if finding.id not in watched:
        filed = _filed(finding) if finding.number is not None else None
        terms = _read_terms(session, {finding.id: filed})[finding.id] if filed and rewording else None
        watched[finding.id] = Watched(finding, filed, terms)


def refile(session: Session) -> None:
    """File what was watched as it is now. What was deleted stands under no term any more."""
    watched: dict[str, Watched] = session.info.pop(_WATCHED, {})
    session.flush()
    gone = {one for one, (finding, _, _) in watched.items() if finding not in session}
    changed = {
        one: item for one, item in watched.items()
        if one in gone or item.terms is not None or item.filed != _filed(item.finding)
    }  # fmt: skip
    if not changed:
        return
    before = {one: item.filed for one, item in changed.items() if item.filed and item.terms is None}
    old = _read_terms(session, before) | {one: item.terms for one, item in changed.items() if item.terms is not None}
    new = _read_terms(session, {one: _filed(item.finding) for one, item in changed.items() if one not in gone})
    fresh = [item.finding for one, item in changed.items() if item.finding.number is None and one not in gone]
    for number, finding in enumerate(fresh, _next_number(session) if fresh else 0):
        finding.number = number
    session.flush()
    shelves: dict[int, Changes] = defaultdict(lambda: defaultdict(lambda: ([], [])))
    for one, item in changed.items():
        shelf, slot = divmod(item.finding.number or 0, SHELF)
        was, is_now = old.get(one, set()), new.get(one, set())
        for term in was ^ is_now:
            shelves[shelf][term][term in is_now].append(slot)
    for shelf, changes in sorted(shelves.items()):
        _change(session, shelf, changes)
    _stretch(session, [(item.finding.number or 0, item.finding.first_seen) for one, item in changed.items()
                       if one not in gone])  # fmt: skip
    turn_sellers(session, (item.finding.seller_id for item in changed.values()))


def file_rest(store: Store) -> None:
    """File what a version that knew no catalogue has left, the oldest first, a shelf a transaction."""
    with store.reading() as session:
        if session.exec(select(FindingRow.id).where(col(FindingRow.number).is_(None)).limit(1)).first() is None:
            return
    while True:
        with store.transaction() as session:
            first = _next_number(session)
            rest = (
                select(FindingRow.id, *_FILED)
                .where(col(FindingRow.number).is_(None))
                .order_by(col(FindingRow.first_seen), col(FindingRow.id))
                .limit(SHELF - first % SHELF)
            )
            found = {one: Filed(*facts) for one, *facts in session.execute(rest)}
            if not found:
                return
            numbers = {one: number for number, one in enumerate(found, first)}
            changes: Changes = defaultdict(lambda: ([], []))
            for ids in in_batches(found, 1000):
                for one, terms in _read_terms(session, {one: found[one] for one in ids}).items():
                    slot = numbers[one] % SHELF
                    for term in terms:
                        changes[term][True].append(slot)
            named = update(FindingRow).where(col(FindingRow.id) == bindparam("one")).values(number=bindparam("place"))
            session.connection().execute(named, [{"one": one, "place": number} for one, number in numbers.items()])
            _change(session, first // SHELF, changes)
            _stretch(session, [(numbers[one], filed.first_seen) for one, filed in found.items()])


def find_numbers(
    session: Session, lookup: Lookup, *, since: datetime | None = None, until: datetime | None = None,
    before: int | None = None,
) -> Iterator[Numbers]:  # fmt: skip
    """The numbers of the findings that are filed under what is looked up, the newest first, some at a time.

    Only those below `before`; about those that were not seen within [since, until) nothing is promised but that most
    are left out.
    """
    end = _next_number(session) if before is None else before
    spans = _find_stretches(session, since, until)
    terms = {term for every in lookup for any_of in every for term in any_of}
    rest: Sequence[int] = range((end - 1) // SHELF, -1, -1)
    if spans is not None:
        seen = set((spans * STRETCH // SHELF).tolist())
        rest = [shelf for shelf in rest if shelf in seen]
    step = 1
    while rest:
        shelves, rest = rest[:step], rest[step:]
        sets = _read_sets(session, shelves, terms)
        found = [np.empty(0, dtype=np.int64)]
        for shelf in shelves:
            bits = _combine(lookup, sets[shelf])
            if bits is not None:
                numbers = np.flatnonzero(bits)[::-1] + shelf * SHELF
                found.append(numbers if spans is None else numbers[np.isin(numbers // STRETCH, spans)])
        numbers = np.concatenate(found)
        yield numbers[numbers < end]
        step *= FURTHER


_FILED = tuple(getattr(FindingRow, name) for name in Filed._fields)
_POSTINGS = select(PostingRow.shelf, PostingRow.term, PostingRow.slots)
# By term: the slots that it is taken from, and those that it is put to.
Changes: TypeAlias = dict[str, tuple[list[int], list[int]]]


def _filed(finding: FindingRow) -> Filed:
    return Filed(*(getattr(finding, name) for name in Filed._fields))


def _read_terms(session: Session, filed: Mapping[str, Filed]) -> dict[str, set[str]]:
    """The terms of findings that are filed by these facts; only wordings that are there have any."""
    versions = [facts.version_id for facts in filed.values()]
    wording = select(FindingVersionRow.id, FindingVersionRow.words, FindingVersionRow.regions)
    words = {one: (text, regions) for one, text, regions in _read(session, wording, FindingVersionRow.id, versions)}
    handles: dict[str, set[str]] = defaultdict(set)
    contact = select(ContactRow.version_id, ContactRow.value_folded, ContactRow.text_folded)
    for one, *forms in _read(session, contact, ContactRow.version_id, versions):
        handles[one].update(forms)
    prices: dict[str, float] = {}
    for one, single in _read(session, select(PriceRow.version_id, PriceRow.single), PriceRow.version_id, versions):
        prices[one] = min(single, prices.get(one, single))
    return {
        one: list_terms(words[facts.version_id][0], Facts(
            facts.label, facts.state, facts.source_id, frozenset(handles[facts.version_id]),
            tuple(words[facts.version_id][1]), prices.get(facts.version_id),
        ))
        for one, facts in filed.items() if facts.version_id in words
    }  # fmt: skip


def _read(session: Session, statement: Any, column: Any, wanted: Sequence[str]) -> Iterator[Any]:
    for batch in in_batches(wanted):
        yield from session.execute(statement.where(column.in_(batch)))


def _next_number(session: Session) -> int:
    last = session.exec(select(func.max(FindingRow.number))).one()
    return 0 if last is None else last + 1


def _change(session: Session, shelf: int, changes: Changes) -> None:
    """Add to the postings of a shelf and take from them."""
    known = {term: slots for batch in in_batches(changes)
             for _, term, slots in _read_postings(session, [shelf], batch)}  # fmt: skip
    wanted = [(_revise(known.get(term), *slots), shelf, term) for term, slots in sorted(changes.items())]
    connection = session.connection()
    # Straight to the driver: a shelf has tens of thousands of terms.
    for statement, rows in (
        (_ADD, [row for row in wanted if row[0] and row[2] not in known]),
        (_REPLACE, [row for row in wanted if row[0] and row[2] in known]),
        (_TAKE, [row[1:] for row in wanted if not row[0]]),
    ):
        if rows:
            connection.exec_driver_sql(statement.format(dialect_of(connection).marker), rows)


def _revise(packed: bytes | None, removed: Sequence[int], added: Sequence[int]) -> bytes:
    if packed is None and len(added) < _BITMAP // 2:
        return np.array(sorted(added), dtype="<u2").tobytes()
    bits = np.zeros(SHELF, dtype=np.bool_) if packed is None else unpack(packed)
    bits[np.array(removed, dtype=np.int64)] = False
    bits[np.array(added, dtype=np.int64)] = True
    return pack(bits)


def pack(bits: Bits) -> bytes:
    """The set of a shelf's places as it is kept."""
    slots = np.flatnonzero(bits)
    return slots.astype("<u2").tobytes() if 2 * len(slots) < _BITMAP else np.packbits(bits).tobytes()


def unpack(packed: bytes) -> Bits:
    """A set of a shelf's places, as bits."""
    if len(packed) == _BITMAP:
        return np.unpackbits(np.frombuffer(packed, dtype=np.uint8)).view(np.bool_)
    bits = np.zeros(SHELF, dtype=np.bool_)
    bits[np.frombuffer(packed, dtype="<u2")] = True
    return bits


def _stretch(session: Session, seen: Iterable[tuple[int, datetime]]) -> None:
    """Let the bounds of the stretches take in when these numbers were first seen."""
    moments: dict[int, list[datetime]] = defaultdict(list)
    for number, moment in seen:
        moments[number // STRETCH].append(moment)
    for stretch, when in moments.items():
        row = session.get(StretchRow, stretch)
        if row is None:
            session.add(StretchRow(stretch=stretch, oldest=min(when), newest=max(when)))
        else:
            row.oldest, row.newest = min(row.oldest, *when), max(row.newest, *when)
    session.flush()


def _find_stretches(session: Session, since: datetime | None, until: datetime | None) -> Numbers | None:
    if since is None and until is None:
        return None
    within = [col(StretchRow.newest) >= since] if since else []
    within += [col(StretchRow.oldest) < until] if until else []
    return np.array(session.exec(select(StretchRow.stretch).where(*within)).all(), dtype=np.int64)


def _read_postings(session: Session, shelves: Iterable[int], terms: Iterable[str]) -> Any:
    wanted = _POSTINGS.where(among(col(PostingRow.shelf), shelves), among(col(PostingRow.term), terms))
    # Past the mapper: thousands of them are read where a word is rare.
    return session.connection().execute(wanted).all()


def _read_sets(session: Session, shelves: Iterable[int], terms: Iterable[str]) -> dict[int, dict[str, bytes]]:
    sets: dict[int, dict[str, bytes]] = {shelf: {} for shelf in shelves}
    if terms:
        for shelf, term, slots in _read_postings(session, sets, sorted(terms)):
            sets[shelf][term] = slots
    return sets


def _combine(lookup: Lookup, sets: Mapping[str, bytes]) -> Bits | None:
    """The places on one shelf that are looked up, None where there are none."""
    found = None
    for every in lookup:
        groups = [[sets[term] for term in any_of if term in sets] for any_of in every]
        if all(groups):
            bits = np.ones(SHELF, dtype=np.bool_)
            # The rarest first: mostly nothing is left before the common ones are unpacked.
            for packed in sorted(groups, key=lambda some: sum(map(len, some))):
                bits &= _unite(packed)
                if not bits.any():
                    break
            found = bits if found is None else found | bits
    return found


def _unite(packed: Iterable[bytes]) -> Bits:
    first, *rest = map(unpack, packed)
    for bits in rest:
        first |= bits
    return first
