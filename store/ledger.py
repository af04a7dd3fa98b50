"""The ledger: what was done with the evidence, by whom and when. Entries are only ever added.

An entry is one line of JSON in a canonical form (keys sorted, no spaces, UTF-8), which holds the SHA-256 of the line
before it. The line is kept as it was hashed and signed, so that `sha256sum` and any Ed25519 program prove it without
this one. It is written in the transaction of what it records: neither is there without the other.

The last entry's number and hash are the head. Who keeps a printed head can prove later that nothing before it was
changed or cut off; the file keys/signing/head is this machine's own copy, written after each commit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event
from sqlmodel import Session, col, select

from domain.errors import BadValue, BrokenStore, UnknownName
from store.columns import clean
from store.files import place_file
from store.keys import Keys
from store.signing import fingerprint_of, load_signer, place_signer, public_bytes, signing_folder
from store.tables import LedgerRow

# What stands where the hash of an entry before it would, in the first.
NOTHING = "0" * 64
# Who acts where no person asked for it.
PROGRAM = "tipstaff"

# Entries that bring in the key that signs all that follow.
KEY_ACTIONS = ("key_made", "key_rotated", "key_imported")
# `adopted` is the capture of a store that is older than its ledger.
ACTIONS = (
    *KEY_ACTIONS, "captured", "pictured", "adopted", "unsealed", "verdict", "rescored", "exported", "purged",
    "referred", "timestamped", "sellers_merged", "seller_split",
)  # fmt: skip
_HEAD = re.compile(r"\s*0*([1-9]\d{0,17}):([0-9a-f]{64})\s*")


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `subject` is the id of what it is about; `key` the fingerprint of the key that signed.

    `at` is ISO 8601 in UTC, `previous` the hash of the entry before. `facts` is JSON.
    """

    seq: int
    at: str
    by: str
    action: str
    subject: str
    facts: dict[str, Any]
    previous: str
    key: str


@dataclass(frozen=True)
class Head:
    """The number and hash of a ledger's last entry, written "55:3f…"."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def record(
    session: Session, keys: Keys, action: str, subject: str, facts: Mapping[str, Any], *, by: str, now: datetime
) -> Head:
    """Add an entry in the transaction of `session`; the head as it will be then.

    The key that signs is made when there is none yet. Raises BrokenStore when it is gone.
    """
    assert action in ACTIONS
    last = _last(session) or _begin(session, keys, by, now)
    signer = load_signer(keys.folder, next_key(last, keys.folder))
    return _add(session, keys, last, signer, (action, subject, facts), by=by, now=now)


def begin_ledger(session: Session, keys: Keys, *, by: str, now: datetime) -> str:
    """Make the first entry, and the key that signs it, when there is none; the fingerprint of the key in force."""
    return next_key(_last(session) or _begin(session, keys, by, now), keys.folder)


def bring_in_key(
    session: Session, keys: Keys, key: Ed25519PrivateKey, action: str, *, by: str, now: datetime
) -> tuple[str, str]:
    """From the next entry on another key signs: the fingerprints of the former and of the new one.

    The entry is signed by both. The former private key is still there: `destroy_signers`, once this is committed.
    Raises BadValue for a key that has signed already.
    """
    last = _last(session) or _begin(session, keys, by, now)
    former = next_key(last, keys.folder)
    new = fingerprint_of(public_bytes(key))
    known = select(LedgerRow.seq).where(col(LedgerRow.action).in_(KEY_ACTIONS), LedgerRow.subject == new)
    if session.exec(known).first() is not None:
        raise BadValue(name="the key", value=new, want="one that has not signed this ledger before")
    place_signer(keys.folder, key)
    signer = load_signer(keys.folder, former)
    facts = {"public": public_bytes(key).hex(), "algorithm": "Ed25519", "replaces": former}
    _add(session, keys, last, signer, (action, new, facts), by=by, now=now, second=key)
    return former, new


def head_of(session: Session) -> Head | None:
    """The head, None while the ledger is empty."""
    last = _last(session)
    return Head(last.seq, last.hash) if last else None


def last_moment(session: Session) -> datetime | None:
    """When the last entry was made, by the clock of then; None while the ledger is empty, or its end spoilt."""
    last = _last(session)
    entry = read_entry(last.entry) if last else None
    try:
        moment = datetime.fromisoformat(entry.at) if entry else None
    except (TypeError, ValueError):
        return None
    return moment if moment and moment.tzinfo else None


def replaced_keys(session: Session) -> set[str]:
    """The fingerprints of the keys that signed once, and sign no longer."""
    rows = session.exec(
        select(LedgerRow.entry).where(col(LedgerRow.action).in_(KEY_ACTIONS)).order_by(col(LedgerRow.seq))
    )
    brought = [entry for line in rows if (entry := read_entry(line))]
    return {str(entry.facts.get("replaces")) for entry in brought} - {entry.subject for entry in brought[-1:]}


def read_entry(line: object) -> Entry | None:
    """The entry of a line of the ledger, None where it is none."""
    if not isinstance(line, str):
        return None
    try:
        entry = Entry(**json.loads(line))
    except (TypeError, ValueError, RecursionError):
        return None
    words = (entry.at, entry.by, entry.action, entry.subject, entry.previous, entry.key)
    good = type(entry.seq) is int and isinstance(entry.facts, dict) and all(isinstance(word, str) for word in words)
    return entry if good else None


def write_line(value: object) -> str:
    """`value` in the canonical form: what is hashed and signed is this text in UTF-8."""
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False))


def digest_of(line: str) -> str:
    """The SHA-256 of a line."""
    return hashlib.sha256(line.encode()).hexdigest()


def read_head(words: str) -> Head:
    """A head as it was printed, or the file that holds one. Raises BadValue or UnknownName."""
    found = _HEAD.fullmatch(words)
    if found is None and ":" not in words:
        try:
            found = _HEAD.fullmatch(Path(words).read_text(encoding="ascii"))
        except (OSError, ValueError):
            raise UnknownName(kind="file", name=words) from None
    if found is None:
        raise BadValue(name="the head", value=words, want="NUMBER:HASH as it was printed, or a file that holds it")
    return Head(int(found[1]), found[2])


def witness_path(keys: Keys) -> Path:
    """This machine's own copy of the head."""
    return signing_folder(keys.folder) / "head"


