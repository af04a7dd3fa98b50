"""Searching a million findings: `python -m benchmarks.store [--findings 1000000] [--known 5000000] [--home FOLDER]`.

Makes a store of invented findings on disk (again used, with `--home`) and puts the questions of QUESTIONS to it, in
rounds, each time with other words; prints the median, the 95th percentile and the longest in milliseconds, and the 95th
of the processor's time in this process, which a busy machine does not spoil. Then, with `--known` fingerprints of other
posts in it, posts a second through deliver and settle. `--url` does it on PostgreSQL.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from benchmarks.spool import NOW, POSTS, SITE, make_page, score_pages
from benchmarks.stock import PHRASES, REGIONS, SOURCES, Language, add_known, make_stock, write_handle
from domain.sources import Source
from store.database import Store, open_store
from store.findings import Query, count_findings, search_findings
from store.runs import begin_run
from store.sellers.profiles import find_seller, list_sellers
from store.sellers.ready import keep_profiles
from store.sources import add_source
from store.spool import deliver, waiting
from store.tables import FindingRow, FingerprintRow

PAGES = 500


class Asking:
    """What each round draws its words from."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.chance = store, random.Random(seed)
        self.language = Language()
        with store.reading() as session:
            self.count = session.exec(select(func.count()).select_from(FindingRow)).one()

    @property
    def common(self) -> str:
        """A word of two characters that many posts have."""
        return self.chance.choice(("车主", "数据", "到期", "名单", "姓名", "长期", "售后", "担保"))

    @property
    def rare(self) -> str:
        """A word that few have."""
        return self.language.words[self.chance.randrange(2000, 3000)]

    @property
    def handle(self) -> str:
        """A handle that somebody has."""
        return write_handle(self.chance.randrange(self.count))

    @property
    def place(self) -> str:
        """The id of a finding somewhere."""
        return f"{self.chance.randrange(self.count):017x}"

    def find(self, **asked: Any) -> None:
        """The first page of what is found."""
        search_findings(self.store, Query(**asked))

    def count_all(self, **asked: Any) -> None:
        """How many are found, up to a thousand."""
        count_findings(self.store, Query(**asked))

    def list_first(self, count: int) -> None:
        """The first page of sellers."""
        list_sellers(self.store, count)

    def show(self, number: int) -> None:
        """A seller's page."""
        find_seller(self.store, f"s{number:016x}")

    def ago(self, days: int) -> Any:
        """So many days before the end, or up to a month more."""
        return NOW - timedelta(days=days + self.chance.randrange(30))


QUESTIONS: dict[str, Callable[[Asking], None]] = {
    "a common word": lambda one: one.find(text=one.common),
    "a common word, counted": lambda one: one.count_all(text=one.common),
    "a common word, a later page": lambda one: one.find(text=one.common, before=one.place),
    "a rare word": lambda one: one.find(text=one.rare),
    "a rare word, counted": lambda one: one.count_all(text=one.rare),
    "one character": lambda one: one.find(text=one.chance.choice("车主一数险")),
    "one rare character": lambda one: one.find(text=one.rare[0]),
    "a phrase": lambda one: one.find(text=one.chance.choice(PHRASES)),
    "a phrase, counted": lambda one: one.count_all(text=one.chance.choice(PHRASES)),
    "a phrase that is not there": lambda one: one.find(text=one.common + one.rare + one.common),
    "two words, common and rare": lambda one: one.find(text=f"{one.common} {one.rare}"),
    "two rare words": lambda one: one.find(text=f"{one.rare} {one.rare}"),
    "Latin letters and digits": lambda one: one.find(text=one.handle),
    "a beginning of a handle": lambda one: one.find(text=one.handle[:8]),
    "no such word": lambda one: one.find(text="nowhere"),
    "a disguised word": lambda one: one.find(text="車主", folded="车主"),
    "a common word of a rare label": lambda one: one.find(text=one.common, label="insider_recruitment"),
    "a rare word of a state": lambda one: one.find(text=one.rare, state="dismissed"),
    "a word in a month": lambda one: one.find(text=one.common, since=one.ago(400), until=one.ago(370)),
    "a word of a source and region": lambda one: one.find(
        text=one.common, source=f"board-{one.chance.randrange(SOURCES)}", region=one.chance.choice(REGIONS)
    ),
    "a word below a price": lambda one: one.find(text=one.common, max_price=0.05),
    "a word and a handle": lambda one: one.find(text=one.common, contact=one.handle),
    "filter: label": lambda one: one.find(label="wanted"),
    "filter: label and state": lambda one: one.find(label="insider_recruitment", state="referred"),
    "filter: the same, counted": lambda one: one.count_all(label="insider_recruitment", state="referred"),
    "filter: source and day": lambda one: one.find(
        source=f"board-{one.chance.randrange(SOURCES)}", since=one.ago(700), until=one.ago(660)
    ),
    "filter: region and price": lambda one: one.find(region=one.chance.choice(REGIONS), max_price=0.03),
    "filter: a handle": lambda one: one.find(contact=one.handle),
    "filter: days long ago": lambda one: one.find(until=one.ago(1000)),
    "no question": lambda one: one.find(),
    "a seller": lambda one: one.show(100 + one.chance.randrange(one.count // 5)),
    "a seller of many posts": lambda one: one.show(one.chance.randrange(100)),
    "the first sellers": lambda one: one.list_first(50),
}


def ask_all(store: Store, rounds: int) -> None:
    """Put every question so many times, one after the other, and print how long it took."""
    asking = Asking(store, 1)
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in QUESTIONS}
    for _ in range(rounds):
        for name, ask in QUESTIONS.items():
            start, busy = time.perf_counter(), time.process_time()
            ask(asking)
            spent[name].append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy)))
    print(f"{'':32} {'median':>8} {'p95':>8} {'longest':>8} {'p95 of processor':>17}  ms")
    for name, times in (*spent.items(), ("all", [one for every in spent.values() for one in every])):
        taken, busy_times = zip(*times, strict=True)
        print(
            f"{name:32} {statistics.median(taken):8.1f} {_most(taken):8.1f} {max(taken):8.1f} {_most(busy_times):17.1f}"
        )


