"""`train`, `rescore`: another model, and what it makes of the findings there are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipstaff.commands.desk import Json, LazyReader, open_desk, print_json, print_line, show_progress, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from domain.signals import Lesson
    from store.rereading import Change
    from tipstaff.settings import Settings


def train(
    encoder: Annotated[bool, typer.Option("--encoder", help="Tune the encoder too: an hour on two cores.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the model here instead of where it is looked for.")] = None,
    verdicts: Annotated[bool, typer.Option(help="Learn from analysts' verdicts too, or from the corpus alone.")] = True,
) -> None:
    """Rebuild the classifier from the corpus and analysts' verdicts."""
    from classifier.training import build
    from tipstaff.settings import load_settings

    settings = load_settings()
    lessons = _read_lessons(settings) if verdicts else ()
    with show_progress(settings.speaks, say(settings.speaks, "training")) as move:
        folder = build(
            settings.models_folder, encoder=settings.encoder, out=out, lessons=lessons, tuned=encoder,
            note=lambda line: move(title=line),
            progress=lambda done, total: move(advance=1, total=total, title=say(settings.speaks, "tuning")),
        )  # fmt: skip
    confirmed = sum(lesson.confirmed for lesson in lessons)
    tell_line(
        say(settings.speaks, "taught", count=len(lessons), confirmed=confirmed, dismissed=len(lessons) - confirmed)
    )
    print_line(str(folder))


def rescore(as_json: Json = False) -> None:
    """Read every finding again with the present model, and show what changed."""
    from store.rereading import list_outdated
    from tipstaff.child import hear_interrupts
    from tipstaff.steps import rescore as read_again

    counts = {"read": 0, "changed": 0, "dropped": 0}
    with open_desk() as (settings, store):
        speaks = settings.speaks
        reader = LazyReader(settings)()
        due = len(list_outdated(store, reader.model))
        with show_progress(speaks, say(speaks, "rescoring"), total=due) as move, hear_interrupts() as interrupted:
            for change in read_again(store, reader):
                counts["read"] += 1
                counts["dropped"] += not change.keep
                if _is_worth_telling(change):
                    counts["changed"] += 1
                    _print_change(change, as_json=as_json)
                move(advance=1)
                if interrupted.is_set():
                    break
    tell_line(say(speaks, "rescored", **counts, model=reader.model))
    if counts["read"] < due:
        tell_line(say(speaks, "rescore_interrupted", count=due - counts["read"]))
        raise typer.Exit(1)


def _read_lessons(settings: Settings) -> tuple[Lesson, ...]:
    """What analysts' verdicts teach; nothing where there is no store yet, and none is made."""
    from store.database import is_made
    from store.lessons import read_lessons

    if not is_made(settings.home, settings.database):
        return ()

    with open_desk(home=settings.home) as (_settings, store):
        return read_lessons(store, datetime.now(UTC))


def _is_worth_telling(change: Change) -> bool:
    return not change.keep or (change.old.label, change.old.state) != (change.new.label, change.new.state)


def _print_change(change: Change, *, as_json: bool) -> None:
    from domain.plain import plain

    if as_json:
        print_json([_as_json(plain(change))])
        return
    old, new = change.old, change.new
    states = f"  {old.state} → {new.state}" if old.state != new.state else f"  {new.state}"
    mark = "  演示 / PRACTICE" if change.practice else ""
    print_line(
        f"{change.finding_id}  {old.label} {old.score:.3f} → {new.label} {new.score:.3f}{states}"
        f"{'' if change.keep else '  (-)'}{mark}"
    )


def _as_json(change: dict[str, Any]) -> dict[str, Any]:
    return {"id": change.pop("finding_id"), **change}
