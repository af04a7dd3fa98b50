"""How a verdict becomes a finding, or another wording of one.

A finding is one post, whatever sources and pages it was read from. What it is follows from the set of sightings alone
(which words, seen when, by which source), in whatever order they were settled: the wording that was seen last stands,
and the source that saw the post first is the finding's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from domain.posts import Post
from domain.signals import Offer, Signal
from store.catalogue import refile, watch
from store.columns import clean
from store.engine import in_batches, new_id
from store.sellers.waiting import let_wait
from store.tables import (
    CaptureVersionRow,
    ContactRow,
    FindingRow,
    FindingVersionRow,
    Part,
    PriceRow,
    ReasonRow,
    VolumeRow,
)
from store.words import fold_handle, fold_words


@dataclass(frozen=True)
class Verdict:
    """What scoring says of one post of a page: the post with victims' data masked, its signal, and whether to keep it.

    `state` is the state of a new finding. `masked` counts what was masked and `evasions` the disguises undone;
    `folded` is the masked text with them undone, so that a search for the plain word meets it. `pictures` is what was
    read in the post's images, masked, one for one; those that `withheld` names (from 1) show rows of victims' data.
    """

    post: Post
    signal: Signal
    keep: bool
    state: Literal["new", "review"] = "new"
    masked: int = 0
    evasions: int = 0
    folded: str = ""
    pictures: tuple[str, ...] = ()
    withheld: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """Which source saw certain words first, and when they were seen first and last."""

    source_id: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Kept:
    """Where a verdict went, and whether the finding or this wording of it is new."""

    finding_id: str
    version_id: str
    new_finding: bool
    new_version: bool


def keep_verdict(session: Session, verdict: Verdict, sighting: Sighting, now: datetime) -> Kept:
    """Store a verdict's post as a finding, as a new wording of one, or as one more sighting of a wording.

    It is to be refiled (store/catalogue.py).
    """
    post = verdict.post
    finding = session.exec(select(FindingRow).where(FindingRow.post_id == clean(post.id))).one_or_none()
    new_finding = finding is None
    if finding is None:
        finding = FindingRow(
            id=new_id(now), post_id=clean(post.id), source_id=sighting.source_id, version_id="", state=verdict.state,
            label=verdict.signal.label, score=verdict.signal.score, first_seen=sighting.first_seen,
            last_seen=sighting.last_seen,
        )  # fmt: skip
        session.add(finding)
        session.flush()
    watch(session, finding)
    versions = versions_of(session, finding)
    version = next((known for known in versions if known.content_sha256 == post.content_sha256), None)
    new_version = version is None
    if version is None:
        version = _make_version(new_id(now), finding.id, verdict, sighting)
        session.add(version)
        session.flush()
        session.add_all(make_parts(version.id, verdict.signal))
        versions.append(version)
    _widen(finding, version, sighting)
    let_latest_stand(finding, versions)
    if new_version:
        let_wait(session, [finding.id])
    return Kept(finding.id, version.id, new_finding, new_version)


def see_again(session: Session, posts: Sequence[Post], sighting: Sighting) -> None:
    """Posts whose words are known were seen once more: those that are findings note it."""
    for finding, version in _findings_with(session, posts):
        watch(session, finding)
        _widen(finding, version, sighting)
        stood = finding.version_id
        let_latest_stand(finding, versions_of(session, finding))
        if finding.version_id != stood:
            let_wait(session, [finding.id])
    refile(session)


def standing_versions(session: Session, posts: Sequence[Post]) -> list[str]:
    """The ids of all wordings that `posts` have and that belong to findings."""
    return [version.id for _, version in _findings_with(session, posts)]


def lacks_capture(session: Session, version_ids: Iterable[str]) -> bool:
    """Whether any of these wordings has no capture yet."""
    wanted = set(version_ids)
    if not wanted:
        return False
    proven = select(CaptureVersionRow.version_id).where(col(CaptureVersionRow.version_id).in_(wanted))
    return len(session.exec(proven.distinct()).all()) < len(wanted)


def _findings_with(session: Session, posts: Sequence[Post]) -> list[tuple[FindingRow, FindingVersionRow]]:
    digests: dict[str, str] = {}
    for post in posts:
        digests.setdefault(clean(post.id), post.content_sha256)
    found: list[tuple[FindingRow, FindingVersionRow]] = []
    for post_ids in in_batches(digests):
        rows = session.exec(
            select(FindingRow, FindingVersionRow)
            .join(FindingVersionRow, col(FindingVersionRow.finding_id) == FindingRow.id)
            .where(col(FindingRow.post_id).in_(post_ids))
        )
        found.extend((row, version) for row, version in rows if version.content_sha256 == digests[row.post_id])
    return found


def versions_of(session: Session, finding: FindingRow) -> list[FindingVersionRow]:
    """All wordings of a finding."""
    return list(session.exec(select(FindingVersionRow).where(FindingVersionRow.finding_id == finding.id)))


def _widen(finding: FindingRow, version: FindingVersionRow, sighting: Sighting) -> None:
    if (sighting.first_seen, sighting.source_id) < (finding.first_seen, finding.source_id):
        finding.source_id = sighting.source_id
    if finding.removed_at is not None and finding.removed_at < sighting.last_seen:
        finding.removed_at = None
    for row in (finding, version):
        row.first_seen = min(row.first_seen, sighting.first_seen)
        row.last_seen = max(row.last_seen, sighting.last_seen)


def let_latest_stand(finding: FindingRow, versions: Sequence[FindingVersionRow]) -> None:
    """The finding is what its wording that was seen last is; of its state too, until an analyst has spoken."""
    latest = max(versions, key=lambda version: (version.last_seen, version.first_seen, version.content_sha256))
    finding.version_id, finding.label, finding.score = latest.id, latest.label, latest.score
    if finding.judged_at is None:
        finding.state = latest.state


def signal_columns(signal: Signal) -> dict[str, Any]:
    """What a version says of its signal in columns of its own."""
    offer = signal.offer or Offer()
    return {
        "label": signal.label, "score": signal.score, "labels": dict(signal.labels), "kind": signal.kind,
        "model": signal.model, "offered": signal.offer is not None, "goods": list(offer.goods),
        "fields_": list(offer.fields), "regions": list(offer.regions), "channel": offer.channel,
        "freshness": offer.freshness, "guarantees": list(offer.guarantees),
    }  # fmt: skip


def picture_column(pictures: Sequence[str], withheld: Collection[int]) -> list[dict[str, Any]]:
    """What was read in a post's pictures, as a version keeps it."""
    if not any(pictures):
        return []
    return [{"text": text, "withheld": number in withheld} for number, text in enumerate(pictures, 1)]


