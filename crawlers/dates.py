"""When was it written? The times that forums write, read against the moment of the fetch.

Forums write relative times at any age ("54分钟前"; "2月前" is two months ago), days without a year, months and
days unpadded, half a time in each place. Each form is one line of FORMS, tried in the order of trust; dateparser
is asked last and for short texts only, because it reads "11-20 13:20" as the year 2011.

Absolute forms are cut to what they say ("2026-9-20" is midnight, precision day). Relative forms are counted back
from `now`; their precision is that of their smallest unit ("3周前" can be six days off, so it is only a month).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from crawlers.clocks import (
    CLOCK,
    ENGLISH_NUMERAL,
    MAYBE_CLOCK,
    NUMERAL,
    OFFSET,
    load_zone,
    read_clock,
    read_english,
    read_numeral,
    read_offset,
)
from domain.posts import Precision

LONGEST = 160  # a text longer than this is prose, not a time
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


@dataclass(frozen=True)
class Found:
    """A time, and where it stands in the tidied text."""

    moment: Moment
    start: int
    end: int


def read_time(text: str | None, *, now: datetime, timezone: str | tzinfo) -> Moment:
    """The time that `text` says, in the zone `timezone` (an IANA name; an unknown one counts as UTC).

    Never raises: a text without a time gives a Moment without `when`.
    """
    tidied = tidy_time(text)
    found = find_time(tidied, now=now, timezone=timezone)
    if found is not None:
        return found.moment
    return _ask_dateparser(tidied, now, load_zone(timezone)) or Moment(text=tidied or None)


def find_time(text: str, *, now: datetime, timezone: str | tzinfo) -> Found | None:
    """The first form of FORMS that `text` (tidied) holds, and where. Our own forms only; never raises."""
    if not text or len(text) > LONGEST:
        return None
    try:
        local = now.astimezone(load_zone(timezone))
    except (ValueError, OverflowError):
        return None
    for pattern, read in FORMS:
        match = pattern.search(text)
        if match is None:
            continue
        try:
            moment = read(match, local)
        except (ValueError, OverflowError, KeyError):  # a 31st of June, the year 0, a numeral that is none
            continue
        if moment is not None:
            return Found(moment, match.start(), match.end())
    return None


def is_time(text: str | None, *, now: datetime, timezone: str | tzinfo) -> bool:
    """Whether `text` is a time and hardly anything else ("发表于 昨天 12:03", not a sentence that mentions one)."""
    tidied = tidy_time(text)
    if not tidied or len(tidied) > 60:
        return False
    found = find_time(tidied, now=now, timezone=timezone)
    if found is None:
        return False
    rest = LEAD.sub("", f"{tidied[: found.start]} {tidied[found.end :]}")
    return len(re.sub(r"[\W_]+", "", rest)) <= 2


def read_times(texts: Iterable[str | None], *, now: datetime, timezone: str | tzinfo) -> Moment:
    """The best time of several places that speak of one moment: attributes first, then the text.

    An absolute time wins over a relative one, then the more precise, then the earlier place. Where one place
    holds the day and another the hour ("2026-11-20" in the title, "13:05" in the text) they are put together.
    """
    moments = [read_time(text, now=now, timezone=timezone) for text in texts if text and text.strip()]
    read = [moment for moment in moments if moment.when is not None and moment.precision is not None]
    if not read:
        return moments[0] if moments else Moment()
    days = [moment for moment in read if moment.precision == "day"]
    clocks = [clock for moment in moments if (clock := _clock_alone(moment.text))]
    if days and clocks and all(moment.precision == "day" or _clock_alone(moment.text) for moment in read):
        day, (clock_text, clock) = days[0], clocks[0]
        moment = _at_clock(day.when or now, clock.groupdict(), day.when or now, f"{day.text} {clock_text}")
        return moment if moment.when else day
    return min(read, key=lambda moment: (moment.relative, -PRECISIONS.index(moment.precision or "year")))


LEAD = re.compile(
    r"(?i)\b(?:(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?|posted|published|created|replied|commented|written|added|updated|asked|answered|post|date|time|on|at)\b"
    r"|发表于|发表|發表於|發表|发布于|发布时间|发布日期|发布|發佈於|發佈|發布|发帖|回复于|回覆於|回复|更新于|更新|时间|時間|日期|于|於"
)
# Full-width digits and signs become plain ones, so that one set of patterns is enough; invisible ones go.
PLAIN: dict[int, str | None] = {
    **str.maketrans("０１２３４５６７８９：．／－（），", "0123456789:./-(),"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad")),
}


def tidy_time(text: str | None) -> str:
    """One line: spaces of every kind become one plain space, full-width digits plain ones."""
    return " ".join((text or "")[: LONGEST * 4].translate(PLAIN).split())


def _at_clock(day: date, groups: dict[str, str | None], now: datetime, text: str, relative: bool = False) -> Moment:
    """`day`, at the time of day of the groups if they have one."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    read = read_clock(groups)
    if read is None:
        return Moment(midnight, "day", text, relative)
    clock, precision = read
    when = datetime.combine(day, clock, read_offset(groups.get("offset")) or now.tzinfo)
    return Moment(when.astimezone(now.tzinfo), precision, text, relative)


