"""A timestamp authority, asked over HTTP (RFC 3161, 3.4)."""

from __future__ import annotations

import http.client
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from domain.errors import Refused
from tipstaff.version import VERSION

SECONDS = 30.0
# A token with a chain of certificates has some kilobytes.
MOST_BYTES = 1 << 20
MEND = "try again, or carry the request yourself: tipstaff timestamp --request FILE, and --import what comes back"


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_options: object) -> None:
        """Nobody else is asked."""


def ask_authority(url: str, request: bytes) -> bytes:
    """What the authority at `url` answers to a request. Raises Refused when it does not."""
    headers = {"Content-Type": "application/timestamp-query", "User-Agent": f"Tipstaff/{VERSION}"}
    opener = build_opener(ProxyHandler({}), _NoRedirects)
    try:
        # The address is the operator's own, http or https (settings.py).
        with opener.open(Request(url, data=request, headers=headers), timeout=SECONDS) as response:  # noqa: S310
            answer: bytes = response.read(MOST_BYTES + 1)
    except (URLError, OSError, http.client.HTTPException) as error:
        raise Refused(what=f"{url} gave no timestamp ({error})", mend=MEND) from None
    if len(answer) > MOST_BYTES:
        raise Refused(what=f"{url} answered with more than a timestamp", mend=MEND)
    return answer
