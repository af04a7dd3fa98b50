"""What went wrong with a request, as a word of RUN_REASONS and one line for a person. No page text is ever in it."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawlers.bounds import Overrun
from domain.errors import CrawlEnded, TipstaffError

# In this order; a fault that no row knows is "failed".
FAULTS: tuple[tuple[type[BaseException], str, str], ...] = (
    (CannotResolveHostError, "unreachable", "the name does not resolve"),
    (DownloadConnectionRefusedError, "unreachable", "the host refuses the connection"),
    (DownloadTimeoutError, "unreachable", "no full answer in time"),
    (ResponseDataLossError, "unreachable", "the answer broke off"),
    (DownloadCancelledError, "failed", "the page is larger than what is read"),
    (DownloadFailedError, "unreachable", "the connection broke"),
    (UnsupportedURLSchemeError, "refused_address", "not an http(s) address"),
    (NotSupported, "refused_address", "not an http(s) address"),
    (TimeoutError, "unreachable", "no full answer in time"),
)
# What a fault says of itself, where it has no class of its own, or one that is not to be imported.
SAID = (
    ("Could not open CONNECT tunnel", "unreachable", "the proxy does not reach it"),
    ("max redirections", "failed", "it redirects in a circle, or too often"),
    ("DOWNLOAD_MAXSIZE", "failed", "the page is larger than what is read"),
)
# Chromium's names for network errors.
BROWSER_FAULTS = (
    ("ERR_TUNNEL_CONNECTION_FAILED", "refused_address", "the address is refused, or cannot be reached"),
    ("ERR_BLOCKED_BY_CLIENT", "robots", "the browser was led to an address that may not be asked for"),
    ("ERR_TOO_MANY_REDIRECTS", "failed", "it redirects in a circle, or too often"),
    ("ERR_", "unreachable", "the browser could not open it"),
    ("Timeout", "unreachable", "the browser did not get it in time"),
    ("Executable doesn't exist", "failed", "no browser where one is expected; `tipstaff doctor` says how to mend it"),
    ("Failed to launch", "failed", "the browser does not start; `tipstaff doctor` says how to mend it"),
    ("BrowserType.launch", "failed", "the browser does not start; `tipstaff doctor` says how to mend it"),
)
TRANSIENT = (DownloadFailedError, ResponseDataLossError)


def read_fault(error: BaseException | None) -> tuple[str, str]:
    """Reason and detail of whatever a request ended with."""
    if isinstance(error, CrawlEnded):
        return error.reason, str(error.facts["detail"])
    if isinstance(error, (TipstaffError, Overrun)):
        return "failed", str(error)
    for kind, reason, detail in FAULTS:
        if isinstance(error, kind):
            return reason, certificate_fault(error) or detail
    said = str(error)
    for words, reason, detail in (*SAID, *BROWSER_FAULTS):
        if words in said:
            return reason, detail
    return "failed", f"{type(error).__name__}"


def certificate_fault(error: BaseException) -> str | None:
    """One line when what lies behind `error` is a certificate that does not hold."""
    said = repr(getattr(error, "__cause__", None) or error)
    return "its certificate is not valid" if "certificate" in said.lower() else None
