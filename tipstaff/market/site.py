"""The practice market as a running web site on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any

from tipstaff.market.stock import Stock
from tipstaff.market.views import Answer, Views

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Hit:
    """One request as it came in: `path` without its query, the user agent, and what was answered."""

    method: str
    path: str
    query: str
    agent: str
    status: int


class Site:
    """A practice market that is running. A context manager: leaving it stops it.

    `url` is its home, `hits` every request so far, `stock` what stands on it. Requests are logged nowhere else.
    """

    def __init__(self, server: ThreadingHTTPServer, stock: Stock, hits: list[Hit], clock: Clock) -> None:
        self.stock = stock
        self.hits = hits
        self._clock = clock
        self._server = server
        self._thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address of the home page, with a slash at its end."""
        return f"http://{self._server.server_address[0]!s}:{self.port}/"

    def stop(self) -> None:
        """Answer no more, and free the port. A second time it does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def post(self, board: str, title: str, author: str, text: str) -> int:
        """Open a thread now; the answer is its id."""
        return self.stock.add_thread(board, title, author, text, self._clock())

    def reply(self, thread: int, author: str, text: str, quote: int | None = None) -> int:
        """Add a post to a thread now, perhaps quoting a floor; the answer is the post's id."""
        return self.stock.add_reply(thread, author, text, self._clock(), quote=quote)

    def edit(self, post: int, text: str) -> None:
        """Give a post other words now."""
        self.stock.edit_post(post, text, self._clock())

    def ban(self, post: int) -> None:
        """Put the notice in the place of a post's words."""
        self.stock.ban_post(post, self._clock())

    def remove(self, thread: int) -> None:
        """Delete a thread."""
        self.stock.remove_thread(thread, self._clock())

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def read_clock() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def serve(port: int = 0, host: str = "127.0.0.1", *, now: Clock = read_clock, epoch: datetime | None = None) -> Site:
    """Start the market; port 0 takes any free one.

    `now` is the clock that relative times are worded by. `epoch` (with a zone) is the moment that the written posts
    were written before, by default the start: a thread keeps its absolute moments while the site runs, and over a
    second run that is given the same epoch. The ids of threads and posts do not depend on it.

    Raises OSError when the port is taken.
    """
    stock, hits = Stock((epoch or now()).replace(microsecond=0)), list[Hit]()
    server = _Server((host, port), partial(_Visitor, Views(stock), hits, now))
    return Site(server, stock, hits, now)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hung up is no fault; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Visitor(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "chezhan-market"
    sys_version = ""
    timeout = 30
    wbufsize = 65536  # head and page in one segment, or the client waits for a delayed ACK
    disable_nagle_algorithm = True

    def __init__(self, views: Views, hits: list[Hit], now: Clock, *args: Any) -> None:
        # The base class answers within its own __init__.
        self.views, self.hits, self.now = views, hits, now
        super().__init__(*args)

    def do_GET(self) -> None:
        """Send the page."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Send what GET would, without the page."""
        self._send(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in the standard library)
        """Say nothing: the hits are kept in memory."""

    def _send(self, *, with_body: bool) -> None:
        answer = self.views.answer(self.path, self.now())
        known = self._is_known(answer)
        status = 304 if known else answer.status
        path, _, query = self.path.partition("?")
        self.hits.append(Hit(self.command, path, query, self.headers.get("User-Agent", ""), status))
        self.send_response(status)
        if answer.etag and answer.changed_at:
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", format_datetime(answer.changed_at.astimezone(UTC), usegmt=True))
        self.send_header("Cache-Control", "no-cache")
        if not known:
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Security-Policy", "default-src 'self'")
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body and not known:
            self.wfile.write(answer.body)

    def _is_known(self, answer: Answer) -> bool:
        """Whether the client holds this very page already (RFC 9110, 13.2.2: a tag goes before a date)."""
        if answer.etag is None or answer.changed_at is None:
            return False
        if tags := self.headers.get("If-None-Match"):
            return any(tag.strip() in ("*", answer.etag) for tag in tags.split(","))
        since = _read_date(self.headers.get("If-Modified-Since"))
        return since is not None and answer.changed_at.replace(microsecond=0) <= since


def _read_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
