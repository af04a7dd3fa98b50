"""Pictures of pages: the whole page, in Chinese glyphs, from what was captured and nothing else."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from PIL import Image

from crawlers.browser.camera import Camera, has_glyphs, inscribe
from domain.errors import MissingPart
from domain.pages import Exchange, Haul, Page, PagePicture, Picture

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or not has_glyphs(), reason="no Chromium or no Chinese font here; `tipstaff doctor` says more"
)
T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
URL = "http://forum.example.org/t/7"
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def camera() -> Iterator[Camera]:
    """One browser for all these tests."""
    with Camera(str(CHROMIUM)) as opened:
        yield opened


def make_haul(html: str | bytes, kind: str = "text/html; charset=utf-8", **fields: Any) -> Haul:
    """A captured page."""
    body = html.encode() if isinstance(html, str) else html
    page = Page(URL, URL, "GET", 200, (("Content-Type", kind),), (), body, T0)
    return Haul(replace(page, **fields), (), "generic", "thread")


def see(picture: PagePicture) -> Image.Image:
    """The picture, decoded."""
    assert picture.png, picture
    return Image.open(BytesIO(picture.png)).convert("RGB")


def ink(image: Image.Image) -> int:
    """How many pixels are not white."""
    return sum(count for count, colour in image.getcolors(1 << 24) or () if colour != (255, 255, 255))


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    """The colours in it."""
    return {colour for _, colour in image.getcolors(1 << 24) or ()}  # type: ignore[misc]


def test_the_whole_page_in_chinese(camera: Camera) -> None:
    """Every line down to the last, each character its own shape, GB 18030 as well."""
    lines = "".join(f"<p style='margin:0;height:100px'>车主数据 第{number}行</p>" for number in range(40))
    picture = camera.draw(make_haul(lines.encode("gb18030"), "text/html; charset=gb18030"), "说明")
    image = see(picture)
    assert (picture.width, picture.gap, picture.missing) == (1280, None, 0)
    assert image.size == (1280, picture.height) == (1280, picture.full_height)
    assert image.height >= 4000
    assert ink(image.crop((0, 3900, 1280, 4000))) > 100
    assert "说明".encode() in (picture.png or b"")
    assert picture.browser
    # Boxes would all look the same.
    shapes = [see(camera.draw(make_haul(f"<p style='font-size:40px'>{one}"))).tobytes() for one in "车主口数据"]
    assert len(set(shapes)) == 5


def test_what_was_captured_with_the_page_is_shown(camera: Camera) -> None:
    """Styles and pictures come from the capture; what is not in it is counted."""
    exchange = Exchange("http://forum.example.org/s.css", "resource", 200, (("content-type", "text/css"),), (), T0,
                        b"body{background:rgb(0,0,255)}", decoded=True)  # fmt: skip
    stream = BytesIO()
    Image.new("RGB", (50, 50), RED).save(stream, "PNG")
    shown = Page("http://forum.example.org/a.png", "", "GET", 200, (("Content-Type", "image/png"),), (),
                 stream.getvalue(), T0)  # fmt: skip
    html = "<link rel=stylesheet href=/s.css><img src=/a.png><img src=/gone.png><script src=/x.js></script>"
    haul = make_haul(html, exchanges=(exchange,))
    picture = camera.draw(replace(haul, pictures=(Picture("http://forum.example.org/a.png", shown),)))
    assert {RED, BLUE} <= colours(see(picture))
    assert picture.missing == 1


def test_nothing_is_asked_of_anybody(camera: Camera) -> None:
    """Not by markup, styles, frames, redirects or hints; not of the page's own host and port either."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        html = f"""<meta http-equiv=refresh content="0;url={at}/refresh"><link rel=stylesheet href={at}/s.css>
            <link rel=preconnect href={at}><link rel=prefetch href={at}/p><link rel=dns-prefetch href={at}>
            <style>@import "{at}/i.css"; @font-face{{font-family:x;src:url({at}/f)}} p{{font-family:x}}</style>
            <img src={at}/a.png srcset="{at}/b.png 2x"><iframe src={at}/frame></iframe><object data={at}/o></object>
            <video src={at}/v poster={at}/po></video><script src={at}/x.js></script>
            <script>fetch('{at}/fetch'); new WebSocket('ws://127.0.0.1:{server.server_port}/ws');
            new RTCPeerConnection({{iceServers:[{{urls:"stun:{at[7:]}"}}]}}).createOffer()</script>
            <p style="color:rgb(255,0,0)">出售"""
        picture = camera.draw(make_haul(html, url=f"{at}/t"))
        server.shutdown()
    assert asked == []
    assert ink(see(picture)) > 50
    assert (picture.missing or 0) >= 4


def test_scripts_do_not_run(camera: Camera) -> None:
    """A page is shown as it was read: no script changes it, and what is for browsers without scripts is not shown."""
    red = "<div style='position:fixed;inset:0;background:rgb(255,0,0)'></div>"
    html = f"""<body onload="document.body.innerHTML=`{red}`"><noscript>{red}</noscript>
        <script>document.write(`{red}`); while (true) {{}}</script><p style='color:rgb(0,0,255)'>出售"""
    seen = colours(see(camera.draw(make_haul(html))))
    assert BLUE in seen
    assert RED not in seen


def test_a_drawn_page_is_shown_as_it_stood(camera: Camera) -> None:
    """The document after JavaScript, in UTF-8 whatever it says of itself."""
    html = "<meta charset=gbk><script>document.body.remove()</script><p style='background:rgb(0,0,255)'>出售</p>"
    haul = make_haul(html, "text/html; charset=gbk", rendered=True, served_body=b"<html></html>")
    assert BLUE in colours(see(camera.draw(haul)))


def test_a_page_without_end_is_cut(camera: Camera) -> None:
    """The upper part is drawn, and how high the page is stands beside it."""
    picture = camera.draw(make_haul("<div style='height:900000px'>出售</div>"))
    assert picture.height == 30_000 == see(picture).height
    assert (picture.full_height or 0) >= 900_000


@pytest.mark.parametrize(
    "html",
    [
        "<meta http-equiv=refresh content='0'>出售", "<p style='animation:a 1ms infinite'>出售<style>@keyframes a{}",
        "", "\x00\xff", "<a href=javascript:while(1){}>出售", "<img src=data:image/png;base64,AAAA>出售",
        "<div style='width:9999999px;height:10px'>出售", "<svg width=99999 height=99999><rect fill=red width=99999/>",
        "<base href=http://192.0.2.1/><p>出售", "<body style='display:none'>", "<" * 5000,
    ],
)  # fmt: skip
def test_odd_pages_are_drawn_all_the_same(camera: Camera, html: str) -> None:
    """Pages that reload, never rest or are hardly pages."""
    assert see(camera.draw(make_haul(html))).width == 1280


@pytest.mark.parametrize("kind", ["application/zip", "application/octet-stream", "x"])
def test_what_no_browser_shows_is_a_gap(camera: Camera, kind: str) -> None:
    """A file to be saved gives no picture, and says why."""
    picture = camera.draw(make_haul(b"PK\x03\x04" + bytes(range(256)), kind))
    assert (picture.png is None) == (picture.gap is not None)
    if kind != "x":
        assert picture.gap == "not_shown"


def test_a_browser_that_dies_is_a_gap_and_the_next_page_is_drawn() -> None:
    """The page that it died over has none; another browser draws the others."""
    with Camera(str(CHROMIUM)) as camera:
        assert camera.draw(make_haul("一")).png
        browser = camera._browser
        assert browser
        camera._runner.run(browser.close())
        assert camera.draw(make_haul("二")).png


def test_without_a_browser_there_is_a_command_that_mends_it() -> None:
    """No Chromium where one should be."""
    with pytest.raises(MissingPart, match="tipstaff doctor"), Camera("/no/such/chromium") as camera:
        camera.draw(make_haul("一"))


def test_words_stand_in_the_file() -> None:
    """As a chunk behind the header, which other programs read; nothing else changes."""
    stream = BytesIO()
    Image.new("RGB", (3, 2), RED).save(stream, "PNG")
    written = inscribe(stream.getvalue(), "从存档绘制 drawn")
    image = Image.open(BytesIO(written))
    image.load()
    assert image.info["Description"] == "从存档绘制 drawn"
    assert (image.size, image.getpixel((0, 0))) == ((3, 2), RED)
    assert struct.unpack(">I", written[33:37])[0] == len(written) - len(stream.getvalue()) - 12
    assert inscribe(stream.getvalue(), "") == stream.getvalue()
