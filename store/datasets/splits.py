"""The frozen split: every finding is put on the train or the test side once, with all that belongs to it.

Findings belong together when they are of one seller or near-duplicates (sketches that agree in 22 values of 32), also
by way of others. A new finding goes to the side of those it belongs to; a group that is new goes where the SHA-256 of
its oldest finding's id says. What ties the two sides together is put `apart`: a new finding that belongs to both, and
the train findings of a seller who turns out to have test findings too. So nothing ever changes from train to test or
back, however the data grow, and no train finding has a seller or a near-duplicate on the test side.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlmodel import Session

from store.datasets.sketches import BANDS, VALUES, Sketches, sketch_texts, view_bands
from store.dialects import dialect_of
from store.engine import Store

TEST_SHARE = 0.2
# Values of two sketches that agree: a similarity of about 0.7.
ALIKE = 22
TRAIN, TEST, APART = "train", "test", "apart"
BATCH = 20_000

_NEW = """
SELECT f.id, f.first_seen, f.seller_id, v.text
FROM findings f JOIN finding_versions v ON v.id = f.version_id LEFT JOIN splits p ON p.finding_id = f.id
WHERE p.finding_id IS NULL AND (f.first_seen, f.id) > (:first_seen, :id)
ORDER BY f.first_seen, f.id LIMIT :count
"""
_FIRST_NEW = """
SELECT f.first_seen, f.id FROM findings f LEFT JOIN splits p ON p.finding_id = f.id
WHERE p.finding_id IS NULL ORDER BY f.first_seen, f.id LIMIT 1
"""
# What is apart ties nothing to anything any more.
_KNOWN = """
SELECT p.side, f.seller_id, p.sketch FROM splits p JOIN findings f ON f.id = p.finding_id
WHERE p.side <> 'apart'
"""
_ADD = "INSERT INTO splits (finding_id, side, sketch) VALUES ({0}, {0}, {0}) ON CONFLICT DO NOTHING"
_TIED = """
UPDATE splits SET side = 'apart' WHERE side = 'train' AND finding_id IN (
    SELECT f.id FROM findings f WHERE f.seller_id IN (
        SELECT g.seller_id FROM findings g JOIN splits q ON q.finding_id = g.id
        WHERE q.side = 'test' AND g.seller_id IS NOT NULL))
"""


Places: TypeAlias = npt.NDArray[np.signedinteger[Any]]


@dataclass
class Group:
    """Findings in the order they came in: a sketch a row, the seller's number (-1: unknown) and the sides taken."""

    sketches: Sketches
    sellers: npt.NDArray[np.int64]
    sides: list[str]


def place_findings(store: Store) -> int:
    """Put every finding that has no side on one; how many there were. What is placed stays, whatever comes later."""
    with store.reading() as session:
        sellers: dict[str, int] = {}
        ids, fresh = _read_new(session, sellers)
        known = _read_known(session, sellers) if ids else _nothing()
    if ids:
        sides = assign_sides(ids, fresh, known)
        for start in range(0, len(ids), BATCH):
            chosen = slice(start, start + BATCH)
            placed = zip(ids[chosen], sides[chosen], map(bytes, fresh.sketches[chosen]), strict=True)
            with store.transaction() as session:
                # Straight to the driver: a million rows that are looked at one by one take longer than the writing.
                connection = session.connection()
                connection.exec_driver_sql(_ADD.format(dialect_of(connection).marker), [*placed])
    with store.transaction() as session:
        session.connection().execute(text(_TIED))
    return len(ids)


def assign_sides(ids: Sequence[str], fresh: Group, known: Group) -> list[str]:
    """The sides of new findings, the oldest first; those of known ones stay. Pure."""
    first = len(known.sides)
    sketches = np.concatenate([known.sketches, fresh.sketches]) if first else fresh.sketches
    labels = join_groups(sketches, np.concatenate([known.sellers, fresh.sellers]))
    taken: dict[int, str] = {}
    for label, side in zip(labels[:first].tolist(), known.sides, strict=True):
        taken[label] = side if taken.get(label, side) == side else APART
    sides = []
    for one, label in zip(ids, labels[first:].tolist(), strict=True):
        if label not in taken:
            taken[label] = _draw(one)
        sides.append(taken[label])
    return sides


