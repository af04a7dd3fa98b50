"""How far the device's clock can be trusted: by what the kernel knows of it, else by the server's Date.

A kernel whose clock is disciplined (NTP, PTP) keeps an estimate of the largest error; `adjtimex(2)` gives it to
anybody. Where it is not, the difference to the server's Date header (RFC 9110, 6.6.1; whole seconds) is better than
nothing, and is named as what it is: that clock is the suspect's.
"""

from __future__ import annotations

import ctypes
import email.utils
from datetime import UTC, datetime, timedelta
from functools import cache

from domain.pages import Clock

STA_UNSYNC = 0x0040
STA_NANO = 0x2000
TIME_ERROR = 5
# A Date is cut to whole seconds: on average the server's clock is half a second further.
DATE_MIDDLE = timedelta(seconds=0.5)


class _Timex(ctypes.Structure):
    """`struct timex` of <sys/timex.h> as far as it is read, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 24),
    )


def measure_clock(started: datetime, finished: datetime, date: str | None) -> Clock:
    """What is known of the clock by which a page was fetched; `date` is its Date header."""
    return read_kernel() or read_date(started, finished, date) or Clock("none")


def read_kernel() -> Clock | None:
    """What the kernel says of its clock, None where nobody disciplines it or it cannot be asked."""
    timex = _Timex()
    try:
        state = _load_library().adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    if state < 0 or state == TIME_ERROR or timex.status & STA_UNSYNC:
        return None
    unit = 1e9 if timex.status & STA_NANO else 1e6
    # The kernel's offset is what is still to be added to its clock.
    return Clock("ntp", offset_seconds=-timex.offset / unit, bound_seconds=timex.maxerror / 1e6)


@cache
def _load_library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def read_date(started: datetime, finished: datetime, date: str | None) -> Clock | None:
    """The device's time in the middle of an exchange minus the server's Date, None where that says nothing."""
    try:
        told = email.utils.parsedate_to_datetime(date or "")
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        offset = (started + (finished - started) / 2) - (told + DATE_MIDDLE)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    bound = (finished - started) / 2 + DATE_MIDDLE
    return Clock("date_header", offset_seconds=offset.total_seconds(), bound_seconds=bound.total_seconds())
