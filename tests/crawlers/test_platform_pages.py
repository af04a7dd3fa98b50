"""Saved pages of every platform: tests/fixtures/PLATFORM/NAME.html and, beside it, what is to be read from it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_poet import HttpResponse

from crawlers.generic import PLATFORM as GENERIC
from crawlers.pages import Platform, Visit
from crawlers.platforms import PLATFORMS
from crawlers.platforms.discuz import page_url as discuz_page
from crawlers.platforms.spirit import page_url as spirit_page
from crawlers.recognise import recognise
from domain.errors import UnknownPlatform
from domain.plain import plain

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
SAVED = sorted(
    path for path in FIXTURES.glob("*/*") if path.suffix in (".html", ".served") and path.with_suffix(".json").exists()
)  # a page, or an answer that is data
VISIT = Visit(fetched_at=datetime.fromisoformat("2026-11-21T15:30:20+08:00"))


def load(path: Path) -> tuple[dict[str, Any], HttpResponse, Visit]:
    """A saved page, its visit, and what is expected of it."""
    case = json.loads(path.with_suffix(".json").read_text("utf-8"))
    response = HttpResponse(case["url"], body=path.read_bytes(), encoding="utf-8")
    visit = Visit(
        fetched_at=datetime.fromisoformat(case["fetched_at"]),
        timezone=case.get("timezone", "Asia/Shanghai"),
        floors_before=case.get("floors_before", 0),
    )
    return case, response, visit


def read_item(platform: Platform, role: str, response: HttpResponse, visit: Visit = VISIT) -> Any:
    """The item of a page, read as a page for `role`."""
    page = platform.thread if role == "thread" else platform.board
    return asyncio.run(page(response=response, visit=visit).to_item())


@pytest.mark.parametrize("path", SAVED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_saved_page_is_read(path: Path) -> None:
    """A saved page is recognised and gives exactly what stands beside it."""
    case, response, visit = load(path)
    platform, role = recognise(response)
    assert (platform.name, role) == (case["platform"], case["role"])
    if case["item"] is None:
        return
    item = plain(read_item(platform, role, response, visit))
    for thread in item.get("threads", []):
        if thread["post"] is None:
            del thread["post"]
    for post in [*item.get("posts", []), *(thread["post"] for thread in item.get("threads", []) if "post" in thread)]:
        del post["fetched_at"]
    assert item == case["item"]


@pytest.mark.parametrize("name", [*PLATFORMS, GENERIC.name])
def test_platform_is_complete(name: str) -> None:
    """A platform has a docstring, saved pages, a line in docs/platforms.md, and stands in the table by its name."""
    platform = PLATFORMS.get(name, GENERIC)
    module = __import__(platform.role.__module__, fromlist=["__doc__"])
    assert platform.name == name
    assert (module.__doc__ or "").strip()
    assert [path for path in (FIXTURES / name).iterdir() if path.suffix in (".html", ".served")]
    assert f"`{name}`" in (ROOT.parent / "docs" / "platforms.md").read_text("utf-8")
    for page in (platform.board, platform.thread):
        assert (page.__doc__ or "").strip()


def test_forced_platform_reads_the_page() -> None:
    """A named platform is taken whatever the page looks like; an unknown name is refused by name."""
    _, response, _ = load(FIXTURES / "discuz" / "thread-1.html")
    assert recognise(response, "generic")[0].name == "generic"
    assert recognise(response, "generic")[1] == "thread"
    assert recognise(response, "spirit")[0].name == "spirit"
    with pytest.raises(UnknownPlatform, match="discus"):
        recognise(response, "discus")


@pytest.mark.parametrize(
    ("name", "page"), [("discuz", "thread-1"), ("discuz", "thread-2"), ("spirit", "topic"), ("discuz", "thread-mobile")]
)
def test_generic_reads_what_the_platform_reads(name: str, page: str) -> None:
    """Inference alone finds the same posts, names, times and texts."""
    _, response, visit = load(FIXTURES / name / f"{page}.html")
    known = read_item(PLATFORMS[name], "thread", response, visit)
    guessed = read_item(GENERIC, "thread", response, visit)
    assert [(p.posted_at, p.text, p.quoted) for p in guessed.posts] == [
        (p.posted_at, p.text, p.quoted) for p in known.posts
    ]
    members = [(a, b) for a, b in zip(guessed.posts, known.posts, strict=True) if b.author.id]
    assert [a.author.name for a, _ in members] == [b.author.name for _, b in members]
    assert guessed.next_url is None or known.next_url is not None


@pytest.mark.parametrize(("name", "page"), [("discuz", "board"), ("spirit", "home"), ("spirit", "category")])
def test_generic_lists_what_the_platform_lists(name: str, page: str) -> None:
    """Inference alone finds the same threads."""
    _, response, visit = load(FIXTURES / name / f"{page}.html")
    known = read_item(PLATFORMS[name], "board", response, visit)
    guessed = read_item(GENERIC, "board", response, visit)
    assert {link.title for link in guessed.threads} == {link.title for link in known.threads}


@pytest.mark.parametrize(
    ("url", "number", "expected"),
    [
        ("http://e.test/thread-12-1-3.html", 2, "http://e.test/thread-12-2-1.html"),
        ("http://e.test/bbs/forum-8-1.html", 3, "http://e.test/bbs/forum-8-3.html"),
        (
            "http://e.test/forum.php?mod=viewthread&tid=12&extra=page%3D1&sid=ab",
            2,
            "http://e.test/forum.php?mod=viewthread&tid=12&page=2",
        ),
        (
            "http://e.test/forum.php?mod=redirect&goto=findpost&ptid=12&pid=9",
            1,
            "http://e.test/forum.php?mod=viewthread&tid=12",
        ),
        ("http://e.test/viewthread.php?tid=12&page=4", 1, "http://e.test/viewthread.php?tid=12"),
    ],
)
def test_discuz_pages_have_one_address(url: str, number: int, expected: str) -> None:
    """Session ids and way-marks are left out; both forms of address keep their form."""
    assert discuz_page(url, number) == expected


def test_spirit_pages_have_one_address() -> None:
    """Page 1 is the bare address."""
    assert spirit_page("http://e.test/topic/1/a/?page=3#c41", 1) == "http://e.test/topic/1/a/"
    assert spirit_page("http://e.test/topic/1/a/", 2) == "http://e.test/topic/1/a/?page=2"


# ── damage ───────────────────────────────────────────────────────────────────────────────────────────────────────


def read_everything(markup: str, url: str = "http://e.test/thread-1-1-1.html") -> None:
    """Recognition, and every platform's two page objects, on one page."""
    response = HttpResponse(url, body=markup.encode("utf-8", "surrogatepass"), encoding="utf-8")
    recognise(response)
    for platform in (*PLATFORMS.values(), GENERIC):
        platform.role(response)
        read_item(platform, "board", response)
        read_item(platform, "thread", response)


