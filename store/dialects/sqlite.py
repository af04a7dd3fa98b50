"""SQLite in the store's folder: one machine, no server."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from domain.errors import BrokenStore, DiskFull, StoreFault
from store.dialects.dialect import BUSY_SECONDS, WRITES, Dialect

DATABASE = "store.db"

# synchronous=FULL: what was committed outlives a power cut. NORMAL would be faster by one fsync a transaction, but a
# page is destroyed once its settling is committed, and a finding whose commit is lost with it could not be had again.
# secure_delete: what is deleted is overwritten. temp_store: no sorted copy of a finding's text in /tmp.
_PRAGMAS = (
    "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON", "PRAGMA synchronous=FULL", "PRAGMA temp_store=MEMORY",
)  # fmt: skip

# SQLite's primary result codes.
_FAULTS = {
    sqlite3.SQLITE_NOTADB: "store.db is not a database",
    sqlite3.SQLITE_CORRUPT: "store.db is damaged; restore a backup",
    sqlite3.SQLITE_BUSY: f"another process has been writing for {BUSY_SECONDS} seconds; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another process is writing; try again when it is done",
    sqlite3.SQLITE_READONLY: "store.db may not be written",
    sqlite3.SQLITE_PERM: "store.db may not be opened",
    sqlite3.SQLITE_CANTOPEN: "store.db cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not read or write",
}
_ROOM_BYTES = 1 << 20


def _connect(home: Path, _url: str | None) -> Engine:
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
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _migrating(connection: Connection) -> Iterator[None]:
    # To change a table SQLite copies and drops it, which must not take the rows that refer to it along.
    # Neither pragma does anything inside a transaction.
    _run_pragma(connection, "foreign_keys=OFF")
    _run_pragma(connection, "journal_mode=WAL")
    try:
        yield
    finally:
        _run_pragma(connection, "foreign_keys=ON")


def _run_pragma(connection: Connection, pragma: str) -> None:
    # On the driver's own connection: SQLAlchemy would begin a transaction first.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA {pragma}").close()


def _level(_connection: Connection) -> None:
    """Nothing: SQLite compares text by its bytes."""


def _compact(engine: Engine) -> bool:
    # Deleted rows are overwritten; what is left of them is in the log. While somebody else reads, it stays until then.
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _explain(home: Path, error: BaseException) -> StoreFault | None:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _is_full(home)):
        return DiskFull(path=home)
    why = _FAULTS.get(primary)
    return BrokenStore(path=home, why=why) if why else None


def _is_full(home: Path) -> bool:
    """SQLite says "disk I/O error" where its shared memory file finds no room."""
    disk = os.statvfs(home)
    return disk.f_bavail * disk.f_frsize < _ROOM_BYTES


def _moment(moment: datetime) -> str:
    """SQLite keeps times as text, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


SQLITE = Dialect(
    noun=DATABASE,
    connect=_connect,
    reading={},
    migrating=_migrating,
    level=_level,
    compact=_compact,
    explain=_explain,
    marker="?",
    day="date({0}, '+8 hours')",
    moment=_moment,
)
