"""The device's clock against the kernel's own word and the server's Date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import chronometer
from crawlers.chronometer import measure_clock, read_date, read_kernel
from domain.pages import Clock

T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def test_a_clock_that_nobody_disciplines_is_held_against_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The middle of the exchange minus the Date, which stands for the middle of its second; named as what it is."""
    monkeypatch.setattr(chronometer, "read_kernel", lambda: None)
    clock = measure_clock(T0, T0 + timedelta(seconds=1), "Fri, 20 Nov 2026 07:59:50 GMT")
    assert clock == Clock("date_header", offset_seconds=10.0, bound_seconds=1.0)
    assert measure_clock(T0, T0, "yesterday") == measure_clock(T0, T0, None) == Clock("none")


def test_the_kernels_word_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the clock is disciplined the suspect's clock is not asked."""
    told = Clock("ntp", offset_seconds=0.001, bound_seconds=0.02)
    monkeypatch.setattr(chronometer, "read_kernel", lambda: told)
    assert measure_clock(T0, T0, "Fri, 20 Nov 2026 07:59:50 GMT") is told


def test_the_kernel_is_asked_without_a_crash() -> None:
    """Disciplined or not, there is an answer, and a small one."""
    clock = read_kernel()
    assert clock is None or (clock.source == "ntp" and abs(clock.offset_seconds or 0) < 10)


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} Nov \d{1,6} \d{1,3}:\d\d:\d\d [A-Z+\-0-9]{1,6}"))
def test_no_date_breaks_it(date: str) -> None:
    """Whatever a server writes there."""
    clock = read_date(T0, T0, date)
    assert clock is None or clock.source == "date_header"
