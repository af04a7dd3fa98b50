"""The price index: what a record was offered for, by month, goods and region, each figure with an interval.

A cell's figure is the median over sellers of CNY per record, each seller (or post of an unknown one) counting once
with the median of what is asked in the cell, however often it is reposted. A post counts under all goods and regions
it names.
The interval is that of order statistics (H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed., 7.1): it
assumes nothing of the distribution and no chance is drawn; the narrowest symmetric one that covers the median with
95 % or more, the whole range where none does (five sellers: 93.75 %). The exact coverage is told.

No cell stands on fewer than five sellers. Those that would are merged: the regions of one month and goods, then all
goods of the month, then months in a row; what is left in the end joins the last merged cell, or is withheld if there
is none.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from store.datasets.records import Batch

LEAST = 5
LEVEL = 0.95
UNSTATED, MERGED = "unstated", "merged"
SOLD = ("offer", "other_pii_offer")
Whole: TypeAlias = npt.NDArray[np.int64]
Reals: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One figure of the index; months as "2026-11", money in CNY per record."""

    month_from: str
    month_to: str
    goods: str
    region: str
    sellers: int
    posts: int
    median: float
    low: float
    high: float
    coverage: float
    index: float | None = None


class Observations:
    """The prices of a dataset as they stream by: of each post that sells, one per pair of goods and region it names."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._sellers: dict[str, int] = {}
        self._pairs: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
        # Of practice, then in earnest: month, pair, seller, post, price.
        self._kept = tuple((array("i"), array("i"), array("i"), array("i"), array("d")) for _ in range(2))
        self._count = 0

    def see(self, batch: Batch) -> None:
        """Take what a batch says of prices per record."""
        prices, posts = batch.tables["prices"], batch.tables["posts"]
        asked = prices.select(["post", "cny_per_record"]).drop_null()
        if not asked.num_rows:
            return
        at = pc.index_in(asked["post"], posts["post"].combine_chunks()).to_numpy().astype(np.int64)
        rows, middle = _find_middles(at, asked["cny_per_record"].to_numpy())
        chosen = posts.take(pa.array(rows))
        sold = pc.and_(pc.is_in(chosen["label"], pa.array(SOLD)),
                       pc.fill_null(pc.not_equal(chosen["verdict"], "dismissed"), True))  # fmt: skip
        days = pc.coalesce(chosen["posted_on"], chosen["first_seen_on"])
        months = pc.subtract(pc.add(pc.multiply(pc.year(days), 12), pc.month(days)), 1)
        columns = zip(rows.tolist(), middle.tolist(), *(column.to_pylist() for column in (
            sold, months, chosen["seller"], chosen["practice"])), strict=True)  # fmt: skip
        goods, regions = batch.listed["goods"], batch.listed["regions"]
        for row, price, sells, month, seller, practice in columns:
            if sells:
                self._add(practice, month, self._code(goods[row], regions[row]), seller, price)

    def arrays(self) -> tuple[Whole, Whole, Whole, Whole, Reals]:
        """Month, pair of goods and region, seller, post, price; those in earnest, or of practice if there are none."""
        kept = self._kept[1] if len(self._kept[1][0]) else self._kept[0]
        month, pair, seller, post = (np.frombuffer(one, dtype=np.int32).astype(np.int64) for one in kept[:4])
        return month, pair, seller, post, np.frombuffer(kept[4], dtype=np.float64)

    def pair(self, code: int) -> tuple[str, str]:
        """The goods and region of a pair's number."""
        names = list(self._names)
        return names[code >> 16], names[code & 0xFFFF]

    def _add(self, practice: bool, month: int, codes: Sequence[int], seller: str | None, price: float) -> None:
        self._count += 1
        # Known sellers count up from nought, unknown ones down.
        who = -self._count if seller is None else self._sellers.setdefault(seller, len(self._sellers))
        months, pairs, sellers, posts, prices = self._kept[not practice]
        for code in codes:
            months.append(month)
            pairs.append(code)
            sellers.append(who)
            posts.append(self._count)
            prices.append(price)

    def _code(self, goods: tuple[str, ...], regions: tuple[str, ...]) -> list[int]:
        known = self._pairs.get((goods, regions))
        if known is None:
            number = self._number
            known = [
                number(one) << 16 | number(two) for one, two in product(goods or (UNSTATED,), regions or (UNSTATED,))
            ]
            self._pairs[goods, regions] = known
        return known

    def _number(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))


