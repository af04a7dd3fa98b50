"""The browser's only way out: a forward proxy on loopback that asks the guard before every connection.

It speaks CONNECT (https, and web sockets of either kind) and plain requests in absolute form. It connects to the
addresses that the guard has pinned, so a browser never resolves a name. Where the source has a proxy, that proxy comes
behind this one.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit

from crawlers.conduct.addresses import Guard, host_and_port
from domain.errors import CrawlEnded

MOST_HEAD_BYTES = 64 * 1024
CONNECT_SECONDS = 20.0
IDLE_SECONDS = 60.0
CHUNK = 64 * 1024
DROPPED_HEADERS = frozenset({"proxy-connection", "proxy-authorization", "connection", "keep-alive"})

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Tunnel:
    """Serves one browser for the length of one crawl.

    `permit(url)` is asked for every plain request, and raises CrawlEnded for one that may not be made.
    """

    def __init__(self, guard: Guard, proxy: str | None, permit: Callable[[str], Awaitable[object]]) -> None:
        self._guard = guard
        self._proxy = proxy
        self._permit = permit
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
        except CrawlEnded:
            with contextlib.suppress(OSError):
                await refuse(writer, b"403 Forbidden")
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            with contextlib.suppress(OSError):
                await refuse(writer, b"502 Bad Gateway")
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
        line, _, rest = head.decode("latin-1").partition("\r\n")
        method, target, _version = line.split(" ", 2)
        if method == "CONNECT":
            host, port = host_and_port(f"https://{target}")
            upstream = await self._connect(host, port, tunnelled=True)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await join(reader, writer, *upstream)
            return
        await self._permit(target)
        parts = urlsplit(target)
        host, port = host_and_port(target)
        upstream = await self._connect(host, port, tunnelled=False)
        asked = target if self._proxy else parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
        headers, length = rewrite_headers(rest)
        if self._proxy:
            headers = proxy_headers(self._proxy) + headers
        upstream[1].write(f"{method} {asked} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n".encode("latin-1"))
        # Exactly this request's body goes through: what follows on the connection is another request, for another host.
        while length > 0:
            data = await asyncio.wait_for(reader.read(min(CHUNK, length)), IDLE_SECONDS)
            if not data:
                break
            length -= len(data)
            upstream[1].write(data)
        await pipe(upstream[0], writer)
        upstream[1].close()

    async def _connect(self, host: str, port: int, *, tunnelled: bool) -> Streams:
        """A connection to the vetted address of `host`, or to the source's proxy. Raises CrawlEnded or OSError."""
        addresses = await self._guard.pin(host, port)
        if self._proxy is None:
            return await connect_first(addresses, port)
        reader, writer = await connect_first(await self._guard.pin_proxy(), host_and_port(self._proxy)[1])
        if tunnelled:
            name = f"[{host}]" if ":" in host else host
            writer.write(
                f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n{proxy_headers(self._proxy)}\r\n".encode(
                    "latin-1"
                )
            )
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), CONNECT_SECONDS)
            if answer.split(b" ", 2)[1] != b"200":
                writer.close()
                raise OSError("the proxy refuses")
        return reader, writer


async def connect_first(addresses: tuple[str, ...], port: int) -> Streams:
    """A connection to the first of `addresses` that answers. Raises OSError."""
    fault: Exception = OSError("no address")
    for address in addresses:
        try:
            return await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            fault = error
    raise OSError(str(fault)) from fault


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


def proxy_headers(proxy: str) -> str:
    """The header line that names the user of a proxy, when its address has one."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"


async def refuse(writer: asyncio.StreamWriter, status: bytes) -> None:
    """An answer without a body."""
    writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


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
