"""A haul as one encrypted file: waiting in the spool, sealed as a capture, or destroyed.

    spool/<id>.page                waits to be scored
    captures/<xxxx>/<id>.page      the same bytes, sealed (anew, where pictures of other posts are left out)

A file is a nonce and AES-256-GCM over zlib over: the length of a JSON text (4 bytes, big-endian), the JSON of the haul
without its bodies, the body, the body as served where a browser drew the page, and the pictures of its posts.
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
from store.engine import Store
from store.faults import telling_faults
from store.files import destroy_file, place_file, shard
from store.keys import make_key, seal, unseal

_LENGTH = 4
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
    return _read(store, spool_path(store, page_id), page_id)


def read_capture(store: Store, page_id: str) -> Haul:
    """The haul of a capture. Raises DamagedSeal."""
    return _read(store, capture_path(store, page_id), page_id)


def seal_page(store: Store, page_id: str, haul: Haul | None = None) -> Digests:
    """Put a page of the spool among the captures, durably; what the sealed file is.

    The very file of the spool, unless `haul` is what is to be kept of it.
    """
    if haul is None:
        sealed = spool_path(store, page_id).read_bytes()
    else:
        sealed = seal(store.keys.page_key(page_id), pack(haul), page_id)
    store.keys.keep_page_key(page_id)
    place_file(capture_path(store, page_id), sealed, durable=True)
    return Digests.of(sealed)


def destroy_page(store: Store, page_id: str) -> None:
    """Destroy the key of a page and whatever there is of it; the file that shows it in the spool goes last.

    What cannot be opened any more is left to nobody: neither a half-written file nor the copy of a sealing that failed.
    """
    with telling_faults(store.home):
        store.keys.destroy_page_key(page_id)
        for path in (store.keys.path_of(page_id), capture_path(store, page_id)):
            destroy_file(_part_of(path))
        destroy_file(capture_path(store, page_id))
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
    bodies = [page.pop(name) for page, name in _bodies_of(data)]
    data["lengths"] = [None if body is None else len(body) for body in bodies]
    text = json.dumps(data).encode("ascii")
    return zlib.compress(b"".join((len(text).to_bytes(_LENGTH, "big"), text, *(body or b"" for body in bodies))))


def unpack(data: bytes) -> Haul:
    """The haul that was packed."""
    data = zlib.decompress(data)
    start = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    fields = json.loads(data[_LENGTH:start])
    for (page, name), length in zip(_bodies_of(fields), fields["lengths"], strict=True):
        page[name] = None if length is None else data[start : start + length]
        start += length or 0
    return restore(Haul, fields)


def _bodies_of(data: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Where the bytes of a haul stand in it, in the order in which they follow its JSON."""
    pages = [data["page"], *(picture["page"] for picture in data.get("pictures", ()))]
    return [(page, name) for page in pages for name in ("body", "served_body")]


def _read(store: Store, path: Path, page_id: str) -> Haul:
    with telling_faults(store.home):
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            raise DamagedSeal(page=page_id) from None
        return unpack(unseal(store.keys.page_key(page_id), sealed, page_id))


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
