"""Which pages exist only after JavaScript, and how long to wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

from lxml.etree import iterwalk
from parsel import Selector

if TYPE_CHECKING:
    from playwright.async_api import Page

# A page that a script fills has next to no text of its own.
LITTLE_TEXT = 600
APP_ROOTS = "#app, #root, #__next, #__nuxt, #main-app, [ng-app], app-root, [data-reactroot], #q-app, #svelte"
UNSEEN = frozenset({"script", "style", "noscript", "template"})
ASKS_FOR_SCRIPT = re.compile(
    r"enable\s+java\s?script|java\s?script\s+(?:is\s+)?(?:required|disabled)|requires\s+java\s?script|without\s+java\s?script|"
    r"(?:启用|開啟|开启|啟用|打开).{0,6}java\s?script|java\s?script.{0,12}(?:启用|開啟|开启|啟用|支持|支援)|不支持\s*java\s?script",
    re.IGNORECASE,
)

# Seconds: for what the page is made of, and for what still comes once the network is quiet.
READY_SECONDS = 10.0
GRACE_SECONDS = 1.0
# For opening what a page has folded: in all, for a click to ask for something, and for more links to come of it.
UNFOLD_SECONDS = 20.0
CLICK_SECONDS = 3.0
MORE_SECONDS = 2.0


def lacks(selector: Selector, ready: str | None) -> bool:
    """Whether a page lacks what its platform says that it is made of."""
    return ready is not None and not selector.css(ready)


def visible_text(selector: Selector) -> str:
    """What a reader sees without scripts, white space folded. In one pass, however deep the markup nests."""
    parts: list[str] = []
    for body in selector.xpath("//body"):
        unseen = 0
        for event, node in iterwalk(body.root, events=("start", "end", "comment", "pi")):
            machinery = node.tag in UNSEEN
            if event == "start":
                unseen += machinery
                parts.append("" if unseen else node.text or "")
            else:
                unseen -= machinery
                parts.append("" if unseen or node is body.root else node.tail or "")
    return " ".join(" ".join(parts).split())


def waits_for_script(selector: Selector) -> bool:
    """Whether a page on which nothing was read looks as if scripts were to fill it."""
    if not selector.xpath("//script"):
        return False
    noscript = " ".join(selector.xpath("//noscript//text()").getall())
    if ASKS_FOR_SCRIPT.search(noscript):
        return True
    text = visible_text(selector)
    if len(text) <= LITTLE_TEXT:
        return True
    return any(not "".join(root.xpath(".//text()").getall()).strip() for root in selector.css(APP_ROOTS))


async def settle(page: Page, ready: str | None) -> None:
    """Waits until `ready` stands in the page, or the network is quiet and it still does not; within the limit."""
    from playwright.async_api import Error

    limit = READY_SECONDS * 1000
    quiet: asyncio.Future[object] = asyncio.ensure_future(page.wait_for_load_state("networkidle", timeout=limit))
    waits = [quiet]
    if ready:
        waits.append(asyncio.ensure_future(page.wait_for_selector(ready, state="attached", timeout=limit)))
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if ready and quiet in done:
            await asyncio.wait(waits[1:], timeout=GRACE_SECONDS)
    finally:
        for wait in waits:
            wait.cancel()
            with contextlib.suppress(Error, asyncio.CancelledError):
                await wait


async def unfold(page: Page, folded: str) -> None:
    """Opens, one after the other, the links `folded` behind which the page keeps replies.

    A click asks the site for a few more, and a new link may come with them.
    """
    from playwright.async_api import Error

    clock = asyncio.get_running_loop().time
    end = clock() + UNFOLD_SECONDS
    link = await page.query_selector(folded)
    with contextlib.suppress(Error, TimeoutError):
        while link and clock() < end:
            async with page.expect_event("request", timeout=CLICK_SECONDS * 1000) as asked:
                await link.evaluate("link => link.click()")
            # A slow site, or a busy machine, is no reason to leave the other replies closed.
            response = await asyncio.wait_for((await asked.value).response(), end - clock())
            if response:
                await asyncio.wait_for(response.finished(), end - clock())
            # Whatever a link does that stays, a second click would do it again.
            await link.evaluate("link => link.remove()")
            link = await page.wait_for_selector(folded, state="attached", timeout=MORE_SECONDS * 1000)
