"""The guard: which addresses may be reached, decided after name resolution, and pinned for the run.

One guard serves plain requests (resolver.py), redirects and robots.txt (conduct.py) and the browser (tunnel.py).
Nothing is reached but an address that it has vetted, and its answer for a host and port holds for the run, so
that a name cannot answer with a public address first and with 127.0.0.1 next.

The refused ranges are those that the IANA special-purpose registries do not mark as globally reachable (RFC 6890),
multicast, and the transition forms that carry an IPv4 address inside an IPv6 one: mapped (RFC 4291), 6to4 (RFC 3056),
NAT64 (RFC 6052, RFC 8215) and Teredo (RFC 4380).
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

from crawlers.conduct.proxies import is_socks
from domain.errors import CrawlEnded
from domain.sources import Source

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

RESOLUTION_SECONDS = 20.0
DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
REFUSED_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata service
        "168.63.129.16/32",  # a cloud's host agent, on an address that looks public
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b:1::/48",  # local-use NAT64
        "2001::/32",  # Teredo
        "::/96",  # IPv4-compatible, long deprecated
        "fec0::/10",  # site-local, long deprecated
    )
)
# Names that mean the network of whoever looks them up (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal, and what home
# and office networks use): a proxy must not be asked for them, and a name without a dot is one too.
LOCAL_NAMES = frozenset({
    "localhost", "local", "localdomain", "internal", "intranet", "private", "lan", "home", "corp", "home.arpa",
    "in-addr.arpa", "ip6.arpa",
})  # fmt: skip
# Never looked up (RFC 7686); only a SOCKS proxy knows the way.
ONION = "onion"
# The last label of a host that the URL standard reads as a number, so that "0x7f.1" and "2130706433" are IPv4 too.
NUMBER_LABEL = re.compile(r"(?:\d+|0x[0-9a-f]*)\Z", re.IGNORECASE)


def embedded_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 transition form carries, else `address` itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether a crawl may reach `address` without anybody's special permission."""
    inner = embedded_address(address)
    if any(inner in network for network in REFUSED_NETWORKS if network.version == inner.version):
        return False
    return inner.is_global and not (
        inner.is_multicast or inner.is_reserved or inner.is_link_local or inner.is_loopback or inner.is_unspecified
    )


def read_literal(host: str) -> Address | None:
    """The address that `host` writes out in its one plain form, None for a name. Raises ValueError for an odd form.

    Odd are shortened, octal, hexadecimal and whole-number IPv4, zone ids, and digits that are not ASCII.
    """
    folded = unicodedata.normalize("NFKC", host).rstrip(".")
    bare = folded[1:-1] if folded.startswith("[") and folded.endswith("]") else folded
    if "%" in bare:
        raise ValueError("an address with a zone, or an escaped host")
    if ":" in bare:
        return ipaddress.IPv6Address(bare)
    if not NUMBER_LABEL.match(bare.rpartition(".")[2]):
        return None
    if folded != host:
        raise ValueError("an address in an odd form")
    return ipaddress.IPv4Address(bare)


def is_local_name(host: str) -> bool:
    """Whether a name means another machine on each network, or this one."""
    labels = host.split(".")
    return len(labels) == 1 or bool(LOCAL_NAMES.intersection((labels[-1], ".".join(labels[-2:]))))


def is_onion(host: str) -> bool:
    """Whether a host is one of Tor's."""
    return host.rpartition(".")[2] == ONION


def resolve_name(host: str, port: int) -> tuple[str, ...]:
    """Every address that the system's resolver gives for `host`, in its order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


def host_and_port(url: str) -> tuple[str, int]:
    """What `url` would connect to, the host in lower case. Raises ValueError."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname.lower().rstrip("."), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def is_refused(url: str) -> bool:
    """Whether the host of `url` is one that is refused without being looked up: a number, or a name for none but us."""
    try:
        host, _ = host_and_port(url)
        literal = read_literal(host)
    except ValueError:
        return True
    return not is_public(literal) if literal is not None else is_local_name(host)


