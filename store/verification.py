"""Whether the evidence is what it was: every link of the ledger, and every capture and verdict against its entry.

The first link of the chain that does not hold is named, and then no more of the chain: all that follows hangs on it.
Captures and verdicts are looked at one by one, so that each that does not hold is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from domain.errors import DamagedSeal
from domain.plain import plain
from store.columns import clean
from store.engine import Store
from store.evidence import (
    digest_capture,
    digest_decision,
    digest_picture,
    digest_stamp,
    digest_verdict,
    proven_versions,
)
from store.ledger import KEY_ACTIONS, NOTHING, Entry, Head, digest_of, read_entry, read_witness
from store.readings import digest_readings
from store.seals import Digests, capture_path, is_warc, open_capture, open_picture, picture_path, restore_haul
from store.signing import fingerprint_of, is_signed
from store.tables import (
    CaptureRow,
    CaptureVersionRow,
    DoomedRow,
    FindingRow,
    FindingVersionRow,
    LedgerRow,
    PagePictureRow,
    ReferralFindingRow,
    ReferralRow,
    SellerDecisionRow,
    TimestampRow,
    VerdictRow,
)

BATCH = 1000
Kept = TypeVar("Kept", CaptureRow, VerdictRow, ReferralRow, TimestampRow, SellerDecisionRow)


@dataclass(frozen=True)
class Fault:
    """A link that does not hold. `what` is a word of FAULTS, `subject` an entry's number or the id of a thing."""

    what: str
    subject: str


# What may be wrong, in the order in which a link is tried.
FAULTS = (
    "entry_unreadable", "entry_missing", "entry_changed", "entry_chain", "entry_key", "entry_signature",
    "entry_columns", "head_beyond", "head_other", "witness_beyond", "witness_other", "key_other",
    "capture_unrecorded", "capture_gone", "capture_changed", "seal_gone", "seal_changed", "seal_closed", "body_changed",
    "wordings_changed", "reading_changed", "finding_changed", "picture_unrecorded", "picture_gone", "picture_changed",
    "picture_closed", "purge_undone",
    "verdict_unrecorded", "verdict_gone", "verdict_changed", "referral_unrecorded", "referral_gone",
    "referral_changed", "stamp_unrecorded", "stamp_gone", "stamp_changed", "decision_unrecorded",
    "decision_gone", "decision_changed", "rows_unreadable", "wording_unproven",
)  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """What was proved: how much of what, where the chain ends, which key is in force; or what is broken."""

    entries: int
    captures: int
    verdicts: int
    head: Head | None
    key: str | None
    faults: tuple[Fault, ...]


@dataclass
class Chain:
    """What the ledger says, learnt while it is walked from its first entry to its last."""

    entries: int = 0
    head: Head | None = None
    key: str | None = None
    publics: dict[str, bytes] = field(default_factory=dict)
    fault: Fault | None = None
    heads: dict[int, str] = field(default_factory=dict)
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    stamps: dict[str, dict[str, Any]] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    misread: set[str] = field(default_factory=set)
    standing: dict[str, str] = field(default_factory=dict)
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    referrals: dict[str, dict[str, Any]] = field(default_factory=dict)
    purged_captures: set[str] = field(default_factory=set)
    purged_versions: set[str] = field(default_factory=set)
    purged_verdicts: set[str] = field(default_factory=set)


def verify_store(store: Store, heads: Iterable[Head] = (), key: str | None = None) -> Proof:
    """Prove the whole of what is kept. `heads` are those that were printed or kept apart, `key` the fingerprint (or the
    beginning of it) that a key of the ledger must have.

    Nothing is changed. Of one unchanging state of the database: what is stored meanwhile is not looked at.
    """
    given = list(heads)
    witness = read_witness(store.keys)
    with store.reading() as session:
        chain = walk(_read_rows(session), {head.seq for head in (*given, *([witness] if witness else ()))})
        faults = [chain.fault] if chain.fault else []
        faults += [fault for head in given if (fault := _miss(chain, head, "head"))]
        if witness and (fault := _miss(chain, witness, "witness")):
            faults.append(fault)
        if key is not None and not any(known.startswith(key.lower()) for known in chain.publics):
            faults.append(Fault("key_other", chain.key or "-"))
        captures = list(_read_all(session, CaptureRow, faults))
        for row in captures:
            found = list(try_capture(session, store, chain, row))
            faults.extend(found if found and _is_kept(store, row.id) else ())
        faults.extend(_missing_captures(store, chain, {row.id for row in captures}))
        faults.extend(_try_standing(session, chain))
        verdicts = list(_read_all(session, VerdictRow, faults))
        faults.extend((*_compare_verdicts(chain, verdicts), *_missing_verdicts(chain, verdicts)))
        faults.extend(_try_stamps(session, chain, list(_read_all(session, TimestampRow, faults))))
        faults.extend(_compare_referrals(session, chain, list(_read_all(session, ReferralRow, faults))))
        faults.extend(_compare_decisions(chain, list(_read_all(session, SellerDecisionRow, faults))))
    return Proof(chain.entries, len(captures), len(verdicts), chain.head, chain.key, tuple(dict.fromkeys(faults)))


