"""Pages are read beside the crawl that asks for them, one on each processor: while some are read, the next is on its
way. What they say comes back in the order in which they came, whoever read them."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from crawlers.companion import Companion
from crawlers.pages import Platform
from crawlers.reading import Broken, Reading, Said, Sheet, find_platform_of, read_sheet
from domain.sources import Source

# So many pages a process may have come and not been read when another one is asked for: a site that has had enough of
# us is heard soon, and nothing piles up.
MOST_AHEAD = 2
MOST_COMPANIONS = 2


class Reader:
    """Reads the pages of one crawl. One that was not started reads them where it is."""

    def __init__(self, source: Source) -> None:
        self.companions: list[Companion] = []
        self._source = source
        self._turn = asyncio.Lock()
        self._ahead = 0
        self._room = asyncio.Event()
        self._platforms: dict[str, Platform | None] = {"": None}

    def start(self, processes: int | None = None) -> None:
        """Forks the processes, before the event loop runs. Where there is no room for one, pages are read here.

        Unless it is said how many, one processor is left to the fetching: on two, a second reader was no faster than
        one (benchmarks/crawl.py).
        """
        spare = max(1, (os.cpu_count() or 1) - 1)
        with suppress(OSError):
            for _ in range(processes or min(MOST_COMPANIONS, spare)):
                self.companions.append(Companion.fork(self._source))

    async def open(self) -> None:
        """Begins to talk to the processes, where there are any."""
        for companion in self.companions:
            await companion.open()

    async def read(self, sheet: Sheet) -> Reading:
        """What a sheet says, in the order of the calls. Raises Broken."""
        self._ahead += 1
        try:
            said = await self._ask(sheet)
        finally:
            self._ahead -= 1
            self._room.set()
        if said.broken:
            raise Broken(said.broken)
        if said.name not in self._platforms:
            # Platforms are made of functions, which stay where they are: one that is new here is found once more.
            self._platforms[said.name] = find_platform_of(sheet, self._source)
        return Reading(sheet, said, self._platforms[said.name])

    async def make_room(self) -> None:
        """Waits until few enough pages wait to be read."""
        while self._ahead >= MOST_AHEAD * max(1, len(self.companions)):
            self._room.clear()
            await self._room.wait()

    async def close(self) -> None:
        """Hears no more of the processes, and ends them."""
        for companion in self.companions:
            companion.leave()
        self.end()

    def end(self) -> None:
        """Ends the processes, whatever they read."""
        for companion in self.companions:
            companion.end()
        self.companions.clear()

    async def _ask(self, sheet: Sheet) -> Said:
        free = min((each for each in self.companions if each.listens), key=lambda each: each.waiting, default=None)
        answer = free.ask(sheet) if free else None
        async with self._turn:  # who came first leaves first
            return await answer if answer else read_sheet(sheet, self._source)