def join_groups(sketches: Sketches, sellers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Per finding the number of the group it is in: that of the group's first finding."""
    labels = np.arange(len(sellers), dtype=np.int64)
    ties = [*_find_ties(sketches, sellers)]
    while True:
        before = labels.copy()
        for members, starts, counts in ties:
            labels[members] = np.repeat(np.minimum.reduceat(labels[members], starts), counts)
        labels = labels[labels]
        if np.array_equal(labels, before):
            return labels


def _find_ties(sketches: Sketches, sellers: npt.NDArray[np.int64]) -> Iterator[tuple[Places, Places, Places]]:
    """Per band and for the sellers: those that belong together, where each group begins, and how many it has.

    Of those that share a band the first is the measure: who is not like it has another band to be found by.
    """
    for band, column in enumerate((*view_bands(sketches).T, (sellers + 1).astype(np.uint64))):
        order = np.argsort(column, kind="stable").astype(np.int32)
        values = column[order]
        starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])) if len(values) else order
        counts = np.diff(np.append(starts, len(values))).astype(np.int32)
        # Nought is no text, and no seller.
        shared = (counts > 1) & (values[starts] != 0)
        members, counts = order[np.repeat(shared, counts)], counts[shared]
        if not members.size:
            continue
        starts = np.cumsum(counts, dtype=np.int32) - counts
        if band < BANDS:
            alike = _are_alike(sketches, members, np.repeat(members[starts], counts))
            members, counts = members[alike], np.add.reduceat(alike, starts, dtype=np.int32)
            starts = np.cumsum(counts, dtype=np.int32) - counts
        yield members, starts, counts


def _are_alike(sketches: Sketches, some: Places, others: Places) -> npt.NDArray[np.bool_]:
    """Pair by pair whether sketches agree in enough values; a part at a time, for room."""
    alike = np.empty(len(some), dtype=np.bool_)
    for start in range(0, len(some), BATCH):
        part = slice(start, start + BATCH)
        alike[part] = (sketches[some[part]] == sketches[others[part]]).sum(axis=1) >= ALIKE
    return alike


def _draw(finding_id: str) -> str:
    drawn = int.from_bytes(hashlib.sha256(f"split {finding_id}".encode()).digest()[:8], "big") / 2**64
    return TEST if drawn < TEST_SHARE else TRAIN


def _read_new(session: Session, sellers: dict[str, int]) -> tuple[list[str], Group]:
    """The ids of findings without a side, the oldest first, and what is needed to place them."""
    connection = session.connection()
    first = connection.execute(text(_FIRST_NEW)).first()
    if first is None:
        return [], _nothing()
    ids: list[str] = []
    numbers, sketches = array("q"), bytearray()
    # The first itself is after an id that is nothing.
    after = (first[0], "")
    while rows := connection.execute(text(_NEW), {"first_seen": after[0], "id": after[1], "count": BATCH}).fetchall():
        after = (rows[-1][1], rows[-1][0])
        ids.extend(row[0] for row in rows)
        numbers.extend(_number(sellers, row[2]) for row in rows)
        sketches += sketch_texts([row[3] for row in rows]).tobytes()
    return ids, _group(sketches, numbers, [])


def _read_known(session: Session, sellers: dict[str, int]) -> Group:
    result = session.connection().execute(text(_KNOWN))
    sides: list[str] = []
    numbers, sketches = array("q"), bytearray()
    while rows := result.fetchmany(BATCH):
        sides.extend(row[0] for row in rows)
        numbers.extend(_number(sellers, row[1]) for row in rows)
        sketches += b"".join(row[2] for row in rows)
    return _group(sketches, numbers, sides)


def _number(sellers: dict[str, int], seller: str | None) -> int:
    return -1 if seller is None else sellers.setdefault(seller, len(sellers))


def _nothing() -> Group:
    return _group(bytearray(), array("q"), [])


def _group(sketches: bytearray, numbers: array[int], sides: list[str]) -> Group:
    """A group over the very bytes: a million sketches are not copied."""
    table = np.frombuffer(sketches, dtype=np.uint16).reshape(-1, VALUES)
    return Group(table, np.frombuffer(numbers, dtype=np.int64), sides)
