"""A haul as a WARC file. Warcio writes the records.

    warcinfo     who captured, with what, and how robots.txt was treated
    response     each answer, first to last: redirects, the document, what the document needs; and its `request`
    conversion   the document with its content coding undone; of a page that a browser drew, after JavaScript
    metadata     JSON: the capture's own fields (facts.py)
    metadata     JSON: what was read in the page, from which the haul is restored (reading.py)

Digests are SHA-256 in base 32.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from domain.pages import Exchange, Haul, Page
from domain.plain import plain
from store.bodies import bodies_of
from store.columns import clean
from store.warc.facts import Maker, Setting, describe_capture

JSON_TYPE = "application/json"
# The field of the record from which the haul is restored.
READING = "tipstaff reading 1"
# What a decoded answer no longer is; its reader would undo it a second time.
_CODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_BREAKS = re.compile(r"[\r\n\x00]+")
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>\"]")


class _Writer(WARCWriter):  # type: ignore[misc]
    """Warcio's, with SHA-256 where it would take SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _Message(StatusAndHeaders):  # type: ignore[misc]
    """Warcio's, with the bytes of headers as they came instead of a form in ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        head: str = self.to_str(filter_func)
        return head.encode("latin-1", "replace") + b"\r\n"


@dataclass
class _Archive:
    """A file that is being written. `kept` are the bodies that stand in it, and the records that hold each."""

    maker: Maker
    setting: Setting
    out: BytesIO = field(default_factory=BytesIO)
    kept: dict[bytes, str] = field(default_factory=dict)
    info: str = ""

    def __post_init__(self) -> None:
        self.writer = _Writer(self.out, gzip=True, warc_version="WARC/1.1")


def write_warc(haul: Haul, setting: Setting, maker: Maker) -> bytes:
    """`haul` as the bytes of a WARC file."""
    archive = _Archive(maker, setting)
    _write_info(archive, haul.page)
    main = _write_page(archive, haul.page)
    for picture in haul.pictures:
        _write_page(archive, picture.page)
    facts = describe_capture(haul.page, setting, maker)
    _write_json(archive, haul.page, facts, main)
    reading = plain(haul)
    for page, name in bodies_of(reading):
        body = page[name]
        page[name] = None if body is None else archive.kept[body]
    _write_json(archive, haul.page, {"form": READING, "haul": reading}, main)
    return archive.out.getvalue()


def exchanges_of(page: Page) -> Sequence[Exchange]:
    """What went over the wire for a page. Of one that was fetched before that was kept, what is known of it."""
    if page.exchanges:
        return page.exchanges
    served = page.served_body if page.rendered else page.body
    if served is None:
        # Only the browser saw it, and it did not say.
        return ()
    document = Exchange(
        url=page.url, role="document", status=page.status, headers=page.headers, request_headers=page.request_headers,
        fetched_at=page.fetched_at, method=page.method, decoded=True, peer=page.peer,
        certificate_sha256=page.certificate_sha256, http_version=page.http_version,
    )  # fmt: skip
    return (document,)


def _write_info(archive: _Archive, page: Page) -> None:
    maker, setting = archive.maker, archive.setting
    agent = next((value for name, value in page.request_headers if name.lower() == "user-agent"), None)
    info = {
        "software": maker.software, "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator": ", ".join(_flat(one) for one in (maker.operator, maker.contact) if one) or None,
        "robots": "classic", "http-header-user-agent": agent and _flat(agent),
        "description": "演示 / PRACTICE: nothing in this file is real" if setting.practice else None,
        "isPartOf": setting.source and _flat(setting.source),
    }  # fmt: skip
    record = archive.writer.create_warcinfo_record(f"{setting.capture_id}.warc.gz", info)
    record.rec_headers.replace_header("WARC-Date", _date(setting.sealed_at))
    archive.info = record.rec_headers.get_header("WARC-Record-ID")
    archive.writer.write_record(record)


def _write_page(archive: _Archive, page: Page) -> str | None:
    """A page's answers and requests, and what it was turned into; the id of its document's answer."""
    main = None
    for exchange in exchanges_of(page):
        said = _write_exchange(archive, page, exchange)
        if exchange.role == "document":
            main = said
    for body, kind in ((page.served_body, page.header("Content-Type")), (page.body, _type_of(page))):
        if body is not None and body not in archive.kept:
            links = {"WARC-Refers-To": main} if main else {}
            _write(archive, "conversion", page.url, page.fetched_at, body, kind or "application/octet-stream", links)
    return main


def _type_of(page: Page) -> str | None:
    """The media type of what was read: of a rendered page the document as it stood, in UTF-8."""
    return "text/html; charset=utf-8" if page.rendered else page.header("Content-Type")


def _write_exchange(archive: _Archive, page: Page, exchange: Exchange) -> str:
    body = exchange.body
    if body is None:
        body = (page.served_body if page.rendered else page.body) or b""
    protocol = exchange.http_version or "HTTP/1.1"
    headers = [(f"X-Orig-{name}" if exchange.decoded and name.lower() in _CODED else name, value)
               for name, value in exchange.headers]  # fmt: skip
    answer = _Message(f"{exchange.status} {_phrase(exchange.status)}".strip(), _plain_headers(headers), protocol)
    links = {"WARC-IP-Address": _address(exchange.peer)} if exchange.peer else {}
    said = _write(archive, "response", exchange.url, exchange.fetched_at, body, None, links, answer)
    path = "/" + exchange.url.split("://", 1)[-1].partition("#")[0].partition("/")[2]
    asked = _Message(
        f"{exchange.method} {_UNSAFE.sub('', clean(path))} {protocol}", _plain_headers(exchange.request_headers),
        is_http_request=True,
    )  # fmt: skip
    _write(archive, "request", exchange.url, exchange.fetched_at, b"", None, {"WARC-Concurrent-To": said}, asked)
    return said


def _write_json(archive: _Archive, page: Page, value: Any, main: str | None) -> None:
    links = {"WARC-Concurrent-To": main} if main else {}
    body = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "surrogatepass")
    _write(archive, "metadata", page.url, page.fetched_at, body, JSON_TYPE, links)


def _write(
    archive: _Archive, kind: str, url: str, at: datetime, body: bytes, content_type: str | None,
    links: dict[str, str], message: _Message | None = None,
) -> str:  # fmt: skip
    headers = {"WARC-Date": _date(at), "WARC-Warcinfo-ID": archive.info, **links}
    record = archive.writer.create_warc_record(
        _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", clean(url)), kind, payload=BytesIO(body), length=len(body),
        warc_content_type=_flat(content_type or ""), warc_headers_dict=headers, http_headers=message,
    )  # fmt: skip
    archive.writer.write_record(record)
    name: str = record.rec_headers.get_header("WARC-Record-ID")
    if kind in ("response", "conversion"):
        archive.kept.setdefault(body, name)
    return name


def _plain_headers(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_flat(name), _flat(value)) for name, value in pairs]


def _flat(words: str) -> str:
    """On one line, in what UTF-8 can write."""
    return _BREAKS.sub(" ", clean(words)).strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _address(peer: str) -> str:
    return peer.rpartition(":")[0].strip("[]")


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
