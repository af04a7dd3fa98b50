"""The process that reads pages, beside the one that asks for them: while one page is read, the next is on its way.

It is a fork of the crawl, made before anything runs there, and ends when the crawl does, however that ends. It keeps
nothing of the crawl's but its end of one socket: no connection to a database, no lock, no pipe. Sheets go to it in the
order in which pages came, and what they say comes back in the same order. Should a page kill it, that page has failed,
and those that follow are read in the crawl's own process.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import pickle
import signal
import socket
from collections import deque
from contextlib import suppress
from typing import IO

from crawlers.bounds import READING_SECONDS
from crawlers.pages import Platform
from crawlers.reading import Broken, Reading, Said, Sheet, find_platform_of, read_sheet
from domain.sources import Source

# So many pages may have come and not been read when another one is asked for: a site that has had enough of us is
# heard at once, and nothing piles up.
MOST_AHEAD = 2
LENGTH = 4  # bytes of a message's length, big-endian
# Processor time of one page after which the kernel ends the process: by then it has left its reader's Python, where it
# would have heard that its time was over.
DEADLY_SECONDS = 3 * READING_SECONDS
PR_SET_PDEATHSIG = 1  # prctl(2)
DIED = Said(broken="the process that read it died")


class Reader:
    """Reads the pages of one crawl. One that was not started reads them where it is."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._process = 0
        self._channel: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[Sheet, asyncio.Future[Said]]] = deque()
        self._platforms: dict[str, Platform | None] = {"": None}

    def start(self) -> None:
        """Forks the process, before the event loop runs. Where there is no room for one, pages are read here."""
        here, there = socket.socketpair()
        crawl = os.getpid()
        try:
            self._process = os.fork()
        except OSError:
            here.close()
            there.close()
            return
        if not self._process:
            _serve(there, self._source, crawl)
        there.close()
        self._channel = here

    async def open(self) -> None:
        """Begins to talk to the process, where there is one."""
        if self._channel is not None:
            answers, self._writer = await asyncio.open_connection(sock=self._channel)
            self._hearing = asyncio.ensure_future(self._hear(answers))

    async def read(self, sheet: Sheet) -> Reading:
        """What a sheet says, in the order of the calls. Raises Broken."""
        said = await self._ask(sheet)
        if said.broken:
            raise Broken(said.broken)
        if said.name not in self._platforms:
            # Platforms are made of functions, which stay where they are: one that is new here is found once more.
            self._platforms[said.name] = find_platform_of(sheet, self._source)
        return Reading(sheet, said, self._platforms[said.name])

    async def make_room(self) -> None:
        """Waits until few enough pages wait to be read."""
        while len(self._waiting) >= MOST_AHEAD:
            await asyncio.wait([self._waiting[0][1]])

    async def close(self) -> None:
        """Hears no more of the process, and ends it."""
        if self._hearing is not None:
            self._hearing.cancel()
        if self._writer is not None:
            self._writer.close()
        self.end()

    def end(self) -> None:
        """Ends the process, whatever it reads."""
        if self._channel is not None:
            self._channel.close()
        if self._process:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        self._channel, self._writer, self._process = None, None, 0

    async def _ask(self, sheet: Sheet) -> Said:
        if self._writer is None or self._writer.is_closing():
            return read_sheet(sheet, self._source)
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._waiting.append((sheet, answer))
        self._writer.write(_pack(sheet))
        return await answer

    async def _hear(self, answers: asyncio.StreamReader) -> None:
        """Hands answers out. Of a process that died the page it was at has failed, the others are read here."""
        with suppress(Exception):  # the end of the stream, or whatever pickle makes of a dying process's last words
            while True:
                length = int.from_bytes(await answers.readexactly(LENGTH), "big")
                said = pickle.loads(await answers.readexactly(length))  # noqa: S301 (our own process said it)
                _hand_out(self._waiting.popleft()[1], said)
        assert self._writer
        self._writer.close()
        for number, (sheet, answer) in enumerate(self._waiting):
            _hand_out(answer, read_sheet(sheet, self._source) if number else DIED)
        self._waiting.clear()


def _hand_out(answer: asyncio.Future[Said], said: Said) -> None:
    """Gives an answer to whoever waits for it; a crawl that was stopped may have left."""
    if not answer.done():
        answer.set_result(said)


def _serve(channel: socket.socket, source: Source, crawl: int) -> None:
    """What the process does: read sheets, until nobody sends any."""
    try:
        _leave_alone(channel.fileno(), crawl)
        # What was imported is shared with the crawl as long as nobody touches it.
        gc.freeze()
        with channel.makefile("rb") as sheets, channel.makefile("wb") as answers:
            while (sheet := _take(sheets)) is not None:
                signal.setitimer(signal.ITIMER_PROF, DEADLY_SECONDS)
                said = read_sheet(sheet, source)
                signal.setitimer(signal.ITIMER_PROF, 0)
                answers.write(_pack(said))
                answers.flush()
    except BaseException:  # noqa: BLE001 (a fork must never go on as its parent)
        os._exit(1)
    os._exit(0)


def _leave_alone(channel: int, crawl: int) -> None:
    """Lets go of all that is the crawl's, and ends with it.

    A lock or a connection that is open here, too, would outlive a crawl that was killed, and whoever reads what the
    crawl says would wait for this process.
    """
    # Nobody hears it but the crawl, and whoever stops that stops it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with suppress(AttributeError):  # Linux alone has it; elsewhere the socket ends, after the page
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != crawl:
        os._exit(0)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(quiet, stream)
    os.closerange(3, channel)
    os.closerange(channel + 1, os.sysconf("SC_OPEN_MAX"))


def _take(sheets: IO[bytes]) -> Sheet | None:
    head = sheets.read(LENGTH)
    if len(head) < LENGTH:
        return None
    sheet: Sheet = pickle.loads(sheets.read(int.from_bytes(head, "big")))  # noqa: S301 (the crawl sent it)
    return sheet


def _pack(message: Sheet | Said) -> bytes:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH, "big") + data
