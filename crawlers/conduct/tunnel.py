"""The browser's only way out: a forward proxy on loopback that asks the guard before every connection.

It speaks CONNECT (https, and web sockets of either kind) and plain requests in absolute form. It connects to the
addresses that the guard has pinned, so a browser never resolves a name. Where the source has a proxy, that proxy comes
behind this one, and plain requests go this way too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from crawlers.conduct.addresses import Guard, host_and_port
from crawlers.conduct.proxies import Streams, ask_connection, connect_first, is_socks, open_connection, proxy_headers
from domain.errors import CrawlEnded

MOST_HEAD_BYTES = 64 * 1024
IDLE_SECONDS = 60.0
SILENCE_SECONDS = 1.0
CHUNK = 64 * 1024
DROPPED_HEADERS = frozenset({"proxy-connection", "proxy-authorization", "connection", "keep-alive"})
# What this tunnel says of its own refusals (RFC 9209), so that they are not taken for the site's.
STATUS_HEADER = "Proxy-Status"
OWN_NAME = "tipstaff"


class Tunnel:
    """Serves one asker for the length of one crawl: the browser, or plain requests where the source has a proxy.

    `permit(url)` is asked for every plain request, and raises CrawlEnded for one that may not be made; `admit(url)`
    for every host that is to be spoken to in secret, of which nothing more is seen.
    """

    def __init__(
        self,
        guard: Guard,
        proxy: str | None,
        permit: Callable[[str], Awaitable[object]],
        admit: Callable[[str], Awaitable[object]],
    ) -> None:
        self._guard = guard
        self._proxy = proxy
        self._permit = permit
        self._admit = admit
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> str:
        """Starts listening; the answer is the address to give to the browser as its proxy."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=MOST_HEAD_BYTES)
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    async def close(self) -> None:
        """Stops listening and drops what is open."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except CrawlEnded as ended:
            with contextlib.suppress(OSError):
                await refuse(writer, "403 Forbidden", str(ended.facts["detail"]))
        except OSError as error:
            with contextlib.suppress(OSError):
                await refuse(writer, "502 Bad Gateway", str(error))
        except (ValueError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            with contextlib.suppress(OSError):
                await refuse(writer, "502 Bad Gateway", "no request that can be passed on")
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
        line, _, rest = head.decode("latin-1").partition("\r\n")
        method, target, _version = line.split(" ", 2)
        if method == "CONNECT":
            host, port = host_and_port(f"https://{target}")
            await self._admit(f"https://{target}/")
            upstream = await self._connect(host, port, tunnelled=True)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await join(reader, writer, *upstream)
            return
        await self._permit(target)
        parts = urlsplit(target)
        host, port = host_and_port(target)
        upstream = await self._connect(host, port, tunnelled=False)
        headers, length = rewrite_headers(rest)
        if self._proxy and not is_socks(self._proxy):
            asked, headers = target, proxy_headers(self._proxy) + headers
        else:
            asked = parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
        upstream[1].write(f"{method} {asked} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n".encode("latin-1"))
        # Exactly this request's body goes through: what follows on the connection is another request, for another host.
        while length > 0:
            data = await asyncio.wait_for(reader.read(min(CHUNK, length)), IDLE_SECONDS)
            if not data:
                break
            length -= len(data)
            upstream[1].write(data)
        await hand_back(upstream, reader, writer)

    async def _connect(self, host: str, port: int, *, tunnelled: bool) -> Streams:
        """A connection to the vetted address of `host`, or by way of the source's proxy. Raises CrawlEnded or OSError.

        Only an HTTP proxy that is to be given a plain request is left to connect for itself.
        """
        addresses = await self._guard.pin(host, port)
        if self._proxy is None:
            return await connect_first(addresses, port)
        streams = await open_connection(self._proxy, await self._guard.pin_proxy(), host_and_port(self._proxy)[1])
        if tunnelled or is_socks(self._proxy):
            try:
                await ask_connection(streams, self._proxy, host, port)
            except OSError:
                streams[1].close()
                raise
        return streams


def rewrite_headers(text: str) -> tuple[str, int]:
    """A request's header lines without those that are between browser and proxy, and the length of its body.

    Raises ValueError for a body of unknown length.
    """
    kept, length = [], 0
    for line in text.split("\r\n"):
        name = line.partition(":")[0].strip().lower()
        if name == "transfer-encoding":
            raise ValueError("a body of unknown length")
        if name == "content-length":
            length = int(line.partition(":")[2])
        if line and name not in DROPPED_HEADERS:
            kept.append(line + "\r\n")
    return "".join(kept), length


async def refuse(writer: asyncio.StreamWriter, status: str, detail: str) -> None:
    """An answer without a body, with one line on why."""
    said = "".join(character for character in detail if " " <= character <= "~" and character not in '"\\')
    writer.write(
        f'HTTP/1.1 {status}\r\n{STATUS_HEADER}: {OWN_NAME}; details="{said}"\r\n'
        "Content-Length: 0\r\nConnection: close\r\n\r\n".encode("latin-1")
    )
    await writer.drain()


async def hand_back(upstream: Streams, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The answer, until it ends; once the asker asks for more, silence ends it soon: it is to open another way."""
    answer = asyncio.ensure_future(upstream[0].read(CHUNK))
    more = asyncio.ensure_future(reader.read(1))
    try:
        while True:
            waits = {answer} if more.done() else {answer, more}
            limit = SILENCE_SECONDS if more.done() else IDLE_SECONDS
            done, _ = await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not done or (answer in done and not answer.result()):
                break
            if answer in done:
                writer.write(answer.result())
                await writer.drain()
                answer = asyncio.ensure_future(upstream[0].read(CHUNK))
    finally:
        for wait in (answer, more):
            wait.cancel()
        await asyncio.gather(answer, more, return_exceptions=True)
        upstream[1].close()


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one side to the other, until the first side ends or falls silent."""
    with contextlib.suppress(OSError, TimeoutError):
        while data := await asyncio.wait_for(reader.read(CHUNK), IDLE_SECONDS):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()


async def join(
    left_in: asyncio.StreamReader,
    left_out: asyncio.StreamWriter,
    right_in: asyncio.StreamReader,
    right_out: asyncio.StreamWriter,
) -> None:
    """Both ways at once, until both have ended."""
    try:
        await asyncio.gather(pipe(left_in, right_out), pipe(right_in, left_out))
    finally:
        right_out.close()
