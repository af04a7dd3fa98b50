"""The process that reads pages beside the crawl: the same answers, in the same order, whatever becomes of it."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.bounds import MOST_TAGS
from crawlers.pages import ThreadItem, Visit
from crawlers.reader import MOST_AHEAD, Reader
from crawlers.reading import Broken, Reading, Said, Sheet, read_sheet
from domain.sources import Source

SOURCE = Source("s", "https://forum.example/")
VISIT = Visit(fetched_at=datetime(2026, 9, 20, 8, 0, tzinfo=UTC))
HEADERS = {b"Content-Type": [b"text/html; charset=utf-8"]}
POSTS = "".join(
    f'<div class="post has-profile" id="p{number}"><p class="author"><a class="username" href="./memberlist.php?mode='
    f'viewprofile&u={number}">何青青{number}</a><time datetime="2026-09-0{number}T10:00:00+00:00"></time></p>'
    f'<div class="postbody"><div class="content">{{}} {number}</div></div></div>'
    for number in (1, 2, 3)
)


def sheet(text: str, **fields: Any) -> Sheet:
    """A page of a topic whose posts say this."""
    title = '<h2 class="topic-title"><a href="./viewtopic.php?t=1">轮胎</a></h2>'
    body = f'<html><body id="phpbb">{title}{POSTS}</body></html>'
    url = "https://forum.example/viewtopic.php?t=1"
    return Sheet(url, 200, HEADERS, body.format(text, text, text).encode(), VISIT, "thread", **fields)


def texts(reading: Reading) -> list[str]:
    """What its posts say."""
    assert isinstance(reading.item, ThreadItem)
    return [post.text for post in reading.item.posts]


def beside(steps: Callable[[Reader], Awaitable[None]], processes: int = 1) -> None:
    """Takes steps with a reader that was started."""

    async def take(reader: Reader) -> None:
        try:
            await reader.open()
            await steps(reader)
        finally:
            await reader.close()

    reader = Reader(SOURCE)
    reader.start(processes)
    asyncio.run(take(reader))


def test_pages_are_read_in_their_order() -> None:
    """Answers belong to their pages, however many are under way, and are those that reading in place gives."""

    async def steps(reader: Reader) -> None:
        sheets = [sheet(f"胎压 {number}") for number in range(5)]
        readings = await asyncio.gather(*(reader.read(one) for one in sheets))
        assert [texts(one)[0] for one in readings] == [f"胎压 {number} 1" for number in range(5)]
        assert [one.item for one in readings] == [read_sheet(one, SOURCE).item for one in sheets]
        assert {(one.name, one.role, one.platform and one.platform.name) for one in readings} == {
            ("phpbb", "thread", "phpbb")
        }

    beside(steps)
    beside(steps, 2)


def test_what_cannot_be_read_costs_no_other_page() -> None:
    """A page that is too large is named, an error page is no page, and the next one is read as ever."""

    async def steps(reader: Reader) -> None:
        with pytest.raises(Broken, match="tags"):
            await reader.read(Sheet("https://forum.example/", 200, HEADERS, b"<b>" * (MOST_TAGS + 1), VISIT))
        missing = await reader.read(Sheet("https://forum.example/", 404, HEADERS, b"<p>no</p>", VISIT))
        assert (missing.platform, missing.item) == (None, None)
        assert texts(await reader.read(sheet("胎压")))[0] == "胎压 1"

    beside(steps)


def test_a_reader_that_dies() -> None:
    """The page that it was at has failed; those behind it, and all that follow, are read where the crawl is."""

    async def steps(reader: Reader) -> None:
        os.kill(reader.companions[0].process, signal.SIGSTOP)
        waiting = [asyncio.ensure_future(reader.read(sheet(f"胎压 {number}"))) for number in range(3)]
        await asyncio.sleep(0)
        os.kill(reader.companions[0].process, signal.SIGKILL)
        first, *others = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(first, Broken)
        assert [texts(one)[0] for one in others if isinstance(one, Reading)] == ["胎压 1 1", "胎压 2 1"]
        assert texts(await reader.read(sheet("after")))[0] == "after 1"

    beside(steps)


def test_one_page_keeps_the_others_waiting() -> None:
    """What other processes have read meanwhile is told after it, and makes no room for more."""

    async def steps(reader: Reader) -> None:
        slow = reader.companions[0].process
        os.kill(slow, signal.SIGSTOP)
        told: list[int] = []
        waiting = [asyncio.ensure_future(reader.read(sheet(f"胎压 {n}"))) for n in range(2 * MOST_AHEAD)]
        for number, one in enumerate(waiting):
            one.add_done_callback(lambda _, number=number: told.append(number))
        room = asyncio.ensure_future(reader.make_room())
        while reader.companions[1].waiting or not reader.companions[0].waiting:
            await asyncio.sleep(0.001)
        assert not told
        assert not room.done()
        os.kill(slow, signal.SIGCONT)
        await asyncio.gather(room, *waiting)
        assert told == list(range(2 * MOST_AHEAD))

    beside(steps, 2)


def test_there_is_room_for_few() -> None:
    """While as many pages wait as may, nobody is let through to ask for another."""

    async def steps(reader: Reader) -> None:
        os.kill(reader.companions[0].process, signal.SIGSTOP)
        waiting = [asyncio.ensure_future(reader.read(sheet("胎压"))) for _ in range(MOST_AHEAD)]
        await asyncio.sleep(0)
        room = asyncio.ensure_future(reader.make_room())
        await asyncio.sleep(0)
        assert not room.done()
        os.kill(reader.companions[0].process, signal.SIGCONT)
        await room
        assert any(one.done() for one in waiting)
        await asyncio.gather(*waiting)

    beside(steps)


def open_files(process: int) -> set[str]:
    """What a process has open."""
    return {os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir()}


def test_it_keeps_nothing_of_the_crawls(tmp_path: Path) -> None:
    """Files, connections and pipes that were open when it was forked are the crawl's alone, and so are its signals."""

    async def steps(reader: Reader) -> None:
        await reader.read(sheet("胎压"))
        (channel,) = open_files(reader.companions[0].process) - {os.devnull}
        assert channel.startswith("socket:")
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(reader.companions[0].process, number)
        assert texts(await reader.read(sheet("胎压")))[0] == "胎压 1"

    with (tmp_path / "store").open("w"), socket.create_server(("127.0.0.1", 0)):
        beside(steps)


