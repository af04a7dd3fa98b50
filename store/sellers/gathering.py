"""Traces of findings as the store keeps them, and the keys under which they are found again."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from sqlmodel import Session, col, select

from domain.signals import FINDING_LABELS, Contact, Price
from domain.sources import site_of
from store.engine import in_batches
from store.sellers.decisions import Decision
from store.sellers.linking import WITH_NUMBERS
from store.sellers.traces import Trace, make_trace
from store.sellers.wordings import sketch_letters
from store.tables import ContactRow, FindingRow, FindingVersionRow, PriceRow, SellerDecisionRow

_MOBILE = re.compile(r"^(?:www|m|wap|mobile|touch|3g)\.(?=[^.]+\.)")
CHATS = frozenset({"telegram"})
# Findings that an analyst confirmed are somebody's offer, whatever the classifier called them.
CONFIRMED = frozenset({"confirmed", "referred"})


def is_linked(finding: FindingRow) -> bool:
    """Whether a finding is somebody's offer: what only quotes one, or was dismissed, belongs to no seller."""
    return finding.state != "dismissed" and (finding.label in FINDING_LABELS or finding.state in CONFIRMED)


def read_traces(session: Session, finding_ids: Iterable[str]) -> dict[str, Trace]:
    """The traces of those of these findings that can be linked, by their ids; of the wording that stands."""
    traces: dict[str, Trace] = {}
    for ids in in_batches(finding_ids):
        rows = session.exec(
            select(FindingRow, FindingVersionRow)
            .join(FindingVersionRow, col(FindingVersionRow.id) == FindingRow.version_id)
            .where(col(FindingRow.id).in_(ids))
        )
        found = [(finding, version) for finding, version in rows if is_linked(finding)]
        contacts, prices = _read_offers(session, [version.id for _, version in found])
        for finding, version in found:
            traces[finding.id] = make_trace(
                finding.id, _site_of(version.url), (version.author_name, version.author_id or version.author_url),
                version.text, contacts[version.id], prices[version.id], chat=version.platform in CHATS,
            )  # fmt: skip
    return traces


def read_decisions(session: Session) -> list[Decision]:
    """What analysts decided, in the order in which they did."""
    rows = session.exec(select(SellerDecisionRow).order_by(col(SellerDecisionRow.at), col(SellerDecisionRow.id)))
    return [
        Decision(row.id, "merge" if row.kind == "merge" else "split", tuple(row.left), tuple(row.right)) for row in rows
    ]


def digest_name(name: str) -> int:
    """The key of a handle or account: an even number of 64 bits."""
    return (
        int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True) & ~1
    )


def digest_names(trace: Trace) -> set[int]:
    """The keys of a trace's handles and account. What speaks of somebody else is none."""
    names = {handle.key for handle in trace.handles if handle.role != "foreign"}
    return {digest_name(name) for name in (names | {trace.account} if trace.account else names) if name}


def digest_bands(traces: Sequence[Trace]) -> list[set[int]]:
    """The keys of each trace's wording: odd numbers; none where it is too short to tell anything."""
    sketches = sketch_letters([trace.wording.letters for trace in traces])
    numbered = (sketches + np.arange(sketches.shape[1], dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
    return [
        set(bands) if len(trace.wording.letters) >= WITH_NUMBERS else set()
        for trace, bands in zip(traces, numbered.view(np.int64).tolist(), strict=True)
    ]


def _site_of(url: str) -> str:
    """The site of an address; that for telephones is the same."""
    return _MOBILE.sub("", site_of(url))


def _read_offers(
    session: Session, version_ids: Sequence[str]
) -> tuple[dict[str, list[Contact]], dict[str, list[Price]]]:
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for row in session.exec(
        select(ContactRow).where(col(ContactRow.version_id).in_(version_ids)).order_by(col(ContactRow.position))
    ):
        place = (row.text, row.start, row.end)
        contacts[row.version_id].append(Contact(row.kind, row.value, *place, row.valid, row.picture))
    prices: dict[str, list[Price]] = defaultdict(list)
    for price in session.exec(
        select(PriceRow).where(col(PriceRow.version_id).in_(version_ids)).order_by(col(PriceRow.position))
    ):
        what = (price.amount, price.currency, price.per, price.unit, price.min_qty, price.max_qty)
        prices[price.version_id].append(Price(*what, price.text, price.start, price.end, price.picture))
    return contacts, prices
