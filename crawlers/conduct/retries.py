"""Asked too often, or cut off: leave the host alone for a while and ask again, a bounded number of times."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawlers.conduct.faults import TRANSIENT
from crawlers.conduct.gate import Conduct, spider_of
from crawlers.conduct.politeness import (
    LONGEST_WAIT,
    MOST_RETRIES,
    SLOW_DOWN_STATUSES,
    now,
    pause_before,
    read_retry_after,
)
from crawlers.walk.frontier import AGAIN_PRIORITY
from domain.errors import CrawlEnded
from domain.sources import site_of

MOST_RECONNECTS = 2


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
        return self.ask_again(request, asked, MOST_RETRIES)

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The same request again after a broken connection."""
        if not isinstance(exception, TRANSIENT) or request.meta.get("retries", 0) >= MOST_RECONNECTS:
            return None
        return self.ask_again(request, None, MOST_RECONNECTS)

    def ask_again(self, request: Request, asked: float | None, most: int) -> Request:
        """`request` anew, its host postponed. Raises CrawlEnded after `most` times, or when the wait is too long."""
        return postpone_request(self.conduct, request, asked, most)


def postpone_request(conduct: Conduct, request: Request, asked: float | None, most: int = MOST_RETRIES) -> Request:
    """`request` anew after a pause of `asked` seconds (None: a growing one). Raises CrawlEnded with "rate_limited"."""
    retry = int(request.meta.get("retries", 0)) + 1
    pause = pause_before(retry) if asked is None else asked
    host = site_of(request.url)
    conduct.intake.postpone(host, pause, now())
    if retry > most or pause > LONGEST_WAIT:
        detail = (
            f"{host} asks for patience: {pause:.0f} s"
            if retry <= most
            else f"{host} still refuses after {most} retries"
        )
        raise CrawlEnded(reason="rate_limited", address=request.url, detail=detail)
    again = request.replace(dont_filter=True, priority=AGAIN_PRIORITY)
    again.meta["retries"] = retry
    return again
