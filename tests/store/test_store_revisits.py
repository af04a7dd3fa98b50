"""Findings that are looked at again, and those that are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hauls import CHAT, OFFER, SITE, at, make_haul, make_post, score_all, take, watch

from domain.pages import Mark, Roll
from store.database import Store
from store.findings import Query, search_findings
from store.marks import marks_of
from store.revisits import MOST_THREADS, take_revisits

WEEK = 7 * 24 * 60
POSTS = (make_post(1, OFFER), make_post(2, CHAT))
THREAD = f"{SITE}/t/7"


def test_a_finding_that_is_not_on_the_roll_was_removed(store: Store) -> None:
    """It is marked and kept; seen again, it stands again. A page of the thread that is not its whole says nothing."""
    run = watch(store)
    take(store, run, make_haul(POSTS))
    score_all(store)
    page = make_haul(POSTS[1:], at(60))
    take(store, run, page)
    assert "removed_at" not in search_findings(store, Query())[0]
    take(store, run, replace(page, roll=Roll((THREAD,), ("post-2",))))
    (finding,) = search_findings(store, Query())
    assert finding["removed_at"] == at(60).isoformat()
    assert finding["post"]["text"] == OFFER
    take(store, run, make_haul(POSTS, at(90)))
    assert "removed_at" not in search_findings(store, Query())[0]


def test_a_thread_that_is_gone_takes_its_findings_along(store: Store) -> None:
    """And only its own."""
    run = watch(store)
    take(store, run, make_haul([*POSTS, make_post(3, OFFER, thread_url=f"{SITE}/t/8")]))
    score_all(store)
    take(store, run, replace(make_haul((), at(60), role="other"), roll=Roll((THREAD,))))
    gone = {finding["post"]["id"]: finding.get("removed_at") for finding in search_findings(store, Query())}
    assert gone == {"post-1": at(60).isoformat(), "post-3": None}


def test_strangers_call_no_roll(store: Store) -> None:
    """Where no post of a thread is known, it is read in another way than before, and nothing was removed."""
    run = watch(store)
    take(store, run, make_haul(POSTS))
    score_all(store)
    others = [make_post(11, CHAT, at(60)), make_post(12, OFFER, at(60))]
    take(store, run, replace(make_haul(others, at(60)), roll=Roll((THREAD,), ("post-11", "post-12"))))
    assert not any("removed_at" in finding for finding in search_findings(store, Query()))


def test_whom_nobody_saw_for_long_is_visited_once(store: Store) -> None:
    """A thread with findings is told when a week has passed, and then not for another; one that is gone once more."""
    run = watch(store)
    take(store, run, make_haul(POSTS))
    score_all(store)
    assert take_revisits(store, run.source_id, at(WEEK - 1)) == []
    assert take_revisits(store, run.source_id, at(WEEK + 1)) == [THREAD]
    assert take_revisits(store, run.source_id, at(WEEK + 2)) == []
    take(store, run, replace(make_haul((), at(WEEK + 3), role="other"), roll=Roll((THREAD,))))
    assert take_revisits(store, run.source_id, at(2 * WEEK + 2)) == [THREAD]
    assert take_revisits(store, run.source_id, at(4 * WEEK)) == []


def test_a_crawl_is_told_of_so_many(store: Store) -> None:
    """The longest unseen come first."""
    run = watch(store)
    count = MOST_THREADS + 2
    posts = [make_post(number, OFFER, thread_url=f"{SITE}/t/{number}") for number in range(count)]
    for number, post in enumerate(posts):
        take(store, run, make_haul([post], at(number)))
    score_all(store)
    told = take_revisits(store, run.source_id, at(3 * WEEK))
    assert told == [f"{SITE}/t/{number}" for number in range(MOST_THREADS)]
    assert len(take_revisits(store, run.source_id, at(3 * WEEK))) == 2


def test_marks_keep_where_a_thread_ended(store: Store) -> None:
    """Address and age of a reading come back; the address stands readable nowhere."""
    run = watch(store)
    mark = Mark("t:7", "4", 2, True, 10, 5, address=f"{SITE}/quiet-slug?page=2", deep_at=at(0) - timedelta(days=1))
    take(store, run, make_haul([make_post(2, CHAT)], mark=mark))
    score_all(store)
    assert marks_of(store, run.source_id, ["t:7", "t:8"]) == {"t:7": mark}
    kept = b"".join(path.read_bytes() for path in store.home.rglob("*") if path.is_file())
    assert b"quiet-slug" not in kept
