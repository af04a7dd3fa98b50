"""Style sheets of pages: fetched once a crawl where pictures are, within bounds, and never at a page's cost."""

from __future__ import annotations

import ast
import gzip
from collections.abc import Callable

from rig import Answer, Site, Told, board_page, thread_page

Crawler = Callable[..., Told]
CSS = b"body { background: rgb(0, 0, 255) }"


def sheet(body: bytes = CSS, **headers: str) -> Answer:
    """A style sheet."""
    return Answer(body, content_type="text/css", headers=headers)


def link(*addresses: str) -> str:
    """The markup that asks for them."""
    return "".join(f"<link rel='stylesheet' href='{one}'>" for one in addresses)


def sheets(told: Told) -> list[list[tuple[str, bytes]]]:
    """Name and body of the style sheets of each page that has posts."""
    return [
        [(one["url"].rpartition("/")[2], ast.literal_eval(one["body"])) for one in haul["page"]["exchanges"]
         if one["role"] == "resource"]
        for haul in told.hauls if haul["posts"]
    ]  # fmt: skip


def test_each_sheet_is_asked_for_once(site: Site, crawl: Crawler) -> None:
    """All pages have it in their archive; what it came coded in is undone; a page of known posts asks for nothing."""
    both = link("/s.css?v=1", "/t.css")
    site.routes |= {
        "/b": board_page(("t1", "/t1", "1"), ("t2", "/t2", "1")), "/s.css?v=1": sheet(),
        "/t1": thread_page("t1", ("a", "x"), extra=both), "/t2": thread_page("t2", ("b", "x"), extra=both),
        "/t.css": sheet(gzip.compress(CSS), **{"Content-Encoding": "gzip"}),
    }  # fmt: skip
    told = crawl(site.url("/b"), mode="watch", source={"images": True})
    assert sheets(told) == [[("s.css?v=1", CSS), ("t.css", CSS)]] * 2
    assert (site.paths.count("/s.css?v=1"), site.paths.count("/t.css")) == (1, 1)
    assert told.outcome["counts"]["pages"] == 3
    site.asked.clear()
    crawl(site.url("/t1"), mode="watch", source={"images": True}, known=told.known()["known"])
    assert site.paths == ["/t1"]


def test_nothing_is_asked_for_unless_the_source_says_so(site: Site, crawl: Crawler) -> None:
    """Without `images`, and where nothing is watched, only pages are fetched."""
    site.routes |= {"/t": thread_page("t", ("a", "x"), extra=link("/s.css")), "/s.css": sheet()}
    crawl(site.url("/t"), mode="watch")
    crawl(site.url("/t"), source={"images": True})
    assert set(site.paths) == {"/t"}


def test_what_is_no_style_sheet_of_the_site_is_left_out(site: Site, other_site: Site, crawl: Crawler) -> None:
    """Another host, a path that robots.txt closes, a page, a bomb, a fault: the page comes without it."""
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    site.routes |= {
        "/b": board_page(("t", "/t1", "1"), ("u", "/t2", "1")),
        "/t1": thread_page("t", ("a", "x"), extra=link(other_site.url("/s.css"), "/closed/s.css", "/page", "/ok.css")),
        "/t2": thread_page("u", ("b", "x"), extra=link("/huge.css", "/gone.css", "http://[", "data:,", "/away.css")),
        "/page": "<html>no style</html>", "/ok.css": sheet(), "/huge.css": sheet(bytes(600_000)),
        "/away.css": Answer(b"", 302, {"Location": other_site.url("/s.css")}),
    }  # fmt: skip
    told = crawl(site.url("/b"), mode="watch", source={"images": True})
    assert (told.reason, told.names) == ("done", ["a", "b"])
    assert sheets(told) == [[("ok.css", CSS)], []]
    assert other_site.asked == []
    assert "/closed/s.css" not in site.paths


def test_a_site_of_many_sheets_is_bounded(site: Site, crawl: Crawler) -> None:
    """A few a page, a few more a crawl."""
    site.routes["/b"] = board_page(*((f"t{n}", f"/t{n}", "1") for n in range(5)))
    for number in range(5):
        names = [f"/{number}-{index}.css" for index in range(9)]
        site.routes |= {f"/t{number}": thread_page(f"t{number}", (f"p{number}", "x"), extra=link(*names))}
        site.routes |= dict.fromkeys(names, sheet())
    told = crawl(site.url("/b"), mode="watch", source={"images": True})
    assert [len(found) for found in sheets(told)] == [4, 4, 0, 0, 0]
    assert len(told.names) == 5