def search_words(title: str | None, text: str, folded: str) -> str:
    """What a search looks in."""
    return fold_words("\n".join((title or "", text, folded)))


def _make_version(version_id: str, finding_id: str, verdict: Verdict, sighting: Sighting) -> FindingVersionRow:
    post = verdict.post
    return FindingVersionRow(
        id=version_id, finding_id=finding_id, state=verdict.state, first_seen=sighting.first_seen,
        last_seen=sighting.last_seen, masked=verdict.masked, evasions=verdict.evasions,
        words=search_words(post.thread_title, post.text, verdict.folded),
        url=post.url, thread_url=post.thread_url, thread_title=post.thread_title, board=post.board,
        platform=post.platform, site_post_id=post.post_id, floor=post.floor, author_name=post.author.name,
        author_id=post.author.id, author_url=post.author.url, posted_at=post.posted_at,
        posted_at_text=post.posted_at_text, posted_at_precision=post.posted_at_precision, edited_at=post.edited_at,
        text=post.text, quoted=list(post.quoted), links=list(post.links), images=list(post.images),
        pictures=picture_column(verdict.pictures, verdict.withheld),
        views=post.counts.views, replies=post.counts.replies, members=post.counts.members,
        fetched_at=post.fetched_at, content_sha256=post.content_sha256, **signal_columns(verdict.signal),
    )  # fmt: skip


def make_parts(version_id: str, signal: Signal) -> list[Part]:
    """The rows of what a signal found in a version's text."""
    offer = signal.offer or Offer()
    parts: list[Part] = []
    for position, price in enumerate(offer.prices):
        single = price.amount / price.per if price.per else price.amount
        parts.append(PriceRow(version_id=version_id, position=position, single=single, **vars(price)))
    for position, contact in enumerate(offer.contacts):
        value, text = fold_handle(contact.value), fold_handle(contact.text)
        row = ContactRow(
            version_id=version_id, position=position, value_folded=value, text_folded=text, **vars(contact)
        )
        parts.append(row)
    for position, volume in enumerate(offer.volumes):
        parts.append(VolumeRow(version_id=version_id, position=position, **vars(volume)))
    for position, reason in enumerate(signal.reasons):
        parts.append(ReasonRow(version_id=version_id, position=position, **vars(reason)))
    return parts
