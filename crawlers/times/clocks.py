"""Numerals, times of day and zone offsets as forums write them: the small parts that `dates` is made of."""

from __future__ import annotations

import re
from datetime import UTC, time, timedelta, tzinfo
from datetime import timezone as fixed_zone
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.posts import Precision

DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "兩": 2, "俩": 2, "几": 3, "幾": 3, "数": 3, "數": 3,
}  # fmt: skip
ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "few": 3, "a few": 3, "several": 3, "couple": 2,
    "a couple": 2, "couple of": 2, "a couple of": 2, "half": 0.5, "half a": 0.5, "half an": 0.5,
}  # fmt: skip
NUMERAL = r"(?:\d{1,4}(?:\.\d)?|[零〇一二三四五六七八九十百两兩俩几幾数數]{1,5}|半)"
ENGLISH_NUMERAL = r"(?:\d{1,4}|" + "|".join(sorted(ENGLISH, key=len, reverse=True)) + ")"

HALVES = "凌晨|半夜|清晨|早上|早晨|上午|中午|正午|下午|午后|午後|傍晚|晚上|晚间|晚間|夜里|夜裡|夜间|深夜|早|晚"
AFTERNOON = frozenset(
    ("pm", "下午", "午后", "午後", "傍晚", "晚上", "晚间", "晚間", "夜里", "夜裡", "夜间", "深夜", "晚")
)
NIGHT = frozenset(("am", "凌晨", "上午", "半夜", "深夜", "夜里", "夜裡"))  # in these, twelve is midnight
CLOCK = (
    rf"(?:(?P<half>{HALVES}|[AaPp]\.?[Mm]\.?)\s*)?"
    r"(?<!\d)(?P<hour>\d{1,2}|[零一二三四五六七八九十两兩]{1,3})"
    r"(?:\s?:\s?(?P<minute>\d{2})(?!\d)(?:\s?:\s?(?P<second>\d{2})(?!\d)(?:[.,]\d{1,9})?)?"
    r"|\s?[时時点點](?!前)\s?(?:钟|鐘|整)?"
    r"(?:(?P<minute2>\d{1,2}|半|[零〇一二三四五六七八九十]{1,3})\s?分?(?:\s?(?P<second2>\d{1,2})\s?秒)?)?"
    r"|(?=\s?[AaPp]\.?\s?[Mm]\b))"
    r"(?:\s?(?P<half2>[AaPp]\.?\s?[Mm]\b\.?|上午|下午))?"
)
OFFSET = r"(?:\s?(?P<offset>Z\b|(?:UTC|GMT)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}\b))?"
DAY_NAME = r"(?:周|星期|週|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]|mon|tue|wed|thu|fri|sat|sun"
GAP = rf"(?i:\s?\(?(?:{DAY_NAME})\)?)?(?:\s|,|\.|T|于|於|at\b|@|-\s|\||·|•)*"
# Django writes "noon" and "midnight" for 12 o'clock.
MAYBE_CLOCK = rf"(?:{GAP}(?:(?P<word>noon|midnight)\b|{CLOCK}{OFFSET}))?"

Clock = tuple[time, Precision]


def read_numeral(text: str) -> float:
    """ "3" is 3, "三" 3, "十二" 12, "二〇二六" 2026, "半" 0.5. Raises ValueError for anything else."""
    if text == "半":
        return 0.5
    if text[0].isascii():
        return float(text)
    if not any(unit in text for unit in "十百"):
        return float("".join(str(DIGITS[character]) for character in text))
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = DIGITS[character]
    return float(total + digit)


def read_english(text: str) -> float:
    """ "3" is 3, "a" 1, "a couple of" 2, "half an" 0.5."""
    return float(text) if text.isdigit() else float(ENGLISH[" ".join(text.lower().split())])


def read_clock(groups: dict[str, str | None]) -> Clock | None:
    """The time of day in the groups of a CLOCK match; None where it has none. Raises ValueError for 25:70."""
    if groups.get("word"):
        return time(12 if groups["word"] == "noon" else 0), "minute"
    if not groups.get("hour"):
        return None
    hour = int(read_numeral(groups["hour"] or ""))
    minutes = groups.get("minute") or groups.get("minute2")
    minute = 30 if minutes == "半" else int(read_numeral(minutes)) if minutes else 0
    seconds = groups.get("second") or groups.get("second2")
    half = re.sub(r"[.\s]", "", (groups.get("half") or groups.get("half2") or "").lower())
    after_noon = half in AFTERNOON and hour < 12 and not (half in NIGHT and hour < 6)
    if after_noon or (half in ("中午", "正午") and hour < 3):
        hour += 12
    elif half in NIGHT and hour == 12:
        hour = 0
    precision: Precision = "second" if seconds else "minute" if minutes else "hour"
    return time(hour, minute, min(int(seconds or 0), 59)), precision


def read_offset(text: str | None) -> tzinfo | None:
    """The zone of "Z", "+08:00", "+0800", "GMT+8"; None where there is none. Raises ValueError past a day."""
    if not text:
        return None
    match = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if match is None:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return fixed_zone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


@lru_cache(maxsize=64)
def load_zone(name: str | tzinfo) -> tzinfo:
    """The zone of an IANA name; UTC for a name that nobody knows."""
    if isinstance(name, tzinfo):
        return name
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path, a folder's name, a zone that is not there
        return UTC
