"""Asked too often, or cut off: leave the host alone for a while and ask again, a bounded number of times."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.conduct.faults import TRANSIENT
from crawlers.conduct.gate import Conduct, spider_of
from crawlers.conduct.politeness import (
    BROKEN_PAUSES,
    MOST_PATIENCE,
    MOST_RETRIES,
    PAUSES,
    SLOW_DOWN_STATUSES,
    now,
    read_retry_after,
)
from crawlers.walk.frontier import AGAIN_PRIORITY
from domain.errors import CrawlEnded
from domain.sources import site_of


class RetryMiddleware:
    """429 and 503, for as long as Retry-After says; connections that break."""

    def __init__(self, conduct: Conduct) -> None:
        self.conduct = conduct

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Shares the crawl's conduct."""
        return cls(spider_of(crawler).conduct)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The same request again when the host asks for patience. Raises CrawlEnded when it asked too often."""
        if response.status not in SLOW_DOWN_STATUSES or request.meta.get("robots"):
            return response
        header = response.headers.get("Retry-After")
        asked = read_retry_after(header.decode("latin-1") if header else None, now())
        return postpone_request(self.conduct, request, asked)

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The same request again after a broken connection."""
        retries = int(request.meta.get("retries", 0))
        if not isinstance(exception, TRANSIENT) or retries >= len(BROKEN_PAUSES):
            return None
        return postpone_request(self.conduct, request, BROKEN_PAUSES[retries])


def postpone_request(conduct: Conduct, request: Request, asked: float | None) -> Request:
    """`request` anew after a pause of `asked` seconds (None: a growing one). Raises CrawlEnded with "rate_limited"."""
    retries = int(request.meta.get("retries", 0))
    pause = asked if asked is not None else PAUSES[min(retries, len(PAUSES) - 1)]
    patience = float(request.meta.get("patience", 0.0)) + pause
    host = site_of(request.url)
    conduct.slow_down(host, pause)
    if retries >= MOST_RETRIES or patience > MOST_PATIENCE:
        detail = (
            f"{host} still refuses after {MOST_RETRIES} retries"
            if retries >= MOST_RETRIES
            else f"{host} asks for patience: {pause:.0f} s"
        )
        raise CrawlEnded(reason="rate_limited", address=request.url, detail=detail)
    again = request.replace(dont_filter=True, priority=AGAIN_PRIORITY)
    again.meta["retries"] = retries + 1
    again.meta["patience"] = patience
    return again
