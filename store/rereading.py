"""Findings that are read again with another model: what is said of them is renewed, and what was said stays.

What is read is what is kept: the masked text. A finding is one transaction, in which each of its wordings gets the new
signal and puts the former one among its history. Verdicts and the states that analysts gave are not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, delete, select

from domain.signals import Mask, Passage, Reading
from store.catalogue import refile, watch
from store.engine import Store, in_batches, new_id
from store.keeping import let_latest_stand, make_parts, picture_column, search_words, signal_columns, versions_of
from store.ledger import PROGRAM, record
from store.leftovers import leave
from store.readings import digest_readings
from store.sellers.waiting import let_wait
from store.settling import band_of
from store.shapes import PARTS, write_signal
from store.tables import FindingRow, FindingVersionRow, FingerprintRow, FormerSignalRow, SourceRow

MASKED = "＊"


@dataclass(frozen=True)
class Wording:
    """One wording of a finding as it is kept, and the model that read it last."""

    finding_id: str
    version_id: str
    model: str
    passage: Passage


@dataclass(frozen=True)
class Rereading:
    """What the present model says of a wording: `keep`, whether it would make it a finding; `state`, as which."""

    wording: Wording
    reading: Reading
    keep: bool
    state: Literal["new", "review"]


@dataclass(frozen=True)
class Standing:
    """What a finding is: its state, and what is said of it by which model."""

    state: str
    label: str
    score: float
    model: str


@dataclass(frozen=True)
class Change:
    """A finding before and after it was read again. `keep`: whether the present model would still make it one."""

    finding_id: str
    practice: bool
    keep: bool
    old: Standing
    new: Standing


def list_outdated(store: Store, model: str) -> list[str]:
    """The ids of the findings of which a wording was last read by another model than `model`, the oldest first."""
    with store.reading() as session:
        other = select(FindingVersionRow.finding_id).where(FindingVersionRow.model != model).distinct()
        return sorted(session.exec(other))


def read_wordings(store: Store, finding_ids: Sequence[str], model: str) -> list[Wording]:
    """The wordings of these findings that another model read last, finding by finding."""
    found: list[Wording] = []
    with store.reading() as session:
        for batch in in_batches(finding_ids):
            rows = session.exec(
                select(FindingVersionRow, FindingRow.post_id)
                .join(FindingRow, col(FindingRow.id) == FindingVersionRow.finding_id)
                .where(col(FindingVersionRow.finding_id).in_(batch), FindingVersionRow.model != model)
                .order_by(col(FindingVersionRow.finding_id), col(FindingVersionRow.id))
            )
            found.extend(Wording(row.finding_id, row.id, row.model, _passage_of(post_id, row)) for row, post_id in rows)
    return found


def store_rereadings(store: Store, finding_id: str, rereadings: Iterable[Rereading], now: datetime) -> Change | None:
    """Put new signals in the place of a finding's former ones, in one transaction; None where nothing was to do.

    A wording that another process has read again meanwhile, or that is gone, is left as it is.
    """
    with store.transaction() as session:
        finding = session.get(FindingRow, finding_id, with_for_update=True)
        if finding is None:
            return None
        versions = {row.id: row for row in versions_of(session, finding)}
        wanted = [one for one in rereadings if _is_due(versions.get(one.wording.version_id), one)]
        if not wanted:
            return None
        old = _standing_of(finding, versions)
        watch(session, finding, rewording=True)
        before = digest_readings(session, (one.wording.version_id for one in wanted))
        for one in wanted:
            _renew(session, store, finding, versions[one.wording.version_id], one, now)
        let_latest_stand(finding, list(versions.values()))
        let_wait(session, [finding.id])
        refile(session)
        new = _standing_of(finding, versions)
        after = digest_readings(session, before)
        readings = {version_id: [digest, after[version_id]] for version_id, digest in before.items()}
        facts = {"old": vars(old), "new": vars(new), "version": finding.version_id, "readings": readings}
        record(session, store.keys, "rescored", finding.id, facts, by=PROGRAM, now=now)
        keeps = {one.wording.version_id: one.keep for one in wanted}
        practice = session.get_one(SourceRow, finding.source_id).practice
        return Change(finding.id, practice, keeps.get(finding.version_id, True), old, new)


def _passage_of(post_id: str, row: FindingVersionRow) -> Passage:
    pictures = tuple(picture["text"] for picture in row.pictures)
    return Passage(post_id, row.text, row.thread_title, row.board, tuple(row.quoted), pictures)


def _is_due(row: FindingVersionRow | None, one: Rereading) -> bool:
    return row is not None and row.model == one.wording.model and row.model != one.reading.signal.model


def _standing_of(finding: FindingRow, versions: dict[str, FindingVersionRow]) -> Standing:
    return Standing(finding.state, finding.label, finding.score, versions[finding.version_id].model)


def _renew(
    session: Session, store: Store, finding: FindingRow, row: FindingVersionRow, one: Rereading, now: datetime
) -> None:
    reading, signal = one.reading, one.reading.signal
    # The rules of today may know a victim where those of then did not; what is masked now is masked in history too.
    fresh = [mask for mask in reading.masks if set(row.text[mask.start : mask.end]) - {MASKED}]
    shown = reading.passage
    anew = {number for number, (picture, text) in enumerate(zip(row.pictures, shown.pictures, strict=True), 1)
            if picture["text"] != text}  # fmt: skip
    if fresh or anew:
        leave(session, now)
    former = _hide(write_signal(session, finding, row), fresh, anew)
    session.add(FormerSignalRow(id=new_id(now), version_id=row.id, replaced_at=now, state=row.state, signal=former))
    for kind in PARTS:
        session.exec(delete(kind).where(col(kind.version_id) == row.id))
    row.text, row.thread_title, row.quoted = shown.text, shown.thread_title, list(shown.quoted)
    withheld = {number for number, picture in enumerate(row.pictures, 1) if picture["withheld"]}
    row.pictures = picture_column(shown.pictures, withheld.union(reading.withheld))
    row.words = search_words(shown.thread_title, shown.text, reading.folded)
    row.masked, row.evasions, row.state = row.masked + len(fresh), reading.evasions, one.state
    for name, value in signal_columns(signal).items():
        setattr(row, name, value)
    session.flush()
    session.add_all(make_parts(row.id, signal))
    known = session.get(FingerprintRow, store.keys.fingerprint("post", finding.post_id))
    if known and known.content == store.keys.fingerprint("content", finding.post_id, row.content_sha256):
        known.model, known.band = signal.model, band_of(signal.score)


def _hide(signal: dict[str, Any], masks: Sequence[Mask], pictures: Collection[int]) -> dict[str, Any]:
    """A former signal without what it told of the spans, and of the pictures, that are masked now."""

    def is_shown(part: dict[str, Any]) -> bool:
        if "picture" in part:
            return part["picture"] not in pictures
        return all(part["end"] <= mask.start or mask.end <= part["start"] for mask in masks)

    offer = signal["offer"]
    if offer:
        lists = {name: [*filter(is_shown, offer[name])] for name in ("volumes", "prices", "contacts")}
        offer = offer | lists
    return signal | {"offer": offer, "reasons": [*filter(is_shown, signal["reasons"])]}
