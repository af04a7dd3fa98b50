"""The codebook: the tables of a dataset, their columns, and what each means. Everything else is written by it.

`kind` is key (a keyed pseudonym, 32 hexadecimal digits), word (one of a closed list of codes or names), date (a day),
month ("2026-11"), whole, number, flag, or text. What is `restricted` stands in restricted datasets only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from domain.signals import CONTACT_KINDS, CURRENCIES, LABELS, OFFER_KINDS, UNITS

Kind = Literal["key", "word", "date", "month", "whole", "number", "flag", "text"]
ARROW: Mapping[Kind, pa.DataType] = {
    "key": pa.string(), "word": pa.string(), "date": pa.date32(), "month": pa.string(), "whole": pa.int64(),
    "number": pa.float64(), "flag": pa.bool_(), "text": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: what it is called, holds and means. `values` closes the list of words; `needed`: never null."""

    name: str
    kind: Kind
    about: str
    needed: bool = False
    values: tuple[str, ...] = ()
    restricted: bool = False


POST = Column("post", "key", "the post, as in posts", needed=True)
NUMBER = Column("number", "whole", "counts from 1 within the post", needed=True)
PICTURE = Column("in_picture", "flag", "it was read in a picture of the post", needed=True)
SPAN = (
    Column(
        "start", "whole", "where it begins in posts.text, in code points from 0; null in a picture", restricted=True
    ),
    Column("end", "whole", "where it ends in posts.text, exclusive", restricted=True),
)

CODEBOOK: Mapping[str, tuple[Column, ...]] = {
    "posts": (
        Column("post", "key", "pseudonym of the post", needed=True),
        Column("seller", "key", "pseudonym of the seller whom the post is tied to; null where nothing ties it"),
        Column("source", "key", "pseudonym of the watched board, listing or channel", needed=True),
        Column("split", "word", "side of the frozen split; apart: links both sides, use it for neither", needed=True,
               values=("train", "test", "apart")),
        Column("practice", "flag", "演示 / PRACTICE: nobody wrote it in earnest", needed=True),
        Column("platform", "word", "the program that runs the board"),
        Column("opening", "flag", "it opens its thread; null where the floor is unknown"),
        Column("label", "word", "what the model says the author does", needed=True, values=LABELS),
        Column("score", "number", "calibrated probability that the label is offer, 0 to 1", needed=True),
        *(Column(f"p_{label}", "number", f"probability of the label {label}") for label in LABELS),
        Column("verdict", "word", "what a person said of it; null: nobody looked", values=("confirmed", "dismissed")),
        Column("posted_on", "date", "the day it was posted, in China (UTC+8)"),
        Column("posted_precision", "word", "how much of that day the site showed", values=("day", "month", "year")),
        Column("first_seen_on", "date", "the day it was first fetched", needed=True),
        Column("last_seen_on", "date", "the day it was last seen", needed=True),
        Column("evasions", "whole", "disguised words that had to be undone", needed=True),
        Column("model", "word", "model, rules and version that gave label, score and offer", needed=True),
        Column("text", "text", "its words; victims' data and handles masked, length kept", restricted=True),
        Column("thread_title", "text", "the title of its thread, masked likewise", restricted=True),
    ),
    "offers": (
        POST,
        Column("kind", "word", "how the data is sold", values=OFFER_KINDS),
        Column("channel", "word", "where the seller says it comes from"),
        Column("freshness", "word", "how new the seller says it is"),
    ),
    "goods": (POST, Column("goods", "word", "what is offered", needed=True)),
    "fields": (POST, Column("field", "word", "a field that the records are said to have", needed=True)),
    "regions": (POST, Column("region", "word", "a province or city that is offered, by its Chinese name", needed=True)),
    "guarantees": (POST, Column("guarantee", "word", "an assurance that is given", needed=True)),
    "prices": (
        POST,
        NUMBER,
        Column("amount", "number", "so much money buys per × unit", needed=True),
        Column("currency", "word", "currency of amount", needed=True, values=CURRENCIES),
        Column("per", "whole", "how many units it buys", needed=True),
        Column("unit", "word", "unit that is sold", needed=True, values=UNITS),
        Column("min_qty", "whole", "least quantity, inclusive, in records"),
        Column("max_qty", "whole", "greatest quantity that is stated"),
        Column("rate", "number", "CNY for one of the currency, as used; null: none is known for that month"),
        Column("rate_month", "month", "the month of that rate; null for CNY"),
        Column("cny", "number", "CNY for one unit: amount / per × rate"),
        Column("cny_per_record", "number", "the same where the unit is a record, else null"),
        PICTURE,
        *SPAN,
    ),
    "volumes": (
        POST,
        NUMBER,
        Column("records", "whole", "records claimed to be held or put out; claimed, never verified", needed=True),
        PICTURE,
        *SPAN,
    ),
    "contacts": (
        POST,
        NUMBER,
        Column("kind", "word", "kind of handle; the handle itself is in no dataset", needed=True, values=CONTACT_KINDS),
        Column("valid", "flag", "whether the kind's own rules hold", needed=True),
        PICTURE,
        *SPAN,
    ),
    "rates": (
        Column("currency", "word", "currency", needed=True, values=CURRENCIES),
        Column("month", "month", "month of the rate", needed=True),
        Column("cny", "number", "CNY for one of the currency, average of the month", needed=True),
        Column("source", "word", "where the rate comes from", needed=True),
    ),
    "price_index": (
        Column("month_from", "month", "first month of the cell", needed=True),
        Column("month_to", "month", "last month of the cell", needed=True),
        Column("goods", "word", "what is offered; unstated, or merged with others because the cell was too small",
               needed=True),
        Column("region", "word", "region that is offered; several (over five), unstated, or merged", needed=True),
        Column("sellers", "whole", "sellers (and posts of unknown sellers) in the cell: 5 or more", needed=True),
        Column("posts", "whole", "posts in the cell", needed=True),
        Column("median", "number", "median over sellers of CNY per record", needed=True),
        Column("low", "number", "lower end of its interval", needed=True),
        Column("high", "number", "upper end of its interval", needed=True),
        Column("coverage", "number", "exact probability that such an interval covers the median", needed=True),
        Column("index", "number", "100 × median / that of the series' first month; null if merged"),
    ),
}  # fmt: skip
# What a row of one table refers to.
KEYS: Mapping[str, tuple[str, ...]] = {
    "posts": ("post",), "offers": ("post",), "goods": ("post", "goods"), "fields": ("post", "field"),
    "regions": ("post", "region"), "guarantees": ("post", "guarantee"), "prices": ("post", "number"),
    "volumes": ("post", "number"), "contacts": ("post", "number"), "rates": ("currency", "month"),
    "price_index": ("month_from", "month_to", "goods", "region"),
}  # fmt: skip


def columns_of(table: str, *, restricted: bool) -> tuple[Column, ...]:
    """The columns that a table has in an open or a restricted dataset."""
    return tuple(column for column in CODEBOOK[table] if restricted or not column.restricted)


def schemas(*, restricted: bool) -> dict[str, pa.Schema]:
    """Every table's Arrow schema; a field's description stands in its metadata."""
    return {
        table: pa.schema(
            pa.field(
                column.name, ARROW[column.kind], nullable=not column.needed, metadata={"description": column.about}
            )
            for column in columns_of(table, restricted=restricted)
        )
        for table in CODEBOOK
    }
