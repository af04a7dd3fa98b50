"""`score`, `evaluate`: the classifier alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import BadValue
from tipstaff.commands.desk import Json, LazyReader, print_json, print_line, show_progress, tell_line
from tipstaff.words import say

BATCH = 256  # lines read, scored and printed together: enough to sort by length, few enough to see progress


def score(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines with id, text, …; standard input when left out.")
    ] = None,
    read: Annotated[str | None, typer.Option(help="all: read the offer of every text, whatever its label.")] = None,
    as_json: Json = False,
) -> None:
    """Score texts: a signal for each line, in order."""
    from domain.plain import plain
    from tipstaff.lines import read_passages
    from tipstaff.settings import load_settings

    if read not in (None, "all"):
        raise BadValue(name="--read", value=read, want="all, or to be left out")
    settings = load_settings()
    reader = LazyReader(settings)
    passages, faults, count = read_passages(file), 0, 0
    with show_progress(settings.speaks, say(settings.speaks, "scoring")) as move:
        for batch in _batches(passages, BATCH):
            good = [item for item in batch if not isinstance(item, BaseException)]
            for fault in batch:
                if isinstance(fault, BaseException):
                    faults += 1
                    tell_line(f"tipstaff: {fault}")
            for reading in reader().read(good, read_all=read == "all") if good else ():
                count += 1
                _print_signal(plain(reading.signal), as_json=as_json)
            move(advance=len(batch))
    if not as_json:
        tell_line(say(settings.speaks, "scored", count=count, faults=faults))
    if faults:
        raise typer.Exit(1)


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines with text and label.")], as_json: Json = False
) -> None:
    """Precision, recall and F1 per label on a labelled file."""
    from classifier.evaluation import evaluate as measure
    from domain.plain import plain
    from tipstaff.lines import read_labelled
    from tipstaff.settings import load_settings

    settings = load_settings()
    labelled = read_labelled(file)
    reader = LazyReader(settings)()
    with show_progress(settings.speaks, say(settings.speaks, "scoring"), total=len(labelled)):
        report = measure(reader, labelled, settings.prevalence)
    if as_json:
        print_json([plain(report)])
    else:
        print_line(report.text())


def _batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(items, size)):
        yield batch


def _print_signal(signal: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json([signal])
        return
    from tipstaff.commands.finding import write_price

    offer = signal["offer"] or {"prices": [], "contacts": []}
    said = [write_price(price) for price in offer["prices"]]
    said += [f"{contact['kind']} {contact['value']}" for contact in offer["contacts"]]
    print_line(
        f"{signal['id']}\t{signal['label']}\t{signal['score']:.3f}\t{signal['kind'] or '-'}\t{'; '.join(said) or '-'}"
    )
