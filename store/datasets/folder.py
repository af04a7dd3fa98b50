"""A folder that is either whole or not there: made beside its place under a hidden name, and moved there at the end."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from domain.errors import BadValue
from store.files import sync_file

_NO_PLACE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP)


@contextmanager
def whole_folder(folder: Path, *, private: bool) -> Iterator[Path]:
    """A folder to write in; it is `folder` once all went well, and gone if not. `private`: for nobody else to read.

    What an export that was killed has left there is cleared away. Raises BadValue for a folder that holds something.
    """
    folder = folder.absolute()
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BadValue(name="the folder", value=folder, want="a folder that is not there yet, or is empty")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        made = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
    except OSError as error:
        if error.errno not in _NO_PLACE:
            raise
        raise BadValue(
            name="the folder", value=folder, want=f"a place that can be written ({error.strerror})"
        ) from None
    held = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield made
        for path in made.iterdir():
            path.chmod(0o600 if private else 0o644)
            sync_file(path)
        made.chmod(0o700 if private else 0o755)
        made.replace(folder)
        os.fsync(held)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _prefix(folder: Path) -> str:
    return f".{folder.name}.part-"


def _sweep(folder: Path) -> None:
    """Whoever still writes holds a lock."""
    for left in folder.parent.glob(f"{_prefix(folder)}*"):
        with suppress(OSError):
            held = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)
