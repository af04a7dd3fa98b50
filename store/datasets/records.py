"""What is kept, as the tables of the codebook, read in batches: a million findings need no more room than a few.

Every batch is some findings, the oldest first, with all that hangs on them. Nothing here is read through the mapped
classes: a row of them costs ten times what it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from sqlalchemy import text
from sqlmodel import Session, col, select

from domain.signals import LABELS
from store.datasets.codebook import schemas
from store.datasets.pseudonyms import Pseudonyms
from store.datasets.rates import HOME, Rate, Rates
from store.dialects import dialect_of
from store.dialects.dialect import Dialect
from store.engine import in_batches
from store.evidence import IN_ORDER
from store.tables import VerdictRow

BATCH = 10_000
_POSTS = (
    "f.id", "f.first_seen", "f.seller_id", "f.source_id", "p.side", "s.practice", "v.platform",
    "v.floor", "f.label", "f.score", "v.labels", "f.state", "posted", "v.posted_at_precision", "first", "last",
    "v.evasions", "v.model", "v.offered", "v.kind", "v.channel", "v.freshness", "v.goods", "v.fields",
    "v.regions", "v.guarantees",
)  # fmt: skip
_WORDS = ("v.text", "v.thread_title")
_FROM = """
FROM findings f JOIN finding_versions v ON v.id = f.version_id JOIN sources s ON s.id = f.source_id
    JOIN splits p ON p.finding_id = f.id
