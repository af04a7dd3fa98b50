"""The value that reading a time gives, and how a day and a time of day make one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawlers.times.clocks import read_clock, read_offset
from domain.posts import Precision

SKEW = timedelta(minutes=10)  # how far a site's clock may run ahead of ours
PRECISIONS: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True)
class Moment:
    """`when` is aware, in the site's zone, None where nothing was read; `text` is what the page says, spaces tidied.

    `relative` is true when the text changes its meaning with the moment of the fetch ("3小时前", "昨天 12:03").
    """

    when: datetime | None = None
    precision: Precision | None = None
    text: str | None = None
    relative: bool = False


def at_clock(day: date, groups: dict[str, str | None], now: datetime, text: str, relative: bool = False) -> Moment:
    """`day`, at the time of day of the groups if they have one."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    read = read_clock(groups)
    if read is None:
        return Moment(midnight, "day", text, relative)
    clock, precision = read
    when = datetime.combine(day, clock, read_offset(groups.get("offset")) or now.tzinfo)
    return Moment(when.astimezone(now.tzinfo), precision, text, relative)