WHOLE = [path.read_text("utf-8") for path in sorted(FIXTURES.glob("*/*.html")) if path.parent.name != "skins"]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 2**31), st.integers(0, 3))
def test_damaged_pages_never_raise(page: str, seed: int, way: int) -> None:
    """Pages cut short, shuffled, strewn with null bytes or thinned out are read without a fault."""
    chance = random.Random(seed)
    if way == 0:
        page = page[: chance.randrange(len(page))]
    elif way == 1:
        pieces = page.split("<")
        chance.shuffle(pieces)
        page = "<".join(pieces)
    elif way == 2:
        page = "".join(c + ("\x00" if chance.random() < 0.05 else "") for c in page)
    else:
        page = "<".join(piece for piece in page.split("<") if chance.random() < 0.8)
    read_everything(page)


HUGE = {
    "nesting": "<div>" * 5000 + "x" + "</div>" * 5000,
    "attribute": f"<div class='{'x ' * 500_000}' id='post_1'>x</div>",
    "rows": "<div class='post' id='post_{0}'><a href='/user/{0}'>u{0}</a> <span class='date'>2026-9-20 05:11</span>"
    "<div class='content'>words of number {0}, {1}</div></div>",
    "links": "<li><a href='/thread-{0}-1-1.html'>a title with the number {0}</a></li>",
    "nulls": "\x00" * 10_000,
    "empty": "",
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_pages_are_read_in_time(name: str) -> None:
    """Two megabytes or ten thousand elements take seconds."""
    markup = HUGE[name]
    if "{0}" in markup:
        markup = "".join(markup.format(n, "y" * 700 if name == "rows" else "") for n in range(2500))
    start = time.process_time()
    read_everything(f"<html><body>{markup}</body></html>")
    assert time.process_time() - start < 20