WHERE (f.first_seen, f.id) > (:after, :after_id) AND f.first_seen < :until
ORDER BY f.first_seen, f.id LIMIT :count
"""
_PARTS = """
FROM findings f JOIN {0} o ON o.version_id = f.version_id
WHERE (f.first_seen, f.id) >= (:first, :first_id) AND (f.first_seen, f.id) <= (:last, :last_id)
ORDER BY f.first_seen, f.id, o.position
"""
_PART = {
    "prices": ("amount", "currency", "per", "unit", "min_qty", "max_qty"),
    "volumes": ("records",),
    "contacts": ("kind", "valid"),
}
_LISTS = {"goods": "goods", "fields": "field", "regions": "region", "guarantees": "guarantee"}
_DAYS = {"posted": "v.posted_at", "first": "f.first_seen", "last": "f.last_seen"}
_JUDGED = ("confirmed", "dismissed")
_COARSE = ("month", "year")
# A code or a name of a place. Anything else has no business in a column of words, and is told as "other".
_WORD = re.compile(r"(?=.{1,24}\Z)(?:[^\W\d]\d{0,2})+", re.DOTALL)
_LABELS = pa.schema([(label, pa.float64()) for label in LABELS])
MASK = "＊"


@dataclass(frozen=True)
class Wanted:
    """Which findings go into a dataset, and in what form: those first seen in [since, until), pseudonyms, rates."""

    since: datetime
    until: datetime
    pseudonyms: Pseudonyms
    rates: Rates
    restricted: bool


@dataclass
class Batch:
    """Some findings as tables. `listed` has, a row a post, the goods and regions as tuples, for the price index."""

    tables: dict[str, pa.Table]
    listed: dict[str, list[tuple[str, ...]]]
    last: tuple[Any, str]
    rates: set[Rate] = field(default_factory=set)


def read_batches(session: Session, wanted: Wanted) -> Iterator[Batch]:
    """All findings that are wanted, the oldest first."""
    dialect = dialect_of(session.connection())
    fields = schemas(restricted=wanted.restricted)
    after: tuple[Any, str] = (dialect.moment(wanted.since), "")
    while batch := _read_batch(session, wanted, fields, dialect, after):
        after = batch.last
        yield batch


def _read_batch(
    session: Session, wanted: Wanted, fields: Mapping[str, pa.Schema], dialect: Dialect, after: tuple[Any, str]
) -> Batch | None:
    days = {name: dialect.day.format(column) for name, column in _DAYS.items()}
    names = (*_POSTS, *(_WORDS if wanted.restricted else ()))
    query = text("SELECT " + ", ".join(days.get(name, name) for name in names) + _FROM)
    place = {"after": after[0], "after_id": after[1], "until": dialect.moment(wanted.until), "count": BATCH}
    rows = session.connection().execute(query, place).fetchall()
    if not rows:
        return None
    found = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    ends = {"first": found["f.first_seen"][0], "first_id": found["f.id"][0],
            "last": found["f.first_seen"][-1], "last_id": found["f.id"][-1]}  # fmt: skip
    found["post"] = wanted.pseudonyms.name_all("post", found["f.id"])
    found["judged"] = _read_judgements(session, found)
    batch = Batch({}, {}, (ends["last"], ends["last_id"]))
    batch.listed = {name: [*map(_read_list, found[f"v.{name}"])] for name in _LISTS}
    parts = {name: _read_parts(session, name, ends, wanted.restricted) for name in _PART}
    made = {
        **{name: _make_list(found["post"], batch.listed[name], column) for name, column in _LISTS.items()},
        **{name: _make_part(found, columns) for name, columns in parts.items()},
    }
    _add_money(made["prices"], found, wanted.rates, batch.rates)
    made["offers"] = _make_offers(found)
    made["posts"] = _make_posts(found, wanted, parts["contacts"])
    batch.tables = {name: _table(columns, fields[name]) for name, columns in made.items()}
    return batch


def _read_judgements(session: Session, found: Mapping[str, list[Any]]) -> list[str]:
    """The states that persons gave. A referral is no judgement: of what was referred, the one before it."""
    referred = [one for one, state in zip(found["f.id"], found["f.state"], strict=True) if state == "referred"]
    last: dict[str, str] = {}
    for ids in in_batches(referred):
        judged = select(VerdictRow.finding_id, VerdictRow.state).where(
            col(VerdictRow.finding_id).in_(ids), VerdictRow.state != "referred"
        )
        last |= dict(session.exec(judged.order_by(*IN_ORDER)).all())
    return [last.get(one, state) for one, state in zip(found["f.id"], found["f.state"], strict=True)]


def _table(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    arrays = []
    for one in schema:
        column = columns[one.name]
        arrays.append(column if isinstance(column, pa.Array | pa.ChunkedArray) else _array(column, one.type))
    return pa.table(arrays, schema=schema)


def _array(column: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        # SQLite has numbers for them.
        column = [None if value is None else bool(value) for value in column]
    if pa.types.is_date(kind):
        return pc.cast(pa.array(column, pa.string()), kind)
    return pa.array(column, kind)


def _make_posts(found: Mapping[str, list[Any]], wanted: Wanted, contacts: Mapping[str, list[Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "post": found["post"],
        "seller": _name_few(wanted.pseudonyms, "seller", found["f.seller_id"]),
        "source": _name_few(wanted.pseudonyms, "source", found["f.source_id"]),
        "split": found["p.side"],
        "practice": found["s.practice"],
        "platform": _words(found["v.platform"]),
        "opening": [None if floor is None else floor == 1 for floor in found["v.floor"]],
        "label": found["f.label"],
        "score": _round(pa.array(found["f.score"], pa.float64())),
        "verdict": [state if state in _JUDGED else None for state in found["judged"]],
        "posted_on": found["posted"],
        "posted_precision": [
            None if precision is None else precision if precision in _COARSE else "day"
            for precision in found["v.posted_at_precision"]
        ],
        "first_seen_on": found["first"],
        "last_seen_on": found["last"],
        "evasions": found["v.evasions"],
        "model": found["v.model"],
        **_read_labels(found["v.labels"]),
    }
    if wanted.restricted:
        made |= _hide_handles(found, contacts)
    return made


def _name_few(pseudonyms: Pseudonyms, kind: str, names: Sequence[str | None]) -> list[str | None]:
    """The pseudonyms of these, of which many are the same."""
    each = sorted({name for name in names if name is not None})
    known = dict(zip(each, pseudonyms.name_all(kind, each), strict=True))
    return [None if name is None else known[name] for name in names]


def _read_labels(texts: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    """The probabilities of the labels, a column each, from JSON objects."""
    options = {
        "read_options": pj.ReadOptions(use_threads=False, block_size=1 << 24),
        "parse_options": pj.ParseOptions(explicit_schema=_LABELS, unexpected_field_behavior="ignore"),
    }
    table = pj.read_json(pa.BufferReader("\n".join(texts).encode()), **options)
    return {f"p_{label}": _round(table[label]) for label in LABELS}


def _round(column: Any) -> Any:
    return pc.round(column, 4)


def _make_offers(found: Mapping[str, list[Any]]) -> dict[str, Any]:
    offered = pa.array([bool(one) for one in found["v.offered"]])
    columns = {"post": found["post"], "kind": _words(found["v.kind"]), "channel": _words(found["v.channel"]),
               "freshness": _words(found["v.freshness"])}  # fmt: skip
    return {name: pa.array(column, pa.string()).filter(offered) for name, column in columns.items()}


def _make_list(posts: Sequence[str], lists: Sequence[tuple[str, ...]], column: str) -> dict[str, Any]:
    return {
        "post": [post for post, words in zip(posts, lists, strict=True) for _ in words],
        column: [word for words in lists for word in words],
    }


def _read_parts(session: Session, name: str, ends: Mapping[str, Any], restricted: bool) -> dict[str, list[Any]]:
    columns = ("position", *_PART[name], "picture", *(("start", "end", "text") if restricted else ()))
    if restricted and name == "contacts":
        columns = (*columns, "value")
    chosen = ", ".join(("f.id", *(f'o."{column}"' for column in columns)))
    rows = session.connection().execute(text(f"SELECT {chosen}" + _PARTS.format(name)), ends).fetchall()
    return dict(zip(("id", *columns), map(list, zip(*rows, strict=True)) if rows else ([] for _ in ("id", *columns)),
                    strict=True))  # fmt: skip


def _make_part(found: Mapping[str, list[Any]], columns: Mapping[str, list[Any]]) -> dict[str, Any]:
    posts = dict(zip(found["f.id"], found["post"], strict=True))
    made: dict[str, Any] = {
        **columns,
        "post": [posts[one] for one in columns["id"]],
        "number": [position + 1 for position in columns["position"]],
        "in_picture": [picture is not None for picture in columns["picture"]],
    }
    for end in ("start", "end"):
        if end in columns:
            shown = zip(columns[end], columns["picture"], strict=True)
            made[end] = [None if picture is not None else place for place, picture in shown]
    return made


def _add_money(prices: dict[str, Any], found: Mapping[str, list[Any]], rates: Rates, used: set[Rate]) -> None:
    """The rate of each price's month (of the post, else of its first fetch), and what it comes to in CNY."""
    days = zip(found["f.id"], found["posted"], found["first"], strict=True)
    months = {one: (posted or first)[:7] for one, posted, first in days}
    chosen = [
        None if currency == HOME else rates.find(currency, months[one])
        for currency, one in zip(prices["currency"], prices["id"], strict=True)
    ]
    used.update(rate for rate in set(chosen) if rate)
    values = [
        1.0 if currency == HOME else rate.cny if rate else None
        for currency, rate in zip(prices["currency"], chosen, strict=True)
    ]
    prices["rate"] = rate = pa.array(values, pa.float64())
    prices["rate_month"] = [rate.month if rate else None for rate in chosen]
    amount, per = pa.array(prices["amount"], pa.float64()), pa.array(prices["per"], pa.float64())
    cny = pc.round(pc.multiply(pc.divide(amount, per), rate), 6)
    prices["cny"] = cny = pc.if_else(pc.is_finite(cny), cny, pa.scalar(None, pa.float64()))
    each = pc.equal(pa.array(prices["unit"], pa.string()), "record")
    prices["cny_per_record"] = pc.if_else(each, cny, pa.scalar(None, pa.float64()))


