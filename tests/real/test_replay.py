"""A capture of a referral shown by ReplayWeb.page, whose code scripts/setup.sh fetches from npm for the tests."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from dossiers import SITE, TEXT, make_dossier

from store.referrals.wacz import write_wacz
from tipstaff.settings import load_settings

PLAYER = Path(__file__).parents[2] / ".venv" / "replay" / "package"
PAGE = f"""<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>
<replay-web-page replayBase="/replay/" source="/capture.wacz" url="{SITE}/t/1" embed="replayonly"></replay-web-page>"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a page that embeds the player with a capture."""
    if not (PLAYER / "sw.js").is_file():
        pytest.skip("ReplayWeb.page is not here: scripts/setup.sh test fetches it where npm is")
    dossier = make_dossier(count=1)
    (tmp_path / "replay").mkdir()
    shutil.copy(PLAYER / "ui.js", tmp_path / "ui.js")
    shutil.copy(PLAYER / "sw.js", tmp_path / "replay" / "sw.js")
    (tmp_path / "capture.wacz").write_bytes(write_wacz(dossier.exhibits[0], dossier))
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_replayweb_page_shows_the_capture(site: str) -> None:
    """Its own code finds the page in the WACZ and shows the post; nothing outside is asked for."""
    from playwright.sync_api import TimeoutError as TooLate
    from playwright.sync_api import sync_playwright

    browser = load_settings().browser_path
    if browser is None:
        pytest.skip("no browser on this machine")
    asked: list[str] = []
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = opened.new_page()
        page.on("request", lambda request: asked.append(request.url))
        replayed = page.frame_locator("replay-web-page iframe").frame_locator("iframe")
        title = replayed.locator("h1", has_text="车友交易")
        for _attempt in range(4):
            # On a slow machine the player's frame may come before its service worker; the next time it is there.
            page.goto(f"{site}/index.html")
            with suppress(TooLate):
                title.wait_for(timeout=20_000)
                break
        shown = replayed.locator("p").first.inner_text()
        opened.close()
    assert "".join(shown.split()) == "".join(TEXT.split())
    assert [url for url in asked if not url.startswith((site, "blob:", "data:"))] == []
