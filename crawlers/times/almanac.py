"""Dates written out, with or without their year: "2026-9-20 05:11", "10月21日", "Nov. 20, 2026", "民國115年"."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from crawlers.times.clocks import CLOCK, MAYBE_CLOCK, OFFSET, read_numeral
from crawlers.times.moments import SKEW, Moment, at_clock

MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
    for name in (names,)
} | {c + "月": n for n, c in enumerate(("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1)}
MONTH_NAME = (
    r"(?P<month>\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?|(?:十[一二]|[一二三四五六七八九十])月)"
)
YEAR_FIRST = re.compile(
    rf"(?<![\d.])(?P<year>(?:19|20)\d{{2}})(?P<mark>\s?[-/.年_]\s?)(?P<mon>\d{{1,2}})\s?[-/.月_]\s?(?P<day>\d{{1,2}})(?!\d)\s?[日号號]?{MAYBE_CLOCK}"
)
CHINESE_YEAR = re.compile(
    rf"(?P<year>[二一][零〇九一二三四五六七八]{{3}})年(?P<mon>[一二三四五六七八九十]{{1,2}})月(?P<day>[一二三四五六七八九十]{{1,3}})[日号號]{MAYBE_CLOCK}"
)
REPUBLIC = re.compile(
    rf"(?:中華)?(?:民國|民国)\s?(?P<year>\d{{2,3}}|[一二三四五六七八九十百]{{2,5}})\s?[-/.年]\s?(?P<mon>\d{{1,2}})\s?[-/.月]\s?(?P<day>\d{{1,2}})(?!\d)\s?[日號号]?{MAYBE_CLOCK}"
)
YEAR_LAST = re.compile(
    rf"(?<![\d.])(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<year>(?:19|20)\d{{2}})(?!\d){MAYBE_CLOCK}"
)
SHORT_YEAR = re.compile(
    rf"(?<![\d.])(?P<a>\d{{2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{1,2}})(?![\d.]){MAYBE_CLOCK}"
)
NAME_FIRST = re.compile(
    rf"(?i){MONTH_NAME}\s?(?P<day>\d{{1,2}})(?!\d|:)(?:st|nd|rd|th)?[日号號]?(?:\s?,?\s?(?:(?P<year>(?:19|20)\d{{2}})(?!\d)|'(?P<short>\d{{2}})(?!\d)))?{MAYBE_CLOCK}"
)
NAME_SECOND = re.compile(
    rf"(?i)(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?[\s.-]{{0,2}}{MONTH_NAME}(?:[\s,-]{{0,2}}(?:(?P<year>(?:19|20)\d{{2}})(?!\d)|'(?P<short>\d{{2}})(?!\d)))?{MAYBE_CLOCK}"
)
MONTH_DAY = re.compile(rf"(?<![\d-])(?P<mon>\d{{1,2}})\s?月\s?(?P<day>\d{{1,2}})(?!\d)\s?[日号號]?{MAYBE_CLOCK}")
DASH_DAY = re.compile(
    rf"(?<![\d./:-])(?P<mon>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?![\d./%-])(?:\s|,|于|於)+{CLOCK}{OFFSET}"
)
BARE_DAY = re.compile(r"^(?P<mon>\d{1,2})[-/](?P<day>\d{1,2})$")
BARE_MONTH = re.compile(
    rf"(?i)^(?:(?P<year>(?:19|20)\d{{2}})\s?[-/年]\s?(?P<mon>\d{{1,2}})\s?月?|{MONTH_NAME},?\s(?P<year2>(?:19|20)\d{{2}}))$"
)
BARE_YEAR = re.compile(r"^(?P<year>(?:19|20)\d{2})\s?年?$")
BARE_CLOCK = re.compile(rf"^{CLOCK}{OFFSET}$")
EPOCH = re.compile(r"^(\d{10})(?:\.\d+)?$|^(\d{13})$")


def read_full(match: re.Match[str], now: datetime) -> Moment:
    """Year, month and day in that order; 民國元年 is 1912."""
    groups = match.groupdict()
    year = int(read_numeral(groups["year"] or ""))
    if "民" in match.group():
        year += 1911  # 民國元年 is 1912
    day = date(year, int(read_numeral(groups["mon"] or "")), int(read_numeral(groups["day"] or "")))
    return at_clock(day, groups, now, match.group().strip())


def read_year_last(match: re.Match[str], now: datetime) -> Moment:
    """Month first as in 11-20-2026, unless only day first makes sense; with dots the day comes first."""
    year, one, two = int(match["year"]), int(match["one"]), int(match["two"])
    orders = [(one, two), (two, one)] if match["mark"] != "." else [(two, one), (one, two)]
    return _first_sensible([(year, month, day) for month, day in orders], match, now)


def read_short_year(match: re.Match[str], now: datetime) -> Moment:
    """26-9-20 is year first; 9/20/26 would not match with one digit, 11/20/26 is month first."""
    a, b, c = int(match["a"]), int(match["b"]), int(match["c"])
    orders = [(2000 + a, b, c), (2000 + c, a, b), (2000 + c, b, a)]
    if match["mark"] == "/" and a <= 12:
        orders = [*orders[1:], orders[0]]
    return _first_sensible([order for order in orders if order[0] >= 2000 + 1], match, now)


def _first_sensible(orders: list[tuple[int, int, int]], match: re.Match[str], now: datetime) -> Moment:
    """The first order that is a date and not in the future, else the first that is a date."""
    dates = []
    for order in orders:
        try:
            dates.append(date(*order))
        except ValueError:
            continue
    if not dates:
        raise ValueError(match.group())
    past = [day for day in dates if day <= now.date() + timedelta(days=1)]
    return at_clock((past or dates)[0], match.groupdict(), now, match.group().strip())


def read_named(match: re.Match[str], now: datetime) -> Moment:
    """A month by its name, with or without a year."""
    groups = match.groupdict()
    name = (groups["month"] or "").lower()
    month = MONTHS[name] if name in MONTHS else MONTHS[name[:3]]
    year = groups.get("year") or (f"20{groups['short']}" if groups.get("short") else None)
    if year:
        return at_clock(date(int(year), month, int(match["day"])), groups, now, match.group().strip())
    return _latest(month, int(match["day"]), match, now)


def read_month_day(match: re.Match[str], now: datetime) -> Moment:
    """Month and day without a year."""
    month, day = int(match["mon"]), int(match["day"])
    if month > 12 and day <= 12:
        month, day = day, month
    return _latest(month, day, match, now)


def _latest(month: int, day: int, match: re.Match[str], now: datetime) -> Moment:
    """The latest such date that is not after now; a 29th of February may be eight years back."""
    for year in range(now.year, now.year - 9, -1):
        try:
            moment = at_clock(date(year, month, day), match.groupdict(), now, match.group().strip())
        except ValueError:
            continue
        if moment.when is not None and moment.when <= now + SKEW:
            return moment
    raise ValueError(match.group())


def read_bare_month(match: re.Match[str], now: datetime) -> Moment:
    """A year and a month and no more."""
    name = (match["month"] or "").lower()
    month = int(match["mon"]) if match["mon"] else MONTHS.get(name) or MONTHS[name[:3]]
    return Moment(datetime(int(match["year"] or match["year2"]), month, 1, tzinfo=now.tzinfo), "month", match.group())


def read_bare_year(match: re.Match[str], now: datetime) -> Moment | None:
    """A year and no more."""
    year = int(match["year"])
    return Moment(datetime(year, 1, 1, tzinfo=now.tzinfo), "year", match.group()) if year <= now.year else None


def read_bare_clock(match: re.Match[str], now: datetime) -> Moment:
    """A time of day and no more: the latest one."""
    moment = at_clock(now.date(), match.groupdict(), now, match.group(), relative=True)
    if moment.when is not None and moment.when > now + SKEW:
        return at_clock(now.date() - timedelta(days=1), match.groupdict(), now, match.group(), relative=True)
    return moment


def read_epoch(match: re.Match[str], now: datetime) -> Moment | None:
    """Seconds or milliseconds since 1970."""
    seconds = int(match[1]) if match[1] else int(match[2]) / 1000
    when = datetime.fromtimestamp(int(seconds), now.tzinfo)
    return Moment(when, "second", match.group()) if 1990 <= when.year <= now.year + 1 else None
