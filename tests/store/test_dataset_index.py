"""Rates, and the price index that stands on them."""

from __future__ import annotations

import hashlib
import math
import random
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pytest

from domain.errors import BadValue
from store.datasets.codebook import schemas
from store.datasets.index import LEAST, MERGED, SEVERAL, UNSTATED, Cell, Observations, cover, make_index
from store.datasets.picture import draw_index
from store.datasets.rates import Rate, Rates, load_rates
from store.datasets.records import Batch

RATES = Rates([Rate("USD", "2025-01", 7.3, "a"), Rate("USD", "2025-03", 7.2, "b"), Rate("BTC", "2025-01", 7e5, "c")])


@pytest.mark.parametrize(
    ("currency", "month", "cny"),
    [
        ("USD", "2025-01", 7.3), ("USD", "2025-02", 7.3), ("USD", "2025-03", 7.2), ("USD", "2026-03", 7.2),
        ("USD", "2026-04", None), ("USD", "2024-12", None), ("USDT", "2025-01", 7.3), ("BTC", "2025-01", 7e5),
        ("BTC", "2025-02", None), ("TWD", "2025-01", None), ("CNY", "2025-01", None),
    ],
)  # fmt: skip
def test_the_rate_of_a_month_is_its_own_or_the_last_before(currency: str, month: str, cny: float | None) -> None:
    """A rate stands in for twelve months; a bitcoin's for none; none is taken from the future."""
    found = RATES.find(currency, month)
    assert (found.cny if found else None) == cny


def test_the_rates_of_the_program_are_plausible_and_sourced(tmp_path: Path) -> None:
    """Every month from 2012 on for four currencies, each with its source, within what they ever were."""
    rates = load_rates(tmp_path)
    bounds = {"USD": (6, 7.5), "HKD": (0.75, 0.96), "TWD": (0.18, 0.25), "INR": (0.06, 0.13)}
    for currency, (low, high) in bounds.items():
        for year in range(2012, 2026):
            found = rates.find(currency, f"{year}-07")
            assert found
            assert found.month == f"{year}-07"
            assert low < found.cny < high, (currency, year)
            assert "Federal Reserve" in found.source
    assert rates.find("BTC", "2025-07") is None


def test_rates_of_ones_own_take_the_place_of_ours(tmp_path: Path) -> None:
    """rates.csv in the store's folder adds a currency and changes a month."""
    (tmp_path / "rates.csv").write_text("currency,month,cny,source\nUSD,2024-07,7.0,mine\nBTC,2024-07,460000,mine\n")
    rates = load_rates(tmp_path)
    assert [rates.find(*one).source for one in (("USD", "2024-07"), ("BTC", "2024-07"))] == ["mine", "mine"]  # type: ignore[union-attr]
    assert rates.find("USD", "2024-06").source != "mine"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "row",
    [
        "EUR,2024-07,7,x", "USD,2024-13,7,x", "USD,2024-07,0,x", "USD,2024-07,nan,x",
        "USD,2024-07,7", "CNY,2024-07,1,x",
        "USD,2024-07,inf,x", "USD,2024-07,7,x,y", "USD,2024-07,7,", "USD,,7,x", ",,,", "USD,2024-07,-7,x",
    ],
)  # fmt: skip
def test_rates_that_are_none_are_named(tmp_path: Path, row: str) -> None:
    """A file that cannot be used is bad input, and says where."""
    (tmp_path / "rates.csv").write_text(f"currency,month,cny,source\n{row}\n")
    with pytest.raises(BadValue, match=r"rates\.csv, line 2"):
        load_rates(tmp_path)


@pytest.mark.parametrize("data", [b"", b"currency,cny\n", b"\xff\xfe\x00"])
def test_a_file_of_another_form_is_named(tmp_path: Path, data: bytes) -> None:
    """Without the columns, or not in UTF-8, it is bad input as a whole."""
    (tmp_path / "rates.csv").write_bytes(data)
    with pytest.raises(BadValue, match=r"rates\.csv"):
        load_rates(tmp_path)


def test_the_coverage_of_an_interval_is_exact() -> None:
    """Of five values the whole range covers the median in 15 of 16 cases; with more the ends draw in."""
    assert cover(5) == (0, pytest.approx(1 - 2 / 32))
    assert cover(6)[0] == 0
    assert cover(9) == (1, pytest.approx(1 - 2 * (1 + 9) / 512))
    for count in range(5, 60):
        outside, coverage = cover(count)
        tail = sum(math.comb(count, below) for below in range(outside + 1)) / 2**count
        assert coverage == pytest.approx(1 - 2 * tail)
        assert coverage >= 0.95 or outside == 0
    assert cover(200_000)[0] == pytest.approx(100_000 - 0.98 * math.sqrt(200_000), abs=3)


def test_intervals_cover_the_median_as_often_as_they_say() -> None:
    """Of a thousand draws from a skewed distribution at least 93 in 100 intervals hold its median."""
    chance = random.Random(1)
    hits = 0
    for _ in range(1000):
        drawn = sorted(chance.lognormvariate(0, 1) for _ in range(15))
        outside, _coverage = cover(15)
        hits += drawn[outside] <= 1 <= drawn[14 - outside]
    assert hits >= 930


