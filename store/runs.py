"""The ledger of runs.

Why a run ended is kept as a word of RUN_REASONS. The one line of detail is for the person who is there: it may quote
an address or a page, and those are not kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from domain.errors import Refused, UnknownName
from domain.plain import plain
from domain.sources import RunOutcome
from store.engine import Store, new_id
from store.holders import is_gone, this_holder
from store.tables import RunRow, SourceRow


def begin_run(store: Store, source_id: str, planned_at: datetime, now: datetime) -> str:
    """Write down that this process crawls a source from `now` on; the run's id.

    Raises Refused while another living process crawls the source, UnknownName when there is no such source.
    """
    with store.transaction() as session:
        source = session.get(SourceRow, source_id)
        if source is None:
            raise UnknownName(kind="source", name=source_id)
        _close_dead(session, now)
        holder = this_holder()
        others = select(RunRow).where(
            RunRow.source_id == source_id, col(RunRow.ended_at).is_(None), RunRow.holder != holder
        )
        if session.exec(others).first() is not None:
            raise Refused(what=f"{source.name} is being crawled by another process", mend="wait until it is done")
        run = RunRow(id=new_id(now), source_id=source_id, planned_at=planned_at, started_at=now, holder=holder)
        session.add(run)
        return run.id


def finish_run(store: Store, run_id: str, outcome: RunOutcome, findings: int, now: datetime) -> None:
    """Write down how a run ended. What was delivered and found is counted already: a crawl that died could not say."""
    with store.transaction() as session:
        run = session.get_one(RunRow, run_id)
        counts = outcome.counts
        run.ended_at, run.reason = now, outcome.reason
        run.pages, run.posts, run.new = (
            max(run.pages, counts.pages),
            max(run.posts, counts.posts),
            max(run.new, counts.new),
        )
        run.findings = max(run.findings, findings)


def close_dead_runs(store: Store, now: datetime) -> int:
    """Close as "interrupted" the runs whose process is gone; how many there were."""
    with store.transaction() as session:
        return _close_dead(session, now)


def list_runs(store: Store, source: str | None = None, limit: int | None = 50) -> list[dict[str, Any]]:
    """Runs as CONTRACT.md's JSON, the newest first; of one source by name. Raises UnknownName."""
    with store.reading() as session:
        query = select(RunRow, SourceRow.name).join(SourceRow, col(SourceRow.id) == RunRow.source_id)
        if source is not None:
            if session.exec(select(SourceRow.id).where(SourceRow.name == source)).first() is None:
                raise UnknownName(kind="source", name=source)
            query = query.where(SourceRow.name == source)
        query = query.order_by(col(RunRow.started_at).desc(), col(RunRow.id).desc()).limit(limit)
        return [_as_json(run, name) for run, name in session.exec(query)]


def _close_dead(session: Session, now: datetime) -> int:
    dead = [
        run
        for run in session.exec(select(RunRow).where(col(RunRow.ended_at).is_(None)))
        if is_gone(run.holder, run.started_at, now)
    ]
    for run in dead:
        run.ended_at, run.reason = now, "interrupted"
    return len(dead)


def _as_json(run: RunRow, source: str) -> dict[str, Any]:
    written: dict[str, Any] = plain(
        {
            "id": run.id, "source": source, "planned_at": run.planned_at, "started_at": run.started_at,
            "ended_at": run.ended_at, "reason": run.reason, "pages": run.pages, "posts": run.posts, "new": run.new,
            "findings": run.findings,
        }
    )  # fmt: skip
    return written