def _clock_alone(text: str | None) -> tuple[str, re.Match[str]] | None:
    match = re.fullmatch(rf"{CLOCK}{OFFSET}", text or "")
    return (match.group(), match) if match else None


# ── relative forms: each reader takes the match and now in the site's zone ───────────────────────────────────────

# unit → (seconds, months, precision)
SPANS: dict[str, tuple[float, float, Precision]] = {
    "s": (1, 0, "second"), "m": (60, 0, "minute"), "h": (3600, 0, "hour"), "d": (86400, 0, "day"),
    "w": (7 * 86400, 0, "month"), "mo": (0, 1, "month"), "y": (0, 12, "year"),
}  # fmt: skip
UNIT = r"(?:秒钟|秒鐘|秒|分钟|分鐘|分|个半小时|個半小時|小时|小時|个钟头|個鐘頭|个钟|個鐘|天|日|周|週|星期|礼拜|禮拜|个星期|個星期|个月|個月|月|年)"
PIECE = rf"{NUMERAL}\s?(?:个|個)?\s?{UNIT}半?(?:多|左右)?"
AGO = re.compile(
    rf"(?<![\d零一二三四五六七八九十百第])((?:{PIECE}[\s,，、零又]*){{1,4}})(?:之?以?前)(?:{MAYBE_CLOCK})?"
)
EACH = re.compile(rf"({NUMERAL})\s?(?:个|個)?\s?(个半|個半)?({UNIT})(半)?")
ENGLISH_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?)"
ENGLISH_AGO = re.compile(
    rf"(?i)\b((?:(?:about|around|almost|over|less than|more than|nearly)\s)?(?:{ENGLISH_NUMERAL}\s?{ENGLISH_UNIT}[\s,]*(?:and\s)?){{1,4}})\s?ago\b"
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


def _read_ago(match: re.Match[str], now: datetime) -> Moment:
    parts = []
    for number, half_before, unit, half_after in EACH.findall(match[1]):
        key = _unit_key(unit)
        parts.append((read_numeral(number) + (0.5 if half_before or half_after or "半" in unit else 0), key))
    when, precision = go_back(now, parts)
    groups = match.groupdict()
    if groups.get("hour"):
        return _at_clock(when, groups, now, match.group().strip(), relative=True)
    if any(number == 0.5 for number, _ in parts):  # 半年前 is told in months, 半小时前 in minutes
        finer = {"y": "month", "mo": "day", "d": "hour", "h": "minute", "m": "second"}
        precision = finer.get(parts[-1][1], precision)  # type: ignore[assignment]
    return Moment(when, precision, match.group().strip(), relative=True)


def _read_english_ago(match: re.Match[str], now: datetime) -> Moment:
    parts = [(read_english(number), _english_key(unit)) for number, unit in ENGLISH_EACH.findall(match[1])]
    when, precision = go_back(now, parts)
    return Moment(when, precision, match.group().strip(), relative=True)


def _read_short(match: re.Match[str], now: datetime) -> Moment:
    when, precision = go_back(now, [(float(match[1]), _english_key(match[2]))])
    return Moment(when, precision, match.group().strip(), relative=True)


def _read_now(match: re.Match[str], now: datetime) -> Moment:
    return Moment(now.replace(microsecond=0), "minute", match.group().strip(), relative=True)


DAYS_BACK = {
    "今": 0, "今天": 0, "今日": 0, "本日": 0, "today": 0, "昨": 1, "昨天": 1, "昨日": 1, "yesterday": 1,
    "前天": 2, "前日": 2, "day before yesterday": 2, "大前天": 3,
}  # fmt: skip
DAY_WORD = re.compile(
    rf"(?i)(大前天|前天|昨天|今天|前日(?!期)|昨日|今日|本日|昨(?=[早晚夜])|今(?=[早晚])|\b(?:day before yesterday|yesterday|today)\b){MAYBE_CLOCK}"
)


def _read_day_word(match: re.Match[str], now: datetime) -> Moment:
    day = now.date() - timedelta(days=DAYS_BACK[match[1].lower()])
    return _at_clock(day, match.groupdict(), now, match.group().strip(), relative=True)


WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日")} | {"天": 6} | {
    name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}  # fmt: skip
