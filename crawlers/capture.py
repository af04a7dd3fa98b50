"""A Scrapy response as the page it is a capture of."""

from __future__ import annotations

from scrapy.http import Response, TextResponse

from crawlers.chronometer import measure_clock
from crawlers.conduct.addresses import Guard
from crawlers.conduct.politeness import now
from crawlers.wire import (
    certificate_digest,
    exchanges_of,
    header_pairs,
    host_header,
    is_rendered,
    peer_of,
    resolved_for,
)
from domain.pages import Page, Validators


def capture_page(response: Response, guard: Guard, entry_steps: tuple[str, ...] = ()) -> Page:
    """Everything there is to say of how `response` came about. `entry_steps` are the addresses that led to it.

    A rendered page's body is the document after JavaScript, in UTF-8; what the server sent is in `served_body`.
    """
    request = response.request
    assert request is not None
    rendered = is_rendered(response)
    hops = tuple(request.meta.get("redirect_urls") or ())
    drawn = request.meta["document"] if rendered else {}
    served = request.meta.get("served_headers")
    started = request.meta.get("fetched_at") or now()
    finished = request.meta.get("finished_at") or started
    date = (response.headers.get("Date") or b"").decode("latin-1")
    return Page(
        url=response.url,
        requested_url=hops[0] if hops else request.url,
        method=request.method,
        status=response.status,
        headers=served if served is not None else header_pairs(response),
        request_headers=(("Host", host_header(request.url)), *header_pairs(request)),
        body=rendered_body(response) if rendered else response.body,
        fetched_at=started,
        rendered=rendered,
        redirects=hops,
        peer=peer_of(response, guard),
        certificate_sha256=certificate_digest(response)
        or request.meta.get("certificate_sha256")
        or drawn.get("certificate_sha256"),
        http_version=response.protocol,
        entry_steps=entry_steps,
        served_body=request.meta.get("served_body") if rendered else None,
        exchanges=exchanges_of(response, guard),
        finished_at=finished,
        clock=measure_clock(started, finished, date),
        resolved=resolved_for(response.url, guard),
        proxied=guard.proxied,
        browser=drawn.get("browser"),
    )


def rendered_body(response: Response) -> bytes:
    """The document after JavaScript, in UTF-8 whatever its header says."""
    return response.text.encode("utf-8", "replace") if isinstance(response, TextResponse) else response.body


def validators_of(page: Page) -> Validators:
    """What the server gave to ask with the next time."""
    return Validators(etag=page.header("ETag"), last_modified=page.header("Last-Modified"))
