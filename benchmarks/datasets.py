"""Exporting a million findings: `python -m benchmarks.datasets [--findings 1000000] [--home FOLDER] [--form parquet]`.

Makes a store of invented findings on disk, puts them on their sides of the split (done once in a finding's life), then,
in a process each: the bare thing, which is sqlite3 rows to pyarrow columns to Parquet, of the same columns of the same
tables and nothing else; and the export of the program with pseudonyms, rates, price index, picture and digests. Prints
seconds, findings a second, the ratio and the peak of memory of each.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.stock import NOW, make_stock
from store.database import open_store

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
            make_stock(home, given.findings)
            open_store(home).close()
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
