"""A web that fights back: every hazard ends with its reason, in bounded time and memory; good pages are read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hazards import GROUPS, Hazard
from tyres import WORDS, board, thread
from visits import MOST_BYTES, MOST_SECONDS, Visit, visit
from wire import Answer, Server, page, redirect

from domain.sources import RUN_REASONS

HAZARDS = [(group, hazard) for group, hazards in GROUPS.items() for hazard in hazards]
SECRET = "这里是内部网络，不应被任何人读取。"


def lay_out(hazards: tuple[Hazard, ...], secret: Server) -> Server:
    """A site with one board: a good thread after every hazard."""
    rows: list[tuple[str, str]] = []
    routes: dict[str, Answer] = {"/ping": redirect("/pong"), "/pong": redirect("/ping")}
    for number, hazard in enumerate(hazards):
        rows += [(f"/{hazard.name}", f"旧帖 {hazard.name}"), (f"/good{number}", f"轮胎 {number}")]
        answer = hazard.answer
        routes[f"/{hazard.name}"] = answer if callable(answer) else answer.replace(b"{port}", str(secret.port).encode())
        routes[f"/good{number}"] = page(thread(500 + number))
    routes["/pager_to_page_one?page=2"] = routes.get("/pager_to_page_one", b"")
    routes["/board"] = page(board(rows))
    served = Server(routes)
    served.otherwise = lambda path: (
        redirect(f"/chain?step={int(path.partition('=')[2]) + 1}") if path.startswith("/chain?") else page("x", 404)
    )
    return served


@pytest.fixture(scope="session")
def secret() -> Iterator[Server]:
    """A server that nobody is to be led to."""
    served = Server({"/secret": page(thread(9, SECRET))})
    yield served
    served.stop()


@pytest.fixture(scope="session")
def visits(secret: Server) -> Iterator[dict[str, Future[Visit]]]:
    """The crawls of all groups, two at a time."""
    servers = {group: lay_out(hazards, secret) for group, hazards in GROUPS.items()}
    with ThreadPoolExecutor(2) as pool:
        yield {group: pool.submit(visit, f"{server.url}/board") for group, server in servers.items()}
    for server in servers.values():
        server.stop()


@pytest.mark.parametrize(("group", "hazard"), HAZARDS, ids=lambda value: getattr(value, "name", value))
def test_every_hazard_ends_with_its_reason(visits: dict[str, Future[Visit]], group: str, hazard: Hazard) -> None:
    """A page that is none ends with a word of the contract; one that is only odd is read."""
    seen = visits[group].result()
    assert seen.noted(hazard.name) == ([hazard.reason] if hazard.reason else [])
    texts = "\n".join(seen.texts_of(hazard.name))
    assert bool(texts) == (hazard.reason is None)
    assert all(text in texts for text in hazard.texts)
    assert seen.seconds_of(hazard.name) < MOST_SECONDS


@pytest.mark.parametrize("group", GROUPS)
def test_good_pages_are_read(visits: dict[str, Future[Visit]], group: str, secret: Server) -> None:
    """Every good page around the hazards is read, within a gigabyte of memory, and nothing private."""
    seen = visits[group].result()
    assert seen.reason == "done"
    good = [post for post in seen.posts if "/good" in post["url"]]
    assert len(good) == 2 * len(GROUPS[group])
    assert all(WORDS in post["text"] or "邮费" in post["text"] for post in good)
    assert seen.memory < MOST_BYTES
    assert secret.asked == []
    assert not any(SECRET in post["text"] for post in seen.posts)


def test_the_table() -> None:
    """At least 45 hazards, each with a name of its own and a reason of the contract."""
    names = [hazard.name for _, hazard in HAZARDS]
    assert len(names) == len(set(names)) >= 45
    assert {hazard.reason for _, hazard in HAZARDS} <= {*RUN_REASONS, None}
