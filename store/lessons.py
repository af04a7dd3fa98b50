"""What analysts' verdicts teach the classifier: the findings that they confirmed or dismissed, as they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select

from domain.signals import Lesson, Passage
from store.engine import Store
from store.evidence import IN_ORDER
from store.tables import FindingRow, FindingVersionRow, SourceRow, VerdictRow

# How long the masked text of a dismissed finding may be learnt from (docs/store.md).
DISMISSED_DAYS = 90


def read_lessons(store: Store, now: datetime) -> tuple[Lesson, ...]:
    """A lesson for each finding whose last verdict confirms or dismisses it, in the order of their ids.

    A referral is no verdict; the one before it counts. Nothing of a practice source teaches, nor what was dismissed
    more than DISMISSED_DAYS ago. What is learnt from is the wording that was judged.
    """
    with store.reading() as session:
        rows = session.exec(
            select(VerdictRow, FindingVersionRow, FindingRow.post_id, SourceRow.id)
            .join(FindingVersionRow, col(FindingVersionRow.id) == VerdictRow.version_id)
            .join(FindingRow, col(FindingRow.id) == VerdictRow.finding_id)
            .join(SourceRow, col(SourceRow.id) == FindingRow.source_id)
            .where(VerdictRow.state != "referred", col(SourceRow.practice).is_(False))
            .order_by(*IN_ORDER)
        )
        last = {verdict.finding_id: (verdict, version, post, source) for verdict, version, post, source in rows}
    oldest = now - timedelta(days=DISMISSED_DAYS)
    return tuple(
        Lesson(
            Passage(post, version.text, version.thread_title, version.board, tuple(version.quoted),
                    tuple(picture["text"] for picture in version.pictures)),
            verdict.state == "confirmed", verdict.label, version.labels, source,
        )
        for _finding, (verdict, version, post, source) in sorted(last.items())
        if verdict.state == "confirmed" or (verdict.state == "dismissed" and verdict.at >= oldest)
    )  # fmt: skip
