"""What every command needs: the settings, the store, a voice, tables and progress bars."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipstaff.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.database import Store
    from tipstaff.settings import Settings
    from tipstaff.steps import Tell

Json = Annotated[bool, typer.Option("--json", help="JSON lines on standard output and nothing else there.")]


def tell_line(line: str) -> None:
    """One line for the person, on standard error."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def print_line(line: str) -> None:
    """One line of what was asked for, on standard output."""
    print(line)  # noqa: T201


def print_json(values: Iterable[Any]) -> None:
    """JSON lines on standard output."""
    for value in values:
        line = json.dumps(value, ensure_ascii=False)
        # Half a surrogate pair, which JSON can carry and UTF-8 cannot, goes out as JSON's own escape.
        print_line(line if _is_unicode(line) else json.dumps(value))


def _is_unicode(line: str) -> bool:
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def print_table(language: str, columns: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> None:
    """A table with heads in the person's language; cells are plain text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(say(language, column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    # Output that goes into a file or a pipe is not broken to the width of a terminal that is not there.
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


@contextmanager
def open_desk(**options: Any) -> Iterator[tuple[Settings, Store]]:
    """The settings in force and the store they name. A clock that was set back is told of in a line."""
    from store.database import open_store
    from store.ledger import last_moment
    from tipstaff.settings import load_settings

    settings = load_settings(**options)
    with open_store(settings.home, settings.database) as store:
        with store.reading() as session:
            last = last_moment(session)
        if last and last > (now := datetime.now(UTC)):
            moments = {"now": f"{now:%Y-%m-%d %H:%M:%S}Z", "last": f"{last:%Y-%m-%d %H:%M:%S}Z"}
            tell_line(say(settings.speaks, "clock_set_back", **moments))
        yield settings, store


@contextmanager
def show_progress(language: str, title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error, or nothing where nobody watches; call it with `advance` and `title`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=total)

        def move(advance: int = 0, *, title: str | None = None, total: int | None = None) -> None:
            progress.update(task, advance=advance, description=title, total=total)

        yield move


@contextmanager
def follow_crawl(language: str, name: str) -> Iterator[Tell]:
    """Shows a crawl's events as progress."""
    counts = {"fetched": 0, "rendered": 0, "posts": 0, "scored": 0}
    with show_progress(language, say(language, "crawling", name=name)) as move:

        def tell(event: dict[str, Any]) -> None:
            match event["event"]:
                case "fetched" | "rendered":
                    counts["fetched"] += 1
                case "delivered":
                    counts["posts"] += int(event["posts"])
                case "post":
                    counts["posts"] += 1
                case "scored":
                    counts["scored"] += int(event["posts"])
            shown = f"{name}: {counts['fetched']} {say(language, 'pages')}, {counts['posts']} {say(language, 'posts')}"
            if counts["scored"]:
                shown += f", {say(language, 'scoring')} {counts['scored']}"
            move(title=shown)

        yield tell


class LazyReader:
    """The classifier, loaded when the first post needs it: a crawl that finds nothing new never pays for it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.reader: Any = None

    def __call__(self) -> Any:
        """The reader."""
        if self.reader is None:
            from classifier.reader import load_reader
            from tipstaff.settings import calm_threads

            calm_threads()
            with show_progress(self.settings.speaks, say(self.settings.speaks, "loading")):
                self.reader = load_reader(
                    self.settings.models_folder, encoder=self.settings.encoder, prevalence=self.settings.prevalence
                )
        return self.reader
