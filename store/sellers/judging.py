"""What analysts say of sellers is written down, into the ledger too, and linked at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from domain.errors import BadValue
from store.engine import Store, new_id
from store.evidence import enter_decision
from store.findings import locate
from store.sellers.naming import list_members, locate_seller
from store.sellers.roster import link_findings
from store.sellers.turns import turn_sellers
from store.sellers.waiting import let_wait
from store.tables import FindingRow, SellerDecisionRow


def merge_sellers(store: Store, names: Sequence[str], *, note: str | None, by: str, now: datetime) -> str:
    """Say that these sellers (by the beginnings of their ids) are one; its id, the eldest's.

    Raises UnknownName, or BadValue where there are not two.
    """
    with store.transaction() as session:
        sellers = list(dict.fromkeys(locate_seller(session, name) for name in names))
        if len(sellers) < 2:
            raise BadValue(name="the sellers", value=" ".join(names), want="at least two that are not one already")
        left, *others = (list_members(session, seller) for seller in sellers)
        right = sorted(name for members in others for name in members)
        _decide(session, store, "merge", sellers, left, right, note=note, by=by, now=now)
    link_findings(store, now)
    with store.reading() as session:
        return locate_seller(session, sellers[0])


def split_seller(
    store: Store, seller: str, findings: Sequence[str], *, note: str | None, by: str, now: datetime
) -> tuple[str, str]:
    """Say that these findings of a seller are not his but another's; the ids of both, his first.

    Raises UnknownName, or BadValue where a finding is not the seller's, or none would be left to him.
    """
    with store.transaction() as session:
        seller_id = locate_seller(session, seller)
        members = list_members(session, seller_id)
        parted = sorted({locate(session, name)[0].id for name in findings})
        if strangers := set(parted).difference(members):
            raise BadValue(name="the finding", value=min(strangers), want=f"one of seller {seller_id}")
        rest = [name for name in members if name not in set(parted)]
        if not parted or not rest:
            raise BadValue(name="the findings", value=len(parted), want=f"some of the seller's {len(members)}, not all")
        _decide(session, store, "split", [seller_id], parted, rest, note=note, by=by, now=now)
    link_findings(store, now)
    with store.reading() as session:
        first, second = (session.get_one(FindingRow, side[0]).seller_id for side in (rest, parted))
    return first or "", second or ""


def _decide(
    session: Session, store: Store, kind: Literal["merge", "split"], sellers: Sequence[str], left: list[str],
    right: list[str], *, note: str | None, by: str, now: datetime,
) -> None:  # fmt: skip
    """Write a decision down, in the ledger too; those concerned wait for linking."""
    row = SellerDecisionRow(id=new_id(now), at=now, by=by, kind=kind, left=left, right=right, note=note)
    session.add(row)
    let_wait(session, [*left, *right])
    session.flush()
    turn_sellers(session, sellers)
    enter_decision(session, store.keys, row, sellers, now, by=by)
