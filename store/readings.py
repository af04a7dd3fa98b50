"""What was read in a finding's wordings, as a digest that the ledger holds.

A capture proves what was served. What the store says of it (where it stood, the masked words, the label, prices and
handles) is rows of tables: none of them changes without a word in the ledger, and none that was changed is referred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from store.engine import in_batches
from store.ledger import digest_of, write_line
from store.tables import ContactRow, FindingVersionRow, Part, PriceRow, ReasonRow, VolumeRow

# What a wording and its parts are entered with. Never changed: entries that were made with it must go on holding.
# When and how often it was seen is left out, because that goes on.
_WORDING = (
    "id", "finding_id", "state", "masked", "evasions", "url", "thread_url", "thread_title", "board", "platform",
    "site_post_id", "floor", "author_name", "author_id", "author_url", "posted_at", "posted_at_text",
    "posted_at_precision", "edited_at", "text", "quoted", "links", "images", "pictures", "views", "replies", "members",
    "fetched_at", "content_sha256", "label", "score", "labels", "kind", "model", "offered", "goods", "fields_",
    "regions", "channel", "freshness", "guarantees",
)  # fmt: skip
_PART = ("text", "start", "end", "picture")
_PARTS: Mapping[str, tuple[type[Part], tuple[str, ...]]] = {
    "prices": (PriceRow, (*_PART, "amount", "currency", "per", "unit", "min_qty", "max_qty")),
    "contacts": (ContactRow, (*_PART, "kind", "value", "valid")),
    "volumes": (VolumeRow, (*_PART, "records")),
    "reasons": (ReasonRow, (*_PART, "why", "weight")),
}


def digest_readings(session: Session, version_ids: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of all that is kept of each wording, in the ledger's canonical form; as the database has it."""
    session.flush()
    return {
        version_id: digest_of(write_line(told))
        for batch in in_batches(version_ids)
        for version_id, told in _read(session, batch).items()
    }


def _read(session: Session, version_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    columns = [getattr(FindingVersionRow, name) for name in _WORDING]
    rows = session.execute(select(*columns).where(col(FindingVersionRow.id).in_(version_ids)))
    told = {row[0]: _name(_WORDING, row) | {kind: [] for kind in _PARTS} for row in rows}
    for kind, (table, names) in _PARTS.items():
        wanted = select(table.version_id, *(getattr(table, name) for name in names))
        mine = wanted.where(col(table.version_id).in_(told)).order_by(col(table.version_id), col(table.position))
        for version_id, *values in session.execute(mine):
            told[version_id][kind].append(_name(names, values))
    return told


def _name(names: Sequence[str], values: Iterable[Any]) -> dict[str, Any]:
    plain = (value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values)
    return dict(zip(names, plain, strict=True))
