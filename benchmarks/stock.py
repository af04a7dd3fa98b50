"""A store of invented findings, made quickly: rows go to the tables at once, on SQLite and on PostgreSQL.

Their words are drawn as words are used: a few everywhere, most of them seldom (Zipf's law), one post in three nearly
that of another; a few sellers have many posts and most a few. The same number makes the same store. The catalogue is
written as filing would have written it, which `tests/store/test_store_catalogue.py` holds against filing itself.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, groupby, islice
from pathlib import Path
from typing import Any

import numpy as np

from domain.signals import LABELS
from domain.sources import Source
from store.catalogue import SHELF, STRETCH, pack
from store.database import Store, open_store
from store.sources import add_source
from store.terms import Facts, list_terms

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SOURCES = 20
GOODS = ("owner_list", "insurance_list", "new_car_list", "registry", "loan_list", "lookup")
FIELDS = ("name", "phone", "plate", "vin", "model", "expiry", "city")
REGIONS = ("广东", "江苏", "浙江", "四川", "北京", "上海", "安徽", "重庆")
PHRASES = (
    "一手车主数据", "车险到期名单", "姓名电话车牌车型", "量大从优", "可测试", "包售后", "长期稳定", "当天更新",
    "内部渠道", "诚信合作", "先试后买", "支持担保", "四川新车", "广东车主", "苏州无锡", "价格可谈",
    "非诚勿扰", "有需要联系", "另有新能源车主", "全国可做",
)  # fmt: skip
STATES = ("new",) * 70 + ("confirmed",) * 15 + ("dismissed",) * 12 + ("review",) * 2 + ("referred",)
LABELLED = ("offer",) * 70 + ("other_pii_offer",) * 20 + ("wanted",) * 9 + ("insider_recruitment",)
_BATCH = 20_000

Rows = Iterator[dict[str, Any]]


def make_stock(home: Path, count: int, url: str | None = None) -> None:
    """A store with so many findings in the folder `home`, and by `url` in PostgreSQL."""
    with open_store(home, url) as store:
        sources = [
            add_source(store, Source(f"board-{number}", f"https://forum{number}.example.org/"), every_seconds=3600,
                       now=NOW).id
            for number in range(SOURCES)
        ]  # fmt: skip
        makers: dict[str, Callable[[random.Random, int, list[str]], Rows]] = {
            "sellers": _make_sellers, "findings": _make_findings, "finding_versions": _make_versions,
            "prices": _make_prices, "volumes": _make_volumes, "contacts": _make_contacts, "reasons": _make_reasons,
            "postings": _make_postings, "stretches": _make_stretches,
        }  # fmt: skip
        for table, make in makers.items():
            pour(store, table, make(random.Random(table), count, sources))


def pour(store: Store, table: str, rows: Rows) -> None:
    """Put rows into a table, past all that looks at them."""
    first = next(rows)
    names, every = ", ".join(f'"{name}"' for name in first), (tuple(row.values()) for row in chain([first], rows))
    if store.engine.dialect.name == "postgresql":
        with closing(store.engine.raw_connection()) as connection:
            with connection.driver_connection.cursor() as cursor:  # type: ignore[union-attr]  # the driver's own
                cursor.execute("SET session_replication_role = replica; SET timezone = 'UTC'")
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for values in every:
                        copy.write_row(values)
                cursor.execute("RESET session_replication_role; RESET timezone")
            connection.commit()
        return
    with closing(sqlite3.connect(store.home / "store.db")) as database:
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
            database.execute(f"PRAGMA {pragma}")
        marks = ", ".join("?" for _ in first)
        while batch := list(islice(every, _BATCH)):
            database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)
            database.commit()


def add_known(store: Store, count: int) -> None:
    """Fingerprints of posts that nobody will see again, in the order of their keys."""
    seen = _moment(0, 1)
    pour(store, "fingerprints", (
        {"key": key, "content": os.urandom(16), "first_seen": seen, "last_seen": seen, "model": "bench", "band": 0}
        for start in range(256) for key in _draw_keys(start, count * (start + 1) // 256 - count * start // 256)
    ))  # fmt: skip


def _draw_keys(start: int, count: int) -> Iterable[bytes]:
    return sorted(bytes([start]) + os.urandom(15) for _ in range(count))


def write_handle(number: int) -> str:
    """The handle of a finding's seller."""
    return f"chezhu{number * 7919 % 1_000_003:06d}"


