"""`sellers`: who is behind the findings, what ties their posts, and what an analyst says of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from domain.errors import BadValue
from tipstaff.commands.desk import Json, open_desk, print_json, print_line, print_table, tell_line
from tipstaff.words import say

if TYPE_CHECKING:
    from pathlib import Path

# So many stand in a table that was not told how many.
SHOWN = 50

app = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)

Note = Annotated[str | None, typer.Option(help="Why.")]
Seller = Annotated[str, typer.Argument(help="A seller's id, or the beginning of it.")]


@app.callback()
def sellers(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Those with most posts; 50 in a table, else all.")] = None,
    as_json: Json = False,
) -> None:
    """Sellers and what ties their posts."""
    if context.invoked_subcommand is not None:
        if as_json or limit is not None:
            raise BadValue(name="the options", value=context.invoked_subcommand, want="behind the word, not before it")
        return
    from store.sellers.profiles import count_sellers, iterate_sellers, list_sellers
    from tipstaff.scenarios import list_seller_scenarios

    with open_desk() as (settings, store):
        if as_json:
            found = iterate_sellers(store, limit)
            print_json({**one, "scenarios": list_seller_scenarios(one, settings.home)} for one in found)
            return
        shown = list_sellers(store, limit or SHOWN)
        if not shown:
            tell_line(say(settings.speaks, "no_sellers"))
            return
        count = count_sellers(store)
        title = say(settings.speaks, "sellers_title", shown=len(shown), count=count)
        heads = ("id", "posts", "dates", "boards", "handles", "price", "ties")
        print_table(settings.speaks, heads, [_row(settings.speaks, one) for one in shown], title)


@app.command()
def show(seller: Seller, as_json: Json = False) -> None:
    """One seller in full: handles, price history, ties, and the counts that count before the law."""
    from store.sellers.profiles import find_seller

    with open_desk() as (settings, store):
        _show(settings.speaks, settings.home, find_seller(store, seller), as_json=as_json)


@app.command()
def merge(
    ids: Annotated[list[str], typer.Argument(help="Two sellers and more, by their ids or the beginnings of them.")],
    note: Note = None,
    as_json: Json = False,
) -> None:
    """Say that sellers are one and the same. It holds whatever is found later, and stands in the ledger."""
    from store.sellers.profiles import find_seller
    from tipstaff.steps import merge as merge_sellers

    with open_desk() as (settings, store):
        seller = merge_sellers(store, ids, note, by=settings.acting)
        if as_json:
            _show(settings.speaks, settings.home, find_seller(store, seller), as_json=True)
        else:
            print_line(say(settings.speaks, "sellers_merged", id=seller))


@app.command()
def split(
    seller: Seller,
    findings: Annotated[list[str], typer.Argument(help="Findings of the seller that are another's.")],
    note: Note = None,
    as_json: Json = False,
) -> None:
    """Say that some of a seller's findings are another's. It holds whatever is found later; the ledger tells of it."""
    from store.sellers.profiles import find_seller
    from tipstaff.steps import split as split_seller

    with open_desk() as (settings, store):
        both = split_seller(store, seller, findings, note, by=settings.acting)
        if as_json:
            for one in both:
                _show(settings.speaks, settings.home, find_seller(store, one), as_json=True)
        else:
            print_line(say(settings.speaks, "seller_split", id=both[0], other=both[1]))


@app.command()
def link() -> None:
    """Link all findings anew. New ones are linked by themselves; this looks at what goes round once more."""
    from store.sellers.profiles import count_sellers
    from tipstaff.steps import link as link_findings

    with open_desk() as (settings, store):
        count = link_findings(store, whole=True)
        print_line(say(settings.speaks, "sellers_linked", findings=count, sellers=count_sellers(store)))


def _row(language: str, seller: dict[str, Any]) -> tuple[str, ...]:
    boards = [" · ".join(filter(None, (board["site"], board["board"]))) for board in seller["boards"]]
    handles = [f"{one['kind']} {one['value']}" for one in seller["handles"]]
    counts = seller["counts"]
    mark = "\n演示 / PRACTICE" if seller["practice"] else ""
    return (
        seller["id"][:12] + mark, str(seller["posts"]), _write_dates(seller), _some(boards, counts["boards"]),
        _some(handles, counts["handles"]),
        _some([write_range(one) for one in seller["price_range"]], counts["price_range"]),
        _some([_write_tie(language, tie) for tie in seller["ties"]], counts["ties"]),
    )  # fmt: skip


def _some(lines: list[str], count: int, most: int = 3) -> str:
    more = [f"+{count - most}"] if count > most else []
    return "\n".join([*lines[:most], *more]) or "-"


def _write_dates(seller: dict[str, Any]) -> str:
    first, last = ((seller[name] or "-")[:10] for name in ("first", "last"))
    return first if first == last else f"{first} – {last}"


def write_range(price: dict[str, Any]) -> str:
    """Lowest and highest price of a unit: "0.3-0.5 CNY / record"."""
    low, high = f"{price['low']:g}", f"{price['high']:g}"
    return f"{low if low == high else f'{low}-{high}'} {price['currency']} / {price['unit']}"


def _write_tie(language: str, tie: dict[str, Any]) -> str:
    key = f" {tie['key']}" if tie["key"] else ""
    return f"{say(language, 'tie_' + tie['why'])}{key} ×{tie['posts']} ({tie['strength']:g})"


def _show(language: str, home: Path, seller: dict[str, Any], *, as_json: bool) -> None:
    from tipstaff.scenarios import list_seller_scenarios, word_scenario

    scenarios = list_seller_scenarios(seller, home)
    if as_json:
        print_json([{**seller, "scenarios": scenarios}])
        return
    mark = "  演示 / PRACTICE" if seller["practice"] else ""
    print_line(f"{seller['id']}  {say(language, 'posts')}: {seller['posts']}  {_write_dates(seller)}{mark}")
    for board in seller["boards"]:
        print_line(f"  {board['site']} · {board['board'] or '-'} ×{board['posts']}")
    for account in seller["accounts"]:
        print_line(f"  {account['site']}: {account['name'] or '-'} {account['id'] or ''} ×{account['posts']}")
    for handle in seller["handles"]:
        whose = "" if handle["whose"] == "own" else f"  [{say(language, 'handle_' + handle['whose'])}]"
        print_line(f"  {say(language, 'contact')}: {handle['kind']} {handle['value']} ×{handle['posts']}"
                   f"  {handle['first'][:10]} – {handle['last'][:10]}{whose}")  # fmt: skip
    print_line("")
    for price in seller["prices"]:
        per = price["unit"] if price["per"] == 1 else f"{price['per']} × {price['unit']}"
        print_line(f"  {price['at'][:10]}  {price['amount']:g} {price['currency']} / {per}  {price['finding'][:12]}")
    print_line(f"\n  {say(language, 'ties')}:")
    for tie in seller["ties"]:
        print_line(f"  · {_write_tie(language, tie)}")
    for decision in seller["decisions"]:
        print_line(f"  · {decision['at'][:10]} {decision['by']}: {decision['kind']} {decision['note'] or ''}")
    counted = seller["confirmed"]
    members = "-" if counted["members"] is None else counted["members"]
    print_line(
        f"\n  {say(language, 'seller_counts', posts=counted['posts'], groups=counted['groups'], members=members)}"
    )
    for scenario in scenarios:
        print_line(f"  · {word_scenario(language, {**scenario, 'name': scenario['names'][language]})}")
    print_line("\n  " + " ".join(name[:12] for name in seller["findings"][:SHOWN]))
