"""Which findings wait for linking: whoever changes a finding says so, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from store.tables import UnlinkedRow


def let_wait(session: Session, finding_ids: Iterable[str]) -> None:
    """These findings are new, or not what they were."""
    for finding_id in finding_ids:
        if session.get(UnlinkedRow, finding_id) is None:
            session.add(UnlinkedRow(finding_id=finding_id))
