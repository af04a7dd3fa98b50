"""Exporting a million findings: `python -m benchmarks.datasets [--findings 1000000] [--home FOLDER] [--form parquet]`.

Makes a store of invented findings on disk, puts them on their sides of the split (done once in a finding's life), then,
in a process each: the bare thing, which is sqlite3 rows to pyarrow columns to Parquet, of the same columns of the same
tables and nothing else; and the export of the program with pseudonyms, rates, price index, picture and digests. Prints
seconds, findings a second, the ratio and the peak of memory of each.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.signals import LABELS
from domain.sources import Source
from store.database import open_store
from store.sources import add_source

NOW = datetime(2026, 11, 20, tzinfo=UTC)
GOODS = ("owner_list", "insurance_list", "new_car_list", "registry", "loan_list", "lookup")
FIELDS = ("name", "phone", "plate", "vin", "model", "expiry", "city")
REGIONS = ("广东", "江苏", "浙江", "四川", "北京", "上海", "安徽", "重庆")
PHRASES = (
    "一手车主数据", "车险到期名单", "姓名电话车牌车型", "量大从优", "可测试", "包售后", "长期稳定", "当天更新",
    "内部渠道", "诚信合作", "先试后买", "支持担保", "四川新车", "广东车主", "苏州无锡", "价格可谈",
    "非诚勿扰", "有需要联系", "另有新能源车主", "全国可做",
)  # fmt: skip
CHARACTERS = [chr(point) for point in range(0x4E00, 0x4E00 + 2000)]
# The columns that both read, by table: what stands in the database for the columns of an open dataset.
POSTS = """
SELECT f.id, f.seller_id, f.source_id, p.side, s.practice, v.platform, v.floor, f.label, f.score, v.labels, f.state,
    v.posted_at, v.posted_at_precision, f.first_seen, f.last_seen, v.evasions, v.model, v.offered, v.kind, v.channel,
    v.freshness, v.goods, v.fields, v.regions, v.guarantees
FROM findings f JOIN finding_versions v ON v.id = f.version_id JOIN sources s ON s.id = f.source_id
    JOIN splits p ON p.finding_id = f.id
