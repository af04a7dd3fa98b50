"""What a unit of each currency was worth in CNY, month by month.

`rates.csv` beside this file comes with the program; a file of the same form in the store's folder adds to it, and a row
with the same currency and month there takes the place of ours. USDT is taken at the dollar it is pegged to. BTC has no
rate that may be handed on freely: without a file of one's own its prices stay without one.
"""

from __future__ import annotations

import csv
import math
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from domain.errors import BadValue
from domain.signals import CURRENCIES

FILE = "rates.csv"
COLUMNS = ("currency", "month", "cny", "source")
HOME = "CNY"
PEGGED = {"USDT": "USD"}
# For how many months a rate stands in for one that is not known yet. What moves fast goes stale at once.
LASTS, LASTS_SHORT = 12, {"BTC": 0}
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Rate:
    """`cny` for one of `currency`, the average of `month` ("2026-11")."""

    currency: str
    month: str
    cny: float
    source: str


class Rates:
    """Rates by currency and month; a later rate for the same month takes the place of an earlier one."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        chosen = {(rate.currency, rate.month): rate for rate in rates}
        self._series: dict[str, list[Rate]] = {}
        for key in sorted(chosen):
            self._series.setdefault(key[0], []).append(chosen[key])
        self.find = cache(self._find)

    def _find(self, currency: str, month: str) -> Rate | None:
        """The rate in force in a month: that month's, or the last before it unless that is too old."""
        if currency == HOME:
            return None
        series = self._series.get(currency) or self._series.get(PEGGED.get(currency, ""), [])
        place = bisect_right(series, month, key=lambda rate: rate.month)
        if place == 0 or _months(month) - _months(series[place - 1].month) > LASTS_SHORT.get(currency, LASTS):
            return None
        return series[place - 1]


def load_rates(home: Path) -> Rates:
    """The rates of the program and of the store in `home`. Raises BadValue for a file that is not of the form."""
    ours = _read(resources.files("store.datasets").joinpath(FILE).read_text(encoding="utf-8"), FILE)
    theirs = home / FILE
    try:
        return Rates([*ours, *(_read(theirs.read_text(encoding="utf-8-sig"), str(theirs)) if theirs.is_file() else ())])
    except UnicodeDecodeError:
        raise BadValue(name=str(theirs), value="read", want="UTF-8") from None


def _read(text: str, name: str) -> list[Rate]:
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadValue(name=name, value=",".join(rows.fieldnames or ()), want="a first line " + ",".join(COLUMNS))
    return [_read_row(row, f"{name}, line {rows.line_num}") for row in rows]


def _read_row(row: dict[Any, Any], where: str) -> Rate:
    try:
        cny = float(row["cny"])
    except (TypeError, ValueError):
        cny = math.nan
    good = row["currency"] in CURRENCIES and row["currency"] != HOME and _MONTH.fullmatch(row["month"] or "")
    if not good or not (0 < cny < math.inf) or not row["source"] or None in row:
        want = "a known currency, a month (2026-11), CNY for one of it, and where that comes from"
        raise BadValue(name=where, value=",".join(map(str, row.values())), want=want)
    return Rate(row["currency"], row["month"], cny, row["source"])


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7])
