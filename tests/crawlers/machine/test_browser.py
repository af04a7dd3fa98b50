"""Pages that exist only after JavaScript, and what a page's scripts may not do."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rig import CHROMIUM, Answer, Site, Told, board_page, start_crawl, thread_page

Crawler = Callable[..., Told]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; `tipstaff doctor` says how to get one")

FILL = """<script>fetch(location.pathname + '.json').then(r => r.text()).then(t => {
document.getElementById('app').innerHTML = t })</script>"""


def add_thread(site: Site, name: str) -> None:
    """A thread whose posts come by script."""
    site.routes[f"/{name}"] = f"<html><body class='toy thread' data-key={name}><div id=app></div>{FILL}</body></html>"
    site.routes[f"/{name}.json"] = f"<div class=post id=p-{name} data-author=ann>车主数据 of {name}</div>"


def test_only_what_needs_it_is_drawn(site: Site, crawl: Crawler) -> None:
    """HTTP first; what came bare is drawn; later pages of that kind go straight to the browser, plain ones never."""
    site.routes["/b"] = board_page(*((f"t{n}", f"/t{n}", "1") for n in range(6)))
    for number in range(6):
        add_thread(site, f"t{number}")
    told = crawl(site.url("/b"), mode="watch", ready=".post, .thread[data-sign], .board", plan={"browser": CHROMIUM})
    assert (told.reason, told.names) == ("done", [f"p-t{n}" for n in range(6)])
    assert told.outcome["counts"]["pages"] == 7
    pages = {haul["page"]["url"].rpartition("/")[2]: haul["page"] for haul in told.hauls}
    assert [pages[name]["rendered"] for name in ("b", "t0", "t5")] == [False, True, True]
    assert "车主数据" in pages["t5"]["body"]
    assert "车主数据" not in pages["t5"]["served_body"]
    assert FILL.split("(")[0] in pages["t5"]["served_body"]
    assert pages["t5"]["peer"] == f"127.0.0.1:{site.port}"
    wires = {name: [(one["role"], one["url"].rpartition("/")[2]) for one in pages[name]["exchanges"]] for name in pages}
    assert wires["b"] == [("document", "b")]
    assert wires["t5"] == [("document", "t5"), ("resource", "t5.json")]
    # The plain answer came first, and the browser asked again.
    assert wires["t0"] == [("document", "t0"), ("document", "t0"), ("resource", "t0.json")]
    assert "车主数据 of t5" in ast.literal_eval(pages["t5"]["exchanges"][1]["body"]).decode()
    assert pages["t5"]["browser"].startswith("Chromium ")
    assert site.paths.count("/t5") == 1
    assert site.paths.count("/t0") == 2
    assert {asked.headers["user-agent"] for asked in site.asked} == {"Tipstaff/0.1 (+mailto:ops@example.org)"}
    assert all(not any(haul["validators"].values()) for haul in told.hauls if haul["page"]["rendered"])


def test_always_and_never(site: Site, crawl: Crawler) -> None:
    """A source can say that every page is drawn, or none."""
    add_thread(site, "t")
    told = crawl(site.url("/t"), source={"render": "always"}, plan={"browser": CHROMIUM})
    assert (told.names, site.paths) == (["p-t"], ["/t", "/t.json"])
    told = crawl(site.url("/t"), source={"render": "never"}, plan={"browser": CHROMIUM})
    assert (told.reason, told.posts) == ("empty", [])


def test_no_browser(site: Site, crawl: Crawler) -> None:
    """Without a browser the pages that need one are named, with the command that helps; the others are read."""
    site.routes["/b"] = board_page(("t1", "/t1", "1"), ("t2", "/t2", "1"))
    add_thread(site, "t1")
    site.routes["/t2"] = thread_page("t2", ("a", "x"))
    told = crawl(site.url("/b"))
    assert (told.reason, told.names) == ("done", ["a"])
    assert ("failed", site.url("/t1")) in told.notes
    told = crawl(site.url("/t1"))
    assert told.reason == "failed"
    assert "tipstaff doctor" in told.outcome["detail"]
    told = crawl(site.url("/t1"), plan={"browser": "/no/such/chromium"})
    assert told.reason == "failed"
    assert "tipstaff doctor" in told.outcome["detail"]


def test_what_scripts_may_not_do(site: Site, other_site: Site, crawl: Crawler) -> None:
    """No script reaches another port of the machine or a path that robots.txt closes: by fetch, redirect, frame,
    picture, worker, beacon, form or web socket."""
    other = other_site.url("")
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    site.routes |= {"/closed/a": "x", "/closed/b": "x", "/closed/f": "x", "/api.json": "[]"}
    site.routes["/hop"] = Answer(b"", 302, {"Location": "/closed/b"})
    site.routes["/hop2"] = Answer(b"", 302, {"Location": f"{other}/hop"})
    site.routes["/worker.js"] = Answer(
        f"fetch('{other}/worker'); fetch('/closed/w')".encode(), content_type="text/javascript"
    )
    site.routes["/"] = f"""<html><body><div id=app></div>
        <img src="{other}/img.png"><iframe src="{other}/frame"></iframe><iframe src="/closed/f"></iframe>
        <link rel=stylesheet href="{other}/style.css"><link rel=prefetch href="{other}/prefetch">
        <link rel=preconnect href="{other}">
        <script src="{other}/script.js"></script><script>
        (async () => {{
          const told = [];
          for (const url of ['/closed/a', '{other}/fetch', '/hop', '/hop2',
              'http://localhost:{other_site.port}/name', '/api.json'])
            try {{ told.push((await fetch(url)).status) }} catch (error) {{ told.push('refused') }}
          try {{ new WebSocket('ws://127.0.0.1:{other_site.port}/socket') }} catch (error) {{}}
          try {{ new Worker('/worker.js') }} catch (error) {{}}
          try {{ new EventSource('{other}/events') }} catch (error) {{}}
          const servers = [{{urls: 'stun:127.0.0.1:{other_site.port}'}}];
          try {{ new RTCPeerConnection({{iceServers: servers}}).createOffer() }} catch (error) {{}}
          navigator.sendBeacon('{other}/beacon', 'x');
          window.open('{other}/window');
          document.body.className = 'toy thread'; document.body.dataset.key = 'k';
          const post = '<div class=post id=p data-author=ann>' + told.join(' ') + '</div>';
          document.getElementById('app').innerHTML = post;
        }})()</script></body></html>"""
    told = crawl(site.url("/"), plan={"browser": CHROMIUM}, names={"localhost": [["127.0.0.1"]]})
    assert told.reason == "done"
    assert told.posts[0]["text"] == "refused refused refused refused refused 200"
    assert other_site.asked == []
    assert [path for path in site.paths if path.startswith("/closed")] == []
    events = {(event, url.rpartition("/")[2]) for event, url in told.notes}
    assert {("robots", "a"), ("robots", "b"), ("refused_address", "fetch"), ("refused_address", "hop")} <= events


def test_navigations_that_leave(site: Site, other_site: Site, crawl: Crawler) -> None:
    """A page whose script sends the browser elsewhere, or whose scripts never end, ends with a reason."""
    site.routes["/b"] = board_page(
        ("t0", "/t0", "1"), ("leave", "/leave", "1"), ("loop", "/loop", "1"), ("t1", "/t1", "1")
    )
    add_thread(site, "t0")
    add_thread(site, "t1")
    shell = "<html><body class='toy thread' data-key=x><div id=app></div><script>{}</script></body></html>"
    site.routes["/leave"] = shell.format(f"location.href = '{other_site.url('/away')}'")
    site.routes["/loop"] = shell.format("setTimeout(() => { for (;;) {} }, 50)")
    told = crawl(site.url("/b"), ready=".post, .board", plan={"browser": CHROMIUM, "timeout": 3.0})
    assert (told.reason, told.names, other_site.asked) == ("done", ["p-t0", "p-t1"], [])
    assert {url.rpartition("/")[2] for event, url in told.notes if event in ("soft_404", "unreachable")} == {
        "leave",
        "loop",
    }


def test_a_name_that_changes_its_mind_in_the_browser(crawl: Crawler) -> None:
    """The browser resolves nothing: it goes where the guard's one answer leads."""
    public = Site("127.0.0.2")
    private = Site("127.0.0.1", public.port)
    try:
        add_thread(public, "t")
        told = crawl(
            f"http://forum.test:{public.port}/t",
            source={"allow_private": False}, plan={"browser": CHROMIUM},
            names={"forum.test": [["127.0.0.2"], ["127.0.0.1"]]}, public=["127.0.0.2"],
        )  # fmt: skip
        assert (told.names, private.asked, len(told.of("resolved"))) == (["p-t"], [], 1)
    finally:
        public.close()
        private.close()


