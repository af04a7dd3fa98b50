"""The watch list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hauls import OFFER, SITE, T0, at, make_haul, make_post, score_all, take, watch

from domain.errors import BadAddress, BadInput, BadValue, UnknownName
from domain.sources import RunOutcome, Source
from store.database import Store
from store.findings import Query, search_findings
from store.runs import finish_run, list_runs
from store.sources import (
    add_source,
    add_sources,
    change_source,
    find_source,
    keep_robots,
    list_sources,
    pause_source,
    remove_source,
    resume_source,
)
from store.spool import mark_of, validators_of

FULL = Source(
    "论坛", f"{SITE}/search?q={{query}}", render="never", timezone="Europe/Berlin", platform="discuz",
    queries=("车主", "保单"), proxy="http://proxy.example.org:3128", allow_private=True, practice=True, max_pages=7,
    delay=2.5,
)  # fmt: skip


def test_a_source_comes_back_as_it_was_given(store: Store) -> None:
    """Every field of a source, and who assessed it on what basis, is kept."""
    added = add_source(store, FULL, every_seconds=900, basis="public board", assessor="Li", now=T0)
    assert added == find_source(store, "论坛") == list_sources(store)[0]
    assert (added.source, added.every_seconds, added.paused) == (FULL, 900, False)
    assert (added.basis, added.assessor, added.added_at) == ("public board", "Li", T0)
    assert (added.robots_first_seen, added.last_started_at, added.last_reason) == (None, None, None)


def test_names_are_unique_among_what_is_watched(store: Store) -> None:
    """A name that is taken is refused with one line; one that was removed is free again."""
    watch(store)
    with pytest.raises(BadValue, match="name cannot be board; it wants a name that no source has yet"):
        add_source(store, Source("board", SITE), every_seconds=60, now=T0)
    remove_source(store, "board")
    assert list_sources(store) == []
    add_source(store, Source("board", SITE), every_seconds=60, now=T0)


def test_several_sources_are_added_all_or_none(store: Store) -> None:
    """One bad source among several leaves the watch list as it was."""
    good = (Source("a", SITE), {"every_seconds": 60, "basis": "b", "assessor": "c"})
    with pytest.raises(BadValue):
        add_sources(store, [good, (Source("a", f"{SITE}/2"), {})], now=T0)
    assert list_sources(store) == []
    assert [watched.source.name for watched in add_sources(store, [good], now=T0)] == ["a"]


BAD: tuple[tuple[dict[str, Any], type[BadInput]], ...] = (
    ({"url": "ftp://example.org/"}, BadAddress),
    ({"url": "example.org"}, BadAddress),
    ({"name": " "}, BadValue),
    ({"name": "a\nb"}, BadValue),
    ({"render": "sometimes"}, BadValue),
    ({"max_pages": 0}, BadValue),
    ({"delay": -1.0}, BadValue),
    ({"every_seconds": 0}, BadValue),
    ({"colour": "red"}, BadValue),
)


@pytest.mark.parametrize(("change", "fault"), BAD, ids=lambda value: str(value))
def test_a_bad_value_changes_nothing(store: Store, change: dict[str, Any], fault: type[BadInput]) -> None:
    """What cannot be is refused when a source is changed, and the source stays as it was."""
    watch(store)
    before = find_source(store, "board")
    with pytest.raises(fault):
        change_source(store, "board", **change)
    assert find_source(store, "board") == before


def test_what_is_changed_is_changed_and_nothing_else(store: Store) -> None:
    """Fields of the source and those beside it can be set; a new name is where it is found from then on."""
    before = add_source(store, FULL, every_seconds=900, now=T0)
    change_source(store, "论坛", queries=("车险",), every_seconds=60, basis="published", name="新")
    after = find_source(store, "新")
    assert after == replace(
        before, source=replace(FULL, queries=("车险",), name="新"), every_seconds=60, basis="published"
    )
    with pytest.raises(UnknownName, match="no source called 论坛"):
        find_source(store, "论坛")


def test_a_source_at_a_new_address_starts_afresh(store: Store) -> None:
    """Marks, validators and robots.txt of the old address are not those of the new one."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]))
    keep_robots(store, run.source_id, "forum.example.org", "Disallow: /x", T0)
    change_source(store, "board", every_seconds=60)
    assert mark_of(store, run.source_id, "/t/7") is not None
    change_source(store, "board", url="https://other.example.org/")
    assert mark_of(store, run.source_id, "/t/7") is None
    assert validators_of(store, run.source_id, f"{SITE}/t/7") is None
    assert find_source(store, "board").robots_first_seen is None


def test_pausing_and_resuming(store: Store) -> None:
    """A paused source says so until it is resumed."""
    watch(store)
    pause_source(store, "board")
    assert find_source(store, "board").paused
    resume_source(store, "board")
    assert not find_source(store, "board").paused


@pytest.mark.parametrize("verb", [find_source, change_source, pause_source, resume_source, remove_source])
def test_an_unknown_name_is_named(store: Store, verb: Any) -> None:
    """Whatever is asked of a source there is none of says so."""
    with pytest.raises(UnknownName, match="no source called nobody"):
        verb(store, "nobody")


def test_findings_and_runs_outlive_their_source(store: Store) -> None:
    """A removed source's findings stay, say where they are from, and can be asked for by its name."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]))
    score_all(store)
    remove_source(store, "board")
    (finding,) = search_findings(store, Query(source="board"))
    assert finding["source"] == "board"
    assert len(list_runs(store, source="board")) == 1
    assert mark_of(store, run.source_id, "/t/7") is None


def test_robots_is_kept_as_first_seen_on_the_sources_own_site(store: Store) -> None:
    """Neither a later robots.txt nor that of another site takes its place."""
    run = watch(store)
    keep_robots(store, run.source_id, "cdn.example.org", "Disallow: /cdn", T0)
    assert find_source(store, "board").robots_first_seen is None
    keep_robots(store, run.source_id, "forum.example.org", "", at(1))
    keep_robots(store, run.source_id, "forum.example.org", "Disallow: /later", at(2))
    assert find_source(store, "board").robots_first_seen == ("", at(1))


def test_a_source_knows_its_last_run(store: Store) -> None:
    """When it was last begun and ended, and why it ended."""
    run = watch(store)
    assert find_source(store, "board").last_started_at == T0
    assert find_source(store, "board").last_ended_at is None
    finish_run(store, run.id, RunOutcome("nothing_new"), 0, at(3))
    watched = find_source(store, "board")
    assert (watched.last_ended_at, watched.last_reason) == (at(3), "nothing_new")
