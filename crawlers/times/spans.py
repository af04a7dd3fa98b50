"""Times told from the moment of the fetch: "3小时前", "昨天 12:03", "上周三". A reader takes a match and now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crawlers.times.clocks import ENGLISH_NUMERAL, MAYBE_CLOCK, NUMERAL, read_english, read_numeral
from crawlers.times.moments import PRECISIONS, SKEW, Moment, at_clock
from domain.posts import Precision

# unit → (seconds, months, precision)
SPANS: dict[str, tuple[float, float, Precision]] = {
    "s": (1, 0, "second"), "m": (60, 0, "minute"), "h": (3600, 0, "hour"), "d": (86400, 0, "day"),
    "w": (7 * 86400, 0, "month"), "mo": (0, 1, "month"), "y": (0, 12, "year"),
}  # fmt: skip
UNIT = (
    r"(?:秒钟|秒鐘|秒|分钟|分鐘|分|个半小时|個半小時|小时|小時|个钟头|個鐘頭|个钟|個鐘|天|日"
    r"|周|週|星期|礼拜|禮拜|个星期|個星期|个月|個月|月|年)"
)
PIECE = rf"{NUMERAL}\s?(?:个|個)?\s?{UNIT}半?(?:多|左右)?"
AGO = re.compile(
    rf"(?<![\d零一二三四五六七八九十百第])((?:{PIECE}[\s,，、零又]*){{1,4}})(?:之?以?前)(?:{MAYBE_CLOCK})?"
)
EACH = re.compile(rf"({NUMERAL})\s?(?:个|個)?\s?(个半|個半)?({UNIT})(半)?")
ENGLISH_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?)"
ENGLISH_AGO = re.compile(
    r"(?i)\b((?:(?:about|around|almost|over|less than|more than|nearly)\s)?"
    rf"(?:{ENGLISH_NUMERAL}\s?{ENGLISH_UNIT}[\s,]*(?:and\s)?){{1,4}})\s?ago\b"
)
ENGLISH_EACH = re.compile(rf"(?i)\b({ENGLISH_NUMERAL})\s?({ENGLISH_UNIT})")
SHORT = re.compile(r"^(\d{1,4})\s?(s|sec|m|min|h|hr|d|w|mo|mon|mth|y|yr)(?:\s?ago)?\.?$")


def _unit_key(unit: str) -> str:
    for key, marks in (("mo", "月"), ("s", "秒"), ("m", "分"), ("h", "时時钟鐘"), ("d", "天日"), ("y", "年")):
        if any(mark in unit for mark in marks):
            return key
    return "w"


def _english_key(unit: str) -> str:
    unit = unit.lower()
    return "mo" if unit.startswith("mo") else unit[0]


def go_back(now: datetime, parts: list[tuple[float, str]]) -> tuple[datetime, Precision]:
    """`now` less so many units, and the precision of the smallest. Raises OverflowError before the year 1."""
    months, seconds, precision = 0.0, 0.0, PRECISIONS[0]
    for number, key in parts:
        per_second, per_month, name = SPANS[key]
        seconds += number * per_second
        months += number * per_month
        precision = max(precision, name, key=PRECISIONS.index)
    whole = int(months)
    seconds += (months - whole) * 30 * 86400
    count = now.year * 12 + now.month - 1 - whole
    year, month = divmod(count, 12)
    first = now.replace(year=year, month=month + 1, day=1, microsecond=0)
    day = min(now.day, ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day)
    # A span is real time: across a change of the clocks the wall would be an hour off.
    back = first.replace(day=day).astimezone(UTC) - timedelta(seconds=seconds)
    return back.astimezone(now.tzinfo), precision


def read_ago(match: re.Match[str], now: datetime) -> Moment:
    """ "3小时前", "1天3小时前", "半年前", "3 天前 12:05"."""
    parts = []
    for number, half_before, unit, half_after in EACH.findall(match[1]):
        key = _unit_key(unit)
        parts.append((read_numeral(number) + (0.5 if half_before or half_after or "半" in unit else 0), key))
    when, precision = go_back(now, parts)
    groups = match.groupdict()
    if groups.get("hour"):
        return at_clock(when, groups, now, match.group().strip(), relative=True)
    if any(number == 0.5 for number, _ in parts):  # 半年前 is told in months, 半小时前 in minutes
        finer = {"y": "month", "mo": "day", "d": "hour", "h": "minute", "m": "second"}
        precision = finer.get(parts[-1][1], precision)  # type: ignore[assignment]
    return Moment(when, precision, match.group().strip(), relative=True)


def read_english_ago(match: re.Match[str], now: datetime) -> Moment:
    """ "2 hours ago", "1 day, 3 hours ago"."""
    parts = [(read_english(number), _english_key(unit)) for number, unit in ENGLISH_EACH.findall(match[1])]
    when, precision = go_back(now, parts)
    return Moment(when, precision, match.group().strip(), relative=True)


def read_short(match: re.Match[str], now: datetime) -> Moment:
    """ "5m", "3h", "2d": minutes, hours, days."""
    when, precision = go_back(now, [(float(match[1]), _english_key(match[2]))])
    return Moment(when, precision, match.group().strip(), relative=True)


def read_now(match: re.Match[str], now: datetime) -> Moment:
    """ "刚刚", "just now"."""
    return Moment(now.replace(microsecond=0), "minute", match.group().strip(), relative=True)


DAYS_BACK = {
    "今": 0, "今天": 0, "今日": 0, "本日": 0, "today": 0, "昨": 1, "昨天": 1, "昨日": 1, "yesterday": 1,
    "前天": 2, "前日": 2, "day before yesterday": 2, "大前天": 3,
}  # fmt: skip
DAY_WORD = re.compile(
    r"(?i)(大前天|前天|昨天|今天|前日(?!期)|昨日|今日|本日|昨(?=[早晚夜])|今(?=[早晚])"
    rf"|\b(?:day before yesterday|yesterday|today)\b){MAYBE_CLOCK}"
)


def read_day_word(match: re.Match[str], now: datetime) -> Moment:
    """ "昨天 12:03", "yesterday at 3:04 PM"."""
    day = now.date() - timedelta(days=DAYS_BACK[match[1].lower()])
    return at_clock(day, match.groupdict(), now, match.group().strip(), relative=True)


WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日")} | {"天": 6} | {
    name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}  # fmt: skip
WEEKDAY = re.compile(rf"(上上|上|本|这|這)?\s?(?:个|個)?(?:周|星期|礼拜|禮拜|週)([一二三四五六日天]){MAYBE_CLOCK}")
ENGLISH_WEEKDAY = re.compile(
    rf"(?i)\b(last\s)?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|r|rs)?\b\.?{MAYBE_CLOCK}"
)
WEEKS_BACK = {"上上": 2, "上": 1, "本": 0, "这": 0, "這": 0}


def read_weekday(match: re.Match[str], now: datetime) -> Moment | None:
    """ "上周三", "周三 12:00", "last Wednesday"."""
    word, weekday = (match[1] or "").strip().lower(), WEEKDAYS[match[2].lower()[:3]]
    monday = now.date() - timedelta(days=now.weekday())
    if word in WEEKS_BACK:
        day = monday + timedelta(days=weekday, weeks=-WEEKS_BACK[word])
    else:
        day = monday + timedelta(days=weekday)
    moment = at_clock(day, match.groupdict(), now, match.group().strip(), relative=True)
    if moment.when is not None and (moment.when > now + SKEW or (word == "last" and day == now.date())):
        return at_clock(day - timedelta(weeks=1), match.groupdict(), now, match.group().strip(), relative=True)
    return moment
