"""What the browser fetches for a page, kept for its archive: the document, its scripts and styles, the data they want.

All of it has passed the gates already. It is bounded in number, bytes and time; what is over is left out, and no page
is ever lost for it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Error
from playwright.async_api import Response as BrowserResponse

from crawlers.conduct.addresses import Guard, host_and_port
from crawlers.conduct.politeness import now
from domain.pages import Exchange

MOST_RESOURCES = 80
MOST_BYTES = 8 * 1024 * 1024
GATHER_SECONDS = 3.0


class Listener:
    """Hears one page. `kept` has the document's body as it was decoded, the browser's name, and the exchanges."""

    def __init__(self, guard: Guard) -> None:
        self.kept: dict[str, Any] = {}
        self._guard = guard
        self._heard: list[tuple[int, Exchange]] = []
        self._count = 0
        self._bytes = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def hear(self, response: BrowserResponse) -> None:
        """One answer."""
        number, at = self._count, now()
        self._count += 1
        request = response.request
        leads = request.is_navigation_request() and request.frame.parent_frame is None
        if not leads and self._count > MOST_RESOURCES:
            return
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._keep(response, number, at, leads=leads)
        except (Error, ValueError):
            # The page is closed or has gone elsewhere, and what it fetched with it.
            pass
        finally:
            self._tasks.discard(task)

    async def gather(self) -> None:
        """Wait for what is still coming in, not for long, and put all of it in order."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GATHER_SECONDS)
        self.kept["exchanges"] = tuple(exchange for _, exchange in sorted(self._heard, key=lambda heard: heard[0]))

    async def _keep(self, response: BrowserResponse, number: int, at: datetime, *, leads: bool) -> None:
        moved = 300 <= response.status < 400
        body = b"" if moved else await response.body()
        if leads and not moved:
            self.kept["body"] = body
            with contextlib.suppress(Error):
                browser = response.frame.page.context.browser
                self.kept["browser"] = f"Chromium {browser.version}" if browser else None
                session = self.kept.pop("session", None)
                self.kept["certificate_sha256"] = await read_certificate(session, response.url) if session else None
        self._bytes += len(body)
        if not leads and self._bytes > MOST_BYTES:
            return
        host, port = host_and_port(response.url)
        pins = self._guard.pinned(host, port)
        address = f"[{pins[0]}]" if pins and ":" in pins[0] else pins[0] if pins else None
        exchange = Exchange(
            url=response.url, role="resource" if not leads else "redirect" if moved else "document",
            method=response.request.method, status=response.status, headers=_pairs(await response.headers_array()),
            request_headers=_pairs(await response.request.headers_array()), fetched_at=at, body=body, decoded=True,
            peer=None if self._guard.proxied or address is None else f"{address}:{port}",
            certificate_sha256=self.kept.get("certificate_sha256") if leads else None,
        )  # fmt: skip
        self._heard.append((number, exchange))


async def read_certificate(session: CDPSession, url: str) -> str | None:
    """SHA-256 of the certificate (DER) that the server of `url` showed the browser; None on plain HTTP.

    Raises Error when the page is gone.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    told = await session.send("Network.getCertificate", {"origin": f"https://{parts.netloc}"})
    chain = told.get("tableNames") or ()
    return hashlib.sha256(base64.b64decode(chain[0])).hexdigest() if chain else None


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    """Without the pseudo-headers of HTTP/2."""
    return tuple((one["name"], one["value"]) for one in headers if not one["name"].startswith(":"))
