"""The browser's only way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from crawlers.conduct.addresses import Guard
from crawlers.conduct.proxies import proxy_headers
from crawlers.conduct.tunnel import Tunnel, rewrite_headers
from domain.errors import CrawlEnded
from domain.sources import Source


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that says what it was asked."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
    body = await reader.readexactly(length)
    said = head + body
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
    await writer.drain()
    writer.close()


async def permit_all(url: str) -> None:
    """Every plain request may be made."""


async def refuse_closed(url: str) -> None:
    if "/closed" in url:
        raise CrawlEnded(reason="robots", address=url, detail="closed")


def through_tunnel(
    request: Callable[[int], bytes],
    *,
    own: bool = True,
    permit: Callable[[str], Awaitable[object]] = permit_all,
    proxy: bool = False,
) -> bytes:
    """What comes back through a tunnel for `request(port)`, where a server listens on `port`."""

    async def run() -> bytes:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        upstream = f"http://ann:pw@127.0.0.1:{port}" if proxy else None
        url = "http://example.org/" if proxy else f"http://127.0.0.1:{port if own else 1}/"
        guard = Guard(Source(name="s", url=url, allow_private=not proxy, proxy=upstream))
        tunnel = Tunnel(guard, upstream, permit, permit_all)
        address = await tunnel.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(request(port))
        got = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await tunnel.close()
        server.close()
        return got

    return asyncio.run(run())


def test_plain_requests() -> None:
    """A request in absolute form reaches its server in origin form, without what is between browser and proxy."""
    got = through_tunnel(
        lambda port: (
            f"POST http://127.0.0.1:{port}/a?b=1 HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n"
            "Content-Length: 3\r\n\r\nabcGET"
        ).encode()
    )
    head, _, rest = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert rest == b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"


def test_connect() -> None:
    """CONNECT opens a way for whatever is spoken inside, to the vetted address."""
    got = through_tunnel(lambda port: f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK")
    assert got.endswith(b"GET /x HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (lambda port: f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode(), b"403"),
        (lambda port: f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n".encode(), b"403"),
        (lambda port: f"GET http://2130706433:{port}/ HTTP/1.1\r\n\r\n".encode(), b"403"),
        (lambda port: f"CONNECT [::ffff:7f00:1]:{port} HTTP/1.1\r\n\r\n".encode(), b"403"),
        (lambda port: b"CONNECT 169.254.169.254:80 HTTP/1.1\r\n\r\n", b"403"),
        (lambda port: b"GET / HTTP/1.1\r\n\r\n", b"502"),
        (lambda port: b"\x16\x03\x01 nonsense\r\n\r\n", b"502"),
        (lambda port: b"GET http://127.0.0.1:1/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"502"),
    ],
)  # fmt: skip
def test_refusals(request_: Callable[[int], bytes], status: bytes) -> None:
    """What the guard refuses gets a 403, and what is no request a 502."""
    assert through_tunnel(request_, own=False).split(b" ")[1] == status


def test_plain_requests_are_asked_about() -> None:
    """Each plain request is asked about, so that robots.txt holds for the hops of a redirect too."""
    got = through_tunnel(
        lambda port: f"GET http://127.0.0.1:{port}/closed HTTP/1.1\r\n\r\n".encode(), permit=refuse_closed
    )
    assert got.split(b" ")[1] == b"403"


def test_a_proxy_behind() -> None:
    """The source's proxy is given names and whole addresses, and who is asking."""
    got = through_tunnel(lambda port: b"GET http://example.org/a HTTP/1.1\r\nHost: example.org\r\n\r\n", proxy=True)
    assert b"GET http://example.org/a HTTP/1.1\r\nProxy-Authorization: Basic YW5uOnB3\r\n" in got
    got = through_tunnel(lambda port: b"CONNECT example.org:443 HTTP/1.1\r\n\r\n", proxy=True)
    assert got.startswith(b"HTTP/1.1 200 Connection established")
    assert through_tunnel(lambda port: b"CONNECT 10.0.0.1:443 HTTP/1.1\r\n\r\n", proxy=True).split(b" ")[1] == b"403"


def test_headers() -> None:
    """A body has a known length; a proxy without a user gets no line."""
    assert rewrite_headers("A: b\r\nConnection: x\r\nContent-Length: 5\r\n\r\n") == ("A: b\r\nContent-Length: 5\r\n", 5)
    assert proxy_headers("http://proxy.test:1") == ""
