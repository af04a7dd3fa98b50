"""The style sheets of pages, fetched where the source has pictures fetched, so that a page is drawn as readers saw it.

They pass the same gate as pages, on the source's own host and port only. Forums have one or two for all their pages:
each is asked for once a crawl, a bounded number of them, bounded in bytes and time. One that cannot be had is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urldefrag, urljoin

from parsel import Selector
from scrapy.http import Response

from crawlers.belongings import Download, Sort, fetch_belonging
from crawlers.conduct.gate import Conduct
from crawlers.reading import Reading
from crawlers.wire import make_exchange
from domain.errors import CrawlEnded
from domain.pages import Exchange, Page
from domain.posts import Post

MOST_A_PAGE = 4
MOST_A_CRAWL = 8


class Styles:
    """Fetches the style sheets of one crawl. `download` asks for a request through Scrapy's own downloader."""

    def __init__(self, conduct: Conduct, download: Download) -> None:
        self._conduct = conduct
        self._download = download
        # What was asked for: pages are read while others wait for the same sheet.
        self._asked: dict[str, asyncio.Task[Exchange | None]] = {}
        self._over = not conduct.plan.source.images or conduct.plan.mode != "watch"

    async def attach(self, page: Page, reading: Reading, posts: Iterable[Post]) -> Page:
        """The page with its style sheets, where posts of it want scoring and no browser drew it. Never raises."""
        if self._over or page.rendered or not self._conduct.intake.fresh_of(list(posts)):
            return page
        found = [
            sheet
            for address in self._choose(page, reading.response.selector)
            if (sheet := await self._take(address, page))
        ]
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
        try:
            fetched = await fetch_belonging(self._conduct, self._download, STYLE, address, referer=page.url)
        except CrawlEnded:
            self._over, fetched = True, None
        if fetched is None:
            return None
        request, response = fetched
        asked = response.request or request
        return replace(
            make_exchange(asked, response, self._conduct.guard, role="resource", body=response.body, decoded=True),
            url=address,
        )


def is_sheet(response: Response) -> bool:
    """Whether a response is a style sheet, and says so."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    return response.status == 200 and kind == "text/css"


STYLE = Sort("style", "text/css,*/*;q=0.1", 512 * 1024, is_sheet)


def join_url(base: str, href: str) -> str:
    """`href` against `base` without fragment; empty where it cannot be read, or is not http(s)."""
    try:
        url: str = urldefrag(urljoin(base, href.strip())).url
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""
