"""A web that fights back: each page ends with a reason, in bounded time, and the good pages around it are read."""

from __future__ import annotations

import gzip
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from rig import Answer, Site, Told, board_page, thread_page

Crawler = Callable[..., Told]
CHINESE = "出售一批二手轮胎，联系本版版主，价格面议，欢迎来电咨询详细情况。"


def reset(handler: Any) -> None:
    """Half an answer, then a reset."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<html>")
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip(handler: Any) -> None:
    """A byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        try:
            handler.wfile.write(b"x")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.2)


def garble(handler: Any) -> None:
    """Not HTTP at all."""
    handler.wfile.write(b"\x00\xff no such protocol\r\n\r\n")
    handler.connection.close()


def cut_short(handler: Any) -> None:
    """Less than was promised."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<html>")
    handler.connection.close()


HAZARDS: dict[str, tuple[Any, str]] = {
    "reset": (reset, "unreachable"),
    "drip": (drip, "unreachable"),
    "garble": (garble, "unreachable"),
    "short": (cut_short, "unreachable"),
    "big": (Answer(b"<html>" + b"x" * (11 * 1024 * 1024)), "failed"),
    "bomb": (Answer(gzip.compress(b"\0" * (200 * 1024 * 1024), 9), headers={"Content-Encoding": "gzip"}), "failed"),
    "circle": (Answer(b"", 302, {"Location": "/circle"}), "failed"),
    "nowhere": (Answer(b"", 302, {"Location": ""}), "failed"),
    "picture": (Answer(b"\x89PNG\r\n\x1a\n", content_type="image/png"), "not_html"),
    "error": (Answer(b"oops", 500), "unreachable"),
    "teapot": (Answer(b"no", 418), "blocked"),
}


def test_hazards_among_good_pages(site: Site, crawl: Crawler) -> None:
    """Every hazard is named with its reason; the good pages around are read; memory and time stay bounded."""
    names = [*HAZARDS]
    lines = [(name, f"/{name}", "1") for name in names]
    mixed = [line for index, hazard in enumerate(lines) for line in (hazard, (f"g{index}", f"/g{index}", "1"))]
    site.routes["/b"] = board_page(*mixed)
    site.routes |= {f"/{name}": route for name, (route, _) in HAZARDS.items()}
    site.routes |= {f"/g{index}": thread_page(f"g{index}", (f"p{index}", "x")) for index in range(len(names))}
    began = time.monotonic()
    told = crawl(site.url("/b"), plan={"timeout": 3.0})
    assert time.monotonic() - began < 60
    assert (told.reason, sorted(told.names)) == ("done", sorted(f"p{index}" for index in range(len(names))))
    reasons = {url.rpartition("/")[2]: event for event, url in told.notes if event not in ("fetched", "recognised")}
    assert {name: reasons.get(name) for name in names} == {name: reason for name, (_, reason) in HAZARDS.items()}
    assert not told.marks[f"list:{site.url('/b')}"]["ended"]


@pytest.mark.parametrize(
    ("codec", "declared"),
    [("gbk", "utf-8"), ("gb18030", "gb2312"), ("big5", "iso-8859-1"), ("utf-8", "gbk"), ("gbk", "")],
)  # fmt: skip
def test_wrong_charsets(site: Site, crawl: Crawler, codec: str, declared: str) -> None:
    """The words come out right, whatever the server says they are written in; the bytes stay what they were."""
    words = CHINESE if codec != "big5" else "出售一批二手輪胎，聯絡本版版主，價格面議，歡迎來電洽詢詳細情況。"
    kind = f"text/html; charset={declared}" if declared else "text/html"
    site.routes["/t"] = Answer(thread_page("t", ("a", words)).encode(codec), content_type=kind)
    assert [post["text"] for post in crawl(site.url("/t")).posts] == [words]


def test_foreign_links(site: Site, crawl: Crawler) -> None:
    """Links that are no pages are passed over without a word."""
    links = [
        "javascript:alert(1)", "data:text/html,x", "mailto:a@example.org", "file:///etc/passwd", "ftp://example.org/x",
        "http://", "//", "", "/login", "http://user:pw@127.0.0.1/", "x" * 5000,
    ]  # fmt: skip
    site.routes["/b"] = board_page(
        *((f"k{n}", link, "1") for n, link in enumerate(links)), ("t", "/t", "1"), following="javascript:next()"
    )
    site.routes["/t"] = thread_page("t", ("a", "x"), following="http://127.0.0.1:1/next")
    told = crawl(site.url("/b"))
    assert (told.reason, told.names) == ("done", ["a"])
    assert all(path in ("/b", "/t") or path.startswith("/xxx") or path == "/" for path in site.paths)


def test_a_reader_that_breaks(site: Site, crawl: Crawler) -> None:
    """A page that breaks its own reader is named; the crawl goes on."""
    site.routes["/b"] = board_page(("k", "/k", "1"), ("t", "/t", "1"))
    site.routes |= {
        "/k": "<html><body class='toy thread' data-broken=1></body></html>",
        "/t": thread_page("t", ("a", "x")),
    }
    told = crawl(site.url("/b"))
    assert (told.reason, told.names) == ("done", ["a"])
    assert ("failed", site.url("/k")) in told.notes
