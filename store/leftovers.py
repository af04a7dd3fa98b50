"""What was deleted may lie in the database's files still, until they are compacted. That is remembered in the
transaction that deletes, so that it is done once, also after a process that died and while somebody else was reading.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, delete

from store.engine import Store, new_id
from store.tables import StoreRow

_LEFT = "left_over"


def leave(session: Session, now: datetime) -> None:
    """Something is deleted here of which nothing may stay."""
    session.merge(StoreRow(name=_LEFT, value=new_id(now)))


def clear(store: Store) -> None:
    """Let nothing stay of what was deleted, if anything was. While somebody else reads, it waits for the next call."""
    with store.reading() as session:
        left = session.get(StoreRow, _LEFT)
    if left is not None and store.compact():
        with store.transaction() as session:
            # Unless more was deleted meanwhile.
            session.exec(delete(StoreRow).where(col(StoreRow.name) == _LEFT, col(StoreRow.value) == left.value))
