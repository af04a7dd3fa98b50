"""How a package lies in its file: read byte for byte, and refused where it is not laid out as `package.py` does it.

Nothing is unpacked: files are stored as they are, and read in place.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from dataclasses import dataclass, field
from typing import BinaryIO
from zlib import crc32

from store.referrals.package import directory_of, local_header

LONGEST = 64 * 2**20  # bytes of a file that is read whole: the manifest, the lists, the ledger's extract
CHUNK = 2**20
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,120}){1,4}")
_HEADER = struct.Struct("<4s5H3I2H")


@dataclass(frozen=True)
class Flaw:
    """What does not hold: a word of FAULTS, and the file or entry that it is of."""

    what: str
    subject: str


@dataclass
class Found:
    """A file in the zip: where its bytes begin, and what was counted of them."""

    start: int
    size: int
    sha256: str = ""
    md5: str = ""


@dataclass
class Package:
    """A package that is open: its one folder, and the files in it by place."""

    stream: BinaryIO
    folder: str = ""
    files: dict[str, Found] = field(default_factory=dict)

    def read(self, place: str) -> bytes:
        """A file, whole. Raises FlawError where it is too big to be what it should be."""
        found = self.files[place]
        if found.size > LONGEST:
            raise FlawError("too_big", place)
        self.stream.seek(found.start)
        return self.stream.read(found.size)


class FlawError(Exception):
    """Ends a check at a flaw that leaves nothing more to be said."""

    def __init__(self, what: str, subject: str = "") -> None:
        super().__init__(what, subject)
        self.flaw = Flaw(what, subject)


def check_names(stream: BinaryIO) -> None:
    """Whether any reader of zips would put a file elsewhere, whatever else is wrong with it. Raises FlawError."""
    try:
        with zipfile.ZipFile(stream) as opened:
            names = [info.orig_filename for info in opened.infolist()]
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError, OSError):
        names = []
    stream.seek(0)
    folder = names[0].partition("/")[0] if names else ""
    for name in names:
        if not _is_inside(name, folder):
            raise FlawError("path_outside", name)


def _is_inside(name: str, folder: str) -> bool:
    return bool(_PLACE.fullmatch(name)) and ".." not in name and name.partition("/")[0] == folder


def read_layout(stream: BinaryIO) -> Package:
    """The files of a zip that is laid out as ours are, each measured. Raises FlawError."""
    package = Package(stream)
    facts: list[tuple[str, int, int]] = []
    folder = ""
    while True:
        start = stream.tell()
        head = stream.read(_HEADER.size)
        if not head.startswith(b"PK"):
            raise FlawError("cut" if facts else "not_zip")
        if head.startswith((b"PK\1\2", b"PK\5\6")):
            stream.seek(start)
            break
        name, crc, size = _read_header(stream, head)
        folder = folder or name.partition("/")[0]
        if not _is_inside(name, folder):
            raise FlawError("path_outside", name)
        place = name.partition("/")[2]
        if head + name.encode() != local_header(name, crc, size) or place in package.files:
            raise FlawError("laid_out_otherwise", name)
        package.files[place] = _measure(stream, name, crc, size)
        facts.append((name, crc, size))
    wanted = directory_of(facts)
    found = stream.read(len(wanted) + 1)
    if found != wanted:
        raise FlawError("cut" if len(found) < len(wanted) and wanted.startswith(found) else "laid_out_otherwise")
    if not facts:
        raise FlawError("manifest_missing")
    package.folder = folder
    return package


def _read_header(stream: BinaryIO, head: bytes) -> tuple[str, int, int]:
    if len(head) < _HEADER.size:
        raise FlawError("cut")
    fields = _HEADER.unpack(head)
    signature, crc, size, length = fields[0], fields[6], fields[8], fields[9]
    raw = stream.read(length)
    name = raw.decode("utf-8", "backslashreplace")
    if signature != b"PK\3\4":
        raise FlawError("laid_out_otherwise")
    if len(raw) < length:
        raise FlawError("cut")
    return name, crc, size


def _measure(stream: BinaryIO, name: str, crc: int, size: int) -> Found:
    found = Found(stream.tell(), size)
    sha256, md5, counted, rest = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0, size
    while rest:
        chunk = stream.read(min(rest, CHUNK))
        if not chunk:
            raise FlawError("cut", name)
        sha256.update(chunk)
        md5.update(chunk)
        counted = crc32(chunk, counted)
        rest -= len(chunk)
    found.sha256, found.md5 = sha256.hexdigest(), md5.hexdigest()
    if counted != crc:
        raise FlawError("file_changed", name.partition("/")[2])
    return found


class Window(io.RawIOBase):
    """A file that lies within another, read in place."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self.stream, self.start, self.size, self.at = stream, start, size, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def tell(self) -> int:
        """Where it is read next."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on from there."""
        self.at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence])
        return self.at

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        rest = max(0, self.size - self.at)
        self.stream.seek(self.start + self.at)
        data = self.stream.read(rest if size < 0 else min(size, rest))
        self.at += len(data)
        return data
