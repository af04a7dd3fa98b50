"""Faults of the disk and the database, told as what they mean for the person at the desk."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from domain.errors import BrokenStore, DiskFull, StoreFault
from store.dialects import DIALECTS

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
    if told is None:
        return None
    return next((fault for dialect in DIALECTS.values() if (fault := dialect.explain(home, told))), None)
