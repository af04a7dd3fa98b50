"""Several processes at one store."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hauls import CHAT, OFFER, T0, Run, at, files_under, make_haul, make_post, make_verdict, score_all, take, watch
from stores import open_store

from domain.errors import Refused
from domain.sources import RunCounts, RunOutcome, Source
from store.database import Store
from store.findings import Query, count_findings, iterate_findings
from store.hosts import LONGEST, postpone, take_turn
from store.runs import begin_run, close_dead_runs, finish_run, list_runs
from store.sources import add_source
from store.spool import open_page, settle, waiting

FORK = multiprocessing.get_context("fork")


def run_all(*jobs: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
    """Run the jobs at once, each in a process of its own, and see that all come to their end."""
    processes = [FORK.Process(target=job, args=arguments) for job, arguments in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def _take_turns(home: Path, count: int, answers: multiprocessing.Queue[list[float]]) -> None:
    with open_store(home) as store:
        answers.put([take_turn(store, "example.org", 2.5, T0) for _ in range(count)])


def test_processes_never_get_the_same_turn(home: Path) -> None:
    """Turns that several processes take of one host at once lie the delay apart, every one of them."""
    answers: multiprocessing.Queue[list[float]] = FORK.Queue()
    run_all(*[(_take_turns, (home, 25, answers))] * 4)
    turns = sorted(turn for _ in range(4) for turn in answers.get(timeout=10))
    assert turns == [2.5 * number for number in range(100)]


def test_a_slower_source_keeps_its_distance_to_both_sides(store: Store) -> None:
    """The longer delay holds before and after the request that asked for it."""
    assert take_turn(store, "example.org", 1, T0) == 0
    assert take_turn(store, "example.org", 10, T0) == 10
    assert take_turn(store, "example.org", 1, T0) == 20
    assert take_turn(store, "other.example.org", 1, T0) == 0


def test_a_host_that_asked_for_a_pause_gets_it(store: Store) -> None:
    """Nobody asks before the pause is over; a shorter one does not cut it; no pause is endless."""
    postpone(store, "example.org", 60, T0)
    postpone(store, "example.org", 5, T0)
    assert take_turn(store, "example.org", 1, at(0.5)) == 30
    postpone(store, "example.org", 1e300, T0)
    assert take_turn(store, "example.org", 1, T0) == LONGEST.total_seconds()


def test_a_clock_put_right_does_not_block_a_host(store: Store) -> None:
    """Turns that were taken while the clock ran years ahead are forgotten."""
    take_turn(store, "example.org", 1, T0 + timedelta(days=2000))
    assert take_turn(store, "example.org", 1, T0) == 0
    assert take_turn(store, "example.org", 1, T0) == 1


def _deliver(home: Path, run: Run, first: int) -> None:
    with open_store(home) as store:
        for number in range(first, first + 20):
            # Every other page is one that the other process delivers as well.
            shared = number % 20 if number % 2 else number
            posts = [make_post(10 * shared, f"{OFFER} {shared}"), make_post(10 * shared + 1, CHAT)]
            take(store, run, make_haul(posts, at(number), path=f"/t/{shared}"))


def _score(home: Path) -> None:
    with open_store(home) as store:
        for _ in range(40):
            for page_id in waiting(store, T0, limit=3):
                page = open_page(store, page_id)
                fresh = [post for post in page.haul.posts if post.id in page.fresh]
                settle(store, page_id, [make_verdict(post) for post in fresh], T0)


def test_delivering_and_scoring_at_once_loses_and_doubles_nothing(home: Path) -> None:
    """Two crawls with common posts and two scorers: in the end each offer is one finding with its proof."""
    with open_store(home) as store:
        first, second = watch(store), watch(store, "search", "https://forum.example.org/search")
    run_all((_deliver, (home, first, 0)), (_deliver, (home, second, 20)), (_score, (home,)), (_score, (home,)))
    run_all((_score, (home,)))
    with open_store(home) as store:
        found = list(iterate_findings(store))
        assert count_findings(store, Query()) == len(found)
    wanted = {number % 20 if number % 2 else number for number in range(40)}
    assert sorted(finding["post"]["id"] for finding in found) == sorted(f"post-{10 * number}" for number in wanted)
    assert {len(finding["versions"]) for finding in found} == {1}
    assert all(finding["captures"] for finding in found)
    assert files_under(home / "spool") == set()


def _open_often(home: Path) -> None:
    for _ in range(25):
        open_store(home).close()


def test_opening_a_store_disturbs_nobody(home: Path) -> None:
    """Commands that open the store while a crawl delivers sweep away nothing that is alive."""
    with open_store(home) as store:
        run = watch(store)
    run_all((_deliver, (home, run, 0)), (_open_often, (home,)), (_open_often, (home,)))
    with open_store(home) as store:
        pages = waiting(store, T0)
        assert len(pages) == 20
        assert all(open_page(store, page_id).fresh for page_id in pages)


def _hold(home: Path, source_id: str, ready: Any) -> None:
    with open_store(home) as store:
        begin_run(store, source_id, T0, at(1))
        waiting(store, at(1))
        ready.set()
        signal.pause()


@pytest.fixture
def held(store: Store) -> Any:
    """A source that a living process crawls and whose page it scores: the source's id and the process."""
    watched = add_source(store, Source("held", "https://forum.example.org/board/9"), every_seconds=3600, now=T0)
    run = Run(watched.id, begin_run(store, watched.id, T0, T0))
    take(store, run, make_haul([make_post(1, OFFER)]))
    finish_run(store, run.id, RunOutcome("done"), 0, at(1))
    ready = FORK.Event()
    process = FORK.Process(target=_hold, args=(store.home, watched.id, ready))
    process.start()
    assert ready.wait(60)
    yield watched.id, process
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()


