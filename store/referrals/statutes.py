"""The provisions that a referral may cite: `texts/statutes.toml`, by the day of the post and what it offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from domain.posts import BEIJING
from store.referrals.dossier import Subject
from store.referrals.wording import offer_of, read_text


def list_statutes(subjects: Sequence[Subject]) -> list[tuple[Mapping[str, Any], tuple[int, ...]]]:
    """Each provision that fits any finding, in the order of the table, and the numbers (from 1) of those it fits."""
    found = [
        (row, tuple(number for number, subject in enumerate(subjects, 1) if applies(row, subject)))
        for row in read_text("statutes")["statute"]
    ]
    return [(row, numbers) for row, numbers in found if numbers]


def applies(row: Mapping[str, Any], subject: Subject) -> bool:
    """Whether a provision was in force on the day of the post and speaks of what it offers."""
    signal, offer = subject.finding["signal"], offer_of(subject.finding)
    on = _day_of(subject)
    if signal["label"] not in row["labels"] or on < row["since"] or on >= row.get("until", date.max):
        return False
    wanted = {key: set(row[key]) for key in ("goods", "fields", "channels") if key in row}
    claimed = {"goods": set(offer["goods"]), "fields": set(offer["fields"]), "channels": {offer["channel"]}}
    return not wanted or any(not words.isdisjoint(claimed[key]) for key, words in wanted.items())


def _day_of(subject: Subject) -> date:
    """The day in China: the store tells moments in UTC, where New Year comes eight hours later."""
    post = subject.finding["post"]
    return datetime.fromisoformat(post["posted_at"] or subject.finding["first_seen"]).astimezone(BEIJING).date()
