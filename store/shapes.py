"""Findings as CONTRACT.md's JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from domain.plain import plain
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
    captures = _read_captures(session, [version.id for group in versions.values() for version in group])
    return [
        {
            "id": finding.id, "state": finding.state, "practice": source.practice,
            "post": _write_post(finding, version),
            "signal": _write_signal(finding, version, {kind: rows[version.id] for kind, rows in parts.items()}),
            "source": source.name, "seller_id": finding.seller_id,
            "first_seen": plain(finding.first_seen), "last_seen": plain(finding.last_seen),
            "versions": [_pick(one, _VERSION) for one in versions[finding.id]],
            "captures": _write_captures(versions[finding.id], captures),
            **_write_pictures(version),
        }
        for finding, version, source in found
    ]  # fmt: skip


def write_verdicts(session: Session, finding_id: str) -> list[dict[str, Any]]:
    """What analysts said of a finding, first to last."""
    rows = session.exec(
        select(VerdictRow).where(VerdictRow.finding_id == finding_id).order_by(col(VerdictRow.at), col(VerdictRow.id))
    )
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
    written: dict[str, Any] = plain(
        {
            "id": finding.post_id, "url": row.url, "thread_url": row.thread_url, "thread_title": row.thread_title,
            "board": row.board, "platform": row.platform, "post_id": row.site_post_id, "floor": row.floor,
            "author": {"name": row.author_name, "id": row.author_id, "url": row.author_url},
            "posted_at": row.posted_at, "posted_at_text": row.posted_at_text,
            "posted_at_precision": row.posted_at_precision, "edited_at": row.edited_at, "text": row.text,
            "quoted": row.quoted, "links": row.links, "images": row.images,
            "counts": {"views": row.views, "replies": row.replies, "members": row.members},
            "fetched_at": row.fetched_at, "content_sha256": row.content_sha256,
        }
    )  # fmt: skip
    return written


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
    versions: Iterable[FindingVersionRow], captures: dict[str, list[CaptureRow]]
) -> list[dict[str, Any]]:
    """Each capture once, in the order they were made."""
    rows = {row.id: row for version in versions for row in captures[version.id]}
    return [_pick(rows[key], _CAPTURE) for key in sorted(rows, key=lambda key: (rows[key].fetched_at, key))]


def _read_parts(session: Session, kind: type[Part], version_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    rows = session.exec(
        select(kind).where(col(kind.version_id).in_(version_ids)).order_by(col(kind.version_id), col(kind.position))
    )
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row.version_id].append(_write_part(row))
    return grouped


def _read_versions(session: Session, finding_ids: Sequence[str]) -> dict[str, list[FindingVersionRow]]:
    rows = session.exec(
        select(FindingVersionRow)
        .where(col(FindingVersionRow.finding_id).in_(finding_ids))
        .order_by(col(FindingVersionRow.first_seen), col(FindingVersionRow.content_sha256))
    )
    grouped: dict[str, list[FindingVersionRow]] = defaultdict(list)
    for row in rows:
        grouped[row.finding_id].append(row)
    return grouped


def _read_captures(session: Session, version_ids: Sequence[str]) -> dict[str, list[CaptureRow]]:
    rows = session.exec(
        select(CaptureVersionRow.version_id, CaptureRow)
        .join(CaptureRow, col(CaptureRow.id) == CaptureVersionRow.capture_id)
        .where(col(CaptureVersionRow.version_id).in_(version_ids))
    )
    grouped: dict[str, list[CaptureRow]] = defaultdict(list)
    for version_id, row in rows:
        grouped[version_id].append(row)
    return grouped


def _write_part(row: Part) -> dict[str, Any]:
    """One part; of a picture's the place in the post's own text is unknown, and the picture is named."""
    written = _pick(row, PARTS[type(row)])
    return written if row.picture is None else written | {"start": None, "end": None, "picture": row.picture}


def _write_pictures(row: FindingVersionRow) -> dict[str, Any]:
    """What was read in the post's pictures, beside the contract's fields where there is any."""
    pictures = [
        {"number": number, "url": address, **picture}
        for number, (address, picture) in enumerate(zip(row.images, row.pictures, strict=False), 1)
        if picture["text"]
    ]
    return {"pictures": pictures} if pictures else {}


def _pick(row: object, names: Iterable[str]) -> dict[str, Any]:
    picked: dict[str, Any] = plain({name: getattr(row, name) for name in names})
    return picked
