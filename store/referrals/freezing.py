"""A dossier becomes a package, once: the file, the row that keeps what was signed, and the entry of the ledger."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from domain.errors import BadValue, DiskFull, UnknownName
from store.catalogue import refile, watch
from store.engine import Store, new_id
from store.evidence import enter_verdict
from store.ledger import Head, record
from store.referrals.channels import advise
from store.referrals.composing import compose
from store.referrals.dossier import Dossier
from store.referrals.drafts import open_draft
from store.referrals.package import (
    MANIFEST,
    SIGNATURE,
    finish_members,
    folder_of,
    sign_manifest,
    write_manifest,
    write_zip,
)
from store.signing import load_signer
from store.tables import FindingRow, ReferralFindingRow, ReferralRow, VerdictRow


@dataclass(frozen=True)
class Frozen:
    """A referral that was made: the file with SHA-256 and size, the key that signed, and the entry of the ledger.

    `misplaced` are those of its findings that the recipient is not the right one for.
    """

    id: str
    path: Path
    findings: tuple[str, ...]
    misplaced: tuple[str, ...]
    practice: bool
    sha256: str
    size: int
    key: str
    head: Head


def check_place(path: Path) -> None:
    """Whether a package can be put there. Raises BadValue for a place that is taken, UnknownName without its folder."""
    if not path.parent.is_dir():
        raise UnknownName(kind="folder", name=str(path.parent))
    if path.exists() or path.is_symlink():
        raise BadValue(name="--out", value=path, want="a file that is not there yet: a referral is never written over")


def freeze(store: Store, dossier: Dossier, path: Path, *, now: datetime) -> Frozen:
    """Make the package, enter it and put it in its place; with any fault neither is there.

    The findings are `referred` from then on. Raises DiskFull, BadValue or Refused.
    """
    check_place(path)
    members = finish_members(dossier, compose(dossier))
    manifest = write_manifest(dossier, members)
    signature = sign_manifest(manifest, load_signer(store.keys.folder, dossier.custody.key))
    files = [(member.path, member.data) for member in members]
    files = sorted([*files, (MANIFEST, manifest), (SIGNATURE, signature)])
    with _telling_place(path), open_draft(store, dossier.id, path, now) as (stream, draft):
        digest, size = hashlib.sha256(), 0
        for piece in write_zip(folder_of(dossier.id), files):
            stream.write(piece)
            digest.update(piece)
            size += len(piece)
        stream.flush()
        os.fsync(stream.fileno())
        with store.transaction() as session:
            head = _enter(session, store, dossier, (manifest, signature), (digest.hexdigest(), size), now)
        os.replace(draft, path)
    findings = {subject.finding["id"]: dossier.request.to in advise(subject) for subject in dossier.subjects}
    misplaced = tuple(finding_id for finding_id, fits in findings.items() if not fits)
    key, sha256 = dossier.custody.key, digest.hexdigest()
    return Frozen(dossier.id, path, tuple(findings), misplaced, dossier.practice, sha256, size, key, head)


@contextmanager
def _telling_place(path: Path) -> Iterator[None]:
    """A place that cannot be written is bad input. Raises BadValue or DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(path=path) from None
        raise BadValue(name="--out", value=path, want=f"a place that can be written ({error.strerror})") from None


def _enter(
    session: Session, store: Store, dossier: Dossier, signed: tuple[bytes, bytes], zipped: tuple[str, int],
    now: datetime,
) -> Head:  # fmt: skip
    manifest, signature = signed
    request = dossier.request
    row = ReferralRow(
        id=dossier.id, made_at=dossier.made_at, recipient=request.to, case_no=request.case, operator=request.operator,
        reason=request.reason, language=request.language, corrects=request.corrects, practice=dossier.practice,
        manifest=manifest.decode(), signature=signature.hex(), sha256=zipped[0], size=zipped[1],
    )  # fmt: skip
    session.add(row)
    session.flush()
    for position, subject in enumerate(dossier.subjects):
        session.add(ReferralFindingRow(referral_id=row.id, finding_id=subject.finding["id"], position=position))
        _pass_on(session, store, subject.finding["id"], row, now)
    facts = {
        "to": request.to, "case": request.case, "corrects": request.corrects, "sha256": zipped[0], "size": zipped[1],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "findings": [subject.finding["id"] for subject in dossier.subjects],
        "captures": [exhibit.record["id"] for exhibit in dossier.exhibits if exhibit.warc is not None],
    }  # fmt: skip
    return record(session, store.keys, "referred", row.id, facts, by=request.operator, now=now)


def _pass_on(session: Session, store: Store, finding_id: str, referral: ReferralRow, now: datetime) -> None:
    """The finding's state becomes `referred`, as a verdict that names the referral."""
    finding = session.get(FindingRow, finding_id, with_for_update=True)
    if finding is None:
        raise UnknownName(kind="finding", name=finding_id)
    if finding.state == "referred":
        return
    watch(session, finding)
    finding.state, finding.judged_at = "referred", now
    verdict = VerdictRow(
        id=new_id(now), finding_id=finding.id, version_id=finding.version_id, label=finding.label, state="referred",
        note=f"referral {referral.id}", by=referral.operator, at=now,
    )  # fmt: skip
    session.add(verdict)
    refile(session)
    enter_verdict(session, store.keys, verdict, now, by=referral.operator)
