"""From findings to a dossier: what may be referred, and what of it is opened for whom.

Fails closed: a finding with any gap in its proof is not referred, nor are those asked for with it. Only for a channel
that carries captures are they opened; the ledger says who asked and why before it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.errors import NotReferable, Refused, UnknownName
from domain.plain import plain
from store.columns import clean
from store.engine import Store, new_id
from store.findings import find_finding
from store.ledger import KEY_ACTIONS, begin_ledger, head_of, read_entry
from store.referrals.channels import find_channel
from store.referrals.dossier import Custody, Dossier, Exhibit, Link, Request, Stamped, Subject
from store.stamping import list_stamps
from store.tables import CaptureRow, CaptureVersionRow, FindingVersionRow, LedgerRow, PagePictureRow, ReferralRow
from store.unsealing import Access, OpenedCapture, unseal_captures
from store.verification import list_gaps

# What a referral adds to a finding: the thresholds its claims come to, and its text with disguises undone.
Describe = Callable[[Mapping[str, Any]], tuple[Sequence[Mapping[str, Any]], str]]
# Entries of the ledger that concern a finding and go out with it; who opened what and why goes to the police alone.
_OPEN_ACTIONS = ("captured", "pictured", "adopted")
_CLOSE_ACTIONS = (*_OPEN_ACTIONS, "unsealed", "verdict", "rescored", "referred")
# What is said of a capture, of its picture, and of how the page was fetched.
_RECORD = (
    "id", "url", "fetched_at", "sealed_at", "size", "sha256", "md5", "body_sha256", "body_md5", "warc_size",
    "warc_sha256", "warc_md5",
)  # fmt: skip
_PICTURE = (
    "drawn_at", "gap", "png_size", "png_sha256", "png_md5", "width", "height", "full_height", "missing", "browser",
)  # fmt: skip
_FACTS = (
    "requested_url", "redirects", "method", "status", "headers", "request_headers", "peer", "certificate_sha256",
    "http_version", "entry_steps", "rendered", "finished_at", "clock", "resolved", "proxied", "browser",
)  # fmt: skip


def gather(
    store: Store, names: Iterable[str], request: Request, describe: Describe, *, role: str, login: str, software: str,
    now: datetime,
) -> Dossier:  # fmt: skip
    """All that a referral of the findings whose ids begin with `names` says.

    Raises UnknownName, BadValue, Refused (what may not be referred, whatever its proof), NotReferable (a gap in the
    proof) and DamagedSeal.
    """
    channel = find_channel(request.to)
    request = replace(request, **{name: clean(said) for name, said in vars(request).items() if said is not None})
    findings = _find(store, names, request)
    for finding_id, gaps in list_gaps(store, [finding["id"] for finding in findings]).items():
        if gaps:
            raise NotReferable(finding=finding_id, gaps=tuple(f"{gap.what} {gap.subject}" for gap in gaps))
    referral_id = new_id(now)
    opened: dict[str, OpenedCapture] = {}
    if channel.carries:
        access = Access(_reason_of(request, referral_id), role, request.operator, login)
        opening = unseal_captures(store, [finding["id"] for finding in findings], access, now)
        opened = {one.capture.id: one for one in opening.captures}
    subjects = tuple(Subject(finding, *describe(finding)) for finding in findings)
    with store.transaction() as session:
        key = begin_ledger(session, store.keys, by=request.operator, now=now)
        exhibits = _list_exhibits(session, [finding["id"] for finding in findings], opened)
        things = [*(finding["id"] for finding in findings), *(exhibit.record["id"] for exhibit in exhibits)]
        custody = _read_custody(session, key, things, _CLOSE_ACTIONS if channel.carries else _OPEN_ACTIONS)
    if channel.carries:
        custody = replace(custody, stamps=_list_stamped(store, custody))
    return Dossier(referral_id, now, request, subjects, exhibits, custody, software)


def _find(store: Store, names: Iterable[str], request: Request) -> list[dict[str, Any]]:
    found = {finding["id"]: finding for finding in (find_finding(store, name) for name in names)}
    findings = list(found.values())
    for finding in findings:
        if finding["state"] == "dismissed":
            mend = f"judge it first, as in: tipstaff judge {finding['id'][:12]} confirmed"
            raise Refused(what=f"finding {finding['id']} was dismissed", mend=mend)
    if len({finding["practice"] for finding in findings}) > 1:
        raise Refused(what="practice findings and real ones in one referral", mend="refer them apart")
    if request.corrects is not None:
        with store.reading() as session:
            if session.get(ReferralRow, request.corrects) is None:
                raise UnknownName(kind="referral", name=request.corrects)
    return findings


def _reason_of(request: Request, referral_id: str) -> str:
    about = f"referral {referral_id} to {request.to}" + (f", case {request.case}" if request.case else "")
    return f"{about}: {request.reason}" if request.reason else about


def _list_exhibits(
    session: Session, finding_ids: Sequence[str], opened: Mapping[str, OpenedCapture]
) -> tuple[Exhibit, ...]:
    rows = session.exec(
        select(CaptureRow, FindingVersionRow.finding_id, PagePictureRow)
        .join(CaptureVersionRow, col(CaptureVersionRow.capture_id) == CaptureRow.id)
        .join(FindingVersionRow, col(FindingVersionRow.id) == CaptureVersionRow.version_id)
        .join(PagePictureRow, col(PagePictureRow.capture_id) == CaptureRow.id, isouter=True)
        .where(col(FindingVersionRow.finding_id).in_(finding_ids))
        .order_by(col(CaptureRow.fetched_at), col(CaptureRow.id))
    ).all()
    captures: dict[str, tuple[CaptureRow, PagePictureRow | None, dict[str, None]]] = {}
    for row, finding_id, picture in rows:
        captures.setdefault(row.id, (row, picture, {}))[2][finding_id] = None
    return tuple(
        _make_exhibit(row, picture, tuple(proves), opened.get(row.id)) for row, picture, proves in captures.values()
    )


def _make_exhibit(
    row: CaptureRow, picture: PagePictureRow | None, proves: tuple[str, ...], opened: OpenedCapture | None
) -> Exhibit:
    record = plain(
        {
            **{name: getattr(row, name) for name in _RECORD},
            "picture": {name: getattr(picture, name) for name in _PICTURE} if picture else None,
        }
    )
    if opened is None:
        return Exhibit(record, proves, {})
    page = opened.haul.page
    facts = plain(
        {
            **{name: getattr(page, name) for name in _FACTS}, "title": opened.haul.title, "body_size": len(page.body),
            "content_type": page.header("content-type"), "recorded": opened.recorded, "picture_gap": opened.gap,
        }
    )  # fmt: skip
    return Exhibit(record, proves, facts, opened.warc, opened.picture)


def _read_custody(session: Session, key: str, things: Sequence[str], actions: Sequence[str]) -> Custody:
    """The entries that bring in keys, those of `things`, and where the ledger ends now."""
    concerned = col(LedgerRow.action).in_(actions) & col(LedgerRow.subject).in_(things)
    rows = session.exec(
        select(LedgerRow).where(col(LedgerRow.action).in_(KEY_ACTIONS) | concerned).order_by(col(LedgerRow.seq))
    ).all()
    links = tuple(Link(row.entry, row.hash, row.signature, row.countersignature) for row in rows)
    head = head_of(session)
    assert head is not None
    public = next(row for row in reversed(rows) if row.action in KEY_ACTIONS)
    return Custody(links, str(head), key, _public_of(public))


def _list_stamped(store: Store, custody: Custody) -> tuple[Stamped, ...]:
    """The stamps that came after the first sealing: each says that the ledger had come so far by then."""
    entries = [entry for link in custody.links if (entry := read_entry(link.entry))]
    first = min((entry.seq for entry in entries if entry.action in ("captured", "adopted")), default=0)
    return tuple(
        Stamped(stamp.head.seq, stamp.line, stamp.stamped_at, stamp.authority, stamp.token)
        for stamp in list_stamps(store)
        if stamp.head.seq >= first
    )


def _public_of(row: LedgerRow) -> bytes:
    entry = read_entry(row.entry)
    assert entry is not None
    return bytes.fromhex(str(entry.facts["public"]))
