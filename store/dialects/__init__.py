"""What the databases say differently: one file each. A store's URL, or the want of one, says which it is."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from store.dialects.dialect import Dialect
from store.dialects.postgresql import POSTGRESQL
from store.dialects.sqlite import SQLITE

DIALECTS: dict[str, Dialect] = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def dialect_of(bind: Connection | Engine) -> Dialect:
    """That of an open database."""
    return DIALECTS[bind.dialect.name]