def observe(rows: list[dict[str, Any]]) -> Observations:
    """Posts with one price each."""
    fields = schemas(restricted=False)
    posts = [f"{number:032x}" for number in range(len(rows))]

    def table(name: str, facts: list[dict[str, Any]]) -> pa.Table:
        full = [{field.name: None for field in fields[name]} | fact for fact in facts]
        return pa.Table.from_pylist(full, pa.schema([field.with_nullable(True) for field in fields[name]]))

    rows = [
        {**row, "seller": hashlib.sha256(row["seller"].encode()).hexdigest()[:32]} if row.get("seller") else row
        for row in rows
    ]
    kept = ("label", "practice", "seller", "verdict")
    tables = {
        "posts": table("posts", [
            {"label": "offer", "practice": False, "post": post, "first_seen_on": row["day"],
             **{name: row[name] for name in kept if name in row}}
            for post, row in zip(posts, rows, strict=True)
        ]),
        "prices": table("prices", [
            {"post": post, "cny_per_record": price}
            for post, row in zip(posts, rows, strict=True) for price in row["prices"]
        ]),
    }  # fmt: skip
    listed = {name: [tuple(row.get(name, ())) for row in rows] for name in ("goods", "regions")}
    seen = Observations()
    seen.see(Batch(tables, listed, ("", "")))
    return seen


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def test_a_seller_counts_once_however_often_he_posts() -> None:
    """The median is over sellers, each with the median of what he asks; posts of unknown ones count each."""
    rows: list[dict[str, Any]] = [
        {"day": day("2026-03-02"), "seller": "s1", "prices": [9.0], "goods": ["lookup"], "regions": ["广东"]}
        for _ in range(50)
    ]
    for number, price in enumerate((0.1, 0.2, 0.3, 0.4)):
        rows.append({"day": day("2026-03-05"), "seller": None if number % 2 else f"t{number}",
                     "prices": [price, price + 0.1], "goods": ["lookup"], "regions": ["广东"]})  # fmt: skip
    (cell,) = make_index(observe(rows))
    assert cell == Cell("2026-03", "2026-03", "lookup", "广东", 5, 54, median((9.0, 0.15, 0.25, 0.35, 0.45)), 0.15, 9.0,
                        0.9375, 100.0)  # fmt: skip


def test_small_cells_are_merged_and_none_is_smaller_than_five() -> None:
    """Regions first, then goods, then months; what cannot be merged is withheld, and no figure stands on fewer."""
    chance = random.Random(4)
    rows: list[dict[str, Any]] = []
    for number in range(400):
        month = chance.choice(("2026-01", "2026-02", "2026-02", "2026-04"))
        rows.append({
            "day": day(f"{month}-{chance.randint(1, 28):02d}"), "seller": f"s{chance.randint(0, 40)}",
            "prices": [0.1 + number / 100],
            "goods": chance.sample(["lookup", "owner_list", "track"], chance.randint(0, 2)),
            "regions": chance.sample(["广东", "江苏", "西藏", "青海", "海南"], chance.randint(0, 1)),
        })  # fmt: skip
    rows.append({"day": day("2025-01-01"), "seller": "old", "prices": [1.0], "goods": ["registry"]})
    cells = make_index(observe(rows))
    assert all(cell.sellers >= LEAST and cell.low <= cell.median <= cell.high for cell in cells)
    assert {UNSTATED, "广东"} <= {cell.region for cell in cells}
    assert len({(cell.month_from, cell.month_to, cell.goods, cell.region) for cell in cells}) == len(cells)
    assert "registry" not in {cell.goods for cell in cells}
    assert make_index(observe(rows[-1:])) == []
    few = make_index(observe([{**row, "goods": [f"g{place}"]} for place, row in enumerate(rows[:7])]))
    assert {(cell.goods, cell.region) for cell in few} == {(MERGED, MERGED)}
    assert sum(cell.posts for cell in few) == 7


def test_a_post_of_many_regions_counts_once() -> None:
    """More than five regions are several; goods and regions that are few each have their cell."""
    many = ["广东", "江苏", "浙江", "四川", "北京", "上海"]
    rows = [{"day": day("2026-03-02"), "seller": f"s{number}", "prices": [1.0], "goods": ["lookup", "track"],
             "regions": many[: 6 if number < 6 else 2]} for number in range(12)]  # fmt: skip
    cells = {(cell.goods, cell.region): cell.sellers for cell in make_index(observe(rows))}
    assert cells == {(goods, region): 6 for goods in ("lookup", "track") for region in (SEVERAL, "广东", "江苏")}


def test_what_does_not_sell_or_was_dismissed_is_not_in_the_index() -> None:
    """Buyers' prices and dismissed findings do not count; practice counts only where there is nothing else."""
    real = [
        {"day": day("2026-03-02"), "seller": f"s{number}", "prices": [1.0], "goods": ["lookup"]} for number in range(6)
    ]
    changes = ({"label": "wanted"}, {"verdict": "dismissed"}, {"practice": True}, {"prices": [None]})
    fake = [{**row, "prices": [99.0], **change} for row in real for change in changes]
    (cell,) = make_index(observe([*real, *fake]))
    assert (cell.sellers, cell.high) == (6, 1.0)
    (practice,) = make_index(observe([row for row in fake if row.get("practice")]))
    assert practice.median == 99.0


def test_the_picture_is_drawn_with_its_mark(tmp_path: Path) -> None:
    """SVG and PNG, the same each time, with Chinese text and, of practice, its mark; nothing without a cell."""
    cells = [Cell(f"2026-0{month}", f"2026-0{month}", "owner_list", region, 6, 6, 0.5, 0.3, 0.8, 0.97, 100.0)
             for month in (1, 2, 3) for region in ("广东", "江苏")]  # fmt: skip
    drawn = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert draw_index(tmp_path / name, cells, practice=True) == ("price_index.svg", "price_index.png")
        drawn.append([(tmp_path / name / f"price_index.{form}").read_bytes() for form in ("svg", "png")])
    assert drawn[0] == drawn[1]
    svg = drawn[0][0].decode()
    assert all(words in svg for words in ("演示 / PRACTICE", "广东", "江苏", "车主名单"))
    assert drawn[0][1].startswith(b"\x89PNG")
    assert draw_index(tmp_path, [], practice=False) == ()
