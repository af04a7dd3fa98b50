"""Column types that mean the same on SQLite and PostgreSQL, and take whatever wild pages hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

LARGEST = 2**63 - 1
# UTF-8 has no lone surrogates and PostgreSQL's text no NUL. One code point for one, so that offsets stay true.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with what no database takes replaced by U+FFFD; the length stays."""
    return _UNSTORABLE.sub("�", text)


def begins(column: Any, beginning: str) -> ColumnElement[bool]:
    """Whether an id begins so. Ids are of digits and small letters; unlike LIKE this is looked up in an index."""
    within: ColumnElement[bool] = (column >= clean(beginning)) & (column < clean(beginning) + "~")
    return within


class _Several(TypeDecorator[list[Any]]):
    """Many numbers or ids in one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = NullType
    cache_ok = True

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """As the database takes it."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class among(FunctionElement[Any]):  # noqa: N801 (it stands in statements like `exists` and `func`)
    """Whether a column is one of these numbers or ids. Unlike `in_` it is the same statement however many they are."""

    inherit_cache = True
    # Not said to be a truth value: SQLAlchemy would compare it with 1 for SQLite, and that looks no index up.
    type = NullType()

    def __init__(self, column: Any, values: Iterable[int] | Iterable[str]) -> None:
        super().__init__(column, bindparam(None, list(values), type_=_Several(), unique=True))


@compiles(among, "sqlite")
def _write_for_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (clauses, not values)


@compiles(among, "postgresql")
def _write_for_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    column, values = (compiler.process(clause, **given) for clause in element.clauses)
    return f"{column} = ANY({values})"


class Time(TypeDecorator[datetime]):
    """A moment: aware in (any zone), aware UTC out. A naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC, which SQLite keeps without saying so."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text as it was read somewhere."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Storable."""
        return None if value is None else clean(value)


class Json(TypeDecorator[Any]):
    """Lists and small tables as JSON text, characters unescaped so that they can be searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else clean(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From text."""
        # Most are empty, and reading JSON is much of the time that a page of findings takes.
        return None if value is None else [] if value == "[]" else json.loads(value)


class Whole(TypeDecorator[int]):
    """A whole number as a page or seller states it: beyond 64 bits it is held at the limit."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Within 64 bits."""
        return None if value is None else max(-LARGEST, min(LARGEST, value))
