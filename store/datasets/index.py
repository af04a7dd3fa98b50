"""The price index: what a record was offered for, by month, goods and region, each figure with an interval.

A cell's figure is the median over sellers of CNY per record, each seller (or post of an unknown one) counting once
with the median of what is asked in the cell, however often it is reposted. A post counts under all goods and regions
it names, under `several` where it names more than five regions.
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
UNSTATED, MERGED, SEVERAL = "unstated", "merged", "several"
# A post that names more regions than this counts once, under `several`.
MANY = 5
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


@dataclass(frozen=True)
class Table:
    """Observations as columns: month, pair of goods and region, seller, post, price."""

    months: Whole
    pairs: Whole
    sellers: Whole
    posts: Whole
    prices: Reals

    def take(self, rows: Whole) -> Table:
        """Some of the rows."""
        return Table(*(column[rows] for column in vars(self).values()))

    @staticmethod
    def join(tables: Sequence[Table]) -> Table:
        """All rows of several."""
        return Table(*map(np.concatenate, zip(*(vars(table).values() for table in tables), strict=True)))


class Observations:
    """The prices of a dataset as they stream by: of each post that sells, its month, goods, regions, seller and price.

    A million need some 30 MB: what goods and regions they name is kept as a number, and spread out month by month.
    """

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._lists: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        self._pairs: list[list[int]] = []
        # Of practice, then in earnest: month, number of the list of pairs, seller, price.
        self._kept = tuple((array("i"), array("i"), array("q"), array("d")) for _ in range(2))

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
                self._add(practice, month, self._list(goods[row], regions[row]), seller, price)

    def months(self) -> Iterator[Table]:
        """Month by month what was seen in earnest, or as practice if nothing was: a row a post, goods and region."""
        kept = self._kept[1] if len(self._kept[1][0]) else self._kept[0]
        month, lists, sellers = (np.frombuffer(one, dtype=one.typecode) for one in kept[:3])
        prices = np.frombuffer(kept[3])
        counts = np.array([len(pairs) for pairs in self._pairs])
        for number in np.unique(month):
            rows = np.flatnonzero(month == number)
            pairs = [pair for one in lists[rows].tolist() for pair in self._pairs[one]]
            rows = np.repeat(rows, counts[lists[rows]])
            months = np.full(len(rows), number, dtype=np.int64)
            yield Table(months, np.array(pairs, dtype=np.int64), sellers[rows], rows, prices[rows])

    def pair(self, code: int) -> tuple[str, str]:
        """The goods and region of a pair's number."""
        names = list(self._names)
        return names[code >> 16], names[code & 0xFFFF]

    def _add(self, practice: bool, month: int, listed: int, seller: str | None, price: float) -> None:
        months, lists, sellers, prices = self._kept[not practice]
        # Sixty bits of a known seller's pseudonym; unknown ones count down.
        who = -1 - len(months) if seller is None else int(seller[:15], 16)
        months.append(month)
        lists.append(listed)
        sellers.append(who)
        prices.append(price)

    def _list(self, goods: tuple[str, ...], regions: tuple[str, ...]) -> int:
        known = self._lists.get((goods, regions))
        if known is None:
            number = self._number
            places = regions if len(regions) <= MANY else (SEVERAL,)
            pairs = product(goods or (UNSTATED,), places or (UNSTATED,))
            self._pairs.append([number(one) << 16 | number(two) for one, two in pairs])
            known = self._lists[goods, regions] = len(self._lists)
        return known

    def _number(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))


def make_index(seen: Observations) -> list[Cell]:
    """The cells of the index, by goods, region and month."""
    cells: list[Cell] = []
    left: list[Table] = []
    for table in seen.months():
        rest = np.arange(len(table.pairs))
        # Where a cell has too few sellers its rows go on to the next, coarser key.
        for stage, key in enumerate((table.pairs, table.pairs >> 16, table.months)):
            large, rest = _part(rest, key, table.sellers)
            for rows in large:
                goods, region = seen.pair(int(table.pairs[rows[0]]))
                names = ((goods, region), (goods, MERGED), (MERGED, MERGED))[stage]
                cells.append(_make_cell(table.take(rows), *names))
        left.append(table.take(rest))
    cells.extend(_make_cell(table, MERGED, MERGED) for table in _merge_months(left))
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


def _merge_months(left: Sequence[Table]) -> list[Table]:
    """Months in a row, together until they have sellers enough; what is left joins the last."""
    done: list[Table] = []
    waiting: list[Table] = []
    for table in left:
        waiting.append(table)
        if len(np.unique(np.concatenate([one.sellers for one in waiting]))) >= LEAST:
            done.append(Table.join(waiting))
            waiting = []
    if done and waiting:
        done[-1] = Table.join([done[-1], *waiting])
    return done


def _make_cell(table: Table, goods: str, region: str) -> Cell:
    middles = np.sort(_find_middles(table.sellers, table.prices)[1])
    outside, coverage = cover(len(middles))
    low, high = middles[outside], middles[len(middles) - 1 - outside]
    median, low, high = (round(float(value), 6) for value in (np.median(middles), low, high))
    first, last = _month(int(table.months.min())), _month(int(table.months.max()))
    posts = len(np.unique(table.posts))
    return Cell(first, last, goods, region, len(middles), posts, median, low, high, round(coverage, 6))


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
