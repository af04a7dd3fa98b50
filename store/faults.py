"""Faults of the disk and the database, told as what they mean for the person at the desk."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from domain.errors import BrokenStore, DiskFull, StoreFault

BUSY_SECONDS = 30

# SQLite's primary result codes.
_DATABASE = {
    sqlite3.SQLITE_NOTADB: "store.db is not a database",
    sqlite3.SQLITE_CORRUPT: "store.db is damaged; restore a backup",
    sqlite3.SQLITE_BUSY: f"another process has been writing for {BUSY_SECONDS} seconds; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another process is writing; try again when it is done",
    sqlite3.SQLITE_READONLY: "store.db may not be written",
    sqlite3.SQLITE_PERM: "store.db may not be opened",
    sqlite3.SQLITE_CANTOPEN: "store.db cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not read or write",
}
_FILES = {
    errno.EEXIST: "{name} is a file where a folder should be",
    errno.ENOTDIR: "{name} is a file where a folder should be",
    errno.EACCES: "{name} may not be read or written",
    errno.EPERM: "{name} may not be read or written",
    errno.EROFS: "{name} is on a disk that may not be written",
    errno.EIO: "the disk does not read or write",
    errno.ENOENT: "{name} cannot be made there",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "{name} is a link that leads to itself",
    errno.EINVAL: "{name} is no name for a folder",
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_ROOM_BYTES = 1 << 20


@contextmanager
def telling_faults(home: Path) -> Iterator[None]:
    """Turns faults of the disk and the database into StoreFaults. Raises DiskFull or BrokenStore."""
    try:
        yield
    except (OSError, DBAPIError, sqlite3.Error) as error:
        read = _read_file_fault if isinstance(error, OSError) else _read_database_fault
        fault = read(home, error)
        if fault is None:
            raise
        raise fault from error


def _read_file_fault(home: Path, error: BaseException) -> StoreFault | None:
    assert isinstance(error, OSError)
    if error.errno in _NO_ROOM:
        return DiskFull(path=home)
    why = _FILES.get(error.errno or 0)
    return BrokenStore(path=home, why=why.format(name=error.filename or "a file of it")) if why else None


def _read_database_fault(home: Path, error: BaseException) -> StoreFault | None:
    told = error.orig if isinstance(error, DBAPIError) else error
    primary = getattr(told, "sqlite_errorcode", 0) & 0xFF
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _is_full(home)):
        return DiskFull(path=home)
    why = _DATABASE.get(primary)
    return BrokenStore(path=home, why=why) if why else None


def _is_full(home: Path) -> bool:
    """SQLite says "disk I/O error" where its shared memory file finds no room."""
    disk = os.statvfs(home)
    return disk.f_bavail * disk.f_frsize < _ROOM_BYTES
