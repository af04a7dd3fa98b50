"""When a source is due, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import Said

from domain.sources import RunOutcome, Source
from store.database import open_store
from store.hosts import postpone
from store.runs import begin_run, finish_run
from store.sources import WatchedSource, find_source
from tipstaff.schedule import Cause, foresee, is_due

Run = Callable[..., Said]
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BOARD = "http://127.0.0.1:8123/board/1"
FRESH = WatchedSource(
    id="1", source=Source("b1", BOARD), every_seconds=6 * 3600, paused=False, basis=None, assessor=None,
    added_at=NOON - timedelta(days=2),
)  # fmt: skip
RAN = replace(FRESH, last_started_at=NOON - timedelta(hours=2), last_ended_at=NOON, last_reason="done")


@pytest.mark.parametrize(
    ("watched", "free_at", "due", "next_at", "keys"),
    [
        (FRESH, None, True, NOON - timedelta(days=2), ["due_never_ran"]),
        (RAN, None, False, NOON + timedelta(hours=4), ["due_not_yet", "due_last_good"]),
        (replace(RAN, every_seconds=3600), None, True, NOON - timedelta(hours=1), ["due_since", "due_last_good"]),
        (replace(RAN, last_reason="robots"), None, False, NOON + timedelta(hours=4), ["due_not_yet", "due_last_bad"]),
        (replace(RAN, last_ended_at=None, last_reason=None, every_seconds=60), None, False,
         NOON - timedelta(hours=2) + timedelta(minutes=1), ["due_running", "due_since"]),
        (replace(RAN, paused=True), None, False, None, ["due_paused", "due_last_good"]),
        (FRESH, NOON + timedelta(hours=1), False, NOON + timedelta(hours=1), ["due_never_ran", "due_host_rests"]),
        (FRESH, NOON - timedelta(hours=1), True, NOON - timedelta(days=2), ["due_never_ran"]),
    ],
)  # fmt: skip
def test_it_is_told_why_a_source_is_due(
    watched: WatchedSource, free_at: datetime | None, due: bool, next_at: datetime | None, keys: list[str]
) -> None:
    """The clock, the last run and a host that wants a pause are told, and when the source is next."""
    seen = foresee(watched, NOON, hindrances=(), free_at=free_at)
    assert (seen.due, seen.next_at, [cause.key for cause in seen.causes]) == (due, next_at, keys)
    if free_at is None and watched.last_ended_at is not None:
        assert seen.due == is_due(watched, NOON)


def test_what_hinders_a_source_is_told_whatever_the_clock_says() -> None:
    """A source that may not be crawled has no next time."""
    seen = foresee(FRESH, NOON, hindrances=(Cause("due_no_contact", {"url": BOARD}),), free_at=None)
    assert (seen.due, seen.next_at) == (False, None)
    assert [cause.key for cause in seen.causes] == ["due_never_ran", "due_no_contact"]


def test_why_is_said_in_both_languages(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`source why` says it in English, in Chinese and as JSON."""
    run("source", "add", BOARD, "--name", "b1", "--allow-private")
    assert "b1 is due now" in run("source", "why", "b1").output
    with open_store(home) as store:
        run_id = begin_run(store, find_source(store, "b1").id, planned_at=datetime.now(UTC), now=datetime.now(UTC))
        finish_run(store, run_id, RunOutcome("login_wall"), findings=0, now=datetime.now(UTC))
        postpone(store, "127.0.0.1:8123", 7 * 3600, datetime.now(UTC))
    said = run("source", "why", "b1")
    assert "b1 is not due; next:" in said.output
    assert "login_wall" in said.output
    assert "left alone until" in said.output
    monkeypatch.setenv("TIPSTAFF_LANGUAGE", "zh")
    assert "b1 尚未到期" in run("source", "why", "b1").output
    run("source", "pause", "b1")
    assert "tipstaff source resume b1" in run("source", "why", "b1").output
    (told,) = run("source", "why", "b1", "--json").lines
    assert (told["due"], told["next_due"], told["causes"][0]["why"]) == (False, None, "due_paused")


def test_a_public_source_without_contact_is_not_planned(run: Run) -> None:
    """Without a contact address for the user agent a public source has no next time, and what to set is said."""
    run("source", "add", "https://forum.example/", "--name", "p")
    said = run("source", "why", "p")
    assert "TIPSTAFF_CONTACT" in said.output
    assert "until something changes" in said.output
