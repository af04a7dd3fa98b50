"""How the practice market words floors and moments, the way Chinese boards do."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FLOORS = ("楼主", "沙发", "板凳", "地板")
_SPACE = "\u00a0"  # boards keep "3 天前" on one line with a no-break space
_WEEK = 7


def say_floor(number: int) -> str:
    """The label of floor `number` (from 1): words for the first four, then "5#"."""
    return FLOORS[number - 1] if number <= len(FLOORS) else f"{number}#"


def say_moment(moment: datetime, now: datetime) -> str:
    """A moment the way a visitor reads it at `now`: relative within a week, absolute before that."""
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "刚刚"
    if seconds < 3600:
        return f"{int(seconds // 60)}分钟前"
    here, today = moment.astimezone(ZONE), now.astimezone(ZONE)
    days = (today.date() - here.date()).days
    if days == 0:
        return f"{int(seconds // 3600)}小时前"
    if days <= 2:
        return f"{('昨天', '前天')[days - 1]}{_SPACE}{here:%H:%M}"
    return f"{days}{_SPACE}天前" if days <= _WEEK else say_absolute(moment)


def say_absolute(moment: datetime) -> str:
    """Year to minute in the site's zone, months and days without leading zeros: "2026-9-20 05:11"."""
    here = moment.astimezone(ZONE)
    return f"{here.year}-{here.month}-{here.day} {here:%H:%M}"
