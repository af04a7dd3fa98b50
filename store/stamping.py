"""Stamps of timestamp authorities on the ledger: an independent word on when it had come so far.

The head is stamped, and with it every entry before. A token that was brought in is kept, and an entry says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate
from sqlmodel import Session, col, select

from domain.errors import BadValue
from domain.plain import plain
from store.engine import Store, new_id
from store.evidence import digest_stamp
from store.ledger import Head, begin_ledger, read_entry, record
from store.tables import LedgerRow, TimestampRow
from store.tokens import make_request, read_token


@dataclass(frozen=True)
class Stamp:
    """A token that is kept: over which entry (`line` is what was stamped), from when and from whom."""

    head: Head
    line: str
    stamped_at: datetime
    authority: str
    sha256: str
    token: bytes
    entered_at: datetime


def ask_stamp(store: Store, *, by: str, now: datetime) -> tuple[Head, bytes]:
    """The head as it is now, and the request for a stamp on it, to be carried to an authority."""
    with store.transaction() as session:
        begin_ledger(session, store.keys, by=by, now=now)
        last = session.exec(select(LedgerRow).order_by(col(LedgerRow.seq).desc()).limit(1)).one()
        return Head(last.seq, last.hash), make_request(last.entry)


def enter_stamp(store: Store, answer: bytes, roots: Sequence[Certificate], *, by: str, now: datetime) -> Stamp:
    """Keep what an authority answered, and say so in the ledger; one that is kept already changes nothing.

    Raises BadValue for what is no token, is not vouched for by one of `roots`, or is over no entry of this ledger.
    """
    if not roots:
        raise BadValue(name="tsa_roots", value="left out", want="a PEM file with the authority's root certificate")
    token = read_token(answer, roots)
    digest = hashlib.sha256(token.der).hexdigest()
    with store.transaction() as session:
        stamped = session.exec(select(LedgerRow).where(LedgerRow.hash == token.imprint)).first()
        if stamped is None:
            raise BadValue(name="the token", value=f"over {token.imprint}", want="one over an entry of this ledger")
        row = session.exec(select(TimestampRow).where(TimestampRow.sha256 == digest)).first()
        if row is None:
            row = TimestampRow(
                id=new_id(now), seq=stamped.seq, hash=stamped.hash, stamped_at=token.stamped_at,
                authority=token.authority, token=token.der, sha256=digest, entered_at=now,
            )  # fmt: skip
            session.add(row)
            session.flush()
            facts = {
                "head": str(Head(stamped.seq, stamped.hash)), "sha256": digest, "stamped_at": plain(token.stamped_at),
                "authority": token.authority, "serial": token.serial, "policy": token.policy,
                "device_ahead_seconds": _ahead(stamped, token.stamped_at), "record_sha256": digest_stamp(row),
            }  # fmt: skip
            record(session, store.keys, "timestamped", row.id, facts, by=by, now=now)
        return _tell(session, row)


def list_stamps(store: Store) -> list[Stamp]:
    """All stamps, those on the oldest entries first."""
    with store.reading() as session:
        rows = session.exec(select(TimestampRow).order_by(col(TimestampRow.seq), col(TimestampRow.id))).all()
        return [_tell(session, row) for row in rows]


def _ahead(stamped: LedgerRow, at: datetime) -> float | None:
    """By how much the device's clock was ahead of the authority's at least; None where nothing shows that it was."""
    entry = read_entry(stamped.entry)
    ahead = (datetime.fromisoformat(entry.at) - at).total_seconds() if entry else 0.0
    return ahead if ahead > 0 else None


def _tell(session: Session, row: TimestampRow) -> Stamp:
    line = session.get_one(LedgerRow, row.seq).entry
    return Stamp(Head(row.seq, row.hash), line, row.stamped_at, row.authority, row.sha256, row.token, row.entered_at)
