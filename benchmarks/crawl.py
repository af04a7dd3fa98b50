"""How fast a crawl is, and how little it asks for: `python -m benchmarks.crawl [--threads 3600] [--skin phpbb]`.

One forum on loopback (benchmarks/forum.py), in one run: a bare Scrapy spider follows the links of list and threads and
keeps nothing; then the whole line does it (parse, deduplicate, spool); then it visits again with nothing changed, and
once more with one new post to a hundred old ones. Speeds are taken from the server's own clock, first request to last,
so that starting up counts for neither.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response

from benchmarks.forum import Served, serve_forum
from domain.sources import RunOutcome, Source
from store.database import Store, open_store
from store.runs import begin_run, finish_run
from store.sources import WatchedSource, add_source
from tipstaff.settings import load_settings
from tipstaff.steps import crawl

T = TypeVar("T")
LINKS = "a.topictitle::attr(href), a.subject::attr(href), a[rel=next]::attr(href)"


class BareSpider(Spider):
    """Follows the same links."""

    name = "bare"

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        """Lists, their threads, next pages."""
        yield from response.follow_all(response.css(LINKS).getall())


def follow(url: str) -> None:
    """The bare crawl, with Scrapy's own settings."""
    settings = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
                "ROBOTSTXT_OBEY": False}  # fmt: skip
    process = AsyncCrawlerProcess(settings)
    process.crawl(BareSpider, start_urls=[url])
    process.start()


@dataclass(frozen=True)
class Visit:
    """What the server saw of a crawl: how many requests, and how many pages a second. `effort` is its processor time
    in milliseconds a request, starting up included."""

    requests: int
    speed: float
    effort: float


def see(site: Served, crawl_once: Callable[[], T]) -> tuple[T, Visit]:
    """What a crawl gives, and what is seen of it."""
    before = spent()
    given = crawl_once()
    times = [at for at, _ in site.tell("asked")]
    speed = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
    return given, Visit(len(times), speed, (spent() - before) / len(times) * 1000)


def spent() -> float:
    """The processor time of all processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def visit(store: Store, watched: WatchedSource, site: Served) -> tuple[RunOutcome, Visit]:
    """One crawl of the source into the spool."""
    now = datetime.now(UTC)
    run_id = begin_run(store, watched.id, planned_at=now, now=now)
    settings = load_settings(home=store.home)
    outcome, seen = see(site, lambda: crawl(store, settings, watched, run_id).wait(lambda event: None))
    finish_run(store, run_id, outcome, findings=0, now=now)
    return outcome, seen


def measure(site: Served, home: Path) -> Iterable[tuple[str, bool]]:
    """Each figure as a line, and whether it is what it has to be."""
    pages, lists, posts = site.tell("size")
    yield f"{pages} pages ({lists} of the list), {posts} posts", True
    command = [sys.executable, "-m", "benchmarks.crawl", "--bare", site.url]
    _, bare = see(site, lambda: subprocess.run(command, check=True))
    yield (
        f"bare spider    {bare.requests:6} requests  {bare.speed:7.1f} pages/s  {bare.effort:.1f} ms",
        bare.requests == pages,
    )
    with open_store(home) as store:
        source = Source("forum", site.url, allow_private=True, delay=0.0, render="never")
        watched = add_source(store, source, every_seconds=3600, now=datetime.now(UTC))
        outcome, first = visit(store, watched, site)
        share, new = first.speed / bare.speed, outcome.counts.new
        yield (
            f"first visit    {first.requests:6} requests  {first.speed:7.1f} pages/s  {first.effort:.1f} ms, "
            f"{share:.2f} of the bare one's speed; {new} new posts, {outcome.reason}",
            share >= 0.7 and new == posts,
        )
        outcome, second = visit(store, watched, site)
        share = second.requests / first.requests
        yield (
            f"nothing new    {second.requests:6} requests  {share:.2%} of the first visit's; {outcome.reason}",
            share <= 0.02,
        )
        added, needed = site.tell("reply", 0.01)
        outcome, third = visit(store, watched, site)
        share, new = third.requests / needed, outcome.counts.new
        yield (
            f"1 % new posts  {third.requests:6} requests  {share:.2f} of the {needed} that show them; "
            f"{new} of {len(added)} found, {outcome.reason}",
            share <= 1.3 and new == len(added),
        )


def main() -> None:
    """Measure and tell; status 1 where a figure is not what it has to be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=3600)
    parser.add_argument("--skin", choices=("phpbb", "unknown"), default="phpbb")
    parser.add_argument("--bare", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        follow(arguments.bare)
        return
    good = True
    with tempfile.TemporaryDirectory() as folder, serve_forum(arguments.threads, arguments.skin) as site:
        for line, holds in measure(site, Path(folder) / "home"):
            print(line if holds else f"{line}  NOT ENOUGH", flush=True)
            good &= holds
    sys.exit(not good)


if __name__ == "__main__":
    main()