def test_what_a_living_process_does_is_left_to_it(store: Store, held: Any) -> None:
    """A source that is being crawled is not crawled twice, and a leased page not handed out again."""
    source_id, _ = held
    with pytest.raises(Refused, match="held is being crawled"):
        begin_run(store, source_id, T0, at(1))
    assert waiting(store, at(1)) == []
    assert close_dead_runs(store, at(1)) == 0


def test_what_a_killed_process_did_is_taken_over_at_once(store: Store, held: Any) -> None:
    """Its run is closed as interrupted at the next opening, its page is free before the lease has run out."""
    source_id, process = held
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    with open_store(store.home) as again:
        newest, _ = list_runs(again)
        assert (newest["reason"], newest["pages"]) == ("interrupted", 0)
        assert newest["ended_at"] is not None
        assert len(waiting(again, at(1))) == 1
        begin_run(again, source_id, T0, at(2))


def test_a_run_is_told_as_the_contract_says(store: Store) -> None:
    """The ledger has what was delivered while it ran and how it ended, the newest run first."""
    first = watch(store)
    take(store, first, make_haul([make_post(1, OFFER), make_post(2, CHAT)]))
    assert {key: list_runs(store)[0][key] for key in ("ended_at", "reason", "pages", "posts", "new")} == {
        "ended_at": None, "reason": None, "pages": 1, "posts": 2, "new": 2,
    }  # fmt: skip
    score_all(store)
    assert list_runs(store)[0]["findings"] == 1
    outcome = RunOutcome("budget_spent", "enough for today", RunCounts(pages=3, posts=2, new=2, unchanged=1))
    finish_run(store, first.id, outcome, 1, at(5))
    second = begin_run(store, first.source_id, at(60), at(61))
    runs = list_runs(store, source="board")
    assert [run["id"] for run in runs] == [second, first.id]
    assert runs[1] == {
        "id": first.id, "source": "board", "planned_at": T0.isoformat(), "started_at": T0.isoformat(),
        "ended_at": at(5).isoformat(), "reason": "budget_spent", "pages": 3, "posts": 2, "new": 2, "findings": 1,
    }  # fmt: skip
    assert [run["id"] for run in list_runs(store, limit=1)] == [second]