def _most(times: tuple[float, ...]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


def take_posts(store: Store, known: int) -> None:
    """Deliver pages and settle them, beside so many known posts; prints how many posts a second."""
    with store.reading() as session:
        lacking = known - session.exec(select(func.count()).select_from(FingerprintRow)).one()
    if lacking > 0:
        add_known(store, lacking)
    stamp = int(time.time())
    source = add_source(store, Source(f"bench-{stamp}", SITE), every_seconds=3600, now=NOW)
    run_id = begin_run(store, source.id, NOW, NOW)
    hauls = [make_page(random.Random(stamp), stamp * 1000 + number, number % 10 == 0) for number in range(PAGES)]
    for what, act in {
        "delivered": lambda: [deliver(store, run_id=run_id, source_id=source.id, haul=one, now=NOW) for one in hauls],
        "settled": lambda: score_pages(store, waiting(store, NOW, limit=PAGES)),
        "seen again": lambda: [deliver(store, run_id=run_id, source_id=source.id, haul=one, now=NOW) for one in hauls],
    }.items():
        for rate, busy in _clock(act):
            print(f"posts {what:12} {rate:9.0f} a second, {busy:9.0f} a second of processor")


def _clock(act: Callable[[], object]) -> Iterator[tuple[float, float]]:
    start, busy = time.perf_counter(), time.process_time()
    act()
    yield PAGES * POSTS / (time.perf_counter() - start), PAGES * POSTS / (time.process_time() - busy)


def main() -> None:
    """Make it, ask it, fill it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--findings", type=int, default=1_000_000)
    options.add_argument("--known", type=int, default=5_000_000)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--home", type=Path, help="a folder on the disk to measure; a store in it is used again")
    options.add_argument("--url", help="of a PostgreSQL database, empty or of the same folder's store")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (given.home or Path(folder)) / f"findings-{given.findings}{'-postgres' if given.url else ''}"
        if not home.exists():
            start = time.perf_counter()
            make_stock(home, given.findings, given.url)
            print(f"made in {time.perf_counter() - start:.0f} s", flush=True)
        start = time.perf_counter()
        with open_store(home, given.url) as store:
            print(f"opened in {time.perf_counter() - start:.1f} s", flush=True)
            start = time.perf_counter()
            keep_profiles(store)
            print(f"profiles of sellers made ready in {time.perf_counter() - start:.1f} s", flush=True)
            if (database := home / "store.db").exists():
                print(f"store of {database.stat().st_size / 2**20:.0f} MB", flush=True)
            ask_all(store, given.rounds)
            print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)
            take_posts(store, given.known)


if __name__ == "__main__":
    main()
