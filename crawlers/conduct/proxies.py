"""The proxy that a source may name: an HTTP proxy, or SOCKS5 (RFC 1928, RFC 1929), as Tor's.

It is given names, never addresses that were looked up here, so that nothing but the proxy learns what is read.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

CONNECT_SECONDS = 20.0
# A hidden service takes its time to be found.
ANSWER_SECONDS = 30.0
SOCKS_SCHEMES = frozenset({"socks5", "socks5h"})
SCHEMES = SOCKS_SCHEMES | {"http", "https"}
# RFC 1928, 6.
REPLIES = {
    1: "the proxy failed",
    2: "the proxy's rules do not allow it",
    3: "the proxy cannot reach its network",
    4: "the proxy cannot reach it",
    5: "the proxy was refused the connection",
    6: "the proxy's patience ran out",
    7: "the proxy does not connect",
    8: "the proxy does not know that kind of address",
}
# Of the address in a reply, which nobody needs: bytes by its kind, a name's length is its first byte.
ADDRESS_LENGTHS = {1: 4, 4: 16}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def is_socks(proxy: str | None) -> bool:
    """Whether `proxy` is the address of a SOCKS proxy."""
    return proxy is not None and urlsplit(proxy).scheme in SOCKS_SCHEMES


async def open_connection(proxy: str, addresses: tuple[str, ...], port: int) -> Streams:
    """A connection to the proxy at the first of its `addresses` that answers. Raises OSError."""
    parts = urlsplit(proxy)
    secured = ssl.create_default_context() if parts.scheme == "https" else None
    return await connect_first(addresses, port, secured, parts.hostname if secured else None)


async def connect_first(
    addresses: tuple[str, ...], port: int, secured: ssl.SSLContext | None = None, name: str | None = None
) -> Streams:
    """A connection to the first of `addresses` that answers. Raises OSError."""
    fault: Exception = OSError("no address")
    for address in addresses:
        opening = asyncio.open_connection(address, port, ssl=secured, server_hostname=name)
        try:
            return await asyncio.wait_for(opening, CONNECT_SECONDS)
        except (OSError, TimeoutError) as error:
            fault = error
    raise OSError(str(fault)) from fault


async def ask_connection(streams: Streams, proxy: str, host: str, port: int) -> None:
    """Has the proxy connect to `host`, a name or a plain address. Raises OSError, with a line for a person."""
    ask = ask_socks if is_socks(proxy) else ask_http
    try:
        await asyncio.wait_for(ask(streams, urlsplit(proxy), host, port), ANSWER_SECONDS)
    except TimeoutError:
        raise OSError("the proxy does not answer") from None
    except (EOFError, asyncio.LimitOverrunError, ValueError, IndexError):
        raise OSError("the proxy answers with something else") from None


async def ask_http(streams: Streams, proxy: SplitResult, host: str, port: int) -> None:
    """CONNECT (RFC 9110, 9.3.6). Raises OSError."""
    reader, writer = streams
    name = f"[{host}]" if ":" in host else host
    asked = f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n{proxy_headers(proxy.geturl())}\r\n"
    writer.write(asked.encode("latin-1"))
    answer = await reader.readuntil(b"\r\n\r\n")
    if answer.split(b" ", 2)[1] != b"200":
        raise OSError("the proxy does not let it through")


async def ask_socks(streams: Streams, proxy: SplitResult, host: str, port: int) -> None:
    """A greeting, a name and password where the proxy's address has them, and CONNECT. Raises OSError."""
    reader, writer = streams
    named = proxy.username is not None
    writer.write(b"\x05\x02\x00\x02" if named else b"\x05\x01\x00")
    version, method = await reader.readexactly(2)
    if version != 5:
        raise OSError("the proxy speaks no SOCKS5")
    if method == 2 and named:
        pair = [unquote(part or "").encode()[:255] for part in (proxy.username, proxy.password)]
        writer.write(b"\x01" + b"".join(bytes([len(part)]) + part for part in pair))
        if (await reader.readexactly(2))[1] != 0:
            raise OSError("the proxy refuses the name or password")
    elif method != 0:
        raise OSError("the proxy asks for a name and password")
    writer.write(b"\x05\x01\x00" + socks_address(host) + port.to_bytes(2, "big"))
    _version, reply, _reserved, kind = await reader.readexactly(4)
    if reply:
        raise OSError(REPLIES.get(reply, "the proxy cannot reach it"))
    length = ADDRESS_LENGTHS.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length + 2)


def socks_address(host: str) -> bytes:
    """`host` as SOCKS5 writes it: an address where it is one, else the name, for the proxy to look up."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna") if not host.isascii() else host.encode()
        if len(name) > 255:
            raise OSError("a name that is too long") from None
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


def proxy_headers(proxy: str) -> str:
    """The header line that names the user of an HTTP proxy, when its address has one."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
