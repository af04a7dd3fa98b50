"""Files that are either whole or not there, and files that are gone for good. Folders are made 0700, files 0600."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_BLANK = bytes(65536)


def shard(name: str) -> str:
    """The sub-folder of a file named by a time-ordered id: one for about every nine hours, so that none grows huge."""
    return name[:4]


def make_folder(folder: Path) -> None:
    """`folder`, readable by nobody else where it had to be made; those above it as usual."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def place_file(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write a file whole or not at all, over whatever was there; `durable` waits until it would outlive a power cut.

    Raises OSError; then nothing is left behind.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        descriptor = _open_draft(draft)
        try:
            _write(descriptor, data)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folders(path)


def _open_draft(draft: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        return os.open(draft, flags, 0o600)
    except FileNotFoundError:
        make_folder(draft.parent)
        return os.open(draft, flags, 0o600)


def sync_file(path: Path) -> None:
    """Wait until a file that was placed without `durable` would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folders(path)


def destroy_file(path: Path, *, durable: bool = False) -> None:
    """Overwrite a file and remove it. One that is not there (any more) is fine: two may destroy at once."""
    try:
        descriptor = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        # A disk that copies on write may have no room for it; the file must go all the same.
        with suppress(OSError):
            _blank(descriptor)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)
    if durable:
        _sync_folder(path.parent)


def _blank(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    for offset in range(0, size, len(_BLANK)):
        os.pwrite(descriptor, _BLANK[: size - offset], offset)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folders(path: Path) -> None:
    # The folder above as well: the file's own folder may be new.
    _sync_folder(path.parent)
    _sync_folder(path.parent.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
