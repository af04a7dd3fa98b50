"""Opening sealed originals. The ledger says who opened what and why before anything is shown.

Who looks at one finding sees its post (`unseal_finding`); who hands findings over gets the captures themselves, as WARC
files with their pictures (`unseal_captures`).
"""

from __future__ import annotations

from collections.abc import Sequence
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
from store.seals import Digests, is_warc, open_capture, open_picture, read_capture, restore_haul
from store.tables import CaptureRow, CaptureVersionRow, FindingRow, FindingVersionRow, PagePictureRow
from store.warc import Maker, Setting, write_warc


@dataclass(frozen=True)
class Access:
    """Why, in which role and by whom originals are opened: `by` answers for it, `login` is the account that asks."""

    reason: str
    role: str
    by: str
    login: str


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


@dataclass(frozen=True)
class OpenedCapture:
    """A capture as it is handed over.

    `findings` are the ids of those that were asked for and that it proves. `warc` is the WARC file. `recorded` says
    that it is the very file that was sealed, whose digests stand in the ledger; a capture that is older than that form
    is written as one now, from what was sealed. `picture` is a PNG file drawn of the page, or None: `gap` then says why
    in a word ("not_drawn" while nobody tried).
    """

    capture: CaptureRow
    findings: tuple[str, ...]
    haul: Haul
    warc: bytes
    recorded: bool
    picture: bytes | None
    picture_row: PagePictureRow | None

    @property
    def gap(self) -> str | None:
        """Why there is no picture."""
        return self.picture_row.gap if self.picture_row else "not_drawn"


@dataclass(frozen=True)
class Opening:
    """What was opened for several findings: each capture once, the oldest first; `head` is the last entry that says so.

    `findings` are their full ids, in the order in which they were asked for.
    """

    findings: tuple[str, ...]
    head: Head
    captures: tuple[OpenedCapture, ...]


def unseal_captures(store: Store, names: Sequence[str], access: Access, now: datetime) -> Opening:
    """Open all captures of the findings whose ids begin with `names`, once the ledger says so: an entry a finding.

    Raises as `unseal_finding` does. Nothing is shown when one of them does not open.
    """
    _check(access)
    found: dict[str, list[CaptureRow]] = {}
    head: Head | None = None
    with store.transaction() as session:
        for name in names:
            finding, _, _ = locate(session, name)
            if finding.id not in found:
                found[finding.id] = [row for row, _ in _find_captures(session, finding)]
                head = _enter(session, store, finding.id, found[finding.id], access, now)
        rows = {row.id: row for captures in found.values() for row in captures}
        drawn = select(PagePictureRow).where(col(PagePictureRow.capture_id).in_(rows))
        pictures = {picture.capture_id: picture for picture in session.exec(drawn)}
    if head is None:
        raise BadValue(name="the findings", value="none", want="at least one")
    proves = {capture_id: tuple(name for name, captures in found.items() if rows[capture_id] in captures)
              for capture_id in rows}  # fmt: skip
    ordered = sorted(rows.values(), key=lambda row: (row.fetched_at, row.id))
    opened = tuple(_open_whole(store, row, proves[row.id], pictures.get(row.id)) for row in ordered)
    return Opening(tuple(found), head, opened)


def unseal_finding(store: Store, name: str, access: Access, now: datetime) -> Unsealed:
    """Open the captures of the finding whose id begins with `name`, once the ledger says so.

    Raises BadValue without a reason or a role, UnknownName for a finding that there is not or that has no capture,
    DamagedSeal when one does not open (the entry stands then, too).
    """
    _check(access)
    with store.transaction() as session:
        finding, _, _ = locate(session, name)
        captures = _find_captures(session, finding)
        head = _enter(session, store, finding.id, [row for row, _ in captures], access, now)
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


def _check(access: Access) -> None:
    if not access.reason.strip():
        raise BadValue(name="--reason", value=repr(access.reason), want="why the original has to be seen, in words")
    if not access.role.strip():
        raise BadValue(name="--role", value=repr(access.role), want="in which role the original is opened, in words")


def _enter(
    session: Session, store: Store, finding_id: str, captures: Sequence[CaptureRow], access: Access, now: datetime
) -> Head:
    said = {"reason": access.reason.strip(), "role": access.role.strip(), "login": access.login}
    facts = said | {"captures": {row.id: row.sha256 for row in captures}}
    return record(session, store.keys, "unsealed", finding_id, facts, by=access.by, now=now)


def _find_captures(session: Session, finding: FindingRow) -> list[tuple[CaptureRow, frozenset[str]]]:
    """The captures of a finding, with the digests of its wordings that each proves. Raises UnknownName without any."""
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
    if not found:
        raise UnknownName(kind="sealed original of the finding", name=finding.id)
    return [(row, frozenset(digests)) for row, digests in found.values()]


def _open_whole(
    store: Store, row: CaptureRow, findings: tuple[str, ...], picture: PagePictureRow | None
) -> OpenedCapture:
    opened = open_capture(store, row.id)
    haul, recorded = restore_haul(opened, row.id), is_warc(opened)
    warc = opened if recorded else write_warc(haul, Setting(row.id, row.sealed_at), Maker())
    png = open_picture(store, row.id) if picture is not None and picture.gap is None else None
    return OpenedCapture(row, findings, haul, warc, recorded, png, picture)


def _open(store: Store, finding: FindingRow, row: CaptureRow, digests: frozenset[str]) -> Original:
    haul = read_capture(store, row.id)
    post = next((post for post in haul.posts if post.id == finding.post_id and post.content_sha256 in digests), None)
    if post is None:
        raise DamagedSeal(page=row.id)
    return Original(row, post, haul)
