"""The keys of the ledger over time: the first is made, another takes its place, all that ever signed are listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, col, select

from store.engine import Store
from store.ledger import KEY_ACTIONS, begin_ledger, bring_in_key, head_of, read_entry
from store.signing import destroy_signers
from store.tables import LedgerRow


def show_key(store: Store, *, by: str, now: datetime) -> dict[str, Any]:
    """The key that signs, made when there is none yet: `fingerprint`, `public_key` (hexadecimal), `since`, the `head`
    of the ledger, and the same of the `former` keys, first to last. Raises BrokenStore for a damaged ledger."""
    with store.reading() as session:
        begun = head_of(session) is not None
    if not begun:
        with store.transaction() as session:
            begin_ledger(session, store.keys, by=by, now=now)
    with store.reading() as session:
        keys = _list_keys(session)
        return {**keys[-1], "former": keys[:-1], "head": str(head_of(session))}


def change_key(store: Store, key: Ed25519PrivateKey | None, *, by: str, now: datetime) -> str:
    """Let another key sign from now on, a new one or the one that is given; its fingerprint.

    The entry is signed by both keys; then the former private key is destroyed. Its public half stays in the ledger.
    Raises BadValue for a key that has signed before, BrokenStore when the former is gone.
    """
    action = "key_imported" if key else "key_rotated"
    with store.transaction() as session:
        made = key or Ed25519PrivateKey.generate()
        former, new = bring_in_key(session, store.keys, made, action, by=by, now=now)
    destroy_signers(store.keys.folder, [former])
    return new


def _list_keys(session: Session) -> list[dict[str, Any]]:
    rows = session.exec(
        select(LedgerRow.entry).where(col(LedgerRow.action).in_(KEY_ACTIONS)).order_by(col(LedgerRow.seq))
    )
    brought = [entry for line in rows if (entry := read_entry(line))]
    return [
        {"fingerprint": entry.subject, "public_key": entry.facts.get("public"), "since": entry.at} for entry in brought
    ]
