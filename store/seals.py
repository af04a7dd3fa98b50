"""A haul as one encrypted file: waiting in the spool, sealed as a capture, or destroyed.

    spool/<id>.page                waits to be scored
    captures/<xxxx>/<id>.page      the page as a WARC file, sealed
    captures/<xxxx>/<id>.png       the picture of the page, sealed under the same key

A file is a nonce and AES-256-GCM. In the spool it is over zlib over: the length of a JSON text (4 bytes, big-endian),
the JSON of the haul without its bodies, and the bodies. Pages were sealed in that form, too, before they were sealed as
WARC files; they open as ever.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import DamagedSeal
from domain.pages import Haul
from domain.plain import plain, restore
from store.bodies import bodies_of
from store.engine import Store
from store.faults import telling_faults
from store.files import destroy_file, place_file, shard
from store.keys import make_key, seal, unseal
from store.warc import read_warc

_LENGTH = 4
# zlib's quickest: most pages lie in the spool for seconds.
_LEVEL = 1
_GZIP = b"\x1f\x8b"
_NAME = re.compile(r"\.?([0-9a-z]{17})\.page(?:\.part)?")


@dataclass(frozen=True)
class Digests:
    """Size and digests of some bytes. MD5 stands beside SHA-256 because forms of the police ask for it."""

    size: int
    sha256: str
    md5: str

    @classmethod
    def of(cls, data: bytes) -> Digests:
        """Those of `data`."""
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return cls(len(data), hashlib.sha256(data).hexdigest(), md5)


def spool_path(store: Store, page_id: str) -> Path:
    """Where a page waits."""
    return store.home / "spool" / f"{page_id}.page"


def capture_path(store: Store, page_id: str) -> Path:
    """Where a page lies once it is sealed."""
    return store.home / "captures" / shard(page_id) / f"{page_id}.page"


def picture_path(store: Store, page_id: str) -> Path:
    """Where the picture of a sealed page lies."""
    return store.home / "captures" / shard(page_id) / f"{page_id}.png"


def place_page(store: Store, page_id: str, haul: Haul) -> None:
    """Put a haul into the spool. Not made durable: a page that a power cut takes is fetched again.

    The page's file comes before its key: whatever a kill leaves, the spool's folder shows it.
    """
    key = make_key()
    try:
        place_file(spool_path(store, page_id), seal(key, pack(haul), page_id))
        store.keys.place_page_key(page_id, key)
    except BaseException:
        destroy_page(store, page_id)
        raise


def read_page(store: Store, page_id: str) -> Haul:
    """The haul that waits in the spool. Raises DamagedSeal."""
    with telling_faults(store.home):
        return restore_haul(_open(store, spool_path(store, page_id), page_id), page_id)


def read_capture(store: Store, page_id: str) -> Haul:
    """The haul of a capture. Raises DamagedSeal."""
    return restore_haul(open_capture(store, page_id), page_id)


def open_capture(store: Store, page_id: str) -> bytes:
    """What a capture holds: a WARC file, or a packed haul where it is older (`is_warc`). Raises DamagedSeal."""
    with telling_faults(store.home):
        return _open(store, capture_path(store, page_id), page_id)


def open_picture(store: Store, page_id: str) -> bytes:
    """The picture of a sealed page, a PNG file. Raises DamagedSeal."""
    with telling_faults(store.home):
        return _open(store, picture_path(store, page_id), f"{page_id}.png", key_of=page_id)


def restore_haul(opened: bytes, page_id: str) -> Haul:
    """The haul of what was opened, in either form. Raises DamagedSeal."""
    try:
        return read_warc(opened) if is_warc(opened) else unpack(opened)
    except (ValueError, KeyError, TypeError, zlib.error):
        # It was sealed by us, so this is a fault of the program or of a machine, and no proof either way.
        raise DamagedSeal(page=page_id) from None


def is_warc(opened: bytes) -> bool:
    """Whether what was opened is a WARC file."""
    return opened.startswith(_GZIP)


def seal_page(store: Store, page_id: str, warc: bytes) -> Digests:
    """Put a page of the spool among the captures, durably; what the sealed file is."""
    sealed = seal(store.keys.page_key(page_id), warc, page_id)
    store.keys.keep_page_key(page_id)
    place_file(capture_path(store, page_id), sealed, durable=True)
    return Digests.of(sealed)


def seal_picture(store: Store, page_id: str, picture: bytes) -> Digests:
    """Put the picture of a sealed page beside it, durably; what the sealed file is. Raises DamagedSeal."""
    with telling_faults(store.home):
        sealed = seal(store.keys.page_key(page_id), picture, f"{page_id}.png")
        place_file(picture_path(store, page_id), sealed, durable=True)
    return Digests.of(sealed)


def clear_picture(store: Store, page_id: str) -> None:
    """Remove what a dead process may have left of the picture of a page."""
    with telling_faults(store.home):
        path = picture_path(store, page_id)
        destroy_file(_part_of(path))
        destroy_file(path)


def destroy_page(store: Store, page_id: str) -> None:
    """Destroy the key of a page and whatever there is of it; the file that shows it in the spool goes last.

    What cannot be opened any more is left to nobody: neither a half-written file nor the copy of a sealing that failed.
    """
    with telling_faults(store.home):
        store.keys.destroy_page_key(page_id)
        sealed = capture_path(store, page_id), picture_path(store, page_id)
        for path in (store.keys.path_of(page_id), *sealed):
            destroy_file(_part_of(path))
        for path in sealed:
            destroy_file(path)
        clear_spool(store, page_id)


def clear_spool(store: Store, page_id: str) -> None:
    """Take a page out of the spool."""
    with telling_faults(store.home):
        path = spool_path(store, page_id)
        destroy_file(_part_of(path))
        destroy_file(path)


def spooled_pages(store: Store) -> set[str]:
    """The ids of all pages of which there is a file in the spool, whole or not. Other files are not looked at."""
    names = (_NAME.fullmatch(path.name) for path in (store.home / "spool").iterdir())
    return {match[1] for match in names if match}


def pack(haul: Haul) -> bytes:
    """A haul as compressed bytes."""
    data: dict[str, Any] = plain(haul)
    bodies = [page.pop(name) for page, name in bodies_of(data)]
    data["lengths"] = [None if body is None else len(body) for body in bodies]
    text = json.dumps(data).encode("ascii")
    packed = b"".join((len(text).to_bytes(_LENGTH, "big"), text, *(body or b"" for body in bodies)))
    return zlib.compress(packed, _LEVEL)


def unpack(data: bytes) -> Haul:
    """The haul that was packed."""
    data = zlib.decompress(data)
    start = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    fields = json.loads(data[_LENGTH:start])
    for (page, name), length in zip(bodies_of(fields), fields["lengths"], strict=True):
        page[name] = None if length is None else data[start : start + length]
        start += length or 0
    return restore(Haul, fields)


def _open(store: Store, path: Path, name: str, key_of: str | None = None) -> bytes:
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        raise DamagedSeal(page=name) from None
    return unseal(store.keys.page_key(key_of or name), sealed, name)


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
