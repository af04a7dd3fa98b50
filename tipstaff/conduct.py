"""What this program will not do, asked before a crawl starts. The guard in crawlers/ asks again at each connection."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from domain.errors import Refused
from domain.sources import Source, check_address
from store.sources import WatchedSource
from tipstaff.schedule import Cause
from tipstaff.settings import Settings


def is_private(address: str) -> bool:
    """Whether the address names a host that is no public one: a private or loopback number, or localhost."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def check_private(address: str, *, allowed: bool) -> None:
    """Raises Refused for a private or loopback address that nobody permitted."""
    if is_private(address) and not allowed:
        raise Refused(
            what=f"{address} is a private or loopback address",
            mend="give --allow-private (or set TIPSTAFF_ALLOW_PRIVATE=1) to permit this one host and port",
        )


def check_onion(source: Source) -> None:
    """Raises Refused for a hidden service without the SOCKS proxy that alone knows the way (RFC 7686)."""
    host = (urlsplit(source.url).hostname or "").rstrip(".")
    if host.endswith(".onion") and urlsplit(source.proxy or "").scheme not in ("socks5", "socks5h"):
        raise Refused(
            what=f"{source.url} is a hidden service",
            mend="give the SOCKS proxy that reaches it, as in --proxy socks5://127.0.0.1:9050",
        )


def check_conduct(settings: Settings, source: Source) -> None:
    """Raises BadAddress or Refused when `source` may not be crawled from here."""
    check_address(source.url)
    check_private(source.url, allowed=source.allow_private or settings.allow_private)
    check_onion(source)
    if not is_private(source.url) and not settings.contact:
        raise Refused(
            what=f"{source.url} is public, and no contact address is set for the user agent",
            mend='write contact = "mailto:…" in settings.toml of TIPSTAFF_HOME, or set TIPSTAFF_CONTACT',
        )


def find_hindrances(settings: Settings, watched: WatchedSource) -> tuple[Cause, ...]:
    """What keeps a source from being crawled whatever the clock says, in the words of words.toml."""
    url = watched.source.url
    if not is_private(url):
        return () if settings.contact else (Cause("due_no_contact", {"url": url}),)
    permitted = watched.source.allow_private or settings.allow_private
    return () if permitted else (Cause("due_private", {"url": url, "name": watched.source.name}),)
