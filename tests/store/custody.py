"""A store with evidence in it, and ways to look at its ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hauls import OFFER, Run, at, make_haul, make_post, score_all, take, watch
from sqlmodel import col, select

from store.database import Store
from store.findings import iterate_findings, judge_finding
from store.ledger import Entry, Head, head_of, read_entry
from store.tables import CaptureRow, LedgerRow
from store.verification import verify_store

BY = "验证员"


def fill(store: Store, run: Run | None = None, count: int = 3) -> Run:
    """So many findings on a page each, sealed, the first of them confirmed and dismissed again."""
    run = run or watch(store)
    for number in range(1, count + 1):
        posts = [make_post(number, f"{OFFER} {number}"), make_post(100 + number, f"闲聊 {number}")]
        take(store, run, make_haul(posts, at(number), path=f"/t/{number}"))
    score_all(store, at(10))
    first = finding_ids(store)[0]
    judge_finding(store, first, state="confirmed", note="给过样本", by=BY, now=at(20))
    judge_finding(store, first, state="dismissed", note=None, by=BY, now=at(21))
    return run


def printed_head(store: Store) -> Head:
    """The head of a ledger that has one."""
    with store.reading() as session:
        found = head_of(session)
    assert found is not None
    return found


def finding_ids(store: Store) -> list[str]:
    """The ids of all findings, the oldest first."""
    return [finding["id"] for finding in iterate_findings(store)]


def capture_ids(store: Store) -> list[str]:
    """The ids of all captures."""
    with store.reading() as session:
        return list(session.exec(select(CaptureRow.id).order_by(col(CaptureRow.id))))


def read_ledger(store: Store) -> list[Entry]:
    """All entries, first to last."""
    with store.reading() as session:
        lines = session.exec(select(LedgerRow.entry).order_by(col(LedgerRow.seq))).all()
    entries = [read_entry(line) for line in lines]
    assert None not in entries
    return [entry for entry in entries if entry]


def actions(store: Store) -> list[str]:
    """What was done, first to last."""
    return [entry.action for entry in read_ledger(store)]


def faults(store: Store, *heads: Head, key: str | None = None) -> list[tuple[str, str]]:
    """What does not hold."""
    return [(fault.what, fault.subject) for fault in verify_store(store, heads, key).faults]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
