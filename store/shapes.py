"""Findings as CONTRACT.md's JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from store.columns import Time, among
from store.evidence import IN_ORDER
from store.tables import (
    CaptureRow,
    CaptureVersionRow,
    ContactRow,
    FindingRow,
    FindingVersionRow,
    FormerSignalRow,
    Part,
    PriceRow,
    ReasonRow,
    SourceRow,
    VerdictRow,
    VolumeRow,
)

# A finding, the wording of it that stands, and its source.
Found = tuple[FindingRow, FindingVersionRow, SourceRow]

_SPAN = ("text", "start", "end")
# What a version's signal consists of beside its own columns, and what is told of each.
PARTS: dict[type[Part], tuple[str, ...]] = {
    PriceRow: ("amount", "currency", "per", "unit", "min_qty", "max_qty", *_SPAN),
    ContactRow: ("kind", "value", *_SPAN, "valid"),
    VolumeRow: ("records", *_SPAN),
    ReasonRow: ("why", *_SPAN, "weight"),
}
_VERSION = ("id", "first_seen", "last_seen", "text", "content_sha256", "edited_at", "label", "score", "model")
_CAPTURE = ("id", "url", "fetched_at", "sealed_at", "sha256", "md5", "body_sha256", "body_md5")
_VERDICT = ("id", "state", "label", "note", "by", "at")
_FORMER = ("version_id", "replaced_at", "state", "signal")


def write_findings(session: Session, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Findings in full, in the order given."""
    standing = [version.id for _, version, _ in found]
    parts = {kind: _read_parts(session, kind, standing) for kind in PARTS}
    versions = _read_versions(session, [finding.id for finding, _, _ in found])
    captures = _read_captures(session, [version["id"] for group in versions.values() for version in group])
    return [
        {
            "id": finding.id, "state": finding.state, "practice": source.practice,
            "post": _write_post(finding, version),
            "signal": _write_signal(finding, version, {kind: rows[version.id] for kind, rows in parts.items()}),
            "source": source.name, "seller_id": finding.seller_id,
            "first_seen": _tell(finding.first_seen), "last_seen": _tell(finding.last_seen),
            "versions": versions[finding.id],
            "captures": _write_captures(versions[finding.id], captures),
            **({"removed_at": _tell(finding.removed_at)} if finding.removed_at else {}),
            **_write_pictures(version),
        }
        for finding, version, source in found
    ]  # fmt: skip


def write_verdicts(session: Session, finding_id: str) -> list[dict[str, Any]]:
    """What analysts said of a finding, first to last."""
    rows = session.exec(select(VerdictRow).where(VerdictRow.finding_id == finding_id).order_by(*IN_ORDER))
    return [_pick(row, _VERDICT) for row in rows]


def write_former_signals(session: Session, finding_id: str) -> list[dict[str, Any]]:
    """What earlier models said of a finding's wordings, first to last, each until it was replaced."""
    rows = session.exec(
        select(FormerSignalRow)
        .join(FindingVersionRow, col(FindingVersionRow.id) == FormerSignalRow.version_id)
        .where(FindingVersionRow.finding_id == finding_id)
        .order_by(col(FormerSignalRow.replaced_at), col(FormerSignalRow.id))
    )
    return [_pick(row, _FORMER) for row in rows]


def write_signal(session: Session, finding: FindingRow, version: FindingVersionRow) -> dict[str, Any]:
    """What is said of one wording of a finding at present."""
    return _write_signal(
        finding, version, {kind: _read_parts(session, kind, [version.id])[version.id] for kind in PARTS}
    )


def _write_post(finding: FindingRow, row: FindingVersionRow) -> dict[str, Any]:
    return {
        "id": finding.post_id, "url": row.url, "thread_url": row.thread_url, "thread_title": row.thread_title,
        "board": row.board, "platform": row.platform, "post_id": row.site_post_id, "floor": row.floor,
        "author": {"name": row.author_name, "id": row.author_id, "url": row.author_url},
        "posted_at": _tell(row.posted_at), "posted_at_text": row.posted_at_text,
        "posted_at_precision": row.posted_at_precision, "edited_at": _tell(row.edited_at), "text": row.text,
        "quoted": row.quoted, "links": row.links, "images": row.images,
        "counts": {"views": row.views, "replies": row.replies, "members": row.members},
        "fetched_at": _tell(row.fetched_at), "content_sha256": row.content_sha256,
    }  # fmt: skip


