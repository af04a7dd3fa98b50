"""`posts`, `crawl`, `runs`: fetching now, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipstaff.commands.desk import (
    Json,
    LazyReader,
    follow_crawl,
    open_desk,
    print_json,
    print_line,
    print_table,
    show_progress,
    tell_line,
)
from tipstaff.commands.source import Private, Proxy, RenderOption, Zone
from tipstaff.words import say

if TYPE_CHECKING:
    from store.database import Store
    from store.sources import WatchedSource
    from tipstaff.settings import Settings


def posts(
    url: Annotated[str, typer.Argument(help="A site's home, a board or a thread.")],
    max_pages: Annotated[int | None, typer.Option(min=1, help="Fetch no more pages than this.")] = None,
    render: RenderOption = None,
    timezone: Zone = None,
    proxy: Proxy = None,
    allow_private: Private = False,
    as_json: Json = False,
) -> None:
    """Crawl one address now and print each post once; nothing is stored."""
    from domain.sources import GOOD_REASONS
    from tipstaff.settings import load_settings
    from tipstaff.steps import look
    from tipstaff.survey import BAD_STARTS
    from tipstaff.watchlist import make_entry

    settings = load_settings()
    given = {"url": url, "render": render, "timezone": timezone, "proxy": proxy}
    entry = make_entry(
        {key: value for key, value in given.items() if value is not None}
        | {"allow_private": allow_private or settings.allow_private}
    )
    seen: set[str] = set()
    with follow_crawl(settings.speaks, url) as show:

        def tell(event: dict[str, Any]) -> None:
            show(event)
            if event["event"] == "post" and event["post"]["id"] not in seen:
                seen.add(event["post"]["id"])
                _print_post(event["post"], as_json=as_json)

        outcome = look(settings, entry.source, tell, max_pages=max_pages)
    if outcome.reason != "done" or outcome.detail:
        tell_line(f"tipstaff: {url}: {outcome.reason}{f' ({outcome.detail})' if outcome.detail else ''}")
    if outcome.reason not in GOOD_REASONS:
        raise typer.Exit(2 if outcome.reason in BAD_STARTS and not seen else 1)


def crawl(
    names: Annotated[list[str] | None, typer.Argument(help="Sources by name; none: all that are watched.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All sources that are not paused.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Only those whose time has come.")] = False,
    as_json: Json = False,
) -> None:
    """Crawl and score now; a line per source."""
    from domain.errors import BadValue, Refused
    from domain.sources import GOOD_REASONS
    from store.runs import list_runs
    from tipstaff.steps import watch

    if bool(names) + every + due > 1:
        raise BadValue(name="what to crawl", value="names, --all and --due together", want="one of the three")
    with open_desk() as (settings, store):
        chosen = _choose(store, names or [], only_due=due)
        if not chosen:
            tell_line(say(settings.speaks, "nothing_due" if due else "no_sources"))
        reader = LazyReader(settings)
        well = True
        for watched in chosen:
            try:
                with follow_crawl(settings.speaks, watched.source.name) as tell:
                    done = watch(store, settings, watched, reader, tell)
            except Refused as refusal:
                # One source that may not be crawled is no reason to leave the others.
                if len(chosen) == 1:
                    raise
                tell_line(f"tipstaff: {watched.source.name}: {refusal.say(settings.speaks)}")
                well = False
                continue
            (run,) = [run for run in list_runs(store, source=watched.source.name) if run["id"] == done.run_id]
            print_run(settings.speaks, run, done.outcome.detail, as_json=as_json)
            well &= done.outcome.reason in GOOD_REASONS
            if done.outcome.reason == "interrupted":
                tell_line(say(settings.speaks, "interrupted"))
                break
        else:
            draw_pictures(settings, store)
    if not well:
        raise typer.Exit(1)


def runs(
    source: Annotated[str | None, typer.Option(help="Only those of this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: Json = False,
) -> None:
    """The ledger of runs, newest first."""
    from store.runs import list_runs

    with open_desk() as (settings, store):
        ledger = list_runs(store, source=source, limit=limit)
        if as_json:
            print_json(ledger)
        elif not ledger:
            tell_line(say(settings.speaks, "no_runs"))
        else:
            heads = ("source", "when", "pages", "posts", "new", "findings", "reason")
            keys = ("source", "started_at", "pages", "posts", "new", "findings", "reason")
            print_table(settings.speaks, heads, [tuple(str(run[key] or "-") for key in keys) for run in ledger])


def draw_pictures(settings: Settings, store: Store) -> None:
    """Draw the pictures of sealed pages that are still to be drawn. That they cannot be is said, and fails nothing."""
    from domain.errors import MissingPart
    from tipstaff.child import hear_interrupts
    from tipstaff.steps import draw

    with show_progress(settings.speaks, say(settings.speaks, "drawing")) as move, hear_interrupts() as interrupted:
        try:
            draw(store, settings, lambda _event: move(advance=1), stopped=interrupted.is_set)
        except MissingPart as missing:
            tell_line(say(settings.speaks, "not_drawn", why=missing.say(settings.speaks)))


def print_run(language: str, run: dict[str, Any], detail: str, *, as_json: bool) -> None:
    """One run: as JSON, or as a line."""
    if as_json:
        print_json([run])
        return
    reason = f"{run['reason']} ({detail})" if detail else run["reason"]
    print_line(say(language, "run_line", **{**run, "reason": reason}))


def _choose(store: Store, names: list[str], *, only_due: bool) -> list[WatchedSource]:
    """The sources that were asked for. Raises UnknownName."""
    from store.sources import find_source, list_sources
    from tipstaff.schedule import is_due

    if names:
        return [find_source(store, name) for name in names]
    now = datetime.now(UTC)
    return [source for source in list_sources(store) if not source.paused and (not only_due or is_due(source, now))]


def _print_post(post: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json([post])
    else:
        who = f"{post['author']['name'] or '-'} · {post['posted_at'] or '-'} · {post['thread_title'] or '-'}"
        print_line(f"{who}\n  {post['url']}\n  {post['text']}\n")
