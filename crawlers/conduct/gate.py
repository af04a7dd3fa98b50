"""The one gate of a crawl: guard, scope, robots.txt and turn, in this order, before anything is asked of anybody.

Plain requests, redirects and robots.txt pass it as a downloader middleware, the browser's requests through
`Conduct.permit`.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Self, cast

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http import Headers, Response
from scrapy.http.request import NO_CALLBACK

from crawlers.conduct.addresses import Guard, host_and_port
from crawlers.conduct.faults import read_fault
from crawlers.conduct.politeness import PRIVATE_DELAY, Turns, now
from crawlers.conduct.resolver import PinnedResolver
from crawlers.conduct.robots import MOST_BYTES, Answer, Robots, Rules, read_answer
from crawlers.conduct.scope import Scope, is_image_type, is_login
from crawlers.conduct.tunnel import OWN_NAME, STATUS_HEADER, Tunnel
from crawlers.intake import Intake
from crawlers.plan import Plan
from crawlers.walk.course import errand_of
from crawlers.wire import keep_exchange
from domain.errors import CrawlEnded
from domain.sources import expand_queries, site_of

if TYPE_CHECKING:
    from crawlers.spider import WatchSpider

OTHER_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# How often the distance between two requests is doubled for a host that asks for patience.
MOST_STRAIN = 3
# A compressed robots.txt may not grow beyond this.
MOST_ROBOTS_BYTES = 64 * 1024 * 1024


class Conduct:
    """What one crawl may do. `fetch_robots` asks for one robots.txt and never raises."""

    def __init__(self, plan: Plan, intake: Intake, fetch_robots: Callable[[str], Awaitable[Answer]]) -> None:
        self.plan = plan
        self.intake = intake
        self.guard = Guard(plan.source)
        self.turns = Turns(intake)
        self.robots = Robots(fetch_robots)
        self.scope = Scope(plan.source.url)
        add = self.scope.add_search if plan.source.is_search else self.scope.add_start
        for address in expand_queries(plan.source):
            add(address)
        self._strain: Counter[str] = Counter()
        self._tunnel: Tunnel | None = None
        self._way_out: asyncio.Task[str] | None = None

    async def permit(self, url: str) -> Rules:
        """Raises CrawlEnded when `url` may not be asked for at all; the answer is the rules of its site."""
        await self.reach(url)
        rules = await self.robots.rules_of(url)
        reason = rules.reason_against(url)
        if reason:
            detail = rules.answer.detail or f"robots.txt of {site_of(url)} closes it"
            raise CrawlEnded(reason=reason, address=url, detail=detail)
        return rules

    async def reach(self, url: str) -> None:
        """Raises CrawlEnded when the guard refuses the host of `url`, or it does not resolve."""
        try:
            host, port = host_and_port(url)
        except ValueError:
            raise CrawlEnded(reason="refused_address", address=url, detail="an address that cannot be read") from None
        if self.guard.proxied:
            await self.guard.pin_proxy()
        await self.guard.pin(host, port)

    async def admit(self, url: str) -> None:
        """Raises CrawlEnded for a host that no page of the source needs: not of its domain, or refused by the guard.

        A browser has errands of its own, and pages have those of others; neither is ours.
        """
        if not self.scope.is_kin(url):
            raise CrawlEnded(reason="refused_address", address=url, detail="not of the source's domain")
        await self.reach(url)

    async def permit_kin(self, url: str) -> None:
        """Raises CrawlEnded when `url` may not be asked for, or lies on a host that no page of the source needs."""
        await self.admit(url)
        await self.permit(url)

    async def way_out(self) -> str:
        """The address of our own tunnel on loopback, by which plain requests get to the source's proxy."""
        if self._way_out is None:
            self._tunnel = Tunnel(self.guard, self.plan.source.proxy, self.reach, self.reach)
            self._way_out = asyncio.ensure_future(self._tunnel.open())
        address = await asyncio.shield(self._way_out)
        self.guard.way_out = host_and_port(address)
        return address

    async def close(self) -> None:
        """Closes the tunnel, where there is one."""
        if self._tunnel is not None:
            await self._tunnel.close()

    async def take_turn(self, url: str, asked_delay: float = 0.0) -> None:
        """Waits until the host of `url` may be asked; `asked_delay` is robots.txt's. Raises CrawlEnded."""
        host = site_of(url)
        await self.turns.take(host, max(self.delay_of(url), asked_delay) * 2 ** self._strain[host])

    def slow_down(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for so long, and this crawl asks it half as often from then on."""
        self.intake.postpone(host, seconds, now())
        self._strain[host] = min(self._strain[host] + 1, MOST_STRAIN)

    def delay_of(self, url: str) -> float:
        """The least distance in seconds between two requests to the host of `url`."""
        if self.plan.source.delay is not None:
            return self.plan.source.delay
        return PRIVATE_DELAY if self.guard.is_own(*host_and_port(url)) else self.plan.delay

    def check_redirect(self, url: str, *, image: bool = False) -> None:
        """Raises CrawlEnded when a redirect leads out of the crawl."""
        if is_login(url):
            raise CrawlEnded(reason="login_wall", address=url, detail="it leads to a log-in page")
        if not self.scope.holds_site(url):
            raise CrawlEnded(reason="soft_404", address=url, detail=f"it leads to another site, {site_of(url)}")
        if not (self.scope.holds_image(url) if image else self.scope.holds(url)):
            raise CrawlEnded(reason="soft_404", address=url, detail="it leads to a page that is no thread and no list")


class ConductMiddleware:
    """Stands next to the downloader, so that each hop of a redirect passes it again.

    `make_room` returns when there is room to read another page.
    """

    def __init__(self, conduct: Conduct, make_room: Callable[[], Awaitable[None]]) -> None:
        self.conduct = conduct
        self.make_room = make_room
        self.received = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Takes the place of Twisted's name resolution for the length of the crawl."""
        from twisted.internet import reactor

        spider = spider_of(crawler)
        middleware = cls(spider.conduct, spider.reader.make_room)
        cast("object", reactor).installNameResolver(PinnedResolver(middleware.conduct.guard))  # type: ignore[attr-defined]
        crawler.signals.connect(middleware.bound_robots, signals.bytes_received)
        crawler.signals.connect(middleware.bound_images, signals.headers_received)
        for close in (middleware.conduct.close, spider.reader.close):
            crawler.signals.connect(close, signals.engine_stopped)
        return middleware

    async def process_request(self, request: Request) -> None:
        """Raises CrawlEnded when the request may not be made; else returns in its turn."""
        conduct = self.conduct
        asks_robots, is_image = bool(request.meta.get("robots")), bool(request.meta.get("image"))
        redirected = bool(request.meta.get("redirect_urls")) and not asks_robots
        if "errand" in request.meta:
            await self.make_room()
        walk = errand_of(request).within
        if walk is not None and walk.closed:
            raise CrawlEnded(reason="interrupted", address=request.url, detail="its list was left")
        try:
            await conduct.reach(request.url)
        except CrawlEnded as ended:
            if redirected and ended.reason == "unreachable":  # no matter then whether that other site is there
                conduct.check_redirect(request.url, image=is_image)
            raise
        if asks_robots:
            self.received = 0
            await conduct.take_turn(request.url)
        else:
            if redirected:
                conduct.check_redirect(request.url, image=is_image)
            rules = await conduct.permit(request.url)
            await conduct.take_turn(request.url, rules.delay)
        if conduct.plan.source.proxy:
            request.meta["proxy"] = await conduct.way_out()
        request.meta["fetched_at"] = now()

    def process_response(self, request: Request, response: Response) -> Response:
        """Keeps the headers as they were served, before any part of them is undone.

        Raises CrawlEnded for a redirect that leads out of the web, an answer that is our own tunnel's, and an expired
        certificate: who permits a private host vouches for its name, not for that.
        """
        target = (response.headers.get("Location") or b"").decode("latin-1").strip()
        scheme = OTHER_SCHEME.match(target)
        if 300 <= response.status < 400 and scheme and scheme[1].lower() not in ("http", "https"):
            raise CrawlEnded(
                reason="refused_address", address=request.url, detail=f"it leads to a {scheme[1][:20]}: address"
            )
        said = (response.headers.get(STATUS_HEADER) or b"").decode("latin-1")
        if request.meta.get("proxy") and response.status in (403, 502) and said.startswith(f"{OWN_NAME};"):
            reason = "refused_address" if response.status == 403 else "unreachable"
            detail = said.partition('details="')[2].rstrip('"')
            raise CrawlEnded(reason=reason, address=request.url, detail=detail)
        request.meta["served_headers"] = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        keep_exchange(request, response, self.conduct.guard)
        certificate = getattr(response.certificate, "original", None)
        if certificate is not None and certificate.has_expired():
            raise CrawlEnded(reason="unreachable", address=request.url, detail="its certificate has expired")
        return response

    def bound_robots(self, data: bytes, request: Request) -> None:
        """Reads no more of a robots.txt than has to be read."""
        if request.meta.get("robots"):
            self.received += len(data)
            if self.received > MOST_BYTES:
                raise StopDownload(fail=False)

    def bound_images(self, headers: Headers, request: Request) -> None:
        """Of what is no picture nothing but its head is fetched."""
        if request.meta.get("image") and not is_image_type((headers.get("Content-Type") or b"").decode("latin-1")):
            raise StopDownload(fail=False)


def robots_fetcher(crawler: Crawler, intake: Intake) -> Callable[[str], Awaitable[Answer]]:
    """Asks for a robots.txt through Scrapy's own downloader, so that guard, turn and redirects hold for it too."""

    async def fetch(address: str) -> Answer:
        meta = {"robots": True, "download_maxsize": MOST_ROBOTS_BYTES}
        request = Request(address, meta=meta, callback=NO_CALLBACK, dont_filter=True, priority=1000)
        try:
            response = await crawler.engine.download_async(request)
        except IgnoreRequest as error:
            if "DOWNLOAD_MAXSIZE" in str(error):
                return Answer("closed", detail="robots.txt unpacks to more than is read, so that all counts as closed")
            # Too many redirects, which RFC 9309 (2.3.1.2) counts as none there.
            return Answer("absent", detail="robots.txt: too many redirects")
        except Exception as error:
            reason, detail = read_fault(error)
            if reason in ("rate_limited", "interrupted"):  # it was not even asked
                raise
            state = {"refused_address": "refused", "unreachable": "unreachable"}.get(reason, "closed")
            return Answer(cast("Answer", state), detail=detail)  # type: ignore[arg-type]
        answer = read_answer(response.status, response.body)
        intake.robots_seen(site_of(address), answer.text, now())
        return answer

    return fetch


def spider_of(crawler: Crawler) -> WatchSpider:
    """The spider of a crawl, which carries its plan, intake and conduct."""
    return cast("WatchSpider", crawler.spider)
