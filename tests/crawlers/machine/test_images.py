"""Pictures of posts: fetched where the source says so, on its own site, as pictures; nothing else ever is."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from drawings import save
from PIL import Image
from rig import Answer, Site, Told, thread_page

from crawlers.conduct.scope import Scope
from crawlers.images import MOST_A_PAGE, MOST_A_POST, MOST_BYTES
from domain.posts import post_identity
from domain.sources import site_of

Crawler = Callable[..., Told]
PNG = save(Image.new("RGB", (60, 40), "red"))
WITH_IMAGES = {"mode": "watch", "source": {"images": True}}


def picture(body: bytes = PNG, kind: str = "image/png", **headers: str) -> Answer:
    return Answer(body, content_type=kind, headers=headers)


def images(*addresses: str) -> str:
    return "".join(f'<img src="{address}">' for address in addresses)


def paths_of(told: Told, site: Site) -> list[str]:
    """What was delivered, by path; and no picture without its page."""
    return [one[0].removeprefix(site.url("")) for haul in told.hauls for one in haul["pictures"]]


def test_pictures_come_with_their_page(site: Site, crawl: Crawler) -> None:
    """A post's pictures are delivered in one haul with it, asked for as a browser asks, and count as no pages."""
    site.routes |= {"/t": thread_page("t", ("a", f"look {images('/i/1.png', '/i/2.png')}")),
                    "/i/1.png": picture(), "/i/2.png": picture()}  # fmt: skip
    told = crawl(site.url("/t"), **WITH_IMAGES)
    (haul,) = told.hauls
    assert told.reason == "done"
    assert told.outcome["counts"]["pages"] == 1
    assert [one[0] for one in haul["pictures"]] == [site.url("/i/1.png"), site.url("/i/2.png")]
    assert {tuple(one[2:]) for one in haul["pictures"]} == {(len(PNG), f"127.0.0.1:{site.port}")}
    asked = {one.path: one.headers for one in site.asked}
    assert asked["/i/1.png"]["accept"].startswith("image/")
    assert asked["/i/1.png"]["referer"] == site.url("/t")
    assert "Tipstaff" in asked["/i/1.png"]["user-agent"]


@pytest.mark.parametrize("options", [{}, {"mode": "watch"}, {"source": {"images": True}}], ids=["look", "off", "once"])
def test_no_picture_is_fetched_unasked(site: Site, crawl: Crawler, options: dict[str, Any]) -> None:
    """Without the setting, and in a look that keeps nothing, no picture is asked for."""
    site.routes |= {"/t": thread_page("t", ("a", images("/i/1.png"))), "/i/1.png": picture()}
    told = crawl(site.url("/t"), **options)
    assert (told.reason, site.paths) == ("done", ["/t"])


def test_only_pictures_of_new_posts_are_fetched(site: Site, crawl: Crawler) -> None:
    """What is known needs no second look at its pictures."""
    site.routes |= {"/t": thread_page("t", ("a", images("/a.png")), ("b", images("/b.png"))),
                    "/a.png": picture(), "/b.png": picture()}  # fmt: skip
    known = [post_identity(site_of(site.url("/t")), "a")]
    told = crawl(site.url("/t"), known=known, **WITH_IMAGES)
    assert paths_of(told, site) == ["/b.png"]
    assert "/a.png" not in site.paths


def test_their_number_is_bounded(site: Site, crawl: Crawler) -> None:
    """At most so many a post and a page, and one address once."""
    posts = [(f"p{n}", images(*(f"/{n}-{m}.png" for m in range(20)), f"/{n}-0.png")) for n in range(9)]
    site.routes["/t"] = thread_page("t", *posts)
    site.routes |= {f"/{n}-{m}.png": picture() for n in range(9) for m in range(20)}
    told = crawl(site.url("/t"), **WITH_IMAGES)
    found = paths_of(told, site)
    assert len(found) == len(set(found)) == MOST_A_PAGE
    assert len([path for path in found if path.startswith("/0-")]) == MOST_A_POST


def test_what_is_no_picture_is_neither_fetched_nor_kept(site: Site, crawl: Crawler) -> None:
    """Attachments, files, drawings that are programs and other sites are never asked for; a page, a download, an error
    or a spreadsheet under a picture's name is not kept."""
    never = (
        "/attachment.php?aid=7", "/download/file.php?id=3", "/forum.php?mod=attachment&aid=MTI",
        "/attachments/a-png.5/", "/list.xlsx", "/list.zip", "/logo.svg", "http://127.0.0.1:1/x.png",
        "data:image/png;base64,AAAA", "javascript:alert(1)", "/x.png?do=login",
    )  # fmt: skip
    not_kept = {
        "/page.png": Answer(b"<html>hello</html>"), "/sheet.png": picture(b"PK\3\4" + bytes(900), "application/zip"),
        "/lie.png": picture(b"PK\3\4" + bytes(900)), "/svg.png": picture(b"<svg/>", "image/svg+xml"),
        "/saved.png": picture(PNG, **{"Content-Disposition": 'attachment; filename="a.png"'}),
    }  # fmt: skip
    for number, addresses in enumerate((never, *([path] for path in not_kept))):
        site.routes[f"/t{number}"] = thread_page(f"t{number}", (f"p{number}", images(*addresses)))
    site.routes |= not_kept
    for number in range(1 + len(not_kept)):
        told = crawl(site.url(f"/t{number}"), **WITH_IMAGES)
        assert (told.reason, paths_of(told, site)) == ("done", [])
    assert {path for path in site.paths if not path.startswith("/t")} == set(not_kept)


