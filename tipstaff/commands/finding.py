"""`findings`, `show`, `judge`, `export`: what was found, and what an analyst makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import BadValue
from tipstaff.commands.desk import Json, open_desk, print_json, print_line, print_table, tell_line
from tipstaff.words import name_reason, say

Since = Annotated[str | None, typer.Option(help="From this day (2026-11-01) or moment on.")]
Until = Annotated[str | None, typer.Option(help="Up to and with this day, or before this moment.")]


def findings(
    text: Annotated[str | None, typer.Argument(help="Words that stand in the post.")] = None,
    label: Annotated[str | None, typer.Option(help="offer, other_pii_offer, wanted, …")] = None,
    since: Since = None,
    until: Until = None,
    source: Annotated[str | None, typer.Option(help="The name of a source.")] = None,
    contact: Annotated[str | None, typer.Option(help="A handle, in any usual form.")] = None,
    region: Annotated[str | None, typer.Option(help="A province or city that is offered.")] = None,
    max_price: Annotated[float | None, typer.Option(min=0, help="At most so much for one unit.")] = None,
    state: Annotated[str | None, typer.Option(help="new, review, confirmed, dismissed or referred.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    before: Annotated[str | None, typer.Option(help="Go on after the finding of this id.")] = None,
    as_json: Json = False,
) -> None:
    """Search the findings, newest first."""
    from classifier.fold import fold
    from domain.signals import LABELS, STATES
    from store.findings import COUNTED, Query, count_findings, search_findings

    query = Query(
        text=text,
        folded=fold(text).text if text else None,
        label=_one_of("label", label, LABELS),
        since=read_moment("since", since),
        until=read_moment("until", until, whole_day=True),
        source=source,
        contact=contact,
        region=region,
        max_price=max_price,
        state=_one_of("state", state, STATES),
        before=before,
        limit=limit,
    )
    with open_desk() as (settings, store):
        found = search_findings(store, query)
        if as_json:
            print_json(found)
        elif found:
            print_findings(settings.speaks, found)
            if (count := count_findings(store, query)) > len(found):
                told = f"{COUNTED:,}+" if count > COUNTED else count
                tell_line(say(settings.speaks, "more_findings", shown=len(found), count=told, last=found[-1]["id"]))
        else:
            tell_line(say(settings.speaks, "no_findings"))


def show(
    finding: Annotated[str, typer.Argument(help="A finding's id, or the beginning of it.")], as_json: Json = False
) -> None:
    """One finding in full, with the thresholds its claims may come to."""
    from store.findings import find_finding
    from tipstaff.scenarios import list_scenarios

    with open_desk() as (settings, store):
        found = find_finding(store, finding)
        found["scenarios"] = list_scenarios(found, settings.home)
        if as_json:
            print_json([found])
        else:
            _print_whole(settings.speaks, found)


def judge(
    finding: Annotated[str, typer.Argument(help="A finding's id, or the beginning of it.")],
    state: Annotated[str, typer.Argument(help="confirmed, dismissed or review.")],
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    as_json: Json = False,
) -> None:
    """Pass a verdict on a finding."""
    from tipstaff.steps import judge as pass_verdict

    _one_of("STATE", state, ("new", "review", "confirmed", "dismissed"))
    with open_desk() as (settings, store):
        found = pass_verdict(store, finding, state, note, by=settings.acting)
        if as_json:
            print_json([found])
        else:
            print_line(say(settings.speaks, "judged", id=found["id"], state=found["state"]))


def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, or is empty.")],
    form: Annotated[str, typer.Option("--format", help="parquet, csv or jsonl.")] = "parquet",
    since: Since = None,
    until: Until = None,
    project: Annotated[str, typer.Option(help="Whose pseudonyms: others for each project.")] = "default",
    restricted: Annotated[bool, typer.Option("--restricted", help="With the masked words of the posts.")] = False,
    role: Annotated[str | None, typer.Option(help="In which role; for --restricted.")] = None,
    reason: Annotated[str | None, typer.Option(help="What for; for --restricted. It goes into the ledger.")] = None,
) -> None:
    """Write the findings as a dataset for research, with its data sheet."""
    from store.datasets import Order
    from tipstaff.steps import Release
    from tipstaff.steps import export as write_export
    from tipstaff.version import VERSION

    given = {"--role": role, "--reason": reason}
    for name, value in given.items():
        if restricted != bool((value or "").strip()):
            want = "words, for a restricted dataset" if restricted else "nothing without --restricted"
            raise BadValue(name=name, value=repr(value), want=want)
    bounds = read_moment("since", since), read_moment("until", until, whole_day=True)
    order = Order(form, *bounds, project=project, restricted=restricted, version=VERSION)
    with open_desk() as (settings, store):
        release = Release(role.strip(), reason.strip(), settings.login) if restricted and role and reason else None
        count = write_export(store, folder, order, by=settings.acting, release=release)
        print_line(say(settings.speaks, "exported", count=count, folder=folder))


def read_moment(name: str, value: str | None, *, whole_day: bool = False) -> datetime | None:
    """A day or moment as people write it, in UTC; `whole_day` turns a bare day into its end. Raises BadValue."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadValue(name=name, value=value, want="a day (2026-11-01) or an ISO 8601 moment") from None
    if whole_day and len(value) <= len("2026-11-01"):
        moment += timedelta(days=1)
    return moment.astimezone(UTC)


