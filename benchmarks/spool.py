"""How fast pages go through the store: `python -m benchmarks.spool [--pages 500] [--known 0] [--findings 2000]`.

A page has 20 posts and 60 KB of markup; one in ten has a finding and is sealed. `--known` puts so many fingerprints
of other posts into the store first. The last lines are for searching among `--findings` findings.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.stock import add_known
from domain.pages import Haul, Mark, Page, Validators
from domain.posts import Author, Post, text_digest
from domain.signals import Contact, Offer, Price, Reason, Signal
from domain.sources import Source
from store.database import Store, open_store
from store.findings import Query, search_findings
from store.runs import begin_run
from store.sources import add_source
from store.spool import Verdict, deliver, open_page, settle, waiting

NOW = datetime(2026, 11, 20, tzinfo=UTC)
POSTS = 20
SITE = "https://forum.example.org"
WORDS = (
    "洗车",
    "保养",
    "油耗",
    "轮胎",
    "年检",
    "加油",
    "堵车",
    "停车",
    "车友",
    "周末",
    "自驾",
    "高速",
    "隔音",
    "行车记录仪",
)


def make_page(chance: random.Random, number: int, offer: bool) -> Haul:
    """A page of a thread; its first post is an offer, if told."""
    posts = tuple(_make_post(chance, number, floor, offer and floor == 0) for floor in range(POSTS))
    markup = "".join(f'<div class="post" id="{floor}"><p>{post.text}</p></div>' for floor, post in enumerate(posts))
    filler = "".join(f"<a href='/t/{chance.randrange(10**6)}'>{chance.choice(WORDS)}</a>" for _ in range(1000))
    url = f"{SITE}/t/{number}"
    page = Page(url, url, "GET", 200, (("Content-Type", "text/html"),), (), f"<html>{markup}{filler}".encode(), NOW)
    return Haul(page, posts, "generic", "thread", mark=Mark(url, "20", 1, ended=True), validators=Validators('"1"'))


def _make_post(chance: random.Random, page: int, floor: int, offer: bool) -> Post:
    text = "".join(chance.choices(WORDS, k=30))
    text = f"出售车主数据 0.5元一条 微信 chezhu{page} {text}" if offer else text
    return Post(
        id=f"{page:08x}{floor:04x}", url=f"{SITE}/t/{page}#{floor}", text=text, fetched_at=NOW,
        content_sha256=text_digest(text), thread_url=f"{SITE}/t/{page}", thread_title=chance.choice(WORDS),
        author=Author(chance.choice(WORDS)), posted_at=NOW, floor=floor + 1,
    )  # fmt: skip


def judge(post: Post) -> Verdict:
    """What a classifier would say."""
    kept = post.text.startswith("出售")
    handle = post.text.split()[3] if kept else ""
    price = Price(0.5, "CNY", 1, "record", None, None, "0.5元一条", 7, 13)
    offer = Offer(
        goods=("车主数据",), regions=("广东",), prices=(price,),
        contacts=(Contact("wechat", handle, handle, 17, 17 + len(handle), True),),
    )  # fmt: skip
    label, score, kind = ("offer", 0.98, "list_sale") if kept else ("unrelated", 0.01, None)
    signal = Signal(
        post.id, label, score, {"offer": score}, kind,
        offer if kept else None, (Reason("出售", post.text[:2], 0, 2, 2.0),), "bench",
    )  # fmt: skip
    return Verdict(post, signal, keep=kept)


@contextmanager
def clocked(what: str, count: int, unit: str) -> Iterator[None]:
    """Prints how many of `unit` a second were done."""
    start = time.perf_counter()
    yield
    spent = time.perf_counter() - start
    print(f"{what:28} {count / spent:9.1f} {unit}/s   {1000 * spent / count:8.2f} ms each")


def clock_often(what: str, times: int, act: Callable[[], object]) -> None:
    """Prints the median and the 95th percentile of doing something."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append(1000 * (time.perf_counter() - start))
    print(f"{what:28} {statistics.median(spent):9.2f} ms median   {statistics.quantiles(spent, n=20)[-1]:8.2f} ms p95")


def score_pages(store: Store, pages: list[str]) -> None:
    """Open and settle pages."""
    for page_id in pages:
        page = open_page(store, page_id)
        settle(store, page_id, [judge(post) for post in page.haul.posts if post.id in page.fresh], NOW)


def main() -> None:
    """Make a store, fill it, ask it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=500)
    options.add_argument("--known", type=int, default=0)
    options.add_argument("--findings", type=int, default=2000)
    options.add_argument("--home", type=Path, help="a folder on the disk to measure; default: a temporary one")
    given = options.parse_args()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(dir=given.home) as folder:
        home = Path(folder) / "home"
        with clocked("make a store", 1, "stores"):
            open_store(home).close()
        clock_often("open a store", 20, lambda: open_store(home).close())
        with open_store(home) as store:
            source = add_source(store, Source("bench", SITE), every_seconds=3600, now=NOW)
            run_id = begin_run(store, source.id, NOW, NOW)
            if given.known:
                add_known(store, given.known)
            hauls = [make_page(chance, number, number % 10 == 0) for number in range(given.pages)]
            for name in ("deliver, all new", "deliver, nothing new"):
                with clocked(name, len(hauls), "pages"):
                    for haul in hauls:
                        deliver(store, run_id=run_id, source_id=source.id, haul=haul, now=NOW)
                if pages := waiting(store, NOW, limit=len(hauls)):
                    with clocked("open and settle", len(pages), "pages"):
                        score_pages(store, pages)
            for number in range(given.pages, given.pages + given.findings - given.pages // 10):
                haul = make_page(chance, number, offer=True)
                deliver(store, run_id=run_id, source_id=source.id, haul=haul, now=NOW)
                score_pages(store, waiting(store, NOW))
            for name, query in (
                ("search, a common word", Query(text="车主")), ("search, a rare word", Query(text="chezhu10 ")),
                ("search, no such word", Query(text="nowhere")), ("search, a contact", Query(contact="chezhu10")),
            ):  # fmt: skip
                clock_often(name, 20, lambda query=query: search_findings(store, query))  # type: ignore[misc]


if __name__ == "__main__":
    main()
