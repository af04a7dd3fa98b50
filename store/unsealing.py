"""Opening sealed originals. The ledger says who opened what and why before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.errors import BadValue, DamagedSeal, UnknownName
from domain.pages import Haul
from domain.posts import Post
from store.engine import Store
from store.findings import locate
from store.ledger import Head, record
from store.seals import Digests, read_capture
from store.tables import CaptureRow, CaptureVersionRow, FindingRow, FindingVersionRow


@dataclass(frozen=True)
class Original:
    """A finding's post as it stood on one sealed page: nothing masked, and nothing of the other posts there."""

    capture: CaptureRow
    post: Post
    haul: Haul


@dataclass(frozen=True)
class Unsealed:
    """What was opened, in the order in which it was fetched, and the entry of the ledger that says so."""

    finding_id: str
    head: Head
    originals: tuple[Original, ...]


def unseal_finding(store: Store, name: str, *, reason: str, by: str, login: str, now: datetime) -> Unsealed:
    """Open the captures of the finding whose id begins with `name`, once the ledger says so.

    `by` is who answers for it, `login` the account that asked. Raises BadValue without a reason, UnknownName for a
    finding that there is not or that has no capture, DamagedSeal when one does not open (the entry stands then, too).
    """
    if not reason.strip():
        raise BadValue(name="--reason", value=repr(reason), want="why the original has to be seen, in words")
    with store.transaction() as session:
        finding, _, _ = locate(session, name)
        captures = _captures_of(session, finding)
        if not captures:
            raise UnknownName(kind="sealed original of the finding", name=finding.id)
        facts = {"reason": reason.strip(), "login": login, "captures": {row.id: row.sha256 for row, _ in captures}}
        head = record(session, store.keys, "unsealed", finding.id, facts, by=by, now=now)
    return Unsealed(finding.id, head, tuple(_open(store, finding, *one) for one in captures))


def describe_original(original: Original) -> dict[str, Any]:
    """What the capture says of itself beside the post: digests, and where and how it was fetched."""
    row, page = original.capture, original.haul.page
    pictures = {picture.address: picture.page.body for picture in original.haul.pictures}
    return {
        "id": row.id, "url": row.url, "requested_url": page.requested_url, "fetched_at": row.fetched_at,
        "sealed_at": row.sealed_at, "status": page.status, "peer": page.peer,
        "certificate_sha256": page.certificate_sha256, "sha256": row.sha256, "md5": row.md5,
        "body_sha256": row.body_sha256, "body_md5": row.body_md5, "post": original.post,
        "pictures": [
            {"url": address, "sha256": (digests := Digests.of(pictures[address])).sha256, "md5": digests.md5}
            for address in original.post.images if address in pictures
        ],
    }  # fmt: skip


def _captures_of(session: Session, finding: FindingRow) -> list[tuple[CaptureRow, frozenset[str]]]:
    """The captures of a finding, with the digests of its wordings that each proves."""
    rows = session.exec(
        select(CaptureRow, FindingVersionRow.content_sha256)
        .join(CaptureVersionRow, col(CaptureVersionRow.capture_id) == CaptureRow.id)
        .join(FindingVersionRow, col(FindingVersionRow.id) == CaptureVersionRow.version_id)
        .where(FindingVersionRow.finding_id == finding.id)
        .order_by(col(CaptureRow.fetched_at), col(CaptureRow.id))
    ).all()
    found: dict[str, tuple[CaptureRow, set[str]]] = {}
    for row, digest in rows:
        found.setdefault(row.id, (row, set()))[1].add(digest)
    return [(row, frozenset(digests)) for row, digests in found.values()]


def _open(store: Store, finding: FindingRow, row: CaptureRow, digests: frozenset[str]) -> Original:
    haul = read_capture(store, row.id)
    post = next((post for post in haul.posts if post.id == finding.post_id and post.content_sha256 in digests), None)
    if post is None:
        raise DamagedSeal(page=row.id)
    return Original(row, post, haul)