def _moment(number: int, count: int) -> str:
    """When a finding was first seen: over three years, in order."""
    seen = NOW - timedelta(days=3 * 365) * (1 - number / count)
    return seen.strftime("%Y-%m-%d %H:%M:%S.%f")


def _seller_of(number: int, count: int) -> int:
    """One post in ten is of a hundred sellers, the others of as many as there are posts by five."""
    drawn = number * 2654435761 % 2**32
    return drawn % 100 if number % 10 == 0 else 100 + drawn % max(1, count // 5)


def _make_sellers(_chance: random.Random, count: int, _sources: list[str]) -> Rows:
    posts = Counter(_seller_of(number, count) for number in range(count))
    for number in range(100 + max(1, count // 5)):
        yield {"id": f"s{number:016x}", "made_at": _moment(0, 1), "posts": posts[number]}


def _make_findings(chance: random.Random, count: int, sources: list[str]) -> Rows:
    for number in range(count):
        seen = _moment(number, count)
        yield {
            "id": f"{number:017x}", "post_id": f"{number:024x}", "source_id": chance.choice(sources),
            "version_id": f"v{number:016x}", "state": chance.choice(STATES), "label": chance.choice(LABELLED),
            "score": chance.random(), "first_seen": seen, "last_seen": seen,
            "seller_id": f"s{_seller_of(number, count):016x}", "number": number,
        }  # fmt: skip


class Language:
    """Three thousand words of two to four of two thousand characters, drawn by Zipf's law."""

    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)
        characters = [chr(point) for point in range(0x4E00, 0x4E00 + 2000)]
        share = [1 / rank for rank in range(1, 2001)]
        lengths = chance.choices((2, 3, 4), (8, 1, 1), k=3000)
        self.words = ["".join(chance.choices(characters, share, k=length)) for length in lengths]
        self._shares = list(accumulate(1 / rank for rank in range(1, 3001)))

    def draw(self, chance: random.Random, count: int) -> list[str]:
        """So many words."""
        return chance.choices(self.words, cum_weights=self._shares, k=count)


def _make_versions(chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """Each of two halves, of which there are thousands: drawn anew they would take longer than the writing."""
    language = Language()
    first = [(chance.choice(PHRASES), "".join((*chance.sample(PHRASES, 3), *language.draw(chance, 10))))
             for _ in range(5000)]  # fmt: skip
    second = ["".join((*chance.sample(PHRASES, 1), *language.draw(chance, 15))) for _ in range(5000)]
    read = [_draw_reading(chance) for _ in range(1000)]
    last = ("", "", "")
    for number in range(count):
        seen = _moment(number, count)
        if not last[0] or chance.random() > 1 / 3:
            last = (*chance.choice(first), chance.choice(second))
        title, *halves = last
        text = f"{' '.join(halves)} {number % 99 / 10 + 0.1:.1f}元一条 微信 {write_handle(number)}"
        yield {
            "id": f"v{number:016x}", "finding_id": f"{number:017x}", "state": "new", "first_seen": seen,
            "last_seen": seen, "words": f"{title} {text} {text}", "masked": 0, "evasions": number % 4,
            "url": f"https://forum.example.org/p/{number}", "thread_title": title, "platform": "discuz",
            "floor": number % 9 + 1, "posted_at": seen, "posted_at_precision": "minute", "text": text, "quoted": "[]",
            "links": "[]", "images": "[]", "pictures": "[]", "fetched_at": seen, "content_sha256": f"{number:064x}",
            "label": "offer", "score": 0.9, "kind": "list_sale", "model": "packaged-e5-small 7", "offered": 1,
            "channel": "insider", "freshness": "same_day", "guarantees": '["after_sales"]', **chance.choice(read),
        }  # fmt: skip


def _draw_reading(chance: random.Random) -> dict[str, str]:
    chances = [chance.random() for _ in LABELS]
    return {
        "labels": json.dumps({label: share / sum(chances) for label, share in zip(LABELS, chances, strict=True)}),
        "goods": json.dumps(chance.sample(GOODS, chance.randint(1, 2))),
        "fields": json.dumps(chance.sample(FIELDS, chance.randint(0, 5))),
        "regions": json.dumps(chance.sample(REGIONS, chance.randint(0, 2)), ensure_ascii=False),
    }


def _spot(number: int, position: int) -> dict[str, Any]:
    return {"version_id": f"v{number:016x}", "position": position, "text": "一条", "start": 0, "end": 2}


def _make_prices(chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """None to three a finding."""
    for number in range(count):
        for position in range(chance.randint(0, 3) if number else 1):
            amount = round(chance.lognormvariate(-0.7, 0.8), 2) + 0.01
            money = chance.choice(("CNY", "CNY", "CNY", "USDT"))
            yield {**_spot(number, position), "amount": amount, "currency": money, "per": 1, "unit": "record",
                   "min_qty": 1000, "single": amount}  # fmt: skip


def _make_volumes(chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """One in two findings."""
    for number in range(0, count, 2):
        yield {**_spot(number, 0), "records": chance.randint(1000, 10**7)}


def _make_contacts(_chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """One a finding."""
    for number in range(count):
        handle = write_handle(number)
        yield {**_spot(number, 0), "kind": "wechat", "value": handle, "valid": 1, "value_folded": handle,
               "text_folded": handle}  # fmt: skip


def _make_reasons(chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """Three a finding."""
    for number in range(count):
        for position in range(3):
            yield {**_spot(number, position), "why": "word", "weight": chance.random()}


def _make_postings(_chance: random.Random, count: int, sources: list[str]) -> Rows:
    """What the findings are filed under, a shelf after the other."""
    findings = _make_findings(random.Random("findings"), count, sources)
    versions = _make_versions(random.Random("finding_versions"), count, sources)
    prices = _make_prices(random.Random("prices"), count, sources)
    asked = groupby(prices, key=lambda price: price["version_id"])
    priced, of_it = next(asked)
    filed: dict[str, list[int]] = defaultdict(list)
    for number, (finding, version) in enumerate(zip(findings, versions, strict=True)):
        lowest = None
        if priced == version["id"]:
            lowest = min(price["single"] for price in of_it)
            priced, of_it = next(asked, ("", iter(())))
        facts = Facts(
            finding["label"], finding["state"], finding["source_id"], frozenset([write_handle(number)]),
            tuple(json.loads(version["regions"])), lowest,
        )  # fmt: skip
        for term in list_terms(version["words"], facts):
            filed[term].append(number % SHELF)
        if number % SHELF == SHELF - 1 or number == count - 1:
            for term, slots in sorted(filed.items()):
                yield {"shelf": number // SHELF, "term": term, "slots": _pack_slots(slots)}
            filed.clear()


def _pack_slots(slots: list[int]) -> bytes:
    bits = np.zeros(SHELF, dtype=np.bool_)
    bits[slots] = True
    return pack(bits)


def _make_stretches(_chance: random.Random, count: int, _sources: list[str]) -> Rows:
    """Between which moments neighbours were first seen."""
    for first in range(0, count, STRETCH):
        last = min(count, first + STRETCH) - 1
        yield {"stretch": first // STRETCH, "oldest": _moment(first, count), "newest": _moment(last, count)}
