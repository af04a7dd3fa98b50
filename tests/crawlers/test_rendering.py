"""Which pages exist only after JavaScript."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from parsel import Selector
from playwright.async_api import Route, async_playwright

from crawlers.browser.rendering import CLICK_SECONDS, lacks, unfold, visible_text, waits_for_script

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FOLDED = """<a class=more onclick="open_more(this)">3 hidden</a><a class=more onclick="open_more(this)">2 hidden</a>
<script>
const open_more = async link => document.body.insertAdjacentHTML('beforeend', await (await fetch('/more')).text());
</script>"""

WORDS = "<p>" + "An ordinary page with a good deal of ordinary text. " * 30 + "</p>"


@pytest.mark.parametrize(
    ("page", "waits"),
    [
        ("<div id=app></div><script src=a.js></script>", True),
        ("<div id=root></div><script></script>" + WORDS, True),
        ("<noscript>Please enable JavaScript to read this.</noscript><script></script>" + WORDS, True),
        ("<noscript>请启用 JavaScript 后继续访问</noscript><script></script>" + WORDS, True),
        ("<noscript><img src=pixel.gif></noscript><script></script>" + WORDS, False),
        ("<script></script>" + WORDS, False),
        ("<p>No scripts, no text.</p>", False),
        ("", False),
    ],
)
def test_signs(page: str, waits: bool) -> None:
    """Little text beside scripts, an empty root, or a plea for JavaScript."""
    assert waits_for_script(Selector(page or " ")) is waits


def test_ready() -> None:
    """A page lacks what its platform's selector does not find."""
    page = Selector("<p class=a>x</p>")
    assert [lacks(page, ready) for ready in (".a", ".b", None)] == [False, True, False]


def test_visible_text() -> None:
    """Scripts, styles and templates are no text."""
    page = "<body>a <script>b</script><style>c</style><noscript>d</noscript><p> e\n f</p></body>"
    assert visible_text(Selector(page)) == "a e f"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; `tipstaff doctor` says how to get one")
def test_a_slow_site_unfolds_all_the_same() -> None:
    """Replies that come late leave none of the others closed; a link that came with them is opened, too."""
    answers = iter(["<p>a</p><a class=more onclick='open_more(this)'>1 hidden</a>", "<p>b</p>", "<p>c</p>"])

    async def answer(route: Route) -> None:
        if route.request.url.endswith("/more"):
            await asyncio.sleep(CLICK_SECONDS + 0.5)
            await route.fulfill(body=next(answers))
        else:
            await route.fulfill(body=FOLDED, content_type="text/html")

    async def read() -> list[str]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page()
            await page.route("**/*", answer)
            await page.goto("http://forum.test/t")
            await unfold(page, "a.more")
            texts = await page.locator("p").all_text_contents()
            await browser.close()
            return texts

    assert asyncio.run(read()) == ["a", "b", "c"]