def walk(rows: Iterable[LedgerRow], wanted: Iterable[int] = ()) -> Chain:
    """What a ledger says, and its first link that does not hold. The hashes of the entries `wanted` are kept."""
    chain, asked = Chain(), set(wanted)
    try:
        for row in rows:
            entry = read_entry(row.entry)
            if chain.fault is None:
                chain.fault = _try_link(chain, row, entry)
            chain.entries += 1
            if isinstance(row.seq, int):
                chain.head = Head(row.seq, str(row.hash))
                if row.seq in asked:
                    chain.heads[row.seq] = str(row.hash)
            if entry is not None:
                _learn(chain, entry)
    except (DBAPIError, ValueError, TypeError):
        # What stands in the row is not even of the column's kind.
        chain.fault = chain.fault or Fault("entry_unreadable", str(chain.entries + 1))
    return chain


def try_capture(session: Session, store: Store, chain: Chain, row: CaptureRow) -> Iterator[Fault]:
    """What does not hold of one capture: its row, its file, its key, what was served, and the wordings it proves."""
    said = chain.captures.get(row.id)
    if said is None:
        yield Fault("capture_unrecorded", row.id)
        return
    if digest_capture(row) != said.get("record_sha256"):
        yield Fault("capture_changed", row.id)
    kept = {key: value for key, value in said["versions"].items() if key not in chain.purged_versions}
    proven = proven_versions(session, row.id)
    if proven != kept:
        yield Fault("wordings_changed", row.id)
    yield from _try_readings(session, chain, [key for key, _ in proven.items() & kept.items()])
    path = capture_path(store, row.id)
    try:
        found = Digests.of(path.read_bytes())
    except FileNotFoundError:
        yield Fault("seal_gone", row.id)
        return
    if found.sha256 != said.get("sha256") or (said.get("md5") is not None and found.md5 != said["md5"]):
        yield Fault("seal_changed", row.id)
        return
    try:
        opened = open_capture(store, row.id)
        body = Digests.of(restore_haul(opened, row.id).page.body)
    except DamagedSeal:
        yield Fault("seal_closed", row.id)
        return
    archived = Digests.of(opened).sha256 if is_warc(opened) else None
    if body.sha256 != said.get("body_sha256") or said.get("warc_sha256") not in (None, archived):
        yield Fault("body_changed", row.id)
    yield from _try_picture(session, store, chain, row.id)


def _try_readings(session: Session, chain: Chain, version_ids: Iterable[str]) -> Iterator[Fault]:
    """What the store says of these wordings, against what was read in them when they were sealed or read again.

    Of wordings that were entered before this was (store/readings.py), nothing is known.
    """
    known = sorted(chain.readings.keys() & version_ids)
    try:
        found = digest_readings(session, known)
    except (DBAPIError, ValueError, TypeError):
        yield Fault("rows_unreadable", str(FindingVersionRow.__tablename__))
        return
    for version_id in known:
        if version_id in chain.misread or found.get(version_id) != chain.readings[version_id]:
            yield Fault("reading_changed", version_id)


def _try_standing(session: Session, chain: Chain, finding_id: str | None = None) -> Iterator[Fault]:
    """Whether findings are what the wording says that stands, in the state that was last given to them."""
    stands = (col(FindingVersionRow.id) == FindingRow.version_id) & (FindingVersionRow.finding_id == FindingRow.id)
    kept = [getattr(FindingRow, name) for name in ("id", "state", "label", "score")]
    said = [getattr(FindingVersionRow, name) for name in ("state", "label", "score")]
    rows = select(*kept, *said).select_from(FindingRow)
    rows = rows.join(FindingVersionRow, stands, isouter=True).order_by(col(FindingRow.id))
    if finding_id is not None:
        rows = rows.where(FindingRow.id == finding_id)
    try:
        for one, state, label, score, given, *read in session.execute(rows.execution_options(yield_per=BATCH)):
            if [state, label, score] != [chain.standing.get(one, given), *read]:
                yield Fault("finding_changed", one)
    except (DBAPIError, ValueError, TypeError):
        yield Fault("rows_unreadable", str(FindingRow.__tablename__))


