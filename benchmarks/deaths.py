"""What kill -9 in the middle of a crawl loses: `python -m benchmarks.deaths [--times 50] [--seed 1] [--threads 24]`.

A forum on loopback is watched as `tipstaff crawl` does it, crawl and scoring side by side, with a reader that is a
rule. At a random moment of each round the crawl's process, the one that scores, or both are killed; then the source is
watched once more, undisturbed, and every post of the forum must have been seen and scored once: none is missing, none
counted twice, and each that matters is one finding with one wording and a capture. Half of the rounds begin with an
empty store, the others go on with theirs after new replies.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from benchmarks.forum import Served, serve_forum
from domain.signals import LABELS, Offer, Passage, Reading, Reason, Signal
from domain.sources import Source
from store.database import open_store
from store.findings import Query, search_findings
from store.settling import BANDS
from store.sources import add_source, find_source
from store.tables import FingerprintRow, MarkRow, PageRow, PendingRow, TallyRow
from store.verification import verify_store
from tipstaff.settings import load_settings
from tipstaff.steps import watch

FORK = multiprocessing.get_context("fork")
WORD = "多少钱"
VICTIMS = ("crawl", "scoring", "both")
# A watch that dies with its crawl may take so long to end by itself.
PATIENCE = 120.0


class Rule:
    """A reader for which a post that asks the price is an offer."""

    threshold = 0.5
    review_low = 0.2

    def read(self, passages: Sequence[Passage], *, read_all: bool = False, masked: bool = False) -> list[Reading]:
        """A reading for each passage."""
        return [self._read(passage) for passage in passages]

    def _read(self, passage: Passage) -> Reading:
        place = passage.text.find(WORD)
        score = 0.9 if place >= 0 else 0.01
        rest = (1 - score) / (len(LABELS) - 1)
        reasons = (Reason("rule", WORD, place, place + len(WORD), 2.0),) if place >= 0 else ()
        signal_ = Signal(
            passage.id, "offer" if place >= 0 else "unrelated", score,
            {name: score if name == "offer" else rest for name in LABELS}, "list_sale" if place >= 0 else None,
            Offer() if place >= 0 else None, reasons, "rule/1",
        )  # fmt: skip
        return Reading(signal_, passage, folded=passage.text)


def work(home: Path) -> None:
    """Watch the forum once."""
    os.setsid()
    with open_store(home) as store:
        reader: Any = Rule()
        watch(store, load_settings(home=home), find_source(store, "forum"), lambda: reader, lambda event: None)


def children_of(number: int) -> list[int]:
    """The processes that a process has started."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    return []


def kill_one(home: Path, site: Served, victim: str, *, after: int, late: float) -> int:
    """Watch, and kill once so many requests came and a moment has passed; how many came in all."""
    site.tell("asked")
    process = FORK.Process(target=work, args=(home,))
    process.start()
    assert process.pid
    asked = 0
    while process.is_alive() and asked < after:
        time.sleep(0.005)
        asked += len(site.tell("asked"))
    time.sleep(late)
    crawls = children_of(process.pid)
    for number in [*(crawls if victim != "scoring" else []), *([process.pid] if victim != "crawl" else [])]:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.join(PATIENCE)
    assert process.exitcode is not None, "the watch goes on without its crawl"
    return asked


def check(home: Path, posts: int) -> int:
    """Everything was seen and scored once; how many findings there are."""
    with open_store(home) as store:
        with store.reading() as session:
            seen = session.exec(select(func.count()).select_from(FingerprintRow)).one()
            counted = session.exec(select(func.sum(TallyRow.count))).one()
            offers = session.exec(select(func.count()).where(FingerprintRow.band == BANDS - 1)).one()
            waiting = [session.exec(select(table)).all() for table in (PageRow, PendingRow)]
            marks = session.exec(select(MarkRow.ended)).all()
        found = search_findings(store, Query(limit=None))
        assert waiting == [[], []], waiting
        assert (seen, counted) == (posts, posts), (posts, seen, counted)
        assert all(marks)
        assert len(found) == len({finding["post"]["id"] for finding in found}) == offers
        assert all(len(finding["versions"]) == 1 and finding["captures"] for finding in found)
        assert verify_store(store).faults == ()
    return len(found)


def prepare(home: Path, site: Served) -> None:
    """An empty store that watches the forum."""
    with open_store(home) as store:
        source = Source("forum", site.url, allow_private=True, delay=0.0, render="never")
        add_source(store, source, every_seconds=3600, now=datetime.now(UTC) - timedelta(days=1))


def main() -> None:
    """Kill so many times, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=24)
    given = parser.parse_args()
    chance, killed, findings = random.Random(given.seed), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder, serve_forum(given.threads, "phpbb", given.seed) as site:
        for number in range(given.times):
            home = Path(folder) / str(number // 2)
            if number % 2 == 0:
                prepare(home, site)
            else:
                site.tell("reply", 0.2)
            pages, _, posts = site.tell("size")
            victim = VICTIMS[chance.randrange(3)]
            after = chance.randint(1, pages if number % 2 == 0 else max(2, pages // 3))
            asked = kill_one(home, site, victim, after=after, late=chance.uniform(0, 0.3))
            again = FORK.Process(target=work, args=(home,))
            again.start()
            again.join()
            assert again.exitcode == 0, again.exitcode
            findings = check(home, posts)
            killed[victim] += 1
            print(f"{number + 1:3}  {victim:8} after {asked:3} of {pages} pages, {posts} posts, {findings} findings",
                  file=sys.stderr, flush=True)  # fmt: skip
    print(f"{given.times} kills ({', '.join(f'{name} {count}' for name, count in killed.items())}): "
          "every post seen and scored once")  # fmt: skip


if __name__ == "__main__":
    main()
