"""Saves pages of the practice market, as served and as drawn by a browser, with what must be read from each.

Run it after the market's pages or words changed: `.venv/bin/python scripts/save_market.py`, and read the difference.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import sync_playwright
from web_poet import HttpResponse

from crawlers.pages import Visit
from crawlers.platforms.market import PLATFORM
from domain.plain import plain
from tipstaff.market.site import serve
from tipstaff.settings import load_settings

FOLDER = Path(__file__).parent.parent / "tests" / "fixtures" / "market"
EPOCH = datetime(2026, 11, 20, 4, 5, 30, tzinfo=UTC)
NOW = EPOCH + timedelta(minutes=1, seconds=20)
PAGES = {
    "home": "/",
    "chat": "/b/chat",
    "chat-2": "/b/chat?page=2",
    "thread": "/t/1102",
    "thread-2": "/t/1102?page=2",
    "banned": "/t/1130",
    "sample-rows": "/t/1208",
    "ads": "/ads",
    "advert": "/ads/1303",
    "members": "/b/club",
    "live-raw": "/live/",
    "live": "/live/",
    "live-thread-raw": "/live/t/1402",
    "live-thread": "/live/t/1403",
}
DRAWN = {"live", "live-thread"}


def save_pages() -> None:
    """Every page of PAGES, and expected.json beside them."""
    expected = {}
    for name, body in fetch_pages().items():
        (FOLDER / f"{name}.html").write_text(body, "utf-8")
        # The port is any free one; the address of the saved page is not.
        url = f"http://market.test{PAGES[name]}"
        expected[name] = {"url": url, "fetched_at": NOW.isoformat(), **read_page(url, body)}
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    (FOLDER / "expected.json").write_text(text + "\n", "utf-8")


def fetch_pages() -> dict[str, str]:
    """The markup of every page, of some as their script left it."""
    bodies = {}
    with serve(now=lambda: NOW, epoch=EPOCH) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=load_settings().browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.clock.set_fixed_time(NOW)
        for name, path in PAGES.items():
            url = site.url.rstrip("/") + path
            if name in DRAWN:
                page.goto(url)
                page.wait_for_selector(str(PLATFORM.ready))
                bodies[name] = page.content()
            else:
                bodies[name] = urlopen(url).read().decode()
        browser.close()
    return bodies


def read_page(url: str, body: str) -> dict[str, object]:
    """The role of a page, and the item that its page object gives."""
    response = HttpResponse(url, body.encode(), headers={"content-type": "text/html; charset=utf-8"})
    role = PLATFORM.role(response)
    reader = PLATFORM.thread if role == "thread" else PLATFORM.board
    item = asyncio.run(reader(response=response, visit=Visit(fetched_at=NOW)).to_item())
    return {"role": role, "item": plain(item)}


if __name__ == "__main__":
    save_pages()
