"""robots.txt as RFC 9309 has it, read once for each site and run. There is no override.

Served: its rules hold. 4xx, or more than five redirects: there are none (2.3.1.2, 2.3.1.3). 5xx or no answer:
everything is closed (2.3.1.4). The first 500 KiB are read (2.5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

PRODUCT = "Tipstaff"
MOST_BYTES = 500 * 1024
MOST_REDIRECTS = 5

# served and absent open the site (within the rules); the others close all of it.
State = Literal["served", "absent", "closed", "unreachable", "refused"]
CLOSING_REASONS: dict[State, str] = {"closed": "robots", "unreachable": "unreachable", "refused": "refused_address"}


@dataclass(frozen=True)
class Answer:
    """What came of asking for a robots.txt: its text where one was served, one line of detail where not."""

    state: State
    text: str = ""
    detail: str = ""


def read_answer(status: int, body: bytes) -> Answer:
    """What an answer with this status means. Redirects have been followed before."""
    if 200 <= status < 300:
        return Answer("served", body[:MOST_BYTES].decode("utf-8-sig", "replace"))
    if 300 <= status < 500 and status != 429:
        return Answer("absent", detail=f"robots.txt: status {status}")
    return Answer("closed", detail=f"robots.txt: status {status}, so that the whole site counts as closed")


class Rules:
    """The rules of one site for this program."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._parser = Protego.parse(answer.text if answer.state == "served" else "")

    def reason_against(self, url: str) -> str | None:
        """Why `url` may not be asked for, as a word of RUN_REASONS; None when it may."""
        if self.answer.state in CLOSING_REASONS:
            return CLOSING_REASONS[self.answer.state]
        return None if self._parser.can_fetch(url, PRODUCT) else "robots"

    @property
    def delay(self) -> float:
        """Crawl-delay in seconds, 0 where none is asked."""
        delay = self._parser.crawl_delay(PRODUCT)
        return float(delay) if delay else 0.0


def robots_address(url: str) -> str:
    """Where the robots.txt of the site of `url` is: scheme, host and port are its own."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/robots.txt"


class Robots:
    """The rules of every site met in a run. `fetch` asks for one robots.txt.

    It raises nothing but CrawlEnded, for a run that ends before it could ask.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[Answer]]) -> None:
        self._fetch = fetch
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    async def rules_of(self, url: str) -> Rules:
        """The rules that hold for `url`; asks the site the first time."""
        address = robots_address(url)
        if address not in self._rules:
            self._rules[address] = asyncio.ensure_future(self._read(address))
        return await asyncio.shield(self._rules[address])

    async def _read(self, address: str) -> Rules:
        return Rules(await self._fetch(address))
