"""Search through what is kept, and what analysts say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from domain.errors import BadValue, UnknownName
from domain.signals import LABELS, STATES
from store.engine import Store, new_id
from store.evidence import enter_verdict
from store.sellers.waiting import let_wait
from store.shapes import Found, write_findings, write_former_signals, write_verdicts
from store.tables import ContactRow, FindingRow, FindingVersionRow, PriceRow, SourceRow, VerdictRow
from store.words import fold_words, handle_forms

BATCH = 500

FoundSelect: TypeAlias = Select[FindingRow, FindingVersionRow, SourceRow]


@dataclass(frozen=True)
class Query:
    """What findings are asked for; None asks for nothing.

    `text`: each of its words stands in the post, its title or its undisguised form; `folded` is the same with
    disguises undone, which will do as well. `since` (inclusive) and `until` (exclusive) bound the moment a finding
    was first seen. `contact` is a handle in its normal form or as it was written; `region` the beginning of a
    region's name; `max_price` what a single unit may cost, whatever the currency. `source` is a name, also of a
    source that is watched no longer. `limit` None is no limit.
    """

    text: str | None = None
    folded: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    contact: str | None = None
    region: str | None = None
    max_price: float | None = None
    state: str | None = None
    limit: int | None = 50


def search_findings(store: Store, query: Query) -> list[dict[str, Any]]:
    """Findings as CONTRACT.md's JSON, the newest first. Raises UnknownName for a source, BadValue for a word."""
    with store.reading() as session:
        newest = _select(_conditions(session, query)).order_by(
            col(FindingRow.first_seen).desc(), col(FindingRow.id).desc()
        )
        return _read(session, newest.limit(query.limit))


def count_findings(store: Store, query: Query) -> int:
    """How many findings there are, whatever the limit. Raises what `search_findings` raises."""
    with store.reading() as session:
        found = _select(_conditions(session, query)).with_only_columns(func.count())
        return int(session.execute(found).scalar_one())


def iterate_findings(
    store: Store, since: datetime | None = None, until: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """All findings first seen in [since, until), the oldest first, of one moment however long it takes to read them."""
    query = Query(since=since, until=until)
    with store.reading() as session:
        oldest = _select(_conditions(session, query)).order_by(col(FindingRow.first_seen), col(FindingRow.id))
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
        finding.state, finding.judged_at = state, now
        verdict = VerdictRow(
            id=new_id(now), finding_id=finding.id, version_id=version.id, label=finding.label, state=state, note=note,
            by=by, at=now,
        )  # fmt: skip
        session.add(verdict)
        let_wait(session, [finding.id])
        session.flush()
        enter_verdict(session, store.keys, verdict, now, by=by)
        return _write_whole(session, found)


def locate(session: Session, name: str) -> Found:
    """The finding whose id begins with `name`. Raises UnknownName, or BadValue when several begin so."""
    wanted = name.strip().lower()
    condition = col(FindingRow.id).startswith(wanted, autoescape=True)
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
    """Findings, the wording of each that stands, and its source."""
    return (
        select(FindingRow, FindingVersionRow, SourceRow)
        .join(FindingVersionRow, col(FindingVersionRow.id) == FindingRow.version_id)
        .join(SourceRow, col(SourceRow.id) == FindingRow.source_id)
        .where(*conditions)
    )


def _rows(session: Session, statement: FoundSelect) -> list[Found]:
    return [(finding, version, source) for finding, version, source in session.exec(statement)]


def _read(session: Session, statement: FoundSelect) -> list[dict[str, Any]]:
    found = _rows(session, statement)
    written: list[dict[str, Any]] = []
    for start in range(0, len(found), BATCH):
        written.extend(write_findings(session, found[start : start + BATCH]))
    return written


def _conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    """One condition for each thing that is asked for."""
    _check_word("label", query.label, LABELS)
    _check_word("state", query.state, STATES)
    if (
        query.source is not None
        and session.exec(select(SourceRow.id).where(SourceRow.name == query.source)).first() is None
    ):
        raise UnknownName(kind="source", name=query.source)
    return [
        condition(value) for name, condition in CONDITIONS.items() if (value := getattr(query, name)) is not None
    ] + ([_has_words(query)] if query.text else [])


def _has_words(query: Query) -> ColumnElement[bool]:
    asked = [fold_words(text).split() for text in (query.text, query.folded) if text]
    column = col(FindingVersionRow.words)
    return or_(*(and_(true(), *(column.contains(word, autoescape=True) for word in words)) for words in asked))


def _has_contact(handle: str) -> ColumnElement[bool]:
    forms = handle_forms(handle)
    return exists().where(
        col(ContactRow.version_id) == FindingVersionRow.id,
        or_(col(ContactRow.value_folded).in_(forms), col(ContactRow.text_folded).in_(forms)),
    )


def _check_word(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise BadValue(name=name, value=value, want="one of " + ", ".join(known))


CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "label": lambda label: col(FindingRow.label) == label,
    "state": lambda state: col(FindingRow.state) == state,
    "since": lambda moment: col(FindingRow.first_seen) >= moment,
    "until": lambda moment: col(FindingRow.first_seen) < moment,
    "source": lambda name: col(SourceRow.name) == name,
    "contact": _has_contact,
    # The column is a JSON list as text: a region's name begins after a quotation mark.
    "region": lambda name: cast(col(FindingVersionRow.regions), Text).contains(f'"{name}', autoescape=True),
    "max_price": lambda price: exists().where(
        col(PriceRow.version_id) == FindingVersionRow.id, col(PriceRow.single) <= price
    ),
}
