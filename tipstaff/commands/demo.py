"""`demo`: the practice market, from its first page to the findings."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from tipstaff.commands.desk import LazyReader, follow_crawl, print_line, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from store.database import Store
    from store.sources import WatchedSource

NAME = "practice-market"
SHOWN = 25
ALL = 1000
NEXT = (
    "findings 车主 --max-price 1", "show {first}", "judge {first} confirmed --note 'seen by me'",
    "refer {first} --out referral.zip --case DEMO-1", "verify referral.zip", "export ./dataset --format csv", "runs",
    "source list", "doctor",
)  # fmt: skip


def demo() -> None:
    """Crawl the practice market on loopback, score it, store it and show the findings."""
    from store.database import open_store
    from store.findings import Query, search_findings
    from tipstaff.commands.finding import print_findings
    from tipstaff.market.site import serve
    from tipstaff.settings import PRACTICE_HOME, home_is_set, load_settings
    from tipstaff.steps import watch

    settings = load_settings(home=None if home_is_set() else PRACTICE_HOME, allow_private=True)
    speaks = settings.speaks
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings.home, settings.database))
        known = _practice_source(store)
        epoch = known.added_at if known else datetime.now(UTC)
        market = stack.enter_context(serve(port=_port_of(known), epoch=epoch))
        tell_line(say(speaks, "demo_open", url=market.url))
        watched = _watch_market(store, known, market.url)
        with follow_crawl(speaks, NAME) as tell:
            done = watch(store, settings, watched, LazyReader(settings), tell)
        found = sorted(search_findings(store, Query(limit=ALL)), key=_by_weight)
        print_findings(speaks, found[:SHOWN], say(speaks, "demo_title", shown=min(SHOWN, len(found)), count=len(found)))
        _print_next(speaks, settings.home, found)
        if not settings.browser_path:
            tell_line(say(speaks, "demo_no_browser"))
        if done.outcome.reason not in ("done", "nothing_new"):
            tell_line(f"tipstaff: {NAME}: {done.outcome.reason} ({done.outcome.detail})")
            raise typer.Exit(1)
        if sys.stdin.isatty() and sys.stdout.isatty():
            tell_line(say(speaks, "demo_wait"))
            sys.stdin.readline()


def _by_weight(finding: dict[str, Any]) -> tuple[bool, float]:
    """Offers first, and among them the surest."""
    return finding["signal"]["label"] != "offer", -finding["signal"]["score"]


def _practice_source(store: Store) -> WatchedSource | None:
    """The market as this store knows it. Raises Refused when the store watches anything that is not practice."""
    from domain.errors import Refused
    from store.sources import list_sources

    sources = list_sources(store)
    if any(not watched.source.practice for watched in sources):
        raise Refused(
            what=f"{store.home} watches sources that are not practice",
            mend="name another folder in TIPSTAFF_HOME for the demo, so that nothing made up is among real findings",
        )
    return next((watched for watched in sources if watched.source.name == NAME), None)


def _port_of(known: WatchedSource | None) -> int:
    """The port the market had before (its posts are known by it), or any."""
    from urllib.parse import urlsplit

    return (urlsplit(known.source.url).port or 0) if known else 0


def _watch_market(store: Store, known: WatchedSource | None, url: str) -> WatchedSource:
    from domain.sources import Source
    from store.sources import add_source, change_source

    if known is None:
        source = Source(name=NAME, url=url, allow_private=True, practice=True, delay=0, images=True)
        return add_source(
            store, source, every_seconds=6 * 3600, basis="practice", assessor="practice", now=datetime.now(UTC)
        )
    if (known.source.url, known.source.images) == (url, True):
        return known
    return change_source(store, NAME, url=url, images=True)


def _print_next(language: str, home: Any, found: list[dict[str, Any]]) -> None:
    print_line(say(language, "demo_next", home=home))
    first = found[0]["id"][:12] if found else "ID"
    for line in NEXT:
        print_line(f"  TIPSTAFF_HOME={home} {sys.argv[0]} {line.format(first=first)}")