WEEKDAY = re.compile(rf"(上上|上|本|这|這)?\s?(?:个|個)?(?:周|星期|礼拜|禮拜|週)([一二三四五六日天]){MAYBE_CLOCK}")
ENGLISH_WEEKDAY = re.compile(
    rf"(?i)\b(last\s)?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|r|rs)?\b\.?{MAYBE_CLOCK}"
)
WEEKS_BACK = {"上上": 2, "上": 1, "本": 0, "这": 0, "這": 0}


def _read_weekday(match: re.Match[str], now: datetime) -> Moment | None:
    word, weekday = (match[1] or "").strip().lower(), WEEKDAYS[match[2].lower()[:3]]
    monday = now.date() - timedelta(days=now.weekday())
    if word in WEEKS_BACK:
        day = monday + timedelta(days=weekday, weeks=-WEEKS_BACK[word])
    else:
        day = monday + timedelta(days=weekday)
    moment = _at_clock(day, match.groupdict(), now, match.group().strip(), relative=True)
    if moment.when is not None and (moment.when > now + SKEW or (word == "last" and day == now.date())):
        return _at_clock(day - timedelta(weeks=1), match.groupdict(), now, match.group().strip(), relative=True)
    return moment


# ── absolute forms ───────────────────────────────────────────────────────────────────────────────────────────────

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


def _read_full(match: re.Match[str], now: datetime) -> Moment:
    groups = match.groupdict()
    year = int(read_numeral(groups["year"] or ""))
    if "民" in match.group():
        year += 1911  # 民國元年 is 1912
    day = date(year, int(read_numeral(groups["mon"] or "")), int(read_numeral(groups["day"] or "")))
    return _at_clock(day, groups, now, match.group().strip())


def _read_year_last(match: re.Match[str], now: datetime) -> Moment:
    """Month first as in 11-20-2026, unless only day first makes sense; with dots the day comes first."""
    year, one, two = int(match["year"]), int(match["one"]), int(match["two"])
    orders = [(one, two), (two, one)] if match["mark"] != "." else [(two, one), (one, two)]
    return _first_sensible([(year, month, day) for month, day in orders], match, now)


def _read_short_year(match: re.Match[str], now: datetime) -> Moment:
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
    return _at_clock((past or dates)[0], match.groupdict(), now, match.group().strip())


def _read_named(match: re.Match[str], now: datetime) -> Moment:
    groups = match.groupdict()
    name = (groups["month"] or "").lower()
    month = MONTHS[name] if name in MONTHS else MONTHS[name[:3]]
    year = groups.get("year") or (f"20{groups['short']}" if groups.get("short") else None)
    if year:
        return _at_clock(date(int(year), month, int(match["day"])), groups, now, match.group().strip())
    return _latest(month, int(match["day"]), match, now)


