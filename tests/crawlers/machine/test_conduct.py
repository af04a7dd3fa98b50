"""Robots.txt, turns, and addresses that are refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from rig import Answer, Site, Told, board_page, thread_page

Crawler = Callable[..., Told]


def robots(text: str) -> Answer:
    return Answer(text.encode(), content_type="text/plain")


def test_closed_paths(site: Site, crawl: Crawler) -> None:
    """What robots.txt closes is named and never asked for, also as a redirect's target; the file is fetched once."""
    site.routes["/robots.txt"] = robots(
        "User-agent: *\nDisallow: /closed\nUser-agent: Tipstaff\nDisallow: /closed\nCrawl-delay: 2\n"
    )
    site.routes["/b"] = board_page(("t1", "/t1", "1"), ("t2", "/closed/t2", "1"), ("t3", "/hop", "1"))
    site.routes |= {"/t1": thread_page("t1", ("a", "x")), "/hop": Answer(b"", 302, {"Location": "/closed/t3"})}
    told = crawl(site.url("/b"))
    assert (told.reason, told.names) == ("done", ["a"])
    assert site.paths == ["/b", "/t1", "/hop"]
    assert [asked.path for asked in site.asked].count("/robots.txt") == 1
    assert {url for event, url in told.notes if event == "robots"} == {site.url("/closed/t2"), site.url("/closed/t3")}
    assert "Disallow: /closed" in told.of("robots")[0]["text"]
    assert [turn["delay"] for turn in told.of("turn")] == [0.0, 2.0, 2.0, 2.0]
    assert told.marks[f"list:{site.url('/b')}"]["ended"]


def test_a_closed_start(site: Site, crawl: Crawler) -> None:
    """A source that robots.txt closes is not asked for; there is no override."""
    site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
    told = crawl(site.url("/b"))
    assert (told.reason, site.paths) == ("robots", [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"", 503), "robots"),
        (Answer(b"no", 403), "done"),
        (Answer(b"", 302, {"Location": "/robots.txt"}), "done"),
        (Answer(b"", 302, {"Location": "/moved.txt"}), "robots"),
        (Answer(b"", 302, {"Location": "http://127.0.0.1:1/robots.txt"}), "refused_address"),
        (Answer(b"User-agent: *\nDisallow: /b\n" + b"#" * 2_000_000, content_type="text/plain"), "robots"),
        (Answer(b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /b\n", content_type="text/plain"), "done"),
    ],
    ids=["5xx", "4xx", "circle", "redirect", "private", "long", "beyond the limit"],
)  # fmt: skip
def test_odd_robots(site: Site, crawl: Crawler, answer: Answer, reason: str) -> None:
    """A server error closes all, a client error or a circle nothing; redirects are followed, the first 500 KiB read."""
    site.routes |= {
        "/robots.txt": answer,
        "/moved.txt": robots("User-agent: *\nDisallow: /b"),
        "/b": thread_page("b", ("a", "x")),
    }
    told = crawl(site.url("/b"))
    assert (told.reason, site.paths.count("/b")) == (reason, 1 if reason == "done" else 0)


def test_patience(site: Site, crawl: Crawler) -> None:
    """429 and 503 postpone the host for as long as they say, and the page is asked for again."""
    answers: Iterator[Answer] = iter(
        [
            Answer(b"", 429, {"Retry-After": "7"}),
            Answer(b"", 503, {"Retry-After": formatdate(time() + 30, usegmt=True)}),
            Answer(b"", 429),
        ]
    )
    site.routes["/t"] = lambda _: next(answers, None) or thread_page("t", ("a", "x"))
    told = crawl(site.url("/t"))
    assert (told.reason, told.names, len(site.paths)) == ("done", ["a"], 4)
    seconds = [line["seconds"] for line in told.of("postpone")]
    assert (seconds[0], seconds[2]) == (7.0, 20.0)
    assert 0 < seconds[1] <= 30
    assert len(told.of("turn")) == 5


def test_a_host_that_asks_for_patience_is_asked_less_often(site: Site, crawl: Crawler) -> None:
    """Each refusal doubles the distance between two requests for the rest of the crawl, up to eight times."""
    answers = iter([Answer(b"", 429, {"Retry-After": "1"})] * 3)
    site.routes |= {
        "/b": lambda _: next(answers, None) or board_page(("t", "/t", "1")),
        "/t": lambda _: next(more, None) or thread_page("t", ("a", "x")),
    }
    more = iter([Answer(b"", 503, {"Retry-After": "1"})])
    told = crawl(site.url("/b"), source={"delay": 0.01})
    assert told.names == ["a"]
    delays = [turn["delay"] for turn in told.of("turn")]
    assert delays == [0.01, 0.01, 0.02, 0.04, 0.08, 0.08, 0.08]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "3600"}])
def test_the_end_of_patience(site: Site, crawl: Crawler, headers: dict[str, str]) -> None:
    """A host that keeps refusing, or asks for an hour, ends the run; what was read before stays."""
    site.routes["/b"] = board_page(("t1", "/t1", "1"), ("t2", "/t2", "1"), ("t3", "/t3", "1"))
    site.routes |= {"/t1": thread_page("t1", ("a", "x")), "/t2": Answer(b"", 429, headers)}
    told = crawl(site.url("/b"))
    assert (told.reason, told.names, site.paths.count("/t3")) == ("rate_limited", ["a"], 0)
    assert site.paths.count("/t2") == (1 if headers else 4)


def test_a_wall_that_says_slow_down(site: Site, crawl: Crawler) -> None:
    """The sentence of an anti-crawler page, with status 200, is heeded as a 429 is."""
    answers = iter([Answer("<html><body>频繁刷新限制</body></html>".encode())])
    site.routes["/t"] = lambda _: next(answers, None) or thread_page("t", ("a", "x"))
    told = crawl(site.url("/t"))
    assert (told.reason, told.names, len(told.of("postpone"))) == ("done", ["a"], 1)


