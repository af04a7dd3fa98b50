"""A Scrapy response as the page it is a capture of."""

from __future__ import annotations

import hashlib

from OpenSSL import crypto
from scrapy.http import Response, TextResponse

from crawlers.conduct.addresses import Guard, host_and_port
from crawlers.conduct.politeness import now
from domain.pages import Page, Validators


def capture_page(response: Response, guard: Guard, entry_steps: tuple[str, ...] = ()) -> Page:
    """Everything there is to say of how `response` came about. `entry_steps` are the addresses that led to it.

    A rendered page's body is the document after JavaScript, in UTF-8; what the server sent is in `served_body`.
    """
    request = response.request
    assert request is not None
    rendered = is_rendered(response)
    hops = tuple(request.meta.get("redirect_urls") or ())
    served = request.meta.get("served_headers")
    return Page(
        url=response.url,
        requested_url=hops[0] if hops else request.url,
        method=request.method,
        status=response.status,
        headers=served if served is not None else header_pairs(response),
        request_headers=(("Host", host_header(request.url)), *header_pairs(request)),
        body=rendered_body(response) if rendered else response.body,
        fetched_at=request.meta.get("fetched_at") or now(),
        rendered=rendered,
        redirects=hops,
        peer=peer_of(response, guard),
        certificate_sha256=certificate_digest(response) or request.meta.get("certificate_sha256"),
        http_version=response.protocol,
        entry_steps=entry_steps,
        served_body=request.meta.get("served_body") if rendered else None,
    )


def is_rendered(response: Response) -> bool:
    """Whether a browser drew the page."""
    return "playwright" in response.flags


def rendered_body(response: Response) -> bytes:
    """The document after JavaScript, in UTF-8 whatever its header says."""
    return response.text.encode("utf-8", "replace") if isinstance(response, TextResponse) else response.body


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


def validators_of(page: Page) -> Validators:
    """What the server gave to ask with the next time."""
    return Validators(etag=page.header("ETag"), last_modified=page.header("Last-Modified"))