def _try_picture(session: Session, store: Store, chain: Chain, capture_id: str) -> Iterator[Fault]:
    """What does not hold of the picture of a page. That there is none is no fault: it is said why, or not drawn yet."""
    row, said = session.get(PagePictureRow, capture_id), chain.pictures.get(capture_id)
    if row is None or said is None:
        if said is not None:
            yield Fault("picture_gone", capture_id)
        elif row is not None:
            yield Fault("picture_unrecorded", capture_id)
        return
    if digest_picture(row) != said.get("record_sha256"):
        yield Fault("picture_changed", capture_id)
        return
    if row.gap is not None:
        return
    try:
        found = Digests.of(picture_path(store, capture_id).read_bytes())
        opened = Digests.of(open_picture(store, capture_id)) if found.sha256 == said.get("sha256") else None
    except FileNotFoundError:
        yield Fault("picture_gone", capture_id)
    except DamagedSeal:
        yield Fault("picture_closed", capture_id)
    else:
        if opened is None or opened.sha256 != said.get("png_sha256"):
            yield Fault("picture_changed", capture_id)


def _try_stamps(session: Session, chain: Chain, stamps: Sequence[TimestampRow]) -> Iterator[Fault]:
    """What does not hold of the stamps. Their signatures were tried when they were entered (store/tokens.py)."""
    for row in stamps:
        said, stamped = chain.stamps.get(row.id), session.get(LedgerRow, row.seq)
        if said is None:
            yield Fault("stamp_unrecorded", row.id)
        elif (
            digest_stamp(row) != said.get("record_sha256")
            or Digests.of(row.token).sha256 != row.sha256
            or stamped is None
            or stamped.hash != row.hash
        ):
            yield Fault("stamp_changed", row.id)
    for missing in sorted(chain.stamps.keys() - {row.id for row in stamps}):
        yield Fault("stamp_gone", missing)


def _read_all(session: Session, kind: type[Kept], faults: list[Fault]) -> Iterator[Kept]:
    try:
        yield from session.exec(select(kind).order_by(col(kind.id)))
    except (DBAPIError, ValueError, TypeError):
        faults.append(Fault("rows_unreadable", str(kind.__tablename__)))


def _read_rows(session: Session) -> Iterator[LedgerRow]:
    """All entries, first to last, some at a time; one at a time where one among them cannot be read."""
    entries = select(LedgerRow).order_by(col(LedgerRow.seq))
    last: LedgerRow | None = None
    size = BATCH
    while True:
        step = entries.where(col(LedgerRow.seq) > last.seq) if last else entries
        try:
            rows = session.exec(step.limit(size)).all()
        except (DBAPIError, ValueError, TypeError):
            if size == 1:
                raise
            size = 1
            continue
        if not rows:
            return
        yield from rows
        last = rows[-1]
        session.expunge_all()


def _try_link(chain: Chain, row: LedgerRow, entry: Entry | None) -> Fault | None:
    """The first thing that does not hold of an entry."""
    number = chain.entries + 1
    if entry is None:
        return Fault("entry_unreadable", str(number))
    if row.seq != number:
        return Fault("entry_missing", str(number))
    previous = chain.head.hash if chain.head else NOTHING
    bringing = entry.action in KEY_ACTIONS
    public = _public_of(entry) if bringing else None
    signer = public if number == 1 else chain.publics.get(entry.key)
    whose = entry.subject if number == 1 else chain.key
    tries = {
        "entry_changed": digest_of(row.entry) == row.hash,
        "entry_chain": entry.seq == number and entry.previous == previous,
        "entry_key": signer is not None and entry.key == whose and bringing == (number == 1 or public is not None)
        and (entry.action == "key_made") == (number == 1),
        "entry_signature": signer is not None and is_signed(signer, row.signature, row.entry.encode())
        and _is_countersigned(row, public if number > 1 else None),
        "entry_columns": (row.action, row.subject) == (entry.action, clean(entry.subject)),
    }  # fmt: skip
    return next((Fault(what, str(number)) for what, holds in tries.items() if not holds), None)