def _read_month_day(match: re.Match[str], now: datetime) -> Moment:
    month, day = int(match["mon"]), int(match["day"])
    if month > 12 and day <= 12:
        month, day = day, month
    return _latest(month, day, match, now)


def _latest(month: int, day: int, match: re.Match[str], now: datetime) -> Moment:
    """The latest such date that is not after now; a 29th of February may be eight years back."""
    for year in range(now.year, now.year - 9, -1):
        try:
            moment = _at_clock(date(year, month, day), match.groupdict(), now, match.group().strip())
        except ValueError:
            continue
        if moment.when is not None and moment.when <= now + SKEW:
            return moment
    raise ValueError(match.group())


def _read_bare_month(match: re.Match[str], now: datetime) -> Moment:
    name = (match["month"] or "").lower()
    month = int(match["mon"]) if match["mon"] else MONTHS.get(name) or MONTHS[name[:3]]
    return Moment(datetime(int(match["year"] or match["year2"]), month, 1, tzinfo=now.tzinfo), "month", match.group())


def _read_bare_year(match: re.Match[str], now: datetime) -> Moment | None:
    year = int(match["year"])
    return Moment(datetime(year, 1, 1, tzinfo=now.tzinfo), "year", match.group()) if year <= now.year else None


def _read_bare_clock(match: re.Match[str], now: datetime) -> Moment:
    moment = _at_clock(now.date(), match.groupdict(), now, match.group(), relative=True)
    if moment.when is not None and moment.when > now + SKEW:
        return _at_clock(now.date() - timedelta(days=1), match.groupdict(), now, match.group(), relative=True)
    return moment


def _read_epoch(match: re.Match[str], now: datetime) -> Moment | None:
    seconds = int(match[1]) if match[1] else int(match[2]) / 1000
    when = datetime.fromtimestamp(int(seconds), now.tzinfo)
    return Moment(when, "second", match.group()) if 1990 <= when.year <= now.year + 1 else None


Reader = Callable[[re.Match[str], datetime], Moment | None]

FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (EPOCH, _read_epoch),
    (REPUBLIC, _read_full),
    (YEAR_FIRST, _read_full),
    (CHINESE_YEAR, _read_full),
    (YEAR_LAST, _read_year_last),
    (AGO, _read_ago),
    (ENGLISH_AGO, _read_english_ago),
    (re.compile(r"(?i)刚刚|剛剛|刚才|剛才|几秒前|\bjust now\b|\bmoments? ago\b|\bseconds ago\b|^now$|^刚$"), _read_now),
    (DAY_WORD, _read_day_word),
    (NAME_FIRST, _read_named),
    (NAME_SECOND, _read_named),
    (MONTH_DAY, _read_month_day),
    (SHORT_YEAR, _read_short_year),
    (DASH_DAY, _read_month_day),
    (WEEKDAY, _read_weekday),
    (ENGLISH_WEEKDAY, _read_weekday),
    (SHORT, _read_short),
    (BARE_DAY, _read_month_day),
    (BARE_MONTH, _read_bare_month),
    (BARE_YEAR, _read_bare_year),
    (BARE_CLOCK, _read_bare_clock),
)


def _ask_dateparser(text: str, now: datetime, zone: tzinfo) -> Moment | None:
    """What dateparser makes of a short text with a digit and a letter in it; None for anything that it only guesses."""
    if not 6 <= len(text) <= 40 or not re.search(r"\d", text) or not re.search(r"[^\W\d_]", text):
        return None
    import dateparser  # 80 ms, and most pages never need it

    local = now.astimezone(zone)
    settings = {
        "RELATIVE_BASE": local.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RETURN_TIME_AS_PERIOD": True,
    }
    try:
        read = dateparser.parse(text, languages=["zh", "zh-Hant", "en"], settings=settings)
    except Exception:  # noqa: BLE001 - a third party's parser on wild text; a reader never raises
        return None
    if read is None or not 1990 <= read.year <= local.year:
        return None
    when = read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(zone)
    clock = (when.hour, when.minute, when.second)
    precision: Precision = "day" if clock == (0, 0, 0) else "minute" if not when.second else "second"
    return Moment(when, precision, text) if when <= now + SKEW else None
