"""Chromium, through scrapy-playwright: nothing it asks for gets past the conduct of the crawl.

Three gates, because none of them sees everything: Playwright's routes see each request but no redirect; the DevTools
session of the page sees the redirects; the tunnel sees every connection, of frames, workers and web sockets too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from typing import Any

from playwright.async_api import CDPSession, Error, Page
from playwright.async_api import Request as BrowserRequest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawlers.browser.listening import Listener
from crawlers.browser.rendering import READY_SECONDS, UNFOLD_SECONDS, settle, unfold
from crawlers.conduct.addresses import is_refused
from crawlers.conduct.gate import Conduct, spider_of
from crawlers.conduct.tunnel import Tunnel
from crawlers.pages import Platform
from domain.errors import CrawlEnded
from domain.sources import site_of

ARGUMENTS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--dns-prefetch-disable",
    # Everything through the tunnel, loopback too, and no name is resolved here.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # What would not go through a proxy does not go at all.
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # This list takes the place of Playwright's own. An http address stays one: nothing is asked that was not named.
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate,PrefetchPrivacyChanges,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,DialMediaRouteProvider,GlobalMediaControls,LensOverlay,PaintHolding",
)
BLOCKED_KINDS = frozenset({"image", "media", "font", "manifest", "ping", "cspreport", "texttrack", "eventsource"})
LOCAL_SCHEMES = ("data:", "blob:", "about:")
CLOSE_SECONDS = 5.0
# A context keeps something of every page that it has shown (scrapy-playwright's issue 240), and so does a browser: each
# is replaced after so many pages. Cookies are carried over.
PAGES_A_CONTEXT = 40
PAGES_A_BROWSER = 400
RESTART_TURNS = 100


def launch_options(executable: str, proxy: str) -> dict[str, Any]:
    """What Playwright starts Chromium with. The sandbox is only left out where it cannot work, for root."""
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    return {
        "executable_path": executable,
        "headless": True,
        "args": [*ARGUMENTS, f"--proxy-server={proxy}", *sandbox],
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }


def render_meta(conduct: Conduct, url: str, platform: Platform | None) -> dict[str, Any]:
    """The meta of a request that the browser is to make. One context a site, so that cookies know ports."""
    listener = Listener(conduct.guard)

    async def finish(page: Page) -> None:
        await settle(page, platform.ready if platform else None)
        if platform and platform.folded:
            await unfold(page, platform.folded)
        await listener.gather()

    plan = conduct.plan
    return {
        "playwright": True,
        "playwright_context": site_of(url),
        "playwright_context_kwargs": {
            "user_agent": plan.user_agent,
            "service_workers": "block",
            "accept_downloads": False,
            "ignore_https_errors": plan.source.allow_private,
            "timezone_id": plan.source.timezone,
            "locale": "zh-CN",
        },
        "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded", "timeout": plan.timeout * 1000},
        "playwright_page_event_handlers": {"response": listener.hear},
        "playwright_page_methods": [PageMethod(finish)],
        "document": listener.kept,
    }


class BrowserHandler(ScrapyPlaywrightDownloadHandler):
    """Plain requests as ever; the browser starts with the first page that needs it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.conduct: Conduct = spider_of(crawler).conduct
        conduct = self.conduct
        self.tunnel = Tunnel(conduct.guard, conduct.plan.source.proxy, conduct.permit_kin, conduct.admit)
        self.abort_request = self.refuses
        self.started = False
        self.checks: set[asyncio.Task[None]] = set()
        self.shown: Counter[str] = Counter()
        self.shown_in_all = 0
        self.cookies: dict[str, Any] = {}

    async def _launch(self) -> None:
        """Nothing at the start of the crawl: most crawls never need a browser."""

    async def _maybe_launch_browser(self) -> None:
        if not self.started:
            self.started = True
            self.config.launch_options = launch_options(self.conduct.plan.browser or "", await self.tunnel.open())
            await super()._launch()
        await super()._maybe_launch_browser()

    async def download_request(self, request: Request) -> Response:
        """Bounded in time, whatever the page's scripts do."""
        if not request.meta.get("playwright"):
            response: Response = await super().download_request(request)
            return response
        request.meta["playwright_page_init_callback"] = self.watch_redirects
        name = request.meta["playwright_context"]
        if name in self.cookies:
            request.meta["playwright_context_kwargs"]["storage_state"] = {"cookies": self.cookies[name], "origins": []}
        limit = self.conduct.plan.timeout + READY_SECONDS + UNFOLD_SECONDS + CLOSE_SECONDS
        try:
            response = await asyncio.wait_for(super().download_request(request), limit)
        except TimeoutError:
            await self.drop_context(name)
            raise
        finally:
            await self.recycle(name)
        if not response.url.startswith(("http://", "https://")):  # Chromium's own page, after a refused navigation
            raise CrawlEnded(reason="soft_404", address=request.url, detail="its scripts lead out of the crawl")
        request.meta.setdefault("served_body", request.meta["document"].get("body"))
        return response

    async def recycle(self, name: str) -> None:
        """Closes a context that has shown many pages, and the browser after very many; the next page opens another."""
        self.shown[name] += 1
        self.shown_in_all += 1
        whole = self.shown_in_all % PAGES_A_BROWSER == 0
        wrapper = self.context_wrappers.get(name)
        if wrapper is None or wrapper.context.pages or not (whole or self.shown[name] >= PAGES_A_CONTEXT):
            return
        self.shown[name] = 0
        with contextlib.suppress(Error, TimeoutError):
            self.cookies[name] = await asyncio.wait_for(wrapper.context.cookies(), CLOSE_SECONDS)
        await self.drop_context(name)
        if whole and not self.context_wrappers:
            await self.restart()

    async def restart(self) -> None:
        """Ends the browser and the driver behind it; the next page starts both anew."""
        browser = self.browser
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(browser.close(), CLOSE_SECONDS)
        with contextlib.suppress(Error, TimeoutError):
            await asyncio.wait_for(self.browser_provider.close(), CLOSE_SECONDS)
        for _ in range(RESTART_TURNS):  # its own listener puts the closed browser away
            if not hasattr(self, "browser"):
                break
            await asyncio.sleep(0.01)
        self.__dict__.pop("browser", None)
        await super()._launch()

    async def drop_context(self, name: str) -> None:
        """Closes a context whose page no longer answers, and with it the page."""
        wrapper = self.context_wrappers.pop(name, None)
        if wrapper is not None:
            with contextlib.suppress(Error, TimeoutError):
                await asyncio.wait_for(wrapper.context.close(), CLOSE_SECONDS)

    async def close(self) -> None:
        """Browser first, then the tunnel behind it."""
        for check in self.checks:
            check.cancel()
        with contextlib.suppress(Error):
            await super().close()
        await self.tunnel.close()

    async def refuses(self, request: BrowserRequest) -> bool:
        """Whether a request of the browser is not made: of a kind that no reader needs, or not permitted."""
        if request.url.startswith(LOCAL_SCHEMES):
            return False
        if request.resource_type in BLOCKED_KINDS:
            return True
        with contextlib.suppress(Error):
            foreign = not self.conduct.scope.holds_site(request.url)
            if foreign and request.is_navigation_request():
                return True
        return not await self.allows(request.url)

    async def allows(self, url: str) -> bool:
        """Whether the browser may ask for `url`; says so where it may not.

        Of the many foreign hosts that pages have, only those are named that nobody may reach.
        """
        kin = self.conduct.scope.is_kin(url)
        if not kin and not is_refused(url):
            return False
        try:
            await self.conduct.permit(url)
        except CrawlEnded as ended:
            self.conduct.intake.note(ended.reason, url, str(ended.facts["detail"]))
            return False
        return kin

    async def watch_redirects(self, page: Page, request: Request) -> None:
        """Has every hop of a redirect inside the page asked about; Playwright's routes do not see them."""
        session = await page.context.new_cdp_session(page)

        def on_paused(event: dict[str, Any]) -> None:
            check = asyncio.ensure_future(self.judge_hop(session, event))
            self.checks.add(check)
            check.add_done_callback(self.checks.discard)

        session.on("Fetch.requestPaused", on_paused)
        # Certificates are told to a session that heard the page's connections from the first one on.
        await session.send("Network.enable")
        request.meta["document"]["session"] = session
        await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*", "requestStage": "Request"}]})

    async def judge_hop(self, session: CDPSession, event: dict[str, Any]) -> None:
        """Lets a paused request go on, or fails it."""
        url, allowed = str(event["request"]["url"]), True
        if event.get("redirectedRequestId") and not url.startswith(LOCAL_SCHEMES):
            allowed = await self.allows(url)
        with contextlib.suppress(Error):
            if allowed:
                await session.send("Fetch.continueRequest", {"requestId": event["requestId"]})
            else:
                await session.send(
                    "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"}
                )
