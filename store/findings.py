"""Search through what is kept, and what analysts say of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from domain.errors import BadValue, UnknownName
from domain.signals import LABELS, STATES
from store.catalogue import refile, watch
from store.columns import among, begins
from store.engine import Store, new_id
from store.evidence import enter_verdict
from store.searching import Query, find_matches
from store.sellers.waiting import let_wait
from store.shapes import Found, write_findings, write_former_signals, write_verdicts
from store.tables import FindingRow, FindingVersionRow, SourceRow, VerdictRow

__all__ = ["COUNTED", "Query", "count_findings", "find_finding", "iterate_findings", "judge_finding", "locate",
           "search_findings"]  # fmt: skip

BATCH = 500
# More findings than that are not counted: nobody reads them, and counting a common word takes as long as it is common.
COUNTED = 1000

FoundSelect: TypeAlias = Select[FindingRow, FindingVersionRow]


def search_findings(store: Store, query: Query) -> list[dict[str, Any]]:
    """Findings as CONTRACT.md's JSON, those found last first.

    Raises UnknownName for a source or finding, BadValue for a word.
    """
    with store.reading() as session:
        _check(session, query)
        numbers = list(islice(find_matches(session, query, _place(session, query.before)), query.limit))
        written: list[dict[str, Any]] = []
        for start in range(0, len(numbers), BATCH):
            page = _select([among(col(FindingRow.number), numbers[start : start + BATCH])])
            written.extend(write_findings(session, _rows(session, page.order_by(col(FindingRow.number).desc()))))
        return written


def count_findings(store: Store, query: Query, most: int = COUNTED) -> int:
    """How many findings there are, whatever the limit; `most` + 1 where there are more. Raises as `search_findings`."""
    with store.reading() as session:
        _check(session, query)
        return sum(1 for _ in islice(find_matches(session, query, _place(session, query.before)), most + 1))


def iterate_findings(
    store: Store, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """All findings first seen in [since, until), the oldest first, of one moment however long it takes to read them."""
    within = [col(FindingRow.first_seen) >= since] if since else []
    within += [col(FindingRow.first_seen) < until] if until else []
    with store.reading() as session:
        oldest = _select(within).order_by(col(FindingRow.first_seen), col(FindingRow.id))
        after: tuple[datetime, str] | None = None
        while True:
            step = oldest.limit(BATCH)
            if after is not None:
                first_seen, finding_id = col(FindingRow.first_seen), col(FindingRow.id)
                step = step.where((first_seen > after[0]) | ((first_seen == after[0]) & (finding_id > after[1])))
            found = _rows(session, step)
            if not found:
                return
            after = (found[-1][0].first_seen, found[-1][0].id)
            yield from write_findings(session, found)
            session.expunge_all()


def find_finding(store: Store, name: str) -> dict[str, Any]:
    """The finding whose id begins with `name`, in full: "verdicts" and "former_signals" beside the contract's fields.

    Raises UnknownName, or BadValue when several begin so.
    """
    with store.reading() as session:
        return _write_whole(session, locate(session, name))


def judge_finding(store: Store, name: str, *, state: str, note: str | None, by: str, now: datetime) -> dict[str, Any]:
    """Write down an analyst's verdict; the finding in full as it stands then. Raises UnknownName or BadValue."""
    _check_word("state", state, STATES)
    with store.transaction() as session:
        found = locate(session, name)
        finding, version, _ = found
        watch(session, finding)
        finding.state, finding.judged_at = state, now
        verdict = VerdictRow(
            id=new_id(now), finding_id=finding.id, version_id=version.id, label=finding.label, state=state, note=note,
            by=by, at=now,
        )  # fmt: skip
        session.add(verdict)
        let_wait(session, [finding.id])
        refile(session)
        enter_verdict(session, store.keys, verdict, now, by=by)
        return _write_whole(session, found)


def locate(session: Session, name: str) -> Found:
    """The finding whose id begins with `name`. Raises UnknownName, or BadValue when several begin so."""
    wanted = name.strip().lower()
    condition = begins(FindingRow.id, wanted)
    found = _rows(session, _select([condition]).order_by(col(FindingRow.id)).limit(2)) if wanted else []
    if not found:
        raise UnknownName(kind="finding", name=name)
    if len(found) > 1 and found[0][0].id != wanted:
        raise BadValue(name="the id", value=name, want="more of its characters: several findings begin so")
    return found[0]


def _write_whole(session: Session, found: Found) -> dict[str, Any]:
    (written,) = write_findings(session, [found])
    return {
        **written,
        "verdicts": write_verdicts(session, found[0].id),
        "former_signals": write_former_signals(session, found[0].id),
    }


def _select(conditions: list[ColumnElement[bool]]) -> FoundSelect:
    """Findings, and the wording of each that stands."""
    return (
        select(FindingRow, FindingVersionRow)
        .join(FindingVersionRow, col(FindingVersionRow.id) == FindingRow.version_id)
        .where(*conditions)
    )


def _rows(session: Session, statement: FoundSelect) -> list[Found]:
    """Findings with their sources, of which there are few: each is read once."""
    found = session.exec(statement).all()
    wanted = {finding.source_id for finding, _ in found}
    sources = {row.id: row for row in session.exec(select(SourceRow).where(col(SourceRow.id).in_(wanted)))}
    return [(finding, version, sources[finding.source_id]) for finding, version in found]


def _place(session: Session, finding: str | None) -> int | None:
    return None if finding is None else locate(session, finding)[0].number


def _check(session: Session, query: Query) -> None:
    _check_word("label", query.label, LABELS)
    _check_word("state", query.state, STATES)
    if (
        query.source is not None
        and session.exec(select(SourceRow.id).where(SourceRow.name == query.source)).first() is None
    ):
        raise UnknownName(kind="source", name=query.source)


def _check_word(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise BadValue(name=name, value=value, want="one of " + ", ".join(known))
