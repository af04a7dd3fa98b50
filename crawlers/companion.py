"""A process beside the crawl that reads pages: a fork of it, made before anything runs there, which ends when it does.

It keeps nothing of the crawl's but its end of one socket: no connection to a database, no lock, no pipe. Sheets go to
it one after the other, and what they say comes back in the same order.
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
from typing import IO, Self

from crawlers.bounds import READING_SECONDS
from crawlers.reading import Said, Sheet, read_sheet
from domain.sources import Source

LENGTH = 4  # bytes of a message's length, big-endian
# Processor time of one page after which the kernel ends the process: by then it has left its reader's Python, where it
# would have heard that its time was over.
DEADLY_SECONDS = 3 * READING_SECONDS
PR_SET_PDEATHSIG = 1  # prctl(2)
DIED = Said(broken="the process that read it died")


class Companion:
    """One such process, as the crawl sees it. A page that kills it has failed; those behind it are read in place."""

    def __init__(self, process: int, channel: socket.socket, source: Source) -> None:
        self.process = process
        self._channel = channel
        self._source = source
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._waiting: deque[tuple[Sheet, asyncio.Future[Said]]] = deque()

    @classmethod
    def fork(cls, source: Source) -> Self:
        """Makes the process, before an event loop runs. Raises OSError where there is no room for one."""
        here, there = socket.socketpair()
        crawl = os.getpid()
        try:
            process = os.fork()
        except OSError:
            here.close()
            there.close()
            raise
        if not process:
            _serve(there, source, crawl)
        there.close()
        return cls(process, here, source)

    async def open(self) -> None:
        """Begins to talk to the process."""
        answers, self._writer = await asyncio.open_connection(sock=self._channel)
        self._hearing = asyncio.ensure_future(self._hear(answers))

    @property
    def listens(self) -> bool:
        """Whether there is still somebody to be asked."""
        return self._writer is not None and not self._writer.is_closing()

    @property
    def waiting(self) -> int:
        """How many sheets it has been given and not read."""
        return len(self._waiting)

    def ask(self, sheet: Sheet) -> asyncio.Future[Said]:
        """What a sheet says."""
        assert self._writer is not None
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._waiting.append((sheet, answer))
        self._writer.write(_pack(sheet))
        return answer

    def leave(self) -> None:
        """Hears no more of the process."""
        if self._hearing is not None:
            self._hearing.cancel()
        if self._writer is not None:
            self._writer.close()

    def end(self) -> None:
        """Ends the process, whatever it reads."""
        self._channel.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

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
