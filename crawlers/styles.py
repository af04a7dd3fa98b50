"""The style sheets of pages, fetched where the source has pictures fetched, so that a page is drawn as readers saw it.

They pass the same gate as pages, on the source's own host and port only. Forums have one or two for all their pages:
each is asked for once a crawl, a bounded number of them, bounded in bytes and time. One that cannot be had is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from parsel import Selector
from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.conduct.faults import read_fault
from crawlers.conduct.gate import Conduct
from crawlers.wire import make_exchange
from domain.pages import Exchange, Page
from domain.posts import Post

logger = logging.getLogger("tipstaff.crawl")

MOST_A_PAGE = 4
MOST_A_CRAWL = 8
MOST_BYTES = 512 * 1024
TIMEOUT = 10.0
# As pictures: the page that they belong to waits for them.
PRIORITY = 900

Download = Callable[[Request], Awaitable[Response]]


class Styles:
    """Fetches the style sheets of one crawl. `download` asks for a request through Scrapy's own downloader."""

    def __init__(self, conduct: Conduct, download: Download) -> None:
        self._conduct = conduct
        self._download = download
        # What was asked for: pages are read while others wait for the same sheet.
        self._asked: dict[str, asyncio.Task[Exchange | None]] = {}
        self._over = not conduct.plan.source.images or conduct.plan.mode != "watch"

    async def attach(self, page: Page, selector: Selector, posts: Iterable[Post]) -> Page:
        """The page with its style sheets, where posts of it want scoring and no browser drew it. Never raises."""
        if self._over or page.rendered or not self._conduct.intake.fresh_of(list(posts)):
            return page
        found = [sheet for address in self._choose(page, selector) if (sheet := await self._take(address, page))]
        return replace(page, exchanges=(*page.exchanges, *found))

    def _choose(self, page: Page, selector: Selector) -> Iterator[str]:
        """The addresses of the page's own sheets, each once."""
        base = join_url(page.url, selector.xpath("//base/@href").get() or "") or page.url
        links = selector.xpath("//link[contains(concat(' ', @rel, ' '), ' stylesheet ')]/@href").getall()
        addresses = dict.fromkeys(join_url(base, href) for href in links)
        yield from [one for one in addresses if one and self._conduct.scope.holds_site(one)][:MOST_A_PAGE]

    async def _take(self, address: str, page: Page) -> Exchange | None:
        if address not in self._asked:
            if self._over or len(self._asked) >= MOST_A_CRAWL:
                return None
            self._asked[address] = asyncio.ensure_future(self._fetch(address, page))
        return await asyncio.shield(self._asked[address])

    async def _fetch(self, address: str, page: Page) -> Exchange | None:
        request = Request(
            address, callback=NO_CALLBACK, dont_filter=True, priority=PRIORITY,
            headers={"Accept": "text/css,*/*;q=0.1", "Referer": page.url},
            meta={"style": True, "download_maxsize": MOST_BYTES, "download_timeout": TIMEOUT},
        )  # fmt: skip
        try:
            response = await self._download(request)
        except Exception as error:  # whatever fetching may raise: a sheet never costs its page
            reason, detail = read_fault(error)
            logger.debug("a style sheet could not be fetched: %s", address, exc_info=True)
            self._conduct.intake.note("style", address, f"{reason}: {detail}")
            # The host has had enough, or somebody stops the crawl.
            self._over = self._over or reason in ("rate_limited", "interrupted")
            return None
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        good = response.status == 200 and kind == "text/css"
        self._conduct.intake.note("style", address, f"{response.status} {len(response.body) if good else 'no style'}")
        if not good:
            return None
        asked = response.request or request
        return replace(
            make_exchange(asked, response, self._conduct.guard, role="resource", body=response.body, decoded=True),
            url=address,
        )


def join_url(base: str, href: str) -> str:
    """`href` against `base` without fragment; empty where it cannot be read, or is not http(s)."""
    try:
        url: str = urldefrag(urljoin(base, href.strip())).url
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""