def test_a_long_wait_ends_the_run(site: Site, crawl: Crawler) -> None:
    """Nobody sleeps for long: when the host's next moment is far off, the run ends and says so."""
    told = crawl(site.url("/b"), wait=500.0)
    assert (told.reason, site.asked) == ("rate_limited", [])


def test_delays(site: Site, crawl: Crawler) -> None:
    """A private address that is allowed is asked every 0.05 s unless its source says otherwise."""
    site.routes["/t"] = thread_page("t", ("a", "x"))
    told = crawl(site.url("/t"), source={"delay": None}, plan={"delay": 3.0})
    assert {turn["delay"] for turn in told.of("turn")} == {0.05}
    assert {turn["host"] for turn in told.of("turn")} == {f"127.0.0.1:{site.port}"}


def test_private_addresses_are_refused(site: Site, crawl: Crawler) -> None:
    """Without permission nothing private is asked, by number or by name."""
    assert crawl(site.url("/t"), source={"allow_private": False}).reason == "refused_address"
    told = crawl(
        f"http://forum.test:{site.port}/t", source={"allow_private": False}, names={"forum.test": [["127.0.0.1"]]}
    )
    assert (told.reason, site.asked) == ("refused_address", [])


def test_redirects_into_private_addresses(site: Site, other_site: Site, crawl: Crawler) -> None:
    """A page of an allowed host cannot lead to another port, another form of the address, or a file."""
    targets = [
        other_site.url("/x"), f"http://2130706433:{other_site.port}/x", f"http://[::ffff:127.0.0.1]:{other_site.port}/x",
        "http://169.254.169.254/latest", f"http://localhost:{other_site.port}/", "file:///etc/passwd",
    ]  # fmt: skip
    lines = []
    for number, target in enumerate(targets):
        site.routes[f"/t{number}"] = Answer(b"", 302, {"Location": target})
        lines.append((f"t{number}", f"/t{number}", "1"))
    site.routes["/b"] = board_page(
        ("ok", "/ok", "1"), *lines, *((f"l{n}", target, "1") for n, target in enumerate(targets))
    )
    site.routes["/ok"] = thread_page("ok", ("a", "x"))
    told = crawl(site.url("/b"), names={"localhost": [["127.0.0.1"]]})
    assert (told.reason, told.names, other_site.asked) == ("done", ["a"], [])
    assert [event for event, _ in told.notes].count("refused_address") == 6


def test_a_name_that_changes_its_mind(crawl: Crawler) -> None:
    """A name that answers public first and loopback next is asked once; nothing reaches the second address."""
    public, private = Site("127.0.0.2"), None
    try:
        private = Site("127.0.0.1", public.port)
        public.routes["/b"] = board_page(("t1", "/t1", "1"), ("t2", "/t2", "1"))
        public.routes |= {"/t1": thread_page("t1", ("a", "x")), "/t2": thread_page("t2", ("b", "x"))}
        told = crawl(
            f"http://forum.test:{public.port}/b",
            source={"allow_private": False}, names={"forum.test": [["127.0.0.2"], ["127.0.0.1"]]}, public=["127.0.0.2"],
        )  # fmt: skip
        assert (told.reason, told.names, private.asked) == ("done", ["a", "b"], [])
        assert len(told.of("resolved")) == 1
        assert told.hauls[0]["page"]["peer"] == f"127.0.0.2:{public.port}"
    finally:
        public.close()
        if private:
            private.close()


def test_through_a_proxy(site: Site, other_site: Site, crawl: Crawler) -> None:
    """With a proxy the proxy is given the name; refused numbers stay refused."""
    seen: list[str] = []

    def act_as_proxy(handler: object) -> Answer:
        seen.append(handler.path)  # type: ignore[attr-defined]
        return Answer(thread_page("t", ("a", "x")).encode())

    other_site.routes["http://forum.test/t"] = act_as_proxy
    told = crawl("http://forum.test/t", source={"allow_private": False, "proxy": other_site.url("")})
    assert (told.reason, told.names, told.of("resolved")) == ("done", ["a"], [])
    assert [asked.path for asked in other_site.asked] == ["http://forum.test/robots.txt", "http://forum.test/t"]
    told = crawl(site.url("/t"), source={"allow_private": False, "proxy": other_site.url("")})
    assert (told.reason, site.asked) == ("refused_address", [])


def test_unreachable(crawl: Crawler) -> None:
    """A host that refuses, or does not resolve, is unreachable, in one line."""
    gone = Site()
    gone.close()
    told = crawl(gone.url("/"))
    assert (told.reason, told.outcome["detail"]) == ("unreachable", "the host refuses the connection")
    told = crawl("http://nowhere.test/", source={"allow_private": False})
    assert (told.reason, told.outcome["detail"]) == ("unreachable", "the name nowhere.test does not resolve")


def test_a_server_that_dies(site: Site, crawl: Crawler) -> None:
    """A site that goes away in mid-crawl is left alone after a few tries; what was read stays."""
    site.routes["/b"] = board_page(*((f"t{i}", f"/t{i}", "1") for i in range(40)))

    def answer_and_die(handler: Any) -> str:
        handler.close_connection = True
        threading.Thread(target=site.close).start()
        return thread_page("t0", ("a", "x"))

    site.routes["/t0"] = answer_and_die
    told = crawl(site.url("/b"))
    assert (told.reason, told.names) == ("unreachable", ["a"])
    assert [event for event, _ in told.notes].count("unreachable") < 10
