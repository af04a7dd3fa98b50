"""The times that forums write; cases in tests/data/dates.jsonl."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.dates import find_time, is_time, read_time, read_times, tidy_time

CASES = [json.loads(line) for line in (Path(__file__).parent.parent / "data" / "dates.jsonl").open(encoding="utf-8")]
NOW = datetime.fromisoformat("2026-11-21T15:30:20+08:00")
MOMENTS = st.integers(800_000_000, 3_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_time_is_read(case: dict[str, Any]) -> None:
    """Each form gives its moment, in the site's zone, to the precision that it says."""
    moment = read_time(case["text"], now=datetime.fromisoformat(case["now"]), timezone=case["timezone"])
    expected = datetime.fromisoformat(case["when"]).astimezone(UTC) if case["when"] else None
    assert (moment.when.astimezone(UTC) if moment.when else None) == expected
    assert moment.precision == case["precision"]


@given(st.text(max_size=400), MOMENTS)
@example("9" * 400, NOW)
@example("\x00年月日前前前", NOW)
@example("99999年前", NOW)
@example("9999个月前 25:99", NOW)
def test_reading_never_raises(text: str, now: datetime) -> None:
    """Any text gives a moment, with both time and precision or with neither."""
    moment = read_time(text, now=now, timezone="Asia/Shanghai")
    assert (moment.when is None) == (moment.precision is None)
    assert moment.when is None or moment.when.tzinfo is not None


PIECES = ("昨天", "今天", "前", "天", "3", "12", ":", "05", "月", "2月前", "ago", "hours", "a", "半", "年", " ")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), MOMENTS)
def test_mixtures_of_real_pieces_never_raise(text: str, now: datetime) -> None:
    """Pieces of real forms in any order do no harm."""
    read_time(text, now=now, timezone="America/New_York")
    is_time(text, now=now, timezone="UTC")


RELATIVE = st.one_of(
    st.builds(
        "{}{}前".format, st.integers(0, 500), st.sampled_from(("秒", "分钟", "小时", "天", "周", "个月", "月", "年"))
    ),
    st.builds(
        "{} {} ago".format, st.integers(0, 500), st.sampled_from(("seconds", "minutes", "hours", "days", "weeks"))
    ),
    st.builds("{} {:02}:{:02}".format, st.sampled_from(("昨天", "前天")), st.integers(0, 23), st.integers(0, 59)),
    st.builds("周{} 12:00".format, st.sampled_from("一二三四五六日")),
    st.builds("{:02}-{:02} {:02}:00".format, st.integers(1, 12), st.integers(1, 28), st.integers(0, 23)),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
)


@given(RELATIVE, MOMENTS)
def test_relative_times_lie_in_the_past(text: str, now: datetime) -> None:
    """Whatever is counted back from the fetch, or written without its year, is not after it."""
    moment = read_time(text, now=now, timezone="Asia/Shanghai")
    assert moment.when is None or moment.when <= now + timedelta(days=1)


@given(st.integers(1, 5000), MOMENTS)
def test_minutes_ago_are_exact(count: int, now: datetime) -> None:
    """N minutes ago is N minutes before the fetch, also across a change of the clocks."""
    moment = read_time(f"{count}分钟前", now=now, timezone="America/New_York")
    assert moment.when is not None
    assert now - moment.when.astimezone(UTC) == timedelta(minutes=count)


@given(MOMENTS)
def test_iso_times_keep_their_moment(when: datetime) -> None:
    """A time with an offset is that very moment, whatever the site's zone."""
    text = when.replace(microsecond=0).isoformat()
    moment = read_time(text, now=NOW, timezone="Asia/Shanghai")
    assert moment.when == when.replace(microsecond=0)


def test_half_a_time_in_each_place() -> None:
    """A day in the title and an hour in the text make one time."""
    moment = read_times(["2026-11-20", "13:05"], now=NOW, timezone="Asia/Shanghai")
    assert (moment.when, moment.precision) == (datetime.fromisoformat("2026-11-20T13:05:00+08:00"), "minute")


def test_absolute_title_wins_over_relative_text() -> None:
    """The title's exact time is taken, not "3 hours ago" beside it."""
    moment = read_times(["2026-11-21 12:20:05", "3 小时前"], now=NOW, timezone="Asia/Shanghai")
    assert (moment.text, moment.precision, moment.relative) == ("2026-11-21 12:20:05", "second", False)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("发表于 昨天 12:03", True),
        ("Posted on Nov 20, 2026", True),
        ("3天前买的票一直没到", False),
        ("2026年车险到期提醒", False),
    ],
)
def test_a_time_is_told_from_a_sentence(text: str, whole: bool) -> None:
    """Only a text that is a time and hardly more counts as one."""
    assert is_time(text, now=NOW, timezone="Asia/Shanghai") is whole


def test_long_texts_are_not_searched() -> None:
    """Prose is no time, and costs nothing."""
    assert find_time(tidy_time("昨天 12:03 " * 100), now=NOW, timezone="UTC") is None