class Guard:
    """Vets hosts for one run of one source and remembers the answers.

    `resolve(host, port)` gives the addresses of a name and raises OSError; it runs in a thread. With a proxy, names
    are the proxy's business: literals are judged here all the same, and only the proxy itself is resolved.
    """

    def __init__(self, source: Source, resolve: Callable[[str, int], tuple[str, ...]] | None = None) -> None:
        self._resolve = resolve
        self._own = host_and_port(source.url) if source.allow_private else None
        self._proxy = host_and_port(source.proxy) if source.proxy else None
        self._socks = is_socks(source.proxy)
        # Our own tunnel to the proxy, on loopback, once it is open: host and port.
        self.way_out: tuple[str, int] | None = None
        self._proxy_pin: asyncio.Task[tuple[str, ...]] | None = None
        self._pins: dict[tuple[str, int], asyncio.Task[tuple[str, ...]]] = {}

    @property
    def proxied(self) -> bool:
        """Whether a proxy does the names."""
        return self._proxy is not None

    def is_own(self, host: str, port: int) -> bool:
        """Whether this is the private host and port that the source itself names and is allowed."""
        return (host.lower().rstrip("."), port) == self._own

    async def pin(self, host: str, port: int) -> tuple[str, ...]:
        """The vetted addresses of `host`, one answer for the whole run; empty where a proxy does the names.

        Raises CrawlEnded with reason "refused_address" or "unreachable".
        """
        key = (host.lower().rstrip("."), port)
        if key not in self._pins:
            self._pins[key] = asyncio.ensure_future(self._vet(*key, judged=key != self._own))
        return await asyncio.shield(self._pins[key])

    async def pin_proxy(self) -> tuple[str, ...]:
        """The addresses of the source's proxy, which its owner chose. Raises CrawlEnded with "unreachable"."""
        assert self._proxy
        if self._proxy_pin is None:
            self._proxy_pin = asyncio.ensure_future(self._find(*self._proxy))
        return await asyncio.shield(self._proxy_pin)

    def pinned(self, host: str, port: int) -> tuple[str, ...]:
        """What `pin` has answered before, or our own way out; empty for what was refused or never asked."""
        key = (host.lower().rstrip("."), port)
        return (host,) if key == self.way_out else result_of(self._pins.get(key))

    async def _vet(self, host: str, port: int, *, judged: bool) -> tuple[str, ...]:
        if is_onion(host) and not self._socks:
            raise CrawlEnded(
                reason="refused_address", address=host, detail="an .onion address is only reached by a SOCKS proxy"
            )
        addresses = await self._find(host, port, ask=self._proxy is None)
        if not judged:
            return addresses
        if self._proxy is not None and not addresses and is_local_name(host):
            raise CrawlEnded(
                reason="refused_address", address=host, detail=f"{host} is a name of the proxy's own network"
            )
        vetted = tuple(address for address in addresses if is_public(ipaddress.ip_address(address.partition("%")[0])))
        if addresses and not vetted:
            raise CrawlEnded(
                reason="refused_address",
                address=host,
                detail=f"{host}:{port} is {addresses[0]}, a private, loopback or reserved address",
            )
        return vetted

    async def _find(self, host: str, port: int, *, ask: bool = True) -> tuple[str, ...]:
        """The address that `host` writes out, else those of the name; none without asking."""
        try:
            literal = read_literal(host)
        except ValueError:
            raise CrawlEnded(reason="refused_address", address=host, detail="an address in an odd form") from None
        if literal is not None:
            return (str(literal),)
        return await self._look_up(host, port) if ask else ()

    async def _look_up(self, host: str, port: int) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        try:
            answer = loop.run_in_executor(None, self._resolve or resolve_name, host, port)
            addresses = await asyncio.wait_for(answer, RESOLUTION_SECONDS)
        except (OSError, UnicodeError, TimeoutError):
            addresses = ()
        if not addresses:
            raise CrawlEnded(reason="unreachable", address=host, detail=f"the name {host} does not resolve")
        return addresses


def result_of(task: asyncio.Task[tuple[str, ...]] | None) -> tuple[str, ...]:
    """What a task has come to; empty while it runs, and when it failed."""
    if task is None or not task.done() or task.cancelled() or task.exception() is not None:
        return ()
    return task.result()
