"""What goes over the wire for a page, kept as it comes: each redirect on the way, and the document still coded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from OpenSSL import crypto
from scrapy import Request
from scrapy.http import Response

from crawlers.conduct.addresses import Guard, host_and_port
from crawlers.conduct.politeness import now
from domain.pages import Exchange

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def keep_exchange(request: Request, response: Response, guard: Guard) -> None:
    """Keep in the request's meta what a response was before any part of it is undone. Called next to the downloader.

    A redirect is kept with those before it; of the document the body, where it is coded.
    """
    request.meta["finished_at"] = now()
    request.meta.pop("coded_body", None)
    if is_rendered(response):
        return
    if response.status in REDIRECTS and "Location" in response.headers:
        hop = make_exchange(request, response, guard, role="redirect", body=response.body)
        request.meta["exchanges"] = (*request.meta.get("exchanges", ()), hop)
    elif response.headers.get("Content-Encoding"):
        request.meta["coded_body"] = response.body


def exchanges_of(response: Response, guard: Guard) -> tuple[Exchange, ...]:
    """All that went over the wire for a page that came."""
    assert response.request
    meta = response.request.meta
    before: tuple[Exchange, ...] = meta.get("exchanges", ())
    if is_rendered(response):
        # What is the served body anyway is not kept twice.
        drawn = meta["document"].get("exchanges", ())
        return (*before, *(replace(one, body=None) if one.body == meta.get("served_body") else one for one in drawn))
    return (*before, make_exchange(response.request, response, guard, role="document", body=meta.get("coded_body")))


def make_exchange(request: Request, response: Response, guard: Guard, **fields: Any) -> Exchange:
    """A plain request and its answer."""
    served = request.meta.get("served_headers")
    return Exchange(
        url=request.url, method=request.method, status=response.status,
        headers=served if served is not None else header_pairs(response),
        request_headers=(("Host", host_header(request.url)), *header_pairs(request)),
        fetched_at=request.meta.get("fetched_at") or now(), peer=peer_of(response, guard),
        certificate_sha256=certificate_digest(response), http_version=response.protocol, **fields,
    )  # fmt: skip


def resolved_for(url: str, guard: Guard) -> tuple[str, ...]:
    """The addresses that the guard has pinned for the host of `url`."""
    return guard.pinned(*host_and_port(url))


def is_rendered(response: Response) -> bool:
    """Whether a browser drew the page."""
    return "playwright" in response.flags


def header_pairs(message: object) -> tuple[tuple[str, str], ...]:
    """The headers of a Scrapy request or response as pairs."""
    headers = message.headers  # type: ignore[attr-defined]
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values or ()
    )


def host_header(url: str) -> str:
    """The Host header that a client sends for `url`."""
    return url.split("/", 3)[2].rpartition("@")[2]


def peer_of(response: Response, guard: Guard) -> str | None:
    """Address and port of the server that answered. The browser's own peer is our tunnel, which went to the pin."""
    host, port = host_and_port(response.url)
    pins = guard.pinned(host, port)
    address = pins[0] if is_rendered(response) and pins else response.ip_address
    if address is None or guard.proxied:
        return None
    return f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"


def certificate_digest(response: Response) -> str | None:
    """SHA-256 of the server's certificate in DER, lower-case hex; None on plain HTTP."""
    original = getattr(response.certificate, "original", None)
    if original is None:
        return None
    return hashlib.sha256(crypto.dump_certificate(crypto.FILETYPE_ASN1, original)).hexdigest()
