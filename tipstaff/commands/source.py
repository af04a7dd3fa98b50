"""`tipstaff source`: the watch list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipstaff.commands.desk import Json, follow_crawl, open_desk, print_json, print_line, print_table, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from store.sources import WatchedSource
    from tipstaff.survey import Survey
    from tipstaff.watchlist import Entry

app = typer.Typer(help="The watch list. 监测清单。", no_args_is_help=True, rich_markup_mode=None)

Private = Annotated[
    bool, typer.Option("--allow-private", help="Permit the private or loopback host and port the address names.")
]
RenderOption = Annotated[str | None, typer.Option(help="Draw pages in a browser: auto, always or never.")]
Proxy = Annotated[
    str | None, typer.Option(help="A proxy to go through: http://HOST:PORT or socks5://HOST:PORT (Tor's, for .onion).")
]
Queries = Annotated[
    list[str] | None,
    typer.Option(help="Words for {query} in the address, or a list that is shipped, as in @owners; may be repeated."),
]
Select = Annotated[
    list[str] | None,
    typer.Option(help="Where the site keeps what, as in post=.msg body=.text author=.name; may be repeated."),
]
Zone = Annotated[str | None, typer.Option(help="The zone of the times the site writes, e.g. Asia/Shanghai.")]
Name = Annotated[str, typer.Argument(help="The source's name.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The address of a board, listing, channel, or search with {query}.")],
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    every: Annotated[str | None, typer.Option(help="How often it is due: 30m, 6h, 1d.")] = None,
    render: RenderOption = None,
    query: Queries = None,
    select: Select = None,
    timezone: Zone = None,
    proxy: Proxy = None,
    basis: Annotated[str | None, typer.Option(help="Why this public source may be watched.")] = None,
    assessor: Annotated[str | None, typer.Option(help="Who assessed that.")] = None,
    allow_private: Private = False,
    as_json: Json = False,
) -> None:
    """Watch an address from now on."""
    from store.sources import add_source
    from tipstaff.conduct import is_private
    from tipstaff.watchlist import make_entry

    given = {
        "url": url, "name": name, "every": every, "render": render, "query": query or None, "timezone": timezone,
        "proxy": proxy, "basis": basis, "assessor": assessor, "selectors": read_select(select),
    }  # fmt: skip
    with open_desk() as (settings, store):
        permitted = allow_private or settings.allow_private
        entry = make_entry(
            {key: value for key, value in given.items() if value is not None} | {"allow_private": permitted}
        )
        if not as_json and not is_private(url):
            entry = ask_basis(entry, settings.speaks)
        watched = add_source(
            store, entry.source, every_seconds=entry.every_seconds, basis=entry.basis, assessor=entry.assessor,
            now=datetime.now(UTC),
        )  # fmt: skip
        if as_json:
            print_json([describe(watched)])
        else:
            print_line(say(settings.speaks, "added", name=watched.source.name, url=url))
        if not is_private(url) and not settings.contact:
            tell_line(say(settings.speaks, "contact_needed"))
        if not is_private(url) and not (entry.basis and entry.assessor):
            tell_line(say(settings.speaks, "basis_needed", name=watched.source.name))


def read_select(words: list[str] | None) -> dict[str, str] | None:
    """The selectors of `--select PART=SELECTOR`, None where none was given. Raises BadValue."""
    from tipstaff.watchlist import split_selectors

    return split_selectors(words, prefix="")[1] if words else None


def ask_basis(entry: Entry, language: str) -> Entry:
    """Asks at a terminal why a public source may be watched and who assessed that; an empty answer leaves it open."""
    import sys

    given = {name: getattr(entry, name) for name in ("basis", "assessor")}
    if not sys.stdin.isatty():
        return entry
    for name, known in given.items():
        if not known:
            answer = typer.prompt(say(language, f"ask_{name}"), default="", show_default=False, err=True)
            given[name] = " ".join(answer.split()) or None
    return replace(entry, **given)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """What is watched."""
    from store.sources import list_sources

    with open_desk() as (settings, store):
        watched = list_sources(store)
        if as_json:
            print_json(describe(source) for source in watched)
        elif watched:
            print_table(
                settings.speaks, ("name", "url", "every", "state", "last"), [_row(source) for source in watched]
            )
        else:
            tell_line(say(settings.speaks, "no_sources"))


@app.command()
def check(
    url: Annotated[str, typer.Argument(help="An address, or the name of a source.")],
    render: RenderOption = None,
    timezone: Zone = None,
    proxy: Proxy = None,
    query: Queries = None,
    select: Select = None,
    allow_private: Private = False,
    as_json: Json = False,
) -> None:
    """What would be read at an address: its platform, boards, sample posts, what robots.txt closes. Stores nothing."""
    from store.sources import find_source
    from tipstaff.queries import read_theme
    from tipstaff.settings import load_settings
    from tipstaff.survey import survey
    from tipstaff.watchlist import make_entry, read_key

    settings = load_settings()
    options: dict[str, Any] = {"render": render, "timezone": timezone, "proxy": proxy, "selectors": read_select(select)}
    if "{query}" in url:
        options["query"] = query or [next(iter(read_theme("owners")))]
    given = {key: value for key, value in options.items() if value is not None}
    if "://" in url:
        source = make_entry({"url": url, "allow_private": allow_private or settings.allow_private} | given).source
    else:
        with open_desk() as (_, store):
            named = find_source(store, url).source
        source = replace(named, **dict(read_key(key, value) for key, value in given.items()))
    with follow_crawl(settings.speaks, source.url) as tell:
        seen = survey(settings, source, tell)
    if as_json:
        print_json([seen.as_json()])
    else:
        print_survey(settings.speaks, seen)
    raise typer.Exit(seen.status)


@app.command("set")
def set_(
    name: Name, changes: Annotated[list[str], typer.Argument(help="KEY=VALUE …, e.g. every=2h render=never")]
) -> None:
    """Change a source."""
    from store.sources import change_source, find_source
    from tipstaff.conduct import check_onion, check_private
    from tipstaff.watchlist import read_assignments, read_selectors

    with open_desk() as (settings, store):
        fields = read_assignments(changes)
        before = find_source(store, name).source
        if "selectors" in fields:
            kept = {**before.selectors, **fields["selectors"]}
            fields["selectors"] = read_selectors({part: selector for part, selector in kept.items() if selector})
        own = {field: value for field, value in fields.items() if hasattr(before, field)}
        after = replace(before, **own)
        check_private(after.url, allowed=after.allow_private)
        check_onion(after)
        change_source(store, name, **fields)
        print_line(say(settings.speaks, "changed", name=after.name))


@app.command()
def why(name: Name, as_json: Json = False) -> None:
    """Why a source is due, why not, and when it is next."""
    from domain.plain import plain
    from domain.sources import site_of
    from store.hosts import free_at
    from store.sources import find_source
    from tipstaff.conduct import find_hindrances
    from tipstaff.schedule import foresee

    now = datetime.now(UTC)
    with open_desk() as (settings, store):
        watched = find_source(store, name)
        hindrances = find_hindrances(settings, watched)
        seen = foresee(watched, now, hindrances=hindrances, free_at=free_at(store, site_of(watched.source.url)))
        causes = [{"why": cause.key, "text": say(settings.speaks, cause.key, **cause.facts)} for cause in seen.causes]
        if as_json:
            print_json([{"name": name, "due": seen.due, "next_due": plain(seen.next_at), "causes": causes}])
            return
        head = "due_now" if seen.due else "due_next" if seen.next_at else "due_not_planned"
        next_at = seen.next_at.astimezone().strftime("%Y-%m-%d %H:%M") if seen.next_at else "-"
        print_line(say(settings.speaks, head, name=name, next=next_at))
        for cause in causes:
            print_line(f"  {cause['text']}")


@app.command()
def pause(name: Name) -> None:
    """Crawl it no more until it is resumed."""
    from store.sources import pause_source

    with open_desk() as (settings, store):
        pause_source(store, name)
        print_line(say(settings.speaks, "paused", name=name))


@app.command()
def resume(name: Name) -> None:
    """Crawl a paused source again."""
    from store.sources import resume_source

    with open_desk() as (settings, store):
        resume_source(store, name)
        print_line(say(settings.speaks, "resumed", name=name))


@app.command()
def remove(name: Name) -> None:
    """Watch it no longer. Its findings stay."""
    from store.sources import remove_source

    with open_desk() as (settings, store):
        remove_source(store, name)
        print_line(say(settings.speaks, "removed", name=name))


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="TOML, one table a source, the keys of `set`.")]) -> None:
    """Watch every source of a file; with any fault in it, none."""
    from store.sources import add_sources, list_sources
    from tipstaff.watchlist import BESIDE, read_source_file

    with open_desk() as (settings, store):
        taken = frozenset(watched.source.name for watched in list_sources(store))
        entries = read_source_file(file, allow_private=settings.allow_private, taken=taken)
        add_sources(
            store,
            [(entry.source, {name: getattr(entry, name) for name in BESIDE}) for entry in entries],
            now=datetime.now(UTC),
        )
        print_line(say(settings.speaks, "imported", count=len(entries)))


def describe(watched: WatchedSource) -> dict[str, Any]:
    """A watched source as JSON."""
    from domain.plain import plain
    from tipstaff.retention import write_retention
    from tipstaff.schedule import next_due

    return {
        "id": watched.id, **plain(watched.source), "every_seconds": watched.every_seconds, "paused": watched.paused,
        "basis": watched.basis, "assessor": watched.assessor, "assessed_at": plain(watched.assessed_at),
        "robots_first_seen": plain(watched.robots_first_seen[1]) if watched.robots_first_seen else None,
        "added_at": plain(watched.added_at),
        "retention": write_retention(watched.retention),
        "last_started_at": plain(watched.last_started_at), "next_due": plain(next_due(watched)),
    }  # fmt: skip


def _row(watched: WatchedSource) -> tuple[str, ...]:
    from tipstaff.schedule import write_span

    state = "paused" if watched.paused else "practice" if watched.source.practice else "watched"
    last = watched.last_started_at.astimezone().strftime("%Y-%m-%d %H:%M") if watched.last_started_at else "-"
    return (watched.source.name, watched.source.url, write_span(watched.every_seconds), state, last)


def print_survey(language: str, seen: Survey) -> None:
    """The same for a person."""
    from tipstaff.survey import SAMPLES

    said = seen.as_json()
    print_line(seen.url)
    print_line(
        f"  platform: {said['platform'] or '-'} ({said['role'] or '-'}){'; needs a browser' if seen.rendered else ''}"
    )
    print_line(f"  ended: {seen.outcome.reason} {seen.outcome.detail}".rstrip())
    for address in seen.closed[:SAMPLES]:
        print_line(f"  robots.txt closes {address}")
    if said["platform_closes"]:
        print_line(f"  {say(language, 'ships_closed', platform=said['platform'])} {', '.join(said['platform_closes'])}")
    for fault in said["faults"][:SAMPLES]:
        print_line(f"  {fault}")
    for kind, addresses in said["open"].items():
        for place in addresses[:SAMPLES]:
            shown = place if isinstance(place, str) else f"{place['url']} {place['name'] or ''}".rstrip()
            print_line(f"  {say(language, f'open_{kind}')} {shown}")
    if seen.missing:
        print_line(f"  never found: {', '.join(seen.missing)}")
    rows = [
        (post["author"]["name"] or "-", post["posted_at"] or "-", " ".join(post["text"].split())[:80])
        for post in seen.posts[:SAMPLES]
    ]
    if rows:
        print_table(language, ("name", "when", "what"), rows)
