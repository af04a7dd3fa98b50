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
from datetime import datetime, tzinfo
from functools import lru_cache

from crawlers.times import almanac, spans
from crawlers.times.clocks import CLOCK, OFFSET, load_zone
from crawlers.times.moments import PRECISIONS, SKEW, Moment, at_clock
from domain.posts import Precision

LONGEST = 160  # a text longer than this is prose, not a time


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
        local = _put_in_zone(now, timezone)
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


@lru_cache(maxsize=64)
def _put_in_zone(now: datetime, timezone: str | tzinfo) -> datetime:
    return now.astimezone(load_zone(timezone))


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
    moments: list[Moment] = []
    for text in texts:
        if text and text.strip():
            moments.append(read_time(text, now=now, timezone=timezone))
            if moments[-1].precision == "second" and not moments[-1].relative:
                break  # no place that comes later can say it better
    read = [moment for moment in moments if moment.when is not None and moment.precision is not None]
    if not read:
        return moments[0] if moments else Moment()
    days = [moment for moment in read if moment.precision == "day"]
    clocks = [clock for moment in moments if (clock := _clock_alone(moment.text)) is not None]
    if days and clocks and all(moment.precision == "day" or _clock_alone(moment.text) for moment in read):
        day = days[0].when or now
        try:
            return at_clock(day, clocks[0].groupdict(), day, f"{days[0].text} {clocks[0].group()}")
        except ValueError:
            return days[0]
    return min(read, key=lambda moment: (moment.relative, -PRECISIONS.index(moment.precision or "year")))


LEAD = re.compile(
    r"(?i)\b(?:(?:mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?|posted|published|created|replied|commented|written|added|updated|asked|answered|post|date|time|on|at)\b"
    r"|发表于|发表|發表於|發表|发布于|发布时间|发布日期|发布|發佈於|發佈|發布|发帖|回复于|回覆於|回复|更新于|更新|时间|時間|日期|于|於"
)
# Full-width digits and signs become plain ones, so that one set of patterns is enough; invisible ones go.
PLAIN: dict[int, int | None] = {
    **str.maketrans("０１２３４５６７８９：．／－（），", "0123456789:./-(),"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u00ad")),
}


def tidy_time(text: str | None) -> str:
    """One line: spaces of every kind become one plain space, full-width digits plain ones."""
    return " ".join((text or "")[: LONGEST * 4].translate(PLAIN).split())


def _clock_alone(text: str | None) -> re.Match[str] | None:
    return re.fullmatch(rf"{CLOCK}{OFFSET}", text or "")


Reader = Callable[[re.Match[str], datetime], Moment | None]
FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (almanac.EPOCH, almanac.read_epoch),
    (almanac.REPUBLIC, almanac.read_full),
    (almanac.YEAR_FIRST, almanac.read_full),
    (almanac.CHINESE_YEAR, almanac.read_full),
    (almanac.YEAR_LAST, almanac.read_year_last),
    (spans.AGO, spans.read_ago),
    (spans.ENGLISH_AGO, spans.read_english_ago),
    (
        re.compile(r"(?i)刚刚|剛剛|刚才|剛才|几秒前|\bjust now\b|\bmoments? ago\b|\bseconds ago\b|^now$|^刚$"),
        spans.read_now,
    ),
    (spans.DAY_WORD, spans.read_day_word),
    (almanac.NAME_FIRST, almanac.read_named),
    (almanac.NAME_SECOND, almanac.read_named),
    (almanac.MONTH_DAY, almanac.read_month_day),
    (almanac.SHORT_YEAR, almanac.read_short_year),
    (almanac.DASH_DAY, almanac.read_month_day),
    (spans.WEEKDAY, spans.read_weekday),
    (spans.ENGLISH_WEEKDAY, spans.read_weekday),
    (spans.SHORT, spans.read_short),
    (almanac.BARE_DAY, almanac.read_month_day),
    (almanac.BARE_MONTH, almanac.read_bare_month),
    (almanac.BARE_YEAR, almanac.read_bare_year),
    (almanac.BARE_CLOCK, almanac.read_bare_clock),
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
