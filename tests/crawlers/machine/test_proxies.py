"""A source that names a proxy: everything goes through it, names too, and what is refused stays refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rig import CHROMIUM, Answer, Site, Told, board_page, thread_page
from socks import SocksServer

Crawler = Callable[..., Told]
FILL = """<script>fetch(location.pathname + '.json').then(r => r.text()).then(t => {
document.getElementById('app').innerHTML = t })</script>"""


@pytest.fixture
def socks(site: Site) -> Iterator[SocksServer]:
    """A SOCKS server that leads to the site."""
    served = SocksServer(site.port)
    yield served
    served.close()


def through(proxy: str, **more: Any) -> dict[str, Any]:
    """A source that goes through a proxy; nothing private is permitted, and no name resolves here."""
    return {"source": {"allow_private": False, "proxy": proxy, **more}}


def test_names_are_the_proxys_business(site: Site, socks: SocksServer, crawl: Crawler) -> None:
    """The SOCKS server is given every name; nothing is looked up or connected to beside it."""
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    site.routes["/b"] = board_page(("t1", "/t1", "1"), ("t2", "/t2", "1"), ("c", "/closed", "1"))
    site.routes |= {"/t1": thread_page("t1", ("a", "x")), "/t2": thread_page("t2", ("b", "y"))}
    told = crawl("http://forum.example.org/b", **through(socks.address))
    assert (told.reason, told.names) == ("done", ["a", "b"])
    assert (told.of("resolved"), told.of("looked_up")) == ([], [])
    assert set(socks.asked) == {("forum.example.org", 80)}
    assert set(socks.kinds) == {3}
    assert site.paths == ["/b", "/t1", "/t2"]
    assert {asked.headers["host"] for asked in site.asked} == {"forum.example.org"}
    assert told.hauls[0]["page"]["peer"] is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1",
        "localhost", "forum.localhost", "printer.local", "intranet", "metadata.google.internal", "nas.home.arpa",
        "box.lan",
    ],
)  # fmt: skip
def test_refused_addresses_stay_refused(site: Site, socks: SocksServer, crawl: Crawler, address: str) -> None:
    """Private numbers in any form, and names of somebody's own network, are never asked of a proxy."""
    told = crawl(f"http://{address}:{site.port}/b", **through(socks.address))
    assert (told.reason, socks.asked, site.asked) == ("refused_address", [], [])


def test_what_a_page_leads_to(site: Site, socks: SocksServer, crawl: Crawler) -> None:
    """Links and redirects of a page read through a proxy lead to nothing private either."""
    targets = ["http://127.0.0.1/x", "http://printer.local/x", "http://169.254.169.254/latest", "http://localhost/x"]
    lines = [(f"t{number}", f"/t{number}", "1") for number in range(len(targets))]
    site.routes["/b"] = board_page(*lines, *((f"l{n}", url, "1") for n, url in enumerate(targets)), ("ok", "/ok", "1"))
    site.routes |= {f"/t{n}": Answer(b"", 302, {"Location": url}) for n, url in enumerate(targets)}
    site.routes["/ok"] = thread_page("ok", ("a", "x"))
    told = crawl("http://forum.example.org/b", **through(socks.address))
    assert (told.reason, told.names) == ("done", ["a"])
    assert {host for host, _ in socks.asked} == {"forum.example.org"}
    assert [event for event, _ in told.notes].count("refused_address") == len(targets)


def test_the_one_private_host_that_is_permitted(site: Site, socks: SocksServer, crawl: Crawler) -> None:
    """The private host that the source itself names may be permitted, through a proxy too, and no other."""
    site.routes["/b"] = board_page(("t", "/t", "1"), ("u", "http://127.0.0.1:1/u", "1"))
    site.routes["/t"] = thread_page("t", ("a", "x"))
    told = crawl(site.url("/b"), source={"proxy": socks.address})
    assert (told.reason, told.names, set(socks.asked)) == ("done", ["a"], {("127.0.0.1", site.port)})