def test_browsers_are_replaced(site: Site, crawl: Crawler) -> None:
    """A context is replaced after some pages and the browser after more: no page is lost, and cookies are kept."""
    site.routes["/b"] = board_page(*((f"t{n}", f"/t{n}", "1") for n in range(5)))
    for number in range(5):
        add_thread(site, f"t{number}")
    site.routes["/t0.json"] = Answer(b"<div class=post id=p-t0>x</div>", headers={"Set-Cookie": "known=yes; Path=/"})
    told = crawl(
        site.url("/b"), ready=".post, .board", plan={"browser": CHROMIUM}, recycle=[2, 4],
    )  # fmt: skip
    assert (told.reason, told.names) == ("done", [f"p-t{n}" for n in range(5)])
    last = next(asked for asked in reversed(site.asked) if asked.path == "/t4")
    assert "known=yes" in last.headers.get("cookie", "")


def test_interrupted_while_drawing(site: Site) -> None:
    """A signal in the middle of a drawn page leaves no browser behind."""
    site.routes["/t"] = f"<html><body class='toy thread' data-key=t><div id=app></div>{FILL}</body></html>"
    release = threading.Event()

    def hang(_: object) -> str:
        release.wait(20)
        return ""

    site.routes["/t.json"] = hang
    crawl = start_crawl(site.url("/t"), ready=".post", plan={"browser": CHROMIUM})
    while "/t.json" not in site.paths:
        time.sleep(0.05)
    below = descendants(crawl.number)
    assert below
    os.kill(crawl.number, signal.SIGTERM)
    told = crawl.end(40)
    release.set()
    assert (told.reason, "Traceback" in told.stderr) == ("interrupted", False)
    assert [number for number in below if alive(number)] == []


def descendants(number: int) -> list[int]:
    """The processes below one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found, last = [number], 0
    while len(found) != last:
        last = len(found)
        found += [child for child, parent in parents.items() if parent in found and child not in found]
    return found[1:]


def alive(number: int) -> bool:
    """Whether a process still runs; one that only waits to be collected does not."""
    try:
        return ") Z " not in Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