def test_it_dies_with_its_crawl() -> None:
    """A crawl that is killed leaves no process behind, not even one that is stopped in the middle of a page."""
    told, tell = os.pipe()
    crawl = os.fork()
    if not crawl:
        reader = Reader(SOURCE)
        reader.start(1)
        # The reader is ready once it has read a page.
        asyncio.run(read_one(reader))
        os.kill(reader.companions[0].process, signal.SIGSTOP)
        os.write(tell, str(reader.companions[0].process).encode())
        signal.pause()
    reading = os.pidfd_open(int(os.read(told, 20)))
    os.kill(crawl, signal.SIGKILL)
    os.waitpid(crawl, 0)
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    assert poll.poll(60_000)
    for descriptor in (told, tell, reading):
        os.close(descriptor)


async def read_one(reader: Reader) -> None:
    """Opens a reader and has it read a page."""
    await reader.open()
    await reader.read(sheet("胎压"))


def test_a_page_that_does_not_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that hears no signal costs its reader's process, after so much processor time, and no other page."""

    def hold(_sheet: Sheet, _source: Source) -> Said:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGVTALRM})
        while True:
            pass

    async def steps(reader: Reader) -> None:
        monkeypatch.setattr("crawlers.companion.read_sheet", read_sheet)
        with pytest.raises(Broken, match="died"):
            await reader.read(sheet("胎压"))
        assert texts(await reader.read(sheet("胎压")))[0] == "胎压 1"

    monkeypatch.setattr("crawlers.companion.DEADLY_SECONDS", 0.2)
    monkeypatch.setattr("crawlers.companion.read_sheet", hold)
    beside(steps)


def test_large_pages_pass() -> None:
    """A page of 50 MB goes to the process and what is said of it comes back, the next page behind it."""

    async def steps(reader: Reader) -> None:
        large = sheet("胎压")
        large = replace(large, status=404, body=b" " * 50_000_000)
        readings = await asyncio.gather(reader.read(large), reader.read(sheet("胎压")))
        assert readings[0].item is None
        assert texts(readings[1])[0] == "胎压 1"

    beside(steps)


def test_long_answers_come_back() -> None:
    """What a page says may be longer than the socket holds."""

    async def steps(reader: Reader) -> None:
        words = "轮胎" * 300_000
        readings = await asyncio.gather(*(reader.read(sheet(words)) for _ in range(2)))
        assert [one.item for one in readings] == [read_sheet(sheet(words), SOURCE).item] * 2
        assert len(texts(readings[0])[0]) > 500_000

    beside(steps)


def test_without_room_for_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be forked, pages are read in place."""

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    beside(read_one)


def test_without_a_process() -> None:
    """A reader that was not started reads all the same."""
    assert texts(asyncio.run(Reader(SOURCE).read(sheet("胎压"))))[0] == "胎压 1"
