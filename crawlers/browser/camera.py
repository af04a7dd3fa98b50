"""The picture of a page, drawn from what was captured. Nothing is fetched for it: the network is closed.

The browser is answered from the capture alone: the document, what was fetched for it, and the pictures of its posts.
What else the page asks for is refused and counted; behind that stand an offline context and a proxy that is not there.
Of a page that the browser had drawn before, the document after JavaScript is shown. Scripts never run.
"""

from __future__ import annotations

import asyncio
import shutil
import struct
import subprocess
import zlib
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from domain.errors import MissingPart
from domain.pages import Haul, Page, PagePicture

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright, Request, Route

WIDTH = 1280
# Pixels; the memory for one picture is five kilobytes a line.
MOST_HEIGHT = 30_000
LOAD_SECONDS = 8.0
PAGE_SECONDS = 20.0
START_SECONDS = 30.0
# Nothing listens there, and the browser may not go round it.
NOWHERE = "http://127.0.0.1:9"
POLICY = "script-src 'none'; object-src 'none'; worker-src 'none'; frame-src 'none'; form-action 'none'"

Answer = tuple[str, bytes]


class Camera:
    """Draws pages, one after the other; the browser starts with the first. Belongs to one thread without an event loop.

    `executable` is a Chromium.
    """

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._runner = asyncio.Runner()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            self._runner.run(self._stop())

    def draw(self, haul: Haul, said: str = "") -> PagePicture:
        """The picture of a page; `said` stands in it as a text chunk. Raises MissingPart where no browser starts."""
        return self._runner.run(self._draw(haul, said))

    async def _draw(self, haul: Haul, said: str) -> PagePicture:
        from playwright.async_api import Error

        browser = await self._start()
        name = f"Chromium {browser.version}"
        try:
            picture = await asyncio.wait_for(self._shoot(browser, haul, said), PAGE_SECONDS)
        except TimeoutError:
            await self._stop()
            return PagePicture(gap="timed_out", browser=name)
        except Error as error:
            if browser.is_connected():
                gap = "timed_out" if "Timeout" in str(error) else "not_shown"
                return PagePicture(gap=gap, browser=name)
            await self._stop()
            return PagePicture(gap="browser_failed", browser=name)
        return picture

    async def _start(self) -> Browser:
        """The browser. Raises MissingPart."""
        from playwright.async_api import Error, async_playwright

        from crawlers.browser.chromium import launch_options

        if self._browser is None or not self._browser.is_connected():
            await self._stop()
            try:
                self._playwright = await async_playwright().start()
                launched = self._playwright.chromium.launch(**launch_options(self._executable, NOWHERE))
                self._browser = await asyncio.wait_for(launched, START_SECONDS)
            except (Error, OSError, TimeoutError):
                await self._stop()
                raise MissingPart(part="a browser that starts", mend="tipstaff doctor") from None
        return self._browser

    async def _stop(self) -> None:
        from playwright.async_api import Error

        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        with suppress(Error, TimeoutError):
            if browser is not None:
                await asyncio.wait_for(browser.close(), START_SECONDS)
        with suppress(Error):
            if playwright is not None:
                await playwright.stop()

    async def _shoot(self, browser: Browser, haul: Haul, said: str) -> PagePicture:
        from playwright.async_api import TimeoutError as Overrun

        answers, page = Answers(haul), haul.page
        context = await browser.new_context(
            offline=True, viewport={"width": WIDTH, "height": 900}, locale="zh-CN", service_workers="block",
            accept_downloads=False,
        )  # fmt: skip
        try:
            await context.route("**/*", answers.serve)
            shown = await context.new_page()
            with suppress(Overrun):
                await shown.goto(address_of(page), wait_until="load", timeout=LOAD_SECONDS * 1000)
            session = await context.new_cdp_session(shown)
            size = (await session.send("Page.getLayoutMetrics"))["cssContentSize"]
            full, width = max(1, int(size["height"])), WIDTH
            height = min(full, MOST_HEIGHT)
            png = await shown.screenshot(
                full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}, animations="disabled",
                timeout=PAGE_SECONDS * 1000,
            )  # fmt: skip
        finally:
            await context.close()
        return PagePicture(
            inscribe(png, said), None, width, height, full, answers.missing, f"Chromium {browser.version}"
        )


class Answers:
    """What a page may have: what was captured of it."""

    def __init__(self, haul: Haul) -> None:
        self._document: Answer | None = (type_of(haul.page), haul.page.body)
        self._others = dict(others_of(haul))
        self._refused: set[str] = set()

    @property
    def missing(self) -> int:
        """How many addresses it was refused; a browser may ask for one more than once."""
        return len(self._refused)

    async def serve(self, route: Route, request: Request) -> None:
        """Answer one request of the browser."""
        document, found = None, self._others.get(request.url.partition("#")[0])
        if request.is_navigation_request():
            # Once: a page that sends the browser elsewhere, or to itself, stays where it is.
            document, self._document, found = self._document, None, None
        if answer := document or found:
            headers = {"Content-Type": answer[0], "Content-Security-Policy": POLICY, "Access-Control-Allow-Origin": "*"}
            await route.fulfill(status=200, headers=headers, body=answer[1])
            return
        if not request.is_navigation_request():
            self._refused.add(request.url)
        await route.abort("aborted")


def others_of(haul: Haul) -> list[tuple[str, Answer]]:
    """What was fetched beside the document: its styles, its data, the pictures of posts."""
    found = [
        (one.url, (_header(one.headers, "Content-Type"), one.body))
        for one in haul.page.exchanges if one.role == "resource" and one.status == 200 and one.body and one.decoded
    ]  # fmt: skip
    found += [(one.address, (type_of(one.page), one.page.body)) for one in haul.pictures]
    return [(url.partition("#")[0], answer) for url, answer in found]


def type_of(page: Page) -> str:
    """The media type that a browser is to take a page's body for."""
    return "text/html; charset=utf-8" if page.rendered else page.header("Content-Type") or "text/html"


def address_of(page: Page) -> str:
    """The address without fragment, so that the browser shows the page from its beginning."""
    return page.url.partition("#")[0]


def inscribe(png: bytes, said: str) -> bytes:
    """`png` with `said` in it as a text chunk (PNG, third edition, 11.3.3.4), behind its header."""
    body = b"iTXt" + b"Description\x00\x00\x00\x00\x00" + said.encode("utf-8", "replace")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    start = 8 + 25  # the signature, and the header's chunk, which is always that long
    return png[:start] + chunk + png[start:] if said else png


def has_glyphs() -> bool:
    """Whether a font with Chinese glyphs is installed; without one every picture would show boxes."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    asked = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, timeout=20, check=False)
    return bool(asked.stdout.strip())


def _header(headers: tuple[tuple[str, str], ...], name: str) -> Any:
    return next((value for key, value in headers if key.lower() == name.lower()), "application/octet-stream")
