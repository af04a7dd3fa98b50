"""The guard: what may be reached, and that an answer stays what it was."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Any

import pytest
from crawl_cases import read_cases

from crawlers.conduct.addresses import Guard, is_public, read_literal
from domain.errors import CrawlEnded
from domain.sources import Source

CASES = read_cases("addresses.jsonl")
ODD = [
    "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "127.0.1", "017700000001", "0", "1.2.3.4.5", "0x",
    "１２７.0.0.1", "①②⑦.0.0.1", "fe80::1%eth0", "127.0.0.1%25", "256.1.1.1",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["address"])
def test_addresses(case: dict[str, Any]) -> None:
    """Private, loopback, reserved and multicast addresses are not public, nor is whatever carries one inside."""
    assert is_public(ipaddress.ip_address(case["address"])) is case["public"]


@pytest.mark.parametrize("host", ODD)
def test_odd_literals(host: str) -> None:
    """A number written in any way but the plain one is never resolved, but refused."""
    with pytest.raises(ValueError, match=r".*"):
        read_literal(host)


def test_names_are_no_literals() -> None:
    """A name is a name, also one that begins with digits."""
    assert [read_literal(host) for host in ("example.org", "360.example", "1.2.3.example.org", "0x7f.example")] == [
        None
    ] * 4


def guard_of(url: str, resolve: Callable[[str, int], tuple[str, ...]], **source: object) -> Guard:
    return Guard(Source(name="s", url=url, **source), resolve)  # type: ignore[arg-type]


def reason_for(guard: Guard, host: str, port: int = 80) -> str | tuple[str, ...]:
    """What the guard answers: addresses, or the reason against."""

    async def ask() -> str | tuple[str, ...]:
        try:
            return await guard.pin(host, port)
        except CrawlEnded as ended:
            return ended.reason

    return asyncio.run(ask())


def test_an_answer_is_pinned() -> None:
    """A name that answers public first and loopback next stays what it was at first, for the whole run."""
    answers = iter([("93.184.215.14",), ("127.0.0.1",)])
    guard = guard_of("http://example.org/", lambda host, port: next(answers))

    async def twice() -> list[tuple[str, ...]]:
        return [
            await guard.pin("example.org", 80),
            await guard.pin("Example.org.", 80),
            guard.pinned("example.org", 80),
        ]

    assert asyncio.run(twice()) == [("93.184.215.14",)] * 3


def test_mixed_answers_keep_what_is_public() -> None:
    """Of a name with public and private addresses only the public ones are connected to."""
    guard = guard_of("http://example.org/", lambda host, port: ("10.0.0.1", "93.184.215.14", "::1"))
    assert reason_for(guard, "example.org") == ("93.184.215.14",)


@pytest.mark.parametrize(
    ("host", "reason"),
    [("private.test", "refused_address"), ("nowhere.test", "unreachable"), ("0x7f.1", "refused_address")],
)
def test_reasons(host: str, reason: str) -> None:
    """A name for a private address is refused; one that does not resolve is unreachable."""

    def resolve(name: str, port: int) -> tuple[str, ...]:
        if name == "nowhere.test":
            raise OSError
        return ("10.1.1.1",)

    guard = guard_of("http://example.org/", resolve)
    assert reason_for(guard, host) == reason
    assert guard.pinned(host, 80) == ()


def test_only_the_named_private_host_and_port() -> None:
    """With allow_private the source's own host and port may be reached, and no other port or name of that machine."""
    guard = guard_of("http://127.0.0.1:8000/f/", lambda host, port: ("127.0.0.1",), allow_private=True)
    assert reason_for(guard, "127.0.0.1", 8000) == ("127.0.0.1",)
    guard = guard_of("http://forum.lan:8000/", lambda host, port: ("10.0.0.9",), allow_private=True)
    assert reason_for(guard, "forum.lan", 8000) == ("10.0.0.9",)
    guard = guard_of("http://127.0.0.1:8000/f/", lambda host, port: ("127.0.0.1",), allow_private=True)
    assert reason_for(guard, "127.0.0.1", 8001) == "refused_address"
    guard = guard_of("http://127.0.0.1:8000/f/", lambda host, port: ("127.0.0.1",), allow_private=True)
    assert reason_for(guard, "localhost", 8000) == "refused_address"


def test_with_a_proxy_names_are_the_proxys() -> None:
    """A proxy resolves names itself; literals are judged here all the same, and nothing is looked up but the proxy."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",)

    for host, reason in [("example.org", ()), ("10.0.0.1", "refused_address"), ("localhost", "refused_address")]:
        assert reason_for(guard_of("http://example.org/", resolve, proxy="http://proxy.test:3128"), host) == reason
    assert asked == []
    guard = guard_of("http://example.org/", resolve, proxy="http://proxy.test:3128")
    assert asyncio.run(guard.pin_proxy()) == ("127.0.0.1",)
    assert (
        reason_for(guard_of("http://example.org/", resolve, proxy="http://127.0.0.1:9"), "127.0.0.1", 9)
        == "refused_address"
    )
