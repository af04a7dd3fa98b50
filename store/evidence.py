"""What the ledger says of captures and verdicts, so that each can be held against its entry later."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from store.engine import Store
from store.keys import Keys
from store.ledger import PROGRAM, begin_ledger, digest_of, head_of, record, write_line
from store.readings import digest_readings
from store.seals import Digests, capture_path
from store.tables import (
    CaptureRow,
    CaptureVersionRow,
    FindingVersionRow,
    PagePictureRow,
    SellerDecisionRow,
    StoreRow,
    TimestampRow,
    VerdictRow,
)

# Set by the migration in a store that is older than its ledger.
LEDGER_DUE = "ledger_due"
# What a row is entered with. Never changed: entries that were made with it must go on holding.
_CAPTURE = (
    "id", "source_id", "run_id", "url", "fetched_at", "sealed_at", "size", "sha256", "md5", "body_sha256", "body_md5",
)  # fmt: skip
# What one that was sealed as a WARC file is entered with beside.
_WARC = ("warc_size", "warc_sha256", "warc_md5")
_PICTURE = (
    "capture_id", "drawn_at", "gap", "size", "sha256", "md5", "png_size", "png_sha256", "png_md5", "width", "height",
    "full_height", "missing", "browser",
)  # fmt: skip
_STAMP = ("id", "seq", "hash", "stamped_at", "authority", "sha256", "entered_at")
_DECISION = ("id", "at", "by", "kind", "left", "right", "note")
_VERDICT = ("id", "finding_id", "version_id", "state", "label", "note", "by", "at")
# As verdicts were given; a clock that was set back does not turn them round.
IN_ORDER = (col(VerdictRow.entered), col(VerdictRow.at), col(VerdictRow.id))


def enter_capture(session: Session, keys: Keys, row: CaptureRow, now: datetime, *, action: str = "captured") -> None:
    """Write the sealing of a capture into the ledger, with the wordings that it proves and what was read in them."""
    facts = {
        "sha256": row.sha256, "md5": row.md5, "size": row.size, "body_sha256": row.body_sha256,
        "body_md5": row.body_md5, "record_sha256": digest_capture(row),
        "versions": (versions := proven_versions(session, row.id)), "readings": digest_readings(session, versions),
    }  # fmt: skip
    if row.warc_sha256 is not None:
        facts |= {name: getattr(row, name) for name in _WARC}
    record(session, keys, action, row.id, facts, by=PROGRAM, now=now)


def enter_picture(session: Session, keys: Keys, row: PagePictureRow, now: datetime) -> None:
    """Write the picture of a sealed page into the ledger, or why there is none."""
    told = ("gap", "sha256", "md5", "png_size", "png_sha256", "png_md5", "width", "height", "full_height")
    facts = {name: getattr(row, name) for name in told} | {"record_sha256": digest_picture(row)}
    record(session, keys, "pictured", row.capture_id, facts, by=PROGRAM, now=now)


def enter_verdict(
    session: Session, keys: Keys, row: VerdictRow, now: datetime, *, by: str, action: str = "verdict"
) -> None:
    """Write a verdict into the ledger, and the number of the entry into the verdict. Its note may tell of persons and
    is purged with it: it is there as a digest."""
    facts = {
        "verdict": row.id, "state": row.state, "label": row.label, "version": row.version_id,
        "record_sha256": digest_verdict(row),
    }  # fmt: skip
    row.entered = record(session, keys, action, row.finding_id, facts, by=by, now=now).seq


def enter_decision(
    session: Session, keys: Keys, row: SellerDecisionRow, sellers: Sequence[str], now: datetime, *, by: str
) -> None:
    """Write into the ledger what an analyst said of sellers; the note and the findings are there as a digest."""
    facts = {
        "decision": row.id, "sellers": list(sellers), "left": len(row.left), "right": len(row.right),
        "record_sha256": digest_decision(row),
    }  # fmt: skip
    action = "sellers_merged" if row.kind == "merge" else "seller_split"
    record(session, keys, action, sellers[0], facts, by=by, now=now)


def digest_capture(row: CaptureRow) -> str:
    """The SHA-256 of all that a capture's row says, in the ledger's canonical form."""
    names = _CAPTURE if row.warc_sha256 is None else (*_CAPTURE, *_WARC)
    return _digest_row({name: getattr(row, name) for name in names})


def digest_picture(row: PagePictureRow) -> str:
    """The SHA-256 of all that the row of a page's picture says, in the ledger's canonical form."""
    return _digest_row({name: getattr(row, name) for name in _PICTURE})


def digest_stamp(row: TimestampRow) -> str:
    """The SHA-256 of all that a stamp's row says, in the ledger's canonical form; of its token the digest."""
    return _digest_row({name: getattr(row, name) for name in _STAMP})


def digest_verdict(row: VerdictRow) -> str:
    """The SHA-256 of all that a verdict's row says, in the ledger's canonical form."""
    return _digest_row({name: getattr(row, name) for name in _VERDICT})


def digest_decision(row: SellerDecisionRow) -> str:
    """The SHA-256 of all that an analyst's decision on sellers says, in the ledger's canonical form."""
    return _digest_row({name: getattr(row, name) for name in _DECISION})


def proven_versions(session: Session, capture_id: str) -> dict[str, str]:
    """The wordings that a capture proves: their ids and the SHA-256 of their text."""
    rows = session.exec(
        select(FindingVersionRow.id, FindingVersionRow.content_sha256)
        .join(CaptureVersionRow, col(CaptureVersionRow.version_id) == FindingVersionRow.id)
        .where(CaptureVersionRow.capture_id == capture_id)
    )
    return dict(rows.all())


def adopt(store: Store, now: datetime) -> None:
    """Enter what was sealed and judged before there was a ledger, in one transaction; it says when it was entered."""
    with store.reading() as session:
        if session.get(StoreRow, LEDGER_DUE) is None:
            return
    with store.transaction() as session:
        due = session.get(StoreRow, LEDGER_DUE, with_for_update=True)
        if due is None:
            return
        session.delete(due)
        if head_of(session) is not None:
            return
        begin_ledger(session, store.keys, by=PROGRAM, now=now)
        for capture in session.exec(select(CaptureRow).order_by(col(CaptureRow.id))).all():
            _measure(store, capture)
            enter_capture(session, store.keys, capture, now, action="adopted")
        for verdict in session.exec(select(VerdictRow).order_by(col(VerdictRow.at), col(VerdictRow.id))).all():
            enter_verdict(session, store.keys, verdict, now, by=PROGRAM, action="adopted")


def _measure(store: Store, capture: CaptureRow) -> None:
    """The MD5 of a capture that was sealed before it was kept, where the file is still what was sealed."""
    path = capture_path(store, capture.id)
    if path.is_file() and hashlib.sha256(sealed := path.read_bytes()).hexdigest() == capture.sha256:
        capture.md5 = Digests.of(sealed).md5


def _digest_row(told: dict[str, Any]) -> str:
    plain = {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
    }
    return digest_of(write_line(plain))