def _hide_handles(found: Mapping[str, list[Any]], contacts: Mapping[str, list[Any]]) -> dict[str, list[str | None]]:
    """The words of the posts with every handle that was read masked wherever it stands, offsets kept."""
    handles: dict[str, list[tuple[int, int, str, str, bool]]] = {}
    rows = zip(*(contacts[name] for name in ("id", "start", "end", "text", "value", "picture")), strict=True)
    for one, start, end, written, value, picture in rows:
        handles.setdefault(one, []).append((start, end, written, value, picture is None))
    texts, titles = [], []
    for one, words, title in zip(found["f.id"], found["v.text"], found["v.thread_title"], strict=True):
        for start, end, written, value, in_text in handles.get(one, ()):
            if in_text:
                words = words[:start] + MASK * (end - start) + words[end:]
            words, title = (hide_words(hide_words(place, written), value) for place in (words, title))
        texts.append(words)
        titles.append(title)
    return {"text": texts, "thread_title": titles}


def hide_words(place: Any, words: str) -> Any:
    """`place` with `words` masked wherever they stand, in whatever case; None stays None."""
    if not place or len(words) < 3:  # less than that is no handle and would tear the text
        return place
    return re.sub(re.escape(words), lambda match: MASK * len(match[0]), place, flags=re.IGNORECASE)


def _words(column: Sequence[str | None]) -> list[str | None]:
    return [None if word is None else _close(word) for word in column]


@cache
def _close(word: str) -> str:
    return word if _WORD.fullmatch(word) else "other"


@cache
def _read_list(text_of_list: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_close, json.loads(text_of_list))))
