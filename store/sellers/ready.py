"""Profiles that are kept ready: what ties thousands of posts takes seconds to tell, and changes only when they do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.engine import Store
from store.sellers.profiles import in_heaps, shorten, write_sellers
from store.tables import ProfileRow, SellerRow

# Kept of sellers with so many posts, and of so many that have most; never of those with less than a few.
MANY, FIRST, FEW = 30, 200, 5


def keep_profiles(store: Store) -> None:
    """Make the profiles that are wanted and not there.

    A seller who changes while his is written has none until the next time; he is then written when he is asked for.
    """
    with store.reading() as session:
        wanted = _find_wanted(session)
    for heap in in_heaps(wanted):
        with store.reading() as session:
            turns = _read_turns(session, heap)
            written = {full["id"]: full for full in write_sellers(session, heap)}
        with store.transaction() as session:
            for seller_id, turn in _read_turns(session, heap).items():
                if turn == turns[seller_id] and session.get(ProfileRow, seller_id) is None:
                    full = written[seller_id]
                    session.add(ProfileRow(seller_id=seller_id, full=full, short=shorten(full)))


def _find_wanted(session: Session) -> list[tuple[str, int]]:
    """The sellers that want a profile and have none, and how many posts each has."""
    most = (
        select(SellerRow.id, SellerRow.posts, ProfileRow.seller_id)
        .outerjoin(ProfileRow, col(ProfileRow.seller_id) == SellerRow.id)
        .where(SellerRow.posts >= FEW)
        .order_by(col(SellerRow.posts).desc(), col(SellerRow.id).desc())
        .execution_options(yield_per=FIRST)
    )
    wanted: list[tuple[str, int]] = []
    for place, (seller_id, posts, kept) in enumerate(session.execute(most)):
        if place >= FIRST and posts < MANY:
            break
        if kept is None:
            wanted.append((seller_id, posts))
    return wanted


def _read_turns(session: Session, seller_ids: Sequence[str]) -> dict[str, int]:
    return dict(session.exec(select(SellerRow.id, SellerRow.turn).where(col(SellerRow.id).in_(seller_ids))).all())
