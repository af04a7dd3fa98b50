"""`timestamp`: an independent word on when the ledger had come so far, from a timestamp authority (RFC 3161)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domain.errors import BadValue, UnknownName
from domain.plain import plain
from tipstaff.commands.desk import Json, open_desk, print_json, print_line, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from store.stamping import Stamp


def timestamp(
    request: Annotated[
        Path | None, typer.Option(help="Write the request for a stamp into this file, to be carried to an authority.")
    ] = None,
    answer: Annotated[
        Path | None, typer.Option("--import", help="Take what an authority answered (TimeStampResp, or the token).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write all tokens into this folder, each with the line that it is over.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="The tokens that are kept.")] = False,
    as_json: Json = False,
) -> None:
    """Have the head of the ledger stamped by a timestamp authority; without options by the one in the settings."""
    from store.tokens import read_roots
    from tipstaff.steps import ask_for_stamp, bring_in_stamp, fetch_stamp, list_stamps

    if sum(one is not None for one in (request, answer, out)) + listed > 1:
        raise BadValue(name="timestamp", value="given several options", want="one of them")
    with open_desk() as (settings, store):
        if request is not None:
            head = ask_for_stamp(store, request, by=settings.acting)
            if as_json:
                print_json([{"head": str(head), "request": str(request)}])
            else:
                print_line(f"head {head}")
                tell_line(say(settings.speaks, "stamp_asked", file=request))
        elif out is not None or listed:
            stamps = list_stamps(store)
            if out is not None:
                _write_out(stamps, out)
            _print_stamps(stamps, as_json=as_json)
        else:
            roots = read_roots(settings.tsa_roots) if settings.tsa_roots else []
            if answer is not None:
                stamp = bring_in_stamp(store, _read(answer), roots, by=settings.acting)
            else:
                stamp = fetch_stamp(store, settings.tsa, roots, by=settings.acting)
            _print_stamps([stamp], as_json=as_json)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise UnknownName(kind="file", name=str(path)) from None


def _write_out(stamps: list[Stamp], folder: Path) -> None:
    """`openssl ts -verify -data N.entry -in N.tsr -CAfile …` proves each."""
    folder.mkdir(parents=True, exist_ok=True)
    for stamp in stamps:
        name = f"{stamp.head.seq}-{stamp.sha256[:8]}"
        (folder / f"{name}.tsr").write_bytes(stamp.token)
        (folder / f"{name}.entry").write_bytes(stamp.line.encode())


def _print_stamps(stamps: list[Stamp], *, as_json: bool) -> None:
    for stamp in stamps:
        facts: dict[str, Any] = {
            "head": str(stamp.head), "stamped_at": plain(stamp.stamped_at), "authority": stamp.authority,
            "sha256": stamp.sha256, "entered_at": plain(stamp.entered_at),
        }  # fmt: skip
        if as_json:
            print_json([facts])
        else:
            print_line("  ".join(facts[name] for name in ("stamped_at", "authority", "head")))