def print_findings(language: str, found: list[dict[str, Any]], title: str | None = None) -> None:
    """A table of findings."""
    heads = ("id", "label", "score", "price", "contact", "where", "what")
    print_table(language, heads, [_row(finding) for finding in found], title)


def _row(finding: dict[str, Any]) -> tuple[str, ...]:
    post, signal = finding["post"], finding["signal"]
    offer = signal["offer"] or {"prices": [], "contacts": []}
    return (
        finding["id"][:12],
        signal["label"],
        f"{signal['score']:.2f}",
        "\n".join(write_price(price) for price in offer["prices"][:3]) or "-",
        "\n".join(f"{contact['kind']} {contact['value']}" for contact in offer["contacts"][:3]) or "-",
        " · ".join(filter(None, (post["board"], post["thread_title"])))[:40] or "-",
        " ".join(post["text"].split())[:60],
    )


def write_price(price: dict[str, Any]) -> str:
    """A price on one line: "0.5 CNY / record, from 1000"."""
    per = price["unit"] if price["per"] == 1 else f"{price['per']} × {price['unit']}"
    line = f"{price['amount']:g} {price['currency']} / {per}"
    if price["min_qty"]:
        line += f", ≥ {price['min_qty']}"
    return line + (f", ≤ {price['max_qty']}" if price["max_qty"] else "")


def _print_whole(language: str, found: dict[str, Any]) -> None:
    post, signal = found["post"], found["signal"]
    mark = "  演示 / PRACTICE" if found["practice"] else ""
    print_line(f"{found['id']}  {found['state']}  {signal['label']} {signal['score']:.3f}"
               f"{'  ' + signal['kind'] if signal['kind'] else ''}{mark}")  # fmt: skip
    print_line(
        f"{post['url']}\n{post['author']['name'] or '-'} · {post['posted_at'] or '-'} · {post['thread_title'] or '-'}"
    )
    if "removed_at" in found:
        print_line(f"{say(language, 'vanished')}: {found['removed_at']}")
    if found["seller_id"]:
        print_line(f"{say(language, 'seller')}: {found['seller_id']}")
    print_line(f"\n{post['text']}\n")
    for picture in found.get("pictures", ()):
        _print_picture(language, picture)
    offer = signal["offer"] or {}
    for price in offer.get("prices", []):
        print_line(f"  {say(language, 'price')}: {write_price(price)}  {_quote(language, price)}")
    for contact in offer.get("contacts", []):
        print_line(f"  {say(language, 'contact')}: {contact['kind']} {contact['value']}  {_quote(language, contact)}"
                   f"{'' if contact['valid'] else '  (?)'}")  # fmt: skip
    for volume in offer.get("volumes", []):
        print_line(f"  自称 / claimed: {volume['records']}  {_quote(language, volume)}")
    for reason in signal["reasons"]:
        print_line(f"  {reason['weight']:+.2f}  {name_reason(language, reason['why'])}  {_quote(language, reason)}")
    _print_scenarios(language, found["scenarios"])
    print_line(f"\n  {signal['model']}")
    for former in found["former_signals"]:
        before = former["signal"]
        print_line(
            f"  {say(language, 'until', at=former['replaced_at'])}: {before['label']} {before['score']:.3f}"
            f"  {before['model']}"
        )


def _print_scenarios(language: str, scenarios: list[dict[str, Any]]) -> None:
    """The thresholds of "serious", those of "especially serious" being ten times as much (they stand in the JSON)."""
    if scenarios:
        print_line(f"\n  {say(language, 'scenarios', read=scenarios[0]['law_read'])}")
    for scenario in scenarios:
        if scenario["grade"] == "serious":
            print_line(f"  · {scenario['wording'][language]}")


def _print_picture(language: str, picture: dict[str, Any]) -> None:
    """What was read in a picture, masked. The picture itself is never shown: it lies in the sealed page."""
    note = f"  ({say(language, 'withheld')})" if picture["withheld"] else ""
    print_line(f"  {say(language, 'picture', number=picture['number'])}{note}: {picture['url']}")
    for line in picture["text"].splitlines():
        print_line(f"    | {line}")
    print_line("")


def _quote(language: str, part: dict[str, Any]) -> str:
    """The words of a value or reason, and the picture that they stand in."""
    where = f"  [{say(language, 'picture', number=part['picture'])}]" if "picture" in part else ""
    return f"«{part['text']}»{where}"


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise BadValue(name=name, value=value, want="one of " + ", ".join(known))
    return value
