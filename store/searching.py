"""Which findings a question means: what the catalogue says, held against the findings where that says too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlmodel import Session, col, select

from store.catalogue import Numbers, find_numbers
from store.columns import among, clean
from store.tables import FindingRow, FindingVersionRow, PriceRow, SourceRow
from store.terms import is_exact, look_up_price, look_up_region, look_up_words, split_words
from store.words import handle_forms

# So many findings are held against the question at once: few at first, because the first often will do.
FEWEST, MOST = 100, 4000


@dataclass(frozen=True)
class Query:
    """What findings are asked for; None asks for nothing.

    `text`: each of its words, and each phrase between quotation marks, stands in the post, its title or its undisguised
    form; `folded` is the same with disguises undone, which will do as well. `since` (inclusive) and `until` (exclusive)
    bound the moment a finding was first seen. `contact` is a handle in its normal form or as it was written; `region`
    the beginning of a region's name; `max_price` what a single unit may cost, whatever the currency. `source` is a
    name, also of a source that is watched no longer. `before` is the id of a finding, or the beginning of one: the list
    goes on after it. `limit` None is no limit.
    """

    text: str | None = None
    folded: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    contact: str | None = None
    region: str | None = None
    max_price: float | None = None
    state: str | None = None
    before: str | None = None
    limit: int | None = 50


def find_matches(session: Session, query: Query, before: int | None) -> Iterator[int]:
    """The numbers of the findings that are asked for, those found last first; only those below `before`."""
    asked = _list_words(query)
    filters = [condition(session, value) for name, condition in FILTERS.items()
               if (value := getattr(query, name)) is not None]  # fmt: skip
    lookup = [look_up_words(words) + filters for words in asked]
    conditions = _conditions(query, asked)
    for numbers in find_numbers(session, lookup, since=query.since, until=query.until, before=before):
        # Without any term a shelf is full, also where a finding is gone.
        if all(lookup) and not conditions:
            yield from map(int, numbers)
        else:
            yield from _hold(session, numbers, conditions)


def _hold(session: Session, numbers: Numbers, conditions: list[ColumnElement[bool]]) -> Iterator[int]:
    """Of these findings those that the conditions hold for."""
    start, size = 0, FEWEST
    while start < len(numbers):
        wanted = numbers[start : start + size].tolist()
        held = (
            select(FindingRow.number)
            .join(FindingVersionRow, col(FindingVersionRow.id) == FindingRow.version_id)
            .where(among(col(FindingRow.number), wanted), *conditions)
            .order_by(col(FindingRow.number).desc())
        )
        yield from (int(number) for number in session.execute(held).scalars())
        start, size = start + size, min(MOST, 2 * size)


def _list_words(query: Query) -> list[list[str]]:
    """The words that are asked for, as they were written and with disguises undone; either will do."""
    asked = [split_words(text) for text in (query.text, query.folded) if text]
    return [words for place, words in enumerate(asked) if words and words not in asked[:place]] or [[]]


def _conditions(query: Query, asked: list[list[str]]) -> list[ColumnElement[bool]]:
    """What the catalogue cannot tell alone."""
    conditions: list[ColumnElement[bool]] = []
    if not all(is_exact(word) for words in asked for word in words):
        column = col(FindingVersionRow.words)
        has = [and_(true(), *(column.contains(word, autoescape=True) for word in words)) for words in asked]
        conditions.append(or_(*has))
    if query.since is not None:
        conditions.append(col(FindingRow.first_seen) >= query.since)
    if query.until is not None:
        conditions.append(col(FindingRow.first_seen) < query.until)
    if query.max_price is not None:
        cheap = col(PriceRow.single) <= query.max_price
        conditions.append(exists().where(col(PriceRow.version_id) == FindingRow.version_id, cheap))
    return conditions


def _look_up_source(session: Session, name: str) -> tuple[str, ...]:
    ids = session.exec(select(SourceRow.id).where(SourceRow.name == name))
    return tuple(f"source:{one}" for one in ids)


# What is asked beside words, and the terms of which it is one.
FILTERS: dict[str, Callable[[Session, Any], tuple[str, ...]]] = {
    "label": lambda _, label: (f"label:{label}",),
    "state": lambda _, state: (f"state:{state}",),
    "source": _look_up_source,
    "contact": lambda _, handle: tuple(f"contact:{clean(form)}" for form in handle_forms(handle)),
    "region": lambda _, name: look_up_region(name),
    "max_price": lambda _, price: look_up_price(price),
}
