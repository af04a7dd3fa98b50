"""A store that is open: its folder, its database and its keys, and how a transaction goes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from store.dialects import DIALECTS, dialect_of
from store.dialects.dialect import WRITES
from store.faults import telling_faults
from store.keys import Keys

T = TypeVar("T")

BATCH = 5000

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: in order, and nothing to misread.


@dataclass(frozen=True)
class Store:
    """One open store. It belongs to the process that opened it; a child process opens its own.

    `url` names the database where that is not the SQLite in the folder; it may hold a password.
    """

    home: Path
    engine: Engine
    keys: Keys
    url: str | None = field(default=None, repr=False)

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
        writing = self.engine.execution_options(**{WRITES: True})
        with telling_faults(self.home), Session(writing, expire_on_commit=False) as session, session.begin():
            yield session

    def compact(self) -> bool:
        """Let nothing of what was deleted stay in the database; False where somebody else reads, and some of it does.

        On PostgreSQL tables are written anew, which takes as long as they are large: see store/leftovers.py.
        """
        with telling_faults(self.home):
            return dialect_of(self.engine).compact(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that reads one unchanging state of the database."""
        settled = self.engine.execution_options(**dialect_of(self.engine).reading)
        with telling_faults(self.home), Session(settled) as session:
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
    return DIALECTS["sqlite" if url is None else "postgresql"].connect(home, url)


def _in_base_32(number: int, length: int) -> str:
    return "".join(_DIGITS[number >> shift & 31] for shift in range(5 * (length - 1), -1, -5))
