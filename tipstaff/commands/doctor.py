"""`doctor`: what is missing on this machine, and the command that mends it."""

from __future__ import annotations

from typing import Annotated

import typer

from tipstaff.commands.desk import Json, print_json, print_line, print_table
from tipstaff.words import say


def doctor(
    as_json: Json = False,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what takes seconds (loading the encoder).")] = False,
) -> None:
    """Say what is missing on this machine and the command that mends it."""
    from domain.plain import plain
    from tipstaff.health import examine
    from tipstaff.settings import load_settings

    settings = load_settings()
    parts = list(examine(settings, quick=quick))
    ill = [part for part in parts if part.needed and not part.well]
    if as_json:
        print_json(plain(part) for part in parts)
    else:
        rows = [
            (part.name, ("✓ " if part.well else "✗ " if part.needed else "– ") + part.state, part.mend or "")
            for part in parts
        ]
        print_table(settings.speaks, ("part", "status", "mend"), rows)
        print_line(say(settings.speaks, "doctor_ill", count=len(ill)) if ill else say(settings.speaks, "doctor_well"))
    if ill:
        raise typer.Exit(1)
