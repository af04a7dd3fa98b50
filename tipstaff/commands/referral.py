"""`refer`, and `verify` of a package: what goes to an authority."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipstaff.commands.desk import Json, open_desk, print_json, print_line, show_progress, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from store.referrals.checking import Checked


def refer(
    findings: Annotated[list[str], typer.Argument(help="Ids of findings, or the beginnings of them.")],
    out: Annotated[Path, typer.Option("--out", help="The package: a .zip that is not there yet.")],
    to: Annotated[str, typer.Option(help="police, 12377, 12321 or 12378; captures go to the police alone.")] = "police",
    case: Annotated[str | None, typer.Option(help="The case number.")] = None,
    operator: Annotated[str | None, typer.Option(help="Who answers for it, if not the setting `operator`.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why they are referred; it goes into the ledger.")] = None,
    language: Annotated[str, typer.Option(help="Of the report: zh or en.")] = "zh",
    corrects: Annotated[str | None, typer.Option(help="The id of the referral that this one corrects.")] = None,
    as_json: Json = False,
) -> None:
    """Hand findings to an authority: one frozen, signed package that opens without this program."""
    from domain.errors import BadValue
    from store.referrals.channels import find_channel
    from store.referrals.dossier import Request
    from tipstaff.steps import refer as hand_over

    find_channel(to)
    if language not in ("zh", "en"):
        raise BadValue(name="--language", value=language, want="zh or en")
    with open_desk(operator=operator) as (settings, store):
        request = Request(to, settings.acting, _given(case), _given(reason), language, _given(corrects))
        with show_progress(settings.speaks, say(settings.speaks, "referring")) as move:
            frozen = hand_over(store, settings, findings, request, out, lambda _event: move())
        if as_json:
            told = {"id": frozen.id, "path": str(frozen.path), "to": to, "findings": list(frozen.findings),
                    "misplaced": list(frozen.misplaced),
                    "practice": frozen.practice, "sha256": frozen.sha256, "size": frozen.size,
                    "key": frozen.key, "head": str(frozen.head)}  # fmt: skip
            print_json([told])
            return
        if frozen.practice:
            print_line("演示 / PRACTICE")
        print_line(f"{frozen.path}  {frozen.size:,} B\n  sha256 {frozen.sha256}\n  key {frozen.key}")
        for finding_id in frozen.misplaced:
            tell_line(say(settings.speaks, "misplaced", id=finding_id, to=to))
        tell_line(say(settings.speaks, "was_referred", id=frozen.id, count=len(frozen.findings), head=frozen.head))


def verify_package(path: Path, key: str | None, *, as_json: bool) -> None:
    """Prove a package, without any store; ends with status 1 where it does not hold."""
    from store.referrals.checking import check_package
    from tipstaff.settings import spoken_language

    checked = check_package(path, key)
    language = spoken_language()
    if as_json:
        print_json([_write_checked(checked)])
    elif checked.flaws:
        for flaw in checked.flaws:
            print_line(say(language, f"flaw_{flaw.what}", subject=flaw.subject))
        tell_line(say(language, "package_broken", path=path))
    else:
        _print_checked(language, checked, checked_key=key is not None)
    raise typer.Exit(1 if checked.flaws else 0)


def _print_checked(language: str, checked: Checked, *, checked_key: bool) -> None:
    said = checked.manifest
    if said["practice"]:
        print_line("演示 / PRACTICE")
    print_line(
        say(language, "package_holds", id=said["id"], to=said["to"], at=said["made_at"], files=checked.files,
            findings=len(said["findings"]))
    )  # fmt: skip
    if said["corrects"]:
        print_line(say(language, "package_corrects", id=said["corrects"]))
    print_line(f"head {said['head']}\nkey {said['key']}")
    if not checked_key:
        tell_line(say(language, "origin_unchecked"))


def _write_checked(checked: Checked) -> dict[str, Any]:
    from domain.plain import plain

    names = ("id", "made_at", "to", "case", "operator", "corrects", "practice", "findings", "head", "key")
    said = {name: checked.manifest.get(name) for name in names}
    return {"ok": not checked.flaws, **said, "files": checked.files, "faults": plain(checked.flaws)}


def _given(words: str | None) -> str | None:
    """What was given, None where it is blank."""
    return (words or "").strip() or None
