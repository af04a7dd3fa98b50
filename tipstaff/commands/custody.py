"""`key`, `verify`, `unseal`, `purge`: the evidence, and the ledger of what was done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from domain.errors import BadValue, BrokenStore, UnknownName
from domain.plain import plain
from tipstaff.commands.desk import Json, open_desk, print_json, print_line, tell_line
from tipstaff.commands.referral import verify_package
from tipstaff.words import say

if TYPE_CHECKING:
    from store.purging import Due, Purged
    from store.unsealing import Original
    from store.verification import Fault, Proof


def key(
    rotate: Annotated[bool, typer.Option("--rotate", help="Let a new key sign from now on.")] = False,
    given: Annotated[
        Path | None, typer.Option("--import", help="Let this Ed25519 key sign: PEM, or 32 raw bytes.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The fingerprint of the key that signs the ledger."""
    from store.signing import read_signer
    from tipstaff.steps import sign_anew, signatory

    if rotate and given:
        raise BadValue(name="--rotate", value="given with --import", want="one of the two")
    imported = read_signer(given) if given else None
    with open_desk() as (settings, store):
        if rotate or imported:
            sign_anew(store, imported, by=settings.acting)
        said = signatory(store, by=settings.acting)
        if as_json:
            print_json([said])
            return
        print_line(said["fingerprint"])
        tell_line(say(settings.speaks, "key_kept", since=said["since"], former=len(said["former"]), head=said["head"]))


def verify(
    package: Annotated[Path | None, typer.Argument(help="A referral package; no store is needed.")] = None,
    store: Annotated[bool, typer.Option("--store", help="The whole ledger, and all that is sealed.")] = False,
    head: Annotated[
        list[str] | None, typer.Option(help="A head that was printed before, or a file that holds it; repeatable.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="The fingerprint that a key of the ledger must have.")] = None,
    as_json: Json = False,
) -> None:
    """Prove that the evidence is what it was; the first link that does not hold is named."""
    from store.database import is_made
    from store.ledger import read_head
    from tipstaff.settings import load_settings
    from tipstaff.steps import prove

    if store is (package is not None):
        asked = "nothing" if package is None else "a package and a store"
        raise BadValue(name="verify", value=f"asked of {asked}", want="FILE.zip or --store")
    wanted = _read_fingerprint(key)
    if package is not None:
        if head:
            raise BadValue(name="--head", value="given with a package", want="--store beside it")
        verify_package(package, wanted, as_json=as_json)
    heads = [read_head(words) for words in head or ()]
    settings = load_settings()
    if not is_made(settings.home, settings.database):
        raise UnknownName(kind="store", name=str(settings.home))
    try:
        with open_desk(home=settings.home) as (_settings, opened):
            proof = prove(opened, heads, wanted)
    except BrokenStore as error:
        # What cannot even be opened has failed the check.
        tell_line(f"tipstaff: {error.say(settings.speaks)}")
        raise typer.Exit(1) from None
    if as_json:
        print_json([_write_proof(proof)])
    else:
        _print_proof(settings.speaks, proof, checked=wanted is not None)
    raise typer.Exit(1 if proof.faults else 0)


def unseal(
    finding: Annotated[str, typer.Argument(help="A finding's id, or the beginning of it.")],
    reason: Annotated[str, typer.Option(help="Why the original has to be seen; it goes into the ledger.")],
    role: Annotated[str | None, typer.Option(help="In which role; that of the settings when not given.")] = None,
    as_json: Json = False,
) -> None:
    """Open the sealed original of a finding: its post as it was served, with nothing masked."""
    from store.unsealing import Access, describe_original
    from tipstaff.steps import open_original

    with open_desk() as (settings, store):
        access = Access(reason, settings.role if role is None else role, settings.acting, settings.login)
        opened = open_original(store, finding, access)
        if as_json:
            captures = [plain(describe_original(original)) for original in opened.originals]
            said = {"by": settings.acting, "role": access.role.strip(), "reason": reason.strip()}
            facts = {"id": opened.finding_id, "head": str(opened.head), **said}
            print_json([{**facts, "captures": captures}])
            return
        tell_line(say(settings.speaks, "unsealed", entry=opened.head.seq, by=settings.acting))
        for original in opened.originals:
            _print_original(original)


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False, as_json: Json = False
) -> None:
    """Destroy what is kept no longer; the ledger keeps the proof of what it was."""
    from tipstaff.child import hear_interrupts
    from tipstaff.steps import list_due, purge_due

    with open_desk() as (settings, store):
        if dry_run:
            due = list_due(store, settings.keeps)
            for one in due:
                _print_due(one, as_json=as_json)
            tell_line(say(settings.speaks, "purge_due", count=len(due)))
            return
        count = captures = 0
        with hear_interrupts() as interrupted:
            for purged in purge_due(store, settings.keeps, by=settings.acting):
                count, captures = count + 1, captures + len(purged.captures)
                _print_due(purged.due, purged, as_json=as_json)
                if interrupted.is_set():
                    break
        tell_line(say(settings.speaks, "purged", count=count, captures=captures))
        if interrupted.is_set():
            raise typer.Exit(1)


def _read_fingerprint(words: str | None) -> str | None:
    """Hexadecimal digits, however they were grouped. Raises BadValue."""
    if words is None:
        return None
    digits = "".join(character for character in words.lower() if character not in " :-")
    if len(digits) < 16 or set(digits) - set("0123456789abcdef"):
        raise BadValue(name="--key", value=words, want="the fingerprint that tipstaff key prints")
    return digits


def _write_proof(proof: Proof) -> dict[str, Any]:
    return {
        "ok": not proof.faults, "entries": proof.entries, "captures": proof.captures, "verdicts": proof.verdicts,
        "head": str(proof.head) if proof.head else None, "key": proof.key, "faults": plain(proof.faults),
    }  # fmt: skip


def _print_proof(language: str, proof: Proof, *, checked: bool) -> None:
    for fault in proof.faults:
        print_line(_say_fault(language, fault))
    if proof.faults:
        tell_line(say(language, "not_proved", count=len(proof.faults)))
        return
    print_line(say(language, "proved", entries=proof.entries, captures=proof.captures, verdicts=proof.verdicts))
    if proof.head:
        print_line(f"head {proof.head}")
        print_line(f"key {proof.key}")
        tell_line(say(language, "keep_head"))
    if not checked:
        tell_line(say(language, "key_unchecked"))


def _say_fault(language: str, fault: Fault) -> str:
    return say(language, f"fault_{fault.what}", subject=fault.subject)


def _print_original(original: Original) -> None:
    row, post = original.capture, original.post
    print_line(f"{row.id}  {row.url}\n  {row.fetched_at.isoformat()}  {original.haul.page.peer or '-'}")
    print_line(f"  sha256 {row.sha256}\n  md5 {row.md5 or '-'}")
    print_line(f"  body sha256 {row.body_sha256}\n  body md5 {row.body_md5 or '-'}")
    print_line(
        f"\n{post.author.name or '-'} · {post.posted_at_text or '-'} · {post.thread_title or '-'}\n{post.text}\n"
    )


def _print_due(due: Due, purged: Purged | None = None, *, as_json: bool) -> None:
    if as_json:
        entry = {"captures": list(purged.captures), "entry": purged.head.seq} if purged else {}
        told = plain(due)
        print_json([{"id": told.pop("finding_id"), **told, **entry}])
        return
    mark = "  演示 / PRACTICE" if due.practice else ""
    print_line(f"{due.finding_id}  {due.state}  {due.source}  {due.since.date().isoformat()} + {due.days} d{mark}")