def test_hidden_services(site: Site, socks: SocksServer, other_site: Site, crawl: Crawler) -> None:
    """A public .onion board is read through a SOCKS proxy, and refused, without a look-up, in any other way."""
    host = "a" * 56 + ".onion"
    site.routes["/t"] = thread_page("t", ("a", "x"))
    told = crawl(f"http://{host}/t", **through(socks.address))
    assert (told.reason, told.names, set(socks.asked)) == ("done", ["a"], {(host, 80)})
    for proxy in (None, other_site.url("")):
        told = crawl(f"http://{host}/t", source={"allow_private": False, "proxy": proxy})
        assert (told.reason, told.of("resolved"), told.of("looked_up")) == ("refused_address", [], [])
    assert other_site.asked == []


def test_a_proxy_that_wants_a_name(site: Site, crawl: Crawler) -> None:
    """A SOCKS proxy is told the name and password of its address; a wrong one ends the run with a reason."""
    site.routes["/t"] = thread_page("t", ("a", "x"))
    socks = SocksServer(site.port, user=("ann", "s:t"))
    try:
        place = socks.address.removeprefix("socks5://")
        told = crawl("http://forum.example.org/t", **through(f"socks5://ann:s%3At@{place}"))
        assert (told.reason, told.names) == ("done", ["a"])
        told = crawl("http://forum.example.org/t", **through(f"socks5h://ann:wrong@{place}"))
        assert (told.reason, told.posts) == ("unreachable", [])
        assert told.outcome["detail"] == "the proxy refuses the name or password"
    finally:
        socks.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("reply", "line"), [(2, "rules"), (4, "cannot reach")])
def test_a_proxy_that_refuses(site: Site, crawl: Crawler, scheme: str, reply: int, line: str) -> None:
    """What the proxy cannot reach is unreachable, and never asked for in another way."""
    socks = SocksServer(site.port, reply=reply)
    try:
        told = crawl(f"{scheme}://forum.example.org/t", **through(socks.address))
        assert (told.reason, site.asked, told.of("looked_up")) == ("unreachable", [], [])
        assert "proxy" in told.outcome["detail"]
        assert line in told.outcome["detail"] or scheme == "https"
    finally:
        socks.close()


def test_a_proxy_that_is_gone(crawl: Crawler, site: Site) -> None:
    """A proxy that does not answer ends the run; the site is not asked around it."""
    gone = SocksServer(1)
    gone.close()
    told = crawl("http://forum.example.org/t", **through(gone.address))
    assert (told.reason, site.asked, told.of("resolved")) == ("unreachable", [], [])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; `tipstaff doctor` says how to get one")
def test_the_browser_goes_the_same_way(site: Site, other_site: Site, socks: SocksServer, crawl: Crawler) -> None:
    """A page drawn by the browser comes through the SOCKS proxy, by name, and leads past it nowhere."""
    site.routes["/t"] = f"<html><body class='toy thread' data-key=t><div id=app></div>{FILL}</body></html>"
    script = f"<img src={other_site.url('/i')}><div class=post id=p data-author=ann>车主数据</div>"
    site.routes["/t.json"] = script
    told = crawl("http://forum.example.org/t", **through(socks.address, render="always"), plan={"browser": CHROMIUM})
    assert (told.reason, told.names) == ("done", ["p"])
    assert {host for host, _ in socks.asked} == {"forum.example.org"}
    assert (told.of("resolved"), told.of("looked_up"), other_site.asked) == ([], [], [])


def test_an_http_proxy_is_told_who_asks(other_site: Site, crawl: Crawler) -> None:
    """An HTTP proxy is given whole addresses, and the name and password of its own."""
    other_site.routes["http://forum.example.org/t"] = thread_page("t", ("a", "x"))
    told = crawl("http://forum.example.org/t", **through(f"http://ann:pw@127.0.0.1:{other_site.port}"))
    assert (told.reason, told.names, told.of("looked_up")) == ("done", ["a"], [])
    assert {asked.headers["proxy-authorization"] for asked in other_site.asked} == {"Basic YW5uOnB3"}
