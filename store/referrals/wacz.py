"""A capture as a WACZ 1.1.1 file (Webrecorder's specification): the WARC, an index and a page list in one zip.

    archive/data.warc.gz        the WARC file as it was sealed, not a byte changed
    indexes/index.cdx           CDXJ: where each record of it begins
    pages/pages.jsonl           the page to open with
    datapackage.json            size and SHA-256 of each of these
    datapackage-digest.json     the SHA-256 of that

The zip is laid out without compression, so that a reader finds records by their offset.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from store.referrals.dossier import Dossier, Exhibit

WACZ_VERSION = "1.1.1"
WARC, INDEX, PAGES = "archive/data.warc.gz", "indexes/index.cdx", "pages/pages.jsonl"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# What a reader can show. A document after its scripts (conversion) and our records (metadata) have its address, too.
_INDEXED = ("response", "revisit", "resource")


def write_wacz(exhibit: Exhibit, dossier: Dossier) -> bytes:
    """The capture as WACZ; the same bytes each time."""
    assert exhibit.warc is not None
    parts = {
        WARC: exhibit.warc,
        INDEX: "".join(line + "\n" for line in sorted(_index(exhibit.warc))).encode(),
        PAGES: _write_pages(exhibit),
    }
    package = _write_json(_describe(exhibit, dossier, parts))
    digest = {"path": "datapackage.json", "hash": _digest(package)}
    parts |= {"datapackage.json": package, "datapackage-digest.json": _write_json(digest)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as opened:
        for name, data in parts.items():
            opened.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return packed.getvalue()


def _describe(exhibit: Exhibit, dossier: Dossier, parts: dict[str, bytes]) -> dict[str, Any]:
    mark = "演示 / PRACTICE " if dossier.practice else ""
    return {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": f"{mark}{exhibit.facts.get('title') or exhibit.record['url']}",
        "created": dossier.made_at.isoformat(),
        "software": dossier.software,
        "mainPageUrl": exhibit.record["url"],
        "mainPageDate": exhibit.record["fetched_at"],
        "resources": [
            {"name": name.rpartition("/")[2], "path": name, "hash": _digest(data), "bytes": len(data)}
            for name, data in parts.items()
        ],
    }


def _write_pages(exhibit: Exhibit) -> bytes:
    page = {
        "id": exhibit.record["id"], "url": exhibit.record["url"], "ts": exhibit.record["fetched_at"],
        "title": exhibit.facts.get("title") or exhibit.record["url"],
    }  # fmt: skip
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, page)).encode()


def _index(warc: bytes) -> Iterator[str]:
    """A line of CDXJ for each record that can be shown."""
    from warcio.archiveiterator import ArchiveIterator

    records = ArchiveIterator(io.BytesIO(warc))
    for record in records:
        if record.rec_type not in _INDEXED:
            continue
        headers, http = record.rec_headers, record.http_headers
        url = headers.get_header("WARC-Target-URI")
        media = (http.get_header("Content-Type") if http else headers.get_header("Content-Type")) or "unk"
        digest = headers.get_header("WARC-Payload-Digest") or headers.get_header("WARC-Block-Digest") or ""
        status = http.get_statuscode() if http else "200"
        # What follows in the file tells how long the record is: it has to be read to its end.
        while record.raw_stream.read(1 << 16):
            pass
        facts = {
            "url": url, "mime": "warc/revisit" if record.rec_type == "revisit" else media.partition(";")[0].strip(),
            "status": status, "digest": digest, "length": str(records.get_record_length()),
            "offset": str(records.get_record_offset()), "filename": "data.warc.gz",
        }  # fmt: skip
        moment = "".join(character for character in headers.get_header("WARC-Date") if character.isdigit())[:14]
        yield f"{sort_key(url)} {moment} {json.dumps(facts, ensure_ascii=True)}"


def sort_key(url: str) -> str:
    """An address in the order of the index (SURT): host from the top down, the query's parts sorted."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return url
    host = parts.hostname.removeprefix("www.")
    numeric = ":" in host or host.replace(".", "").isdigit()
    port = f":{parts.port}" if parts.port else ""
    query = "&".join(sorted(parts.query.split("&")))
    reversed_host = host if numeric else ",".join(reversed(host.split(".")))
    return f"{reversed_host}{port}){parts.path or '/'}{'?' + query if query else ''}".lower().replace(" ", "%20")


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _write_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