def test_the_body_of_what_is_no_picture_is_not_read(site: Site, crawl: Crawler) -> None:
    """Once its head says that it is a file the connection is dropped."""
    sent: list[int] = []

    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/vnd.ms-excel")
        handler.send_header("Content-Length", "60000000")
        handler.end_headers()
        try:
            for number in range(600):
                handler.wfile.write(bytes(100_000))
                sent.append(number)
        except OSError:
            return

    site.routes |= {"/t": thread_page("t", ("a", images("/big.png"))), "/big.png": pour}
    told = crawl(site.url("/t"), **WITH_IMAGES)
    assert (told.reason, told.names, paths_of(told, site)) == ("done", ["a"], [])
    assert len(sent) < 300


def test_robots_and_redirects_hold_for_pictures(site: Site, other_site: Site, crawl: Crawler) -> None:
    """What robots.txt closes, and a redirect to another site or to an attachment, is not followed."""
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed/\n", content_type="text/plain")
    other_site.routes["/x.png"] = picture()
    site.routes |= {
        "/t": thread_page("t", ("a", images("/closed/1.png", "/away.png"))),
        "/u": thread_page("u", ("b", images("/hop.png", "/file.png"))),
        "/away.png": Answer(b"", 302, {"Location": other_site.url("/x.png")}),
        "/file.png": Answer(b"", 302, {"Location": "/attachment.php?aid=9"}),
        "/hop.png": Answer(b"", 302, {"Location": "/real.png"}), "/real.png": picture(),
    }  # fmt: skip
    assert paths_of(crawl(site.url("/t"), **WITH_IMAGES), site) == []
    assert paths_of(crawl(site.url("/u"), **WITH_IMAGES), site) == ["/hop.png"]
    assert other_site.asked == []
    assert not any("closed" in path or "attachment" in path for path in site.paths)


def test_a_picture_that_cannot_be_had_costs_no_post(site: Site, crawl: Crawler) -> None:
    """Missing, too large and broken off pictures are left out, and the posts and pictures around them stay."""

    def drop(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    site.routes |= {
        "/t": thread_page("t", ("a", f"one {images('/gone.png', '/ok.png')}"), following="/t?page=2"),
        "/t?page=2": thread_page("t", ("b", f"two {images('/huge.png', '/fine.png')}"), following="/t?page=3"),
        "/t?page=3": thread_page("t", ("c", f"three {images('/drop.png', '/good.png')}")),
        "/ok.png": picture(), "/fine.png": picture(), "/good.png": picture(), "/drop.png": drop,
        "/huge.png": picture(PNG + bytes(MOST_BYTES)),
    }  # fmt: skip
    told = crawl(site.url("/t"), **WITH_IMAGES)
    assert (told.reason, told.names) == ("done", ["a", "b", "c"])
    assert paths_of(told, site) == ["/ok.png", "/fine.png", "/good.png"]


def test_a_host_that_asks_for_patience_gets_it(site: Site, crawl: Crawler) -> None:
    """After 429 for a picture no further one is asked for, and the posts are delivered all the same."""
    site.routes |= {
        "/t": thread_page("t", ("a", images("/busy.png", "/next.png"))), "/next.png": picture(),
        "/busy.png": Answer(b"", 429, {"Retry-After": "9999"}),
    }  # fmt: skip
    told = crawl(site.url("/t"), **WITH_IMAGES)
    assert (told.names, site.paths) == (["a"], ["/t", "/busy.png"])


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("https://forum.example/data/attachment/forum/202611/22/101010abc.jpg", True),
        ("https://forum.example/uploads/default/original/1X/abc.jpeg", True),
        ("https://www.forum.example/i/a.webp?w=800", True),
        ("https://forum.example/image/4711", True),
        ("https://forum.example/forum.php?mod=attachment&aid=12", False),
        ("https://forum.example/forum.php?mod=image&aid=12", True),
        ("https://forum.example/attachment.php?attachmentid=3&stc=1", False),
        ("https://forum.example/download/file.php?id=12&mode=view", False),
        ("https://forum.example/files/owners.csv", False),
        ("https://forum.example/logo.svg", False),
        ("https://img.example/a.jpg", False),
        ("https://forum.example:8443/a.jpg", False),
        ("https://user:pw@forum.example/a.jpg", False),
        ("file:///etc/a.png", False),
        ("", False),
    ],
)
def test_which_addresses_are_pictures_of_posts(address: str, held: bool) -> None:
    """A picture's own file on the source's site is one, wherever it lies; an attachment by its number is none."""
    assert Scope("https://forum.example/b/1").holds_image(address) is held
