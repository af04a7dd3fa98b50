"""Sellers by their ids, and findings by their seller."""

from __future__ import annotations

from sqlmodel import Session, col, select

from domain.errors import BadValue, UnknownName
from store.columns import begins
from store.tables import FindingRow, SellerRow


def locate_seller(session: Session, name: str) -> str:
    """The id of the seller whose id begins with `name`; of one that went into another, the other's.

    Raises UnknownName, or BadValue where several begin so.
    """
    wanted = name.strip().lower()
    named = select(SellerRow).where(begins(SellerRow.id, wanted)).order_by(col(SellerRow.id)).limit(2)
    found = session.exec(named).all() if wanted else []
    if not found:
        raise UnknownName(kind="seller", name=name)
    if len(found) > 1 and found[0].id != wanted:
        raise BadValue(name="the id", value=name, want="more of its characters: several sellers begin so")
    row = found[0]
    met = {row.id}
    while row.merged_into is not None and row.merged_into not in met and not row.posts:
        row = session.get_one(SellerRow, row.merged_into)
        met.add(row.id)
    return row.id


def list_members(session: Session, seller_id: str) -> list[str]:
    """The ids of a seller's findings, the oldest first."""
    return list(session.exec(select(FindingRow.id).where(FindingRow.seller_id == seller_id).order_by(FindingRow.id)))