def make_index(seen: Observations) -> list[Cell]:
    """The cells of the index, by month, goods and region."""
    months, pairs, sellers, posts, prices = seen.arrays()
    goods = pairs >> 16
    # A key a stage: where one has too few sellers its rows go on to the next.
    keys = ((months << 32) | pairs, (months << 16) | goods, months)
    open_rows = np.arange(len(months))
    chosen: list[tuple[Whole, int]] = []
    for stage, key in enumerate(keys):
        large, open_rows = _part(open_rows, key, sellers)
        chosen.extend((rows, stage) for rows in large)
    chosen.extend((rows, 3) for rows in _merge_months(open_rows, months, sellers))
    cells = []
    for rows, stage in chosen:
        names = seen.pair(int(pairs[rows[0]]))
        first, last = int(months[rows].min()), int(months[rows].max())
        cells.append(Cell(
            _month(first), _month(last), names[0] if stage < 2 else MERGED, names[1] if stage < 1 else MERGED,
            *_measure(sellers[rows], posts[rows], prices[rows]),
        ))  # fmt: skip
    return _compare(sorted(cells, key=_place))


@cache
def cover(count: int) -> tuple[int, float]:
    """Of so many values, how many lie outside the interval on each side, and its chance to cover the median."""
    places = np.arange(1, count // 2 + 1)
    chances = np.concatenate([[0.0], np.cumsum(np.log((count - places + 1) / places))]) - count * math.log(2)
    coverages = 1 - 2 * np.cumsum(np.exp(chances))
    outside = max(int(np.count_nonzero(coverages >= LEVEL)) - 1, 0)
    return outside, float(coverages[outside])


def _part(rows: Whole, key: Whole, sellers: Whole) -> tuple[list[Whole], Whole]:
    """The groups of `rows` by key that have sellers enough, and the rows of those that have not."""
    if not rows.size:
        return [], rows
    order = rows[np.lexsort((sellers[rows], key[rows]))]
    starts = np.flatnonzero(np.diff(key[order], prepend=key[order[0]] - 1))
    fresh = np.diff(sellers[order], prepend=sellers[order[0]] - 1) != 0
    fresh[starts] = True
    counts = np.add.reduceat(fresh.astype(np.int64), starts)
    groups = np.split(order, starts[1:])
    large = [group for group, count in zip(groups, counts, strict=True) if count >= LEAST]
    small = [group for group, count in zip(groups, counts, strict=True) if count < LEAST]
    return large, np.concatenate(small) if small else rows[:0]


def _merge_months(rows: Whole, months: Whole, sellers: Whole) -> Iterator[Whole]:
    """Months in a row, together until they have sellers enough; what is left joins the last."""
    done: list[Whole] = []
    waiting = rows[:0]
    for month in np.unique(months[rows]):
        waiting = np.concatenate([waiting, rows[months[rows] == month]])
        if len(np.unique(sellers[waiting])) >= LEAST:
            done.append(waiting)
            waiting = rows[:0]
    if done:
        done[-1] = np.concatenate([done[-1], waiting])
    yield from done


def _measure(sellers: Whole, posts: Whole, prices: Reals) -> tuple[int, int, float, float, float, float]:
    """Sellers, posts, median, both ends of its interval, coverage."""
    middles = np.sort(_find_middles(sellers, prices)[1])
    outside, coverage = cover(len(middles))
    low, high = middles[outside], middles[len(middles) - 1 - outside]
    median, low, high = (round(float(value), 6) for value in (np.median(middles), low, high))
    return len(middles), len(np.unique(posts)), median, low, high, round(coverage, 6)


def _find_middles(keys: Whole, values: Reals) -> tuple[Whole, Reals]:
    """The different keys, and the median of the values of each."""
    order = np.lexsort((values, keys))
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[0]] - 1))
    ends = np.append(starts[1:], len(order)) - 1
    sorted_values = values[order]
    middles = (sorted_values[(starts + ends) // 2] + sorted_values[(starts + ends + 1) // 2]) / 2
    return keys[order][starts], middles


def _compare(cells: list[Cell]) -> list[Cell]:
    """With each figure of an unmerged series in hundredths of the series' first."""
    first: dict[tuple[str, str], float] = {}
    compared = []
    for cell in cells:
        if MERGED in (cell.goods, cell.region):
            compared.append(cell)
            continue
        base = first.setdefault((cell.goods, cell.region), cell.median)
        compared.append(Cell(**{**vars(cell), "index": round(100 * cell.median / base, 2) if base else None}))
    return compared


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _place(cell: Cell) -> tuple[bool, str, bool, str, str]:
    return cell.goods == MERGED, cell.goods, cell.region == MERGED, cell.region, cell.month_from