ORDER BY f.first_seen, f.id
"""
PART = """
SELECT f.id, o.position, o.picture, {0} FROM findings f JOIN {1} o ON o.version_id = f.version_id
ORDER BY f.first_seen, f.id, o.position
"""
BARE = {
    "posts": POSTS,
    "prices": PART.format("o.amount, o.currency, o.per, o.unit, o.min_qty, o.max_qty", "prices"),
    "volumes": PART.format("o.records", "volumes"),
    "contacts": PART.format("o.kind, o.valid", "contacts"),
}


def fill(home: Path, count: int) -> None:
    """A store with so many findings, one in three a near-duplicate of another."""
    with open_store(home) as store:
        sources = [
            add_source(
                store, Source(f"board-{number}", f"https://forum{number}.example.org/"), every_seconds=3600, now=NOW
            ).id
            for number in range(20)
        ]
    with sqlite3.connect(home / "store.db") as database:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("PRAGMA foreign_keys=OFF")
        chance = random.Random(1)
        for table, rows in (("findings", make_findings), ("finding_versions", make_versions)):
            insert(database, table, rows(chance, count, sources))
        for table, rows in (("prices", make_prices), ("volumes", make_volumes), ("contacts", make_contacts)):
            insert(database, table, rows(chance, count, sources))
    database.close()


Rows = Callable[[random.Random, int, list[str]], Iterator[dict[str, Any]]]


def insert(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Put rows into a table, in one go."""
    first = next(rows)
    names = ", ".join(f'"{name}"' for name in first)
    marks = ", ".join("?" for _ in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    database.execute(statement, tuple(first.values()))
    database.executemany(statement, (tuple(row.values()) for row in rows))
    database.commit()


def moment(number: int, count: int) -> str:
    """When a finding was first seen: over three years, in order."""
    seen = NOW - timedelta(days=3 * 365) * (1 - number / count)
    return seen.strftime("%Y-%m-%d %H:%M:%S.%f")


def make_findings(chance: random.Random, count: int, sources: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of findings."""
    for number in range(count):
        seen = moment(number, count)
        yield {
            "id": f"{number:017x}", "post_id": f"{number:024x}", "source_id": chance.choice(sources),
            "version_id": f"v{number:016x}", "state": chance.choice(("new", "new", "confirmed", "dismissed")),
            "label": chance.choice(("offer", "offer", "other_pii_offer", "wanted")), "score": chance.random(),
            "first_seen": seen, "last_seen": seen, "seller_id": f"s{chance.randrange(count // 5):016x}",
        }  # fmt: skip


def make_versions(chance: random.Random, count: int, _sources: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of their wordings."""
    last: list[str] = []
    for number in range(count):
        seen = moment(number, count)
        if not last or chance.random() > 1 / 3:
            last = [*chance.sample(PHRASES, 4), *("".join(chance.choices(CHARACTERS, k=5)) for _ in range(8))]
        text = ",".join(last) + f" {chance.randint(1, 99) / 10}元一条 微信 seller{number}"
        chances = [chance.random() for _ in LABELS]
        labels = {label: share / sum(chances) for label, share in zip(LABELS, chances, strict=True)}
        yield {
            "id": f"v{number:016x}", "finding_id": f"{number:017x}", "state": "new", "first_seen": seen,
            "last_seen": seen, "words": text, "masked": 0, "evasions": number % 4, "url": f"https://forum.example.org/p/{number}",
            "thread_title": last[0], "platform": "discuz", "floor": number % 9 + 1, "posted_at": seen,
            "posted_at_precision": "minute", "text": text, "quoted": "[]", "links": "[]", "images": "[]",
            "pictures": "[]",
            "fetched_at": seen, "content_sha256": f"{number:064x}", "label": "offer", "score": 0.9,
            "labels": json.dumps(labels), "kind": "list_sale", "model": "packaged-e5-small 7", "offered": 1,
            "goods": json.dumps(chance.sample(GOODS, chance.randint(1, 2))),
            "fields": json.dumps(chance.sample(FIELDS, chance.randint(0, 5))),
            "regions": json.dumps(chance.sample(REGIONS, chance.randint(0, 2)), ensure_ascii=False),
            "channel": "insider", "freshness": "same_day", "guarantees": '["after_sales"]',
        }  # fmt: skip


def _spot(number: int, position: int) -> dict[str, Any]:
    return {"version_id": f"v{number:016x}", "position": position, "text": "一条", "start": 0, "end": 2}


def make_prices(chance: random.Random, count: int, _sources: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of prices, none to three a finding."""
    for number in range(count):
        for position in range(chance.randint(0, 3) if number else 1):
            amount = round(chance.lognormvariate(-0.7, 0.8), 2) + 0.01
            money = chance.choice(("CNY", "CNY", "CNY", "USDT"))
            yield {**_spot(number, position), "amount": amount, "currency": money, "per": 1, "unit": "record",
                   "min_qty": 1000, "single": amount}  # fmt: skip


def make_volumes(chance: random.Random, count: int, _sources: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of volumes, one in two findings."""
    for number in range(0, count, 2):
        yield {**_spot(number, 0), "records": chance.randint(1000, 10**7)}


def make_contacts(_chance: random.Random, count: int, _sources: list[str]) -> Iterator[dict[str, Any]]:
    """Rows of contacts, one a finding."""
    for number in range(count):
        handle = f"seller{number}"
        yield {**_spot(number, 0), "kind": "wechat", "value": handle, "valid": 1, "value_folded": handle,
               "text_folded": handle}  # fmt: skip


def run_bare(home: Path, out: Path) -> None:
    """sqlite3 to pyarrow to Parquet, batch by batch."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out.mkdir()
    with sqlite3.connect(f"file:{home / 'store.db'}?mode=ro", uri=True) as database:
        for name, query in BARE.items():
            cursor = database.execute(query)
            names = [column[0] for column in cursor.description]
            writer = None
            while rows := cursor.fetchmany(100_000):
                columns = [pa.array(column) for column in zip(*rows, strict=True)]
                table = pa.table(
                    [one.cast(pa.string()) if pa.types.is_null(one.type) else one for one in columns], names
                )
                writer = writer or pq.ParquetWriter(out / f"{name}.parquet", table.schema, compression="zstd",
                                                    compression_level=1)  # fmt: skip
                writer.write_table(table)
            if writer:
                writer.close()
    database.close()


def run_export(home: Path, out: Path, form: str) -> None:
    """The program's export."""
    from store.datasets import Order, write_dataset

    with open_store(home) as store:
        write_dataset(store, out, Order(form), NOW)


def run_placing(home: Path) -> None:
    """Every finding gets its side of the split."""
    from store.datasets.splits import place_findings

    with open_store(home) as store:
        place_findings(store)


def measure(what: str, count: int, *words: str) -> float:
    """Run one of the above in a process of its own, print its figures; the seconds it took."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.datasets", "--do", what, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    peak, busy = int(done.stdout.split()[0]) / 1024, float(done.stdout.split()[1])
    rate = count / seconds
    print(
        f"{what:8} {seconds:8.1f} s ({busy:6.1f} s of processor) {rate:9.0f} findings/s   peak {peak:5.0f} MB",
        flush=True,
    )
    return seconds


def main() -> None:
    """Fill, place, measure both."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--findings", type=int, default=1_000_000)
    options.add_argument("--home", type=Path, help="a folder on the disk to measure; a store in it is used again")
    options.add_argument("--form", default="parquet")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--do", nargs="+", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.do:
        what, *paths = given.do
        runs: dict[str, Callable[..., None]] = {"bare": run_bare, "export": run_export, "place": run_placing}
        runs[what](*map(Path, paths[:2]), *paths[2:])
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time())
        return
    with tempfile.TemporaryDirectory(dir=given.home) as folder:
        home = (given.home or Path(folder)) / f"findings-{given.findings}"
        if not home.exists():
            fill(home, given.findings)
        print(f"store of {(home / 'store.db').stat().st_size / 2**20:.0f} MB")
        measure("place", given.findings, str(home))
        ratios = []
        for turn in range(given.rounds):
            bare = measure("bare", given.findings, str(home), f"{folder}/bare-{turn}")
            ours = measure("export", given.findings, str(home), f"{folder}/export-{turn}", given.form)
            ratios.append(bare / ours)
            print(f"ratio    {bare / ours:8.2f}")
        print(f"median   {sorted(ratios)[len(ratios) // 2]:8.2f}")


if __name__ == "__main__":
    main()