def _write_signal(
    finding: FindingRow, row: FindingVersionRow, parts: dict[type[Part], list[dict[str, Any]]]
) -> dict[str, Any]:
    offer = {
        "goods": row.goods, "fields": row.fields_, "regions": row.regions, "channel": row.channel,
        "freshness": row.freshness, "guarantees": row.guarantees, "volumes": parts[VolumeRow],
        "prices": parts[PriceRow], "contacts": parts[ContactRow],
    }  # fmt: skip
    return {
        "id": finding.post_id, "label": row.label, "score": row.score, "labels": row.labels, "kind": row.kind,
        "offer": offer if row.offered else None, "reasons": parts[ReasonRow], "model": row.model,
    }  # fmt: skip


def _write_captures(
    versions: Iterable[Mapping[str, Any]], captures: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Each capture once, in the order they were made."""
    rows = {row["id"]: row for version in versions for row in captures[version["id"]]}
    return sorted(rows.values(), key=lambda row: (row["fetched_at"], row["id"]))


# What follows reads columns, not mapped objects: a page of findings has hundreds of rows, and those cost three times.
def _read_parts(session: Session, kind: type[Part], version_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    columns = _columns(kind, ("version_id", "picture", *PARTS[kind]))
    order = _columns(kind, ("version_id", "position")).values()
    wanted = select_columns(*columns.values()).where(among(columns["version_id"], version_ids)).order_by(*order)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _read(session, wanted, columns):
        grouped[row.pop("version_id")].append(_place_part(row))
    return grouped


def _read_versions(session: Session, finding_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    columns = _columns(FindingVersionRow, ("finding_id", *_VERSION))
    wanted = select_columns(*columns.values()).where(among(columns["finding_id"], finding_ids))
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _read(session, wanted.order_by(columns["first_seen"], columns["content_sha256"]), columns):
        grouped[row.pop("finding_id")].append(row)
    return grouped


def _read_captures(session: Session, version_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    proves = _columns(CaptureVersionRow, ("version_id", "capture_id"))
    columns = {**_columns(CaptureRow, _CAPTURE), "version_id": proves["version_id"]}
    wanted = (
        select_columns(*columns.values())
        .where(columns["id"] == proves["capture_id"], among(proves["version_id"], version_ids))
    )  # fmt: skip
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _read(session, wanted, columns):
        grouped[row.pop("version_id")].append(row)
    return grouped


def _columns(kind: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: kind.__table__.c[name] for name in names}


def _read(session: Session, statement: Any, columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows as JSON has them, past the mapper."""
    times = [name for name, column in columns.items() if isinstance(column.type, Time)]
    for row in session.connection().execute(statement).all():
        told = dict(zip(columns, row, strict=True))
        for name in times:
            told[name] = _tell(told[name])
        yield told


def _place_part(row: dict[str, Any]) -> dict[str, Any]:
    """One part; of a picture's the place in the post's own text is unknown, and the picture is named."""
    picture = row.pop("picture")
    return row if picture is None else row | {"start": None, "end": None, "picture": picture}


def _write_pictures(row: FindingVersionRow) -> dict[str, Any]:
    """What was read in the post's pictures, beside the contract's fields where there is any."""
    pictures = [
        {"number": number, "url": address, **picture}
        for number, (address, picture) in enumerate(zip(row.images, row.pictures, strict=False), 1)
        if picture["text"]
    ]
    return {"pictures": pictures} if pictures else {}


def _pick(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: _tell(getattr(row, name)) for name in names}


def _tell(value: Any) -> Any:
    """What a column holds, as JSON has it; lists and tables in it are plain already."""
    return value.isoformat() if isinstance(value, datetime) else value