def read_witness(keys: Keys) -> Head | None:
    """This machine's own copy of the head, None where there is none that can be read."""
    try:
        found = _HEAD.fullmatch(witness_path(keys).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return Head(int(found[1]), found[2]) if found else None


def next_key(last: LedgerRow, folder: Path) -> str:
    """The fingerprint of the key that signs what follows `last`. Raises BrokenStore when that is no entry."""
    entry = read_entry(last.entry)
    if entry is None:
        raise BrokenStore(
            path=folder.parent, why="the last entry of its ledger is damaged; see tipstaff verify --store"
        )
    return entry.subject if entry.action in KEY_ACTIONS else entry.key


def _last(session: Session) -> LedgerRow | None:
    return session.exec(select(LedgerRow).order_by(col(LedgerRow.seq).desc()).limit(1)).first()


def _begin(session: Session, keys: Keys, by: str, now: datetime) -> LedgerRow:
    key = Ed25519PrivateKey.generate()
    fingerprint = place_signer(keys.folder, key)
    facts = {"public": public_bytes(key).hex(), "algorithm": "Ed25519"}
    _add(session, keys, None, key, ("key_made", fingerprint, facts), by=by, now=now)
    made = _last(session)
    assert made is not None
    return made


def _add(
    session: Session, keys: Keys, last: LedgerRow | None, signer: Ed25519PrivateKey,
    what: tuple[str, str, Mapping[str, Any]], *, by: str, now: datetime, second: Ed25519PrivateKey | None = None,
) -> Head:  # fmt: skip
    action, subject, facts = what
    entry = Entry(
        seq=last.seq + 1 if last else 1, at=now.astimezone(UTC).isoformat(), by=by, action=action, subject=subject,
        facts=dict(facts), previous=last.hash if last else NOTHING, key=fingerprint_of(public_bytes(signer)),
    )  # fmt: skip
    line = write_line(vars(entry))
    row = LedgerRow(
        seq=entry.seq, action=action, subject=clean(subject), entry=line, hash=digest_of(line),
        signature=signer.sign(line.encode()).hex(),
        countersignature=second.sign(line.encode()).hex() if second else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    head = Head(row.seq, row.hash)
    _bear_witness(session, keys, head)
    return head


def _bear_witness(session: Session, keys: Keys, head: Head) -> None:
    """Once this is committed, write the head down beside the keys, where it goes on from the one that lies there.

    A copy that the chain contradicts is left as it is: it is the proof that the chain was cut or put back.
    """
    known = read_witness(keys)
    if known is not None and known.seq < head.seq:
        row = session.get(LedgerRow, known.seq)
        if row is None or row.hash != known.hash:
            return
    elif known is not None:
        return
    if "head" not in session.info:
        event.listen(session, "after_commit", lambda done: _write_witness(keys, done.info.pop("head")), once=True)
    session.info["head"] = head


def _write_witness(keys: Keys, head: Head) -> None:
    known = read_witness(keys)
    if known is None or known.seq < head.seq:
        # What was committed stays, whatever becomes of this copy. Always as long: two that write at once leave one.
        with suppress(OSError):
            place_file(witness_path(keys), f"{head.seq:018d}:{head.hash}\n".encode())
