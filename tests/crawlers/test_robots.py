"""robots.txt as RFC 9309 has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from crawlers.conduct.robots import Answer, Robots, Rules, read_answer, robots_address
from crawlers.platforms import PLATFORMS

TEXT = b"""User-agent: *
Disallow: /private
Allow: /private/open$
Disallow: /*?print=
Crawl-delay: 7

User-agent: tipstaff
Disallow: /tip
"""


@pytest.mark.parametrize(
    ("status", "reasons"),
    [(200, [None, "robots"]), (204, [None, "robots"]), (404, [None, None]), (401, [None, None]), (500, ["robots"] * 2),
     (503, ["robots"] * 2), (429, ["robots"] * 2), (304, [None, None])],
)  # fmt: skip
def test_statuses(status: int, reasons: list[str | None]) -> None:
    """Served rules hold; a client error means there are none; a server error closes the site."""
    rules = Rules(read_answer(status, b"User-agent: *\nDisallow: /b\n"))
    assert [rules.reason_against(f"http://example.org/{path}") for path in "ab"] == reasons


def test_our_own_group_holds() -> None:
    """Rules for our product token take the place of those for everybody, in any case of letters."""
    rules = Rules(read_answer(200, TEXT))
    paths = ["/private", "/tip/1", "/a?print=1"]
    assert [rules.reason_against("http://example.org" + path) for path in paths] == [None, "robots", None]
    assert rules.delay == 0


def test_everybodys_group() -> None:
    """The longest match wins, wildcards and ends work, Crawl-delay is read."""
    rules = Rules(read_answer(200, TEXT.partition(b"User-agent: tip")[0]))
    paths = ["/private", "/private/open", "/private/open/x", "/a?print=1", "/tip"]
    found = [rules.reason_against("http://example.org" + path) for path in paths]
    assert found == ["robots", None, "robots", "robots", None]
    assert rules.delay == 7


@pytest.mark.parametrize("state", ["unreachable", "refused", "closed"])
def test_no_answer_closes(state: str) -> None:
    """Without an answer nothing is open."""
    assert Rules(Answer(state)).reason_against("http://example.org/")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [b"<html><body>User-agent: *</body></html>", b"\xff\xfe\x00", b"\xef\xbb\xbfUser-agent: *\nDisallow: /x", b""],
)
def test_wild_text(body: bytes) -> None:
    """Whatever is served is read without a fault, a byte-order mark too."""
    rules = Rules(read_answer(200, body))
    assert rules.reason_against("http://example.org/a") is None
    assert rules.reason_against("http://example.org/x") == ("robots" if b"Disallow" in body else None)


def test_one_fetch_a_site() -> None:
    """Scheme, host and port make a site; each is asked once, however many pages ask at a time."""
    asked: list[str] = []

    async def fetch(address: str) -> Answer:
        asked.append(address)
        await asyncio.sleep(0)
        return Answer("absent")

    async def ask_all() -> None:
        robots = Robots(fetch)
        urls = ["http://example.org/a", "http://example.org/b", "https://example.org/a", "http://example.org:81/"]
        await asyncio.gather(*(robots.rules_of(url) for url in urls))

    asyncio.run(ask_all())
    assert asked == [
        robots_address(url) for url in ("http://example.org/", "https://example.org/", "http://example.org:81/")
    ]


SAVED = sorted(path for path in (Path(__file__).parent.parent / "fixtures").glob("*/*.json"))


@pytest.mark.parametrize("name", [name for name, platform in PLATFORMS.items() if platform.closed])
def test_what_a_program_ships_closes_none_of_its_pages(name: str) -> None:
    """By the robots.txt that a program ships, lists and threads are open, its search or its forms are not."""
    lines = "".join(f"Disallow: {path}\n" for path in PLATFORMS[name].closed)
    rules = Rules(Answer("served", f"User-agent: *\n{lines}"))
    cases = [json.loads(path.read_text("utf-8")) for path in SAVED if path.parent.name == name]
    pages = [case["url"] for case in cases if isinstance(case, dict) and "url" in case]
    assert [url for url in pages if rules.reason_against(url)] == []
    origin = "https://e.test"
    closed = [path.replace("*", "x") for path in PLATFORMS[name].closed]
    assert [path for path in closed if rules.reason_against(origin + path) != "robots"] == []
