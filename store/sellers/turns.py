"""How many posts sellers have, and that what was told of them is true no more: whoever changes that says so at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, delete, func, select, update

from store.engine import in_batches
from store.tables import FindingRow, ProfileRow, SellerRow, TraceKeyRow, TraceRow


def turn_sellers(session: Session, seller_ids: Iterable[str | None]) -> None:
    """Findings of these sellers came, went or changed: they are counted anew, and their profiles go."""
    for ids in in_batches(sorted({one for one in seller_ids if one is not None})):
        _turn(session, ids)


def turn_users(session: Session, keys: Iterable[int]) -> None:
    """Of these handles and accounts it is seen otherwise now whether many use them (`trace_keys`)."""
    for some in in_batches(keys):
        users = (
            select(FindingRow.seller_id)
            .join(TraceRow, col(TraceRow.finding_id) == FindingRow.id)
            .join(TraceKeyRow, col(TraceKeyRow.number) == TraceRow.number)
            .where(col(TraceKeyRow.key).in_(some), col(FindingRow.seller_id).is_not(None))
        )
        _turn(session, users)


def turn_customers(session: Session, source_id: str) -> None:
    """The source is called or marked otherwise now: so are the sellers with findings from it."""
    _turn(session, select(FindingRow.seller_id).where(
        FindingRow.source_id == source_id, col(FindingRow.seller_id).is_not(None)
    ))  # fmt: skip


def _turn(session: Session, seller_ids: Any) -> None:
    posts = select(func.count()).where(FindingRow.seller_id == SellerRow.id).scalar_subquery()
    turned = update(SellerRow).where(col(SellerRow.id).in_(seller_ids)).values(posts=posts, turn=SellerRow.turn + 1)
    session.exec(turned, execution_options={"synchronize_session": False})
    gone = delete(ProfileRow).where(col(ProfileRow.seller_id).in_(seller_ids))
    session.exec(gone, execution_options={"synchronize_session": False})