def _public_of(entry: Entry) -> bytes | None:
    """The public key that an entry brings in, where it is the one that it names."""
    try:
        public = bytes.fromhex(str(entry.facts.get("public")))
    except ValueError:
        return None
    return public if fingerprint_of(public) == entry.subject else None


def _is_countersigned(row: LedgerRow, public: bytes | None) -> bool:
    """A key that is brought in later signs that itself, too; no other entry has a second signature."""
    if public is None:
        return row.countersignature is None
    return is_signed(public, row.countersignature or "", row.entry.encode())


def _learn(chain: Chain, entry: Entry) -> None:
    facts = entry.facts
    _learn_readings(chain, facts.get("readings"))
    if entry.action in KEY_ACTIONS and (public := _public_of(entry)):
        chain.publics[entry.subject] = public
        chain.key = entry.subject
    elif entry.action in ("verdict", "adopted") and "verdict" in facts:
        chain.verdicts[str(facts["verdict"])] = facts | {"entered": entry.seq}
        chain.standing[entry.subject] = str(facts.get("state"))
    elif entry.action in ("captured", "adopted"):
        chain.captures[entry.subject] = facts
    elif entry.action == "referred" and "manifest_sha256" in facts:
        chain.referrals[entry.subject] = facts
    elif entry.action in ("sellers_merged", "seller_split") and "decision" in facts:
        chain.decisions[str(facts["decision"])] = facts
    elif entry.action == "pictured":
        chain.pictures[entry.subject] = facts
    elif entry.action == "timestamped":
        chain.stamps[entry.subject] = facts
    elif entry.action == "purged":
        chain.purged_captures.update(map(str, facts.get("captures") or ()))
        chain.purged_versions.update(map(str, facts.get("versions") or ()))
        chain.purged_verdicts.update(map(str, facts.get("verdicts") or ()))


def _learn_readings(chain: Chain, readings: object) -> None:
    """What was read in wordings: a digest; a pair, what it was and is now, where one was read again.

    What was entered must go on from what was entered before: a row that was changed is not made good by reading it.
    """
    for version_id, told in readings.items() if isinstance(readings, dict) else ():
        was, now = told if isinstance(told, list) else (told, told)
        if chain.readings.get(version_id, was) != was:
            chain.misread.add(version_id)
        chain.readings[version_id] = now


def _miss(chain: Chain, head: Head, name: str) -> Fault | None:
    if chain.heads.get(head.seq) == head.hash:
        return None
    beyond = chain.head is None or chain.head.seq < head.seq
    return Fault(f"{name}_beyond" if beyond else f"{name}_other", str(head.seq))


def _is_kept(store: Store, capture_id: str) -> bool:
    """Whether a capture is still there: another process may have purged it since this one began to look."""
    with store.reading() as session:
        return session.get(CaptureRow, capture_id) is not None


def _missing_captures(store: Store, chain: Chain, kept: set[str]) -> Iterator[Fault]:
    with store.reading() as session:
        # Another process is purging these just now, or will at the next opening.
        doomed = set(session.exec(select(DoomedRow.id)))
    for capture_id in sorted(chain.captures.keys() - kept - doomed):
        if capture_id not in chain.purged_captures:
            yield Fault("capture_gone", capture_id)
        elif capture_path(store, capture_id).exists() or store.keys.path_of(capture_id).exists():
            yield Fault("purge_undone", capture_id)


def _compare_verdicts(chain: Chain, verdicts: Sequence[VerdictRow]) -> Iterator[Fault]:
    yield from _compare_records("verdict", {row.id: digest_verdict(row) for row in verdicts}, chain.verdicts)
    for row in verdicts:
        if chain.verdicts.get(row.id, {}).get("entered", row.entered) != row.entered:
            yield Fault("verdict_changed", row.id)


