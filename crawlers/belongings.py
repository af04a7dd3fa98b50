"""What belongs to a page and is fetched for it: pictures of its posts and its style sheets, one at a time.

They pass the same gate as pages (guard, robots.txt, turn), bounded in bytes and time, and ahead of all pages, since the
page waits for them. One that cannot be had is left out: neither page nor post is ever lost for it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.conduct.faults import read_fault
from crawlers.conduct.gate import Conduct
from domain.errors import CrawlEnded

logger = logging.getLogger("tipstaff.crawl")

TIMEOUT = 10.0
PRIORITY = 900

Download = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Sort:
    """A sort of belongings: its `name` in requests and notes, what is asked for, the most bytes, and what is one."""

    name: str
    accept: str
    most_bytes: int
    is_one: Callable[[Response], bool]


async def fetch_belonging(
    conduct: Conduct, download: Download, sort: Sort, address: str, *, referer: str, named: str | None = None
) -> tuple[Request, Response] | None:
    """What was asked for at `address` (`named` in notes) and answered; None where it is not to be had.

    Raises CrawlEnded when the host has had enough, or somebody stops the crawl.
    """
    named = named or address
    request = Request(
        address, callback=NO_CALLBACK, dont_filter=True, priority=PRIORITY,
        headers={"Accept": sort.accept, "Referer": referer},
        meta={sort.name: True, "download_maxsize": sort.most_bytes, "download_timeout": TIMEOUT},
    )  # fmt: skip
    try:
        response = await download(request)
    except Exception as error:  # whatever fetching may raise: a belonging never costs its page
        reason, detail = read_fault(error)
        logger.debug("a belonging could not be fetched: %s", named, exc_info=True)
        conduct.intake.note(sort.name, named, f"{reason}: {detail}")
        if reason in ("rate_limited", "interrupted"):
            raise CrawlEnded(reason=reason, address=named, detail=detail) from None
        return None
    good = sort.is_one(response)
    conduct.intake.note(sort.name, named, f"{response.status} {len(response.body) if good else 'is none'}")
    return (request, response) if good else None
