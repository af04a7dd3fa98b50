"""A store that is open: its folder, its database and its keys, and how a transaction goes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlmodel import Session

from store.faults import BUSY_SECONDS, telling_faults
from store.keys import Keys

T = TypeVar("T")

BATCH = 5000
DATABASE = "store.db"
_WRITES = "tipstaff_writes"

# synchronous=FULL: what was committed outlives a power cut. NORMAL would be faster by one fsync a transaction, but a
# page is destroyed once its settling is committed, and a finding whose commit is lost with it could not be had again.
# secure_delete: what is deleted is overwritten. temp_store: no sorted copy of a finding's text in /tmp.
_PRAGMAS = (
    "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON", "PRAGMA synchronous=FULL", "PRAGMA temp_store=MEMORY",
)  # fmt: skip

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: in order, and nothing to misread.


@dataclass(frozen=True)
class Store:
    """One open store. It belongs to the process that opened it; a child process opens its own."""

    home: Path
    engine: Engine
    keys: Keys

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes: alone from its first statement on, committed at the end, or nothing of it stays.

        Raises DiskFull or BrokenStore where the database or the disk fails.
        """
        writing = self.engine.execution_options(**{_WRITES: True})
        with telling_faults(self.home), Session(writing, expire_on_commit=False) as session, session.begin():
            yield session

    def compact(self) -> None:
        """Let nothing of what was deleted stay in the log of writes. While somebody else reads, it stays until then."""
        if self.engine.dialect.name == "sqlite":
            with telling_faults(self.home), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that reads one unchanging state of the database."""
        with telling_faults(self.home), Session(self.engine) as session:
            yield session


def in_batches(items: Iterable[T], size: int | None = None) -> Iterator[list[T]]:
    """`items` in lists of `size`, by default short enough to be named one by one in a statement."""
    rest, size = list(items), size or BATCH
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def new_id(now: datetime) -> str:
    """A fresh id: 7 characters of time (seconds) and 10 that nobody guesses. Later ids sort later."""
    return _in_base_32(int(now.timestamp()), 7) + _in_base_32(secrets.randbits(50), 10)


def make_engine(home: Path, url: str | None = None) -> Engine:
    """The engine of a store: SQLite in its folder, or the database that `url` names."""
    if url is not None:
        return create_engine(url)
    path = home / DATABASE
    # Made here so that nobody else can read it; SQLite gives its -wal and -shm files the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading and then writes may find the database changed under it, and fail at once
    # whatever the time-out; so one that will write says so from the start.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_base_32(number: int, length: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))
