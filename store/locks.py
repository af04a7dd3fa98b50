"""Who may touch the spool's folder: any number of deliveries, or one sweep and no delivery.

While a page's file is written and its row not yet committed it looks just like one that a dead process left behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def delivering(home: Path) -> Iterator[None]:
    """Nothing is swept meanwhile."""
    descriptor = _open_lock(home)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def sweeping(home: Path) -> Iterator[bool]:
    """True while nothing is delivered; False, at once, when something is being delivered just now."""
    descriptor = _open_lock(home)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _open_lock(home: Path) -> int:
    return os.open(home / "spool" / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