def _compare_records(kind: str, kept: Mapping[str, str], told: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """What is kept, by the digest of each record, against what the ledger was told of it."""
    for record_id, digest in kept.items():
        said = told.get(record_id)
        if said is None:
            yield Fault(f"{kind}_unrecorded", record_id)
        elif said.get("record_sha256") != digest:
            yield Fault(f"{kind}_changed", record_id)


def _missing_verdicts(chain: Chain, verdicts: Sequence[VerdictRow]) -> Iterator[Fault]:
    for verdict_id in sorted(chain.verdicts.keys() - {row.id for row in verdicts} - chain.purged_verdicts):
        yield Fault("verdict_gone", verdict_id)


def _compare_decisions(chain: Chain, decisions: Sequence[SellerDecisionRow]) -> Iterator[Fault]:
    """What analysts said of sellers, against what the ledger says they did."""
    yield from _compare_records("decision", {row.id: digest_decision(row) for row in decisions}, chain.decisions)
    for decision_id in sorted(chain.decisions.keys() - {row.id for row in decisions}):
        yield Fault("decision_gone", decision_id)


def _compare_referrals(session: Session, chain: Chain, referrals: Sequence[ReferralRow]) -> Iterator[Fault]:
    """What went out, against what the ledger says went out and what was signed."""
    named = _list_referred(session)
    for row in referrals:
        said = chain.referrals.get(row.id)
        if said is None:
            yield Fault("referral_unrecorded", row.id)
            continue
        kept = (digest_of(row.manifest), row.sha256, row.size, row.recipient, row.case_no, row.corrects)
        names = ("manifest_sha256", "sha256", "size", "to", "case", "corrects")
        if kept != tuple(said.get(name) for name in names) or not _is_as_signed(chain, row, named.get(row.id, [])):
            yield Fault("referral_changed", row.id)
    for referral_id in sorted(chain.referrals.keys() - {row.id for row in referrals}):
        yield Fault("referral_gone", referral_id)


def _list_referred(session: Session) -> dict[str, list[str]]:
    """The findings of each referral, in their order."""
    found: dict[str, list[str]] = {}
    ordered = select(ReferralFindingRow).order_by(col(ReferralFindingRow.position))
    for row in session.exec(ordered):
        found.setdefault(row.referral_id, []).append(row.finding_id)
    return found


def _is_as_signed(chain: Chain, row: ReferralRow, findings: Sequence[str]) -> bool:
    """Whether the rows of a referral say what its manifest does, and the signature is the manifest's."""
    said = json.loads(row.manifest)
    kept = (row.id, plain(row.made_at), row.operator, row.language, row.practice, list(findings))
    return kept == tuple(
        said[name] for name in ("id", "made_at", "operator", "language", "practice", "findings")
    ) and is_signed(chain.publics.get(said["key"], b""), row.signature, row.manifest.encode())


def find_gaps(store: Store, finding_id: str) -> list[Fault]:
    """What keeps a finding from being referred; nothing where every link of it holds. See `list_gaps`."""
    return list_gaps(store, [finding_id])[finding_id]


def list_gaps(store: Store, finding_ids: Sequence[str]) -> dict[str, list[Fault]]:
    """For each finding what keeps it from being referred; nothing where every link of it holds.

    It wants a chain that holds as a whole, each of its wordings proved by a capture, and each of those captures whole.
    """
    witness = read_witness(store.keys)
    gaps: dict[str, list[Fault]] = {}
    with store.reading() as session:
        chain = walk(_read_rows(session), {witness.seq} if witness else ())
        common = [chain.fault] if chain.fault else []
        if witness and (fault := _miss(chain, witness, "witness")):
            common.append(fault)
        for finding_id in finding_ids:
            gaps[finding_id] = list(common)
            try:
                gaps[finding_id].extend(_try_finding(session, store, chain, finding_id))
            except (DBAPIError, ValueError, TypeError):
                gaps[finding_id].append(Fault("rows_unreadable", finding_id))
    return gaps


def _try_finding(session: Session, store: Store, chain: Chain, finding_id: str) -> Iterator[Fault]:
    versions = set(session.exec(select(FindingVersionRow.id).where(FindingVersionRow.finding_id == finding_id)))
    linked = select(CaptureVersionRow).where(col(CaptureVersionRow.version_id).in_(versions))
    links = {(link.capture_id, link.version_id) for link in session.exec(linked)}
    for capture_id in sorted({capture_id for capture_id, _ in links}):
        row = session.get(CaptureRow, capture_id)
        if row is None:
            yield Fault("capture_gone", capture_id)
        else:
            yield from try_capture(session, store, chain, row)
    # A finding without any wording is not proved either.
    for version_id in sorted((versions or {finding_id}) - {version_id for _, version_id in links}):
        yield Fault("wording_unproven", version_id)
    yield from _try_standing(session, chain, finding_id)
    judged = session.exec(select(VerdictRow).where(VerdictRow.finding_id == finding_id)).all()
    yield from _compare_verdicts(chain, judged)
