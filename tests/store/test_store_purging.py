"""Retention: what is due goes for good, and the ledger keeps the proof of what it was."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from custody import BY, actions, capture_ids, faults, fill, finding_ids, read_ledger
from hauls import OFFER, T0, at, files_under, find_bytes, make_haul, make_post, score_all, take, watch
from stores import open_store, sqlite_only
from test_store_crashes import _die_at

from domain.errors import DamagedSeal, UnknownName
from store.database import Store
from store.findings import find_finding, judge_finding
from store.ledger import Head
from store.purging import Retention, list_due, purge_findings
from store.rotation import change_key
from store.seals import capture_path, read_capture
from store.signing import list_signers
from store.sources import change_source
from store.unsealing import Access, unseal_finding
from store.verification import verify_store

LATER = T0 + timedelta(days=31)
MONTH: Retention = {"new": 30, "dismissed": 30}


def purge(store: Store, retention: Retention = MONTH, now: Any = LATER) -> list[str]:
    """Purge what is due; the ids of the findings that went."""
    return [purged.due.finding_id for purged in purge_findings(store, retention, by=BY, now=now)]


def test_what_is_purged_is_gone_and_proved(store: Store) -> None:
    """No word, row, file or key of it is left anywhere; the ledger has its digests, when and why; the chain holds."""
    fill(store)
    first, *_ = finding_ids(store)
    capture_id = capture_ids(store)[0]
    (version,) = find_finding(store, first)["versions"]
    (capture,) = find_finding(store, first)["captures"]
    assert purge(store, {"dismissed": 30}) == [first]
    with pytest.raises(UnknownName):
        find_finding(store, first)
    with pytest.raises(DamagedSeal):
        read_capture(store, capture_id)
    assert not capture_path(store, capture_id).exists()
    assert not store.keys.path_of(capture_id).exists()
    entry = read_ledger(store)[-1]
    assert (entry.action, entry.subject, entry.by, entry.at) == ("purged", first, BY, LATER.isoformat())
    assert entry.facts["versions"] == {version["id"]: version["content_sha256"]}
    assert {key: entry.facts["captures"][capture_id][key] for key in ("sha256", "md5", "body_sha256")} == {
        key: capture[key] for key in ("sha256", "md5", "body_sha256")
    }
    assert entry.facts["why"] == "dismissed findings of this source are kept for 30 days"
    assert faults(store) == []
    store.close()
    for words in ("Che_Zhu88 1", "che_zhu88 1", "/t/1", "给过样本"):
        assert find_bytes(store.home, words) == []
    if store.url is None:
        assert find_bytes(store.home, "Che_Zhu88 2") != []


def test_the_database_is_compacted_once_for_what_was_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not where nothing was due; and where somebody read meanwhile, or the purge broke off, by the next purge."""
    fill(store)
    asked: list[bool] = []
    answers = iter((False, True, True))
    monkeypatch.setattr(Store, "compact", lambda _: asked.append(next(answers)) or asked[-1])
    assert purge(store, {}) == []
    assert asked == []
    assert len(purge(store, {"dismissed": 30})) == 1
    assert asked == [False]
    for _ in range(2):
        assert purge(store, {"dismissed": 30}) == []
    assert asked == [False, True]
    next(purge_findings(store, MONTH, by=BY, now=LATER))
    assert purge(store, {}) == []
    assert asked == [False, True, True]


@sqlite_only
def test_a_purged_page_opens_with_no_backup_of_the_database(store: Store, tmp_path: Path) -> None:
    """Who kept the database and the sealed file, but not the key, has noise; verify says that it was purged."""
    fill(store)
    capture_id = capture_ids(store)[0]
    sealed = capture_path(store, capture_id).read_bytes()
    database = shutil.copy(store.home / "store.db", tmp_path)
    purge(store)
    capture_path(store, capture_id).parent.mkdir(parents=True, exist_ok=True)
    capture_path(store, capture_id).write_bytes(sealed)
    assert ("purge_undone", capture_id) in faults(store)
    store.close()
    for name in ("store.db-wal", "store.db-shm"):
        (store.home / name).unlink(missing_ok=True)
    shutil.copy(database, store.home / "store.db")
    with open_store(store.home) as old, pytest.raises(DamagedSeal):
        read_capture(old, capture_id)


def test_a_post_that_was_purged_is_not_found_again(store: Store) -> None:
    """It is known by its fingerprint still, so that the next crawl does not bring it back."""
    run = fill(store, count=1)
    purge(store)
    posts = [make_post(1, f"{OFFER} 1"), make_post(101, "闲聊 1")]
    assert take(store, run, make_haul(posts, at(60), path="/t/1")) == 0
    score_all(store, at(61))
    assert finding_ids(store) == []


def test_time_runs_from_the_verdict_or_the_last_sighting(store: Store) -> None:
    """A finding is due when so many days have gone since it was seen last or judged, whichever is later."""
    fill(store)
    first, second, third = finding_ids(store)
    judge_finding(store, second, state="confirmed", note=None, by=BY, now=T0 + timedelta(days=20))
    retention = {"new": 30, "dismissed": 30, "confirmed": 30}
    almost = at(3) + timedelta(days=30) - timedelta(seconds=1)
    assert list_due(store, retention, almost) == []
    assert [due.finding_id for due in list_due(store, retention, at(3) + timedelta(days=30))] == [third]
    assert [due.finding_id for due in list_due(store, retention, LATER)] == [first, third]
    everything = list_due(store, retention, T0 + timedelta(days=50))
    assert [due.finding_id for due in everything] == [first, second, third]
    assert list_due(store, {}, T0 + timedelta(days=10_000)) == []
    assert list_due(store, {"new": 9999 * 365}, T0 + timedelta(days=10_000)) == []


def test_what_a_source_says_goes_before(store: Store) -> None:
    """A source may keep its findings longer, shorter or for good, state by state."""
    fill(store)
    other = watch(store, "other", "https://forum.example.org/board/2")
    take(store, other, make_haul([make_post(50, OFFER + " 50")], at(5), path="/t/50"))
    score_all(store, at(6))
    change_source(store, "board", retention={"new": None})
    change_source(store, "other", retention={"new": 1})
    assert {due.source for due in list_due(store, {"new": 30}, T0 + timedelta(days=2))} == {"other"}
    assert {due.source for due in list_due(store, {"new": 30}, T0 + timedelta(days=900))} == {"other"}


def test_a_page_stays_while_another_finding_needs_it(store: Store) -> None:
    """Of two findings on one page the one goes without the page; the page goes with the other."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, f"{OFFER} 1"), make_post(2, f"{OFFER} 2")]))
    score_all(store)
    first, second = finding_ids(store)
    (capture_id,) = capture_ids(store)
    judge_finding(store, first, state="dismissed", note=None, by=BY, now=T0)
    assert purge(store, {"dismissed": 30}) == [first]
    assert capture_ids(store) == [capture_id]
    assert faults(store) == []
    opened = unseal_finding(store, second, Access("核对", "analyst", BY, "x"), LATER)
    assert [original.post.id for original in opened.originals] == [find_finding(store, second)["post"]["id"]]
    judge_finding(store, second, state="dismissed", note=None, by=BY, now=T0)
    assert purge(store, {"dismissed": 30}) == [second]
    assert (capture_ids(store), files_under(store.home / "captures")) == ([], set())
    assert faults(store) == []


def test_stopping_between_two_findings_leaves_the_rest(store: Store) -> None:
    """Who asks for no more has what was done done, and the rest as it was."""
    fill(store)
    purged = next(purge_findings(store, MONTH, by=BY, now=LATER))
    assert purged.due.finding_id not in finding_ids(store)
    assert set(purged.captures).isdisjoint(capture_ids(store))
    assert len(finding_ids(store)) == 2
    assert faults(store) == []


# --- killed


def _killed(home: Path, number: int, work: Any) -> tuple[int, Head | None]:
    """Do `work` in a process that is killed at a step; the signal it died of (0: none), and the head before."""
    with open_store(home) as store:
        before = verify_store(store).head
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch, open_store(home) as store:
            _die_at(patch, store, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
            work(store)
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), before


def _look(store: Store) -> None:
    """The chain holds, and every finding is either there with its page or gone with all of it."""
    assert faults(store) == []
    purged = [entry for entry in read_ledger(store) if entry.action == "purged"]
    gone = {capture_id for entry in purged for capture_id in entry.facts["captures"]}
    kept = capture_ids(store)
    assert len(kept) + len(gone) == 3
    assert files_under(store.home / "captures") == {f"{name}.page" for name in kept}
    assert files_under(store.home / "keys" / "pages") == {f"{name}.key" for name in kept}
    assert len(finding_ids(store)) == len(kept)
    for capture_id in kept:
        read_capture(store, capture_id)


def test_killed_at_any_step_of_a_purge_it_was_done_or_not(
    home: Path, tmp_path: Path, copied: Callable[[Path, Path], Path], stride: int
) -> None:
    """kill -9 at every call that touches the disk and at every commit: at the next opening each finding is there whole
    or gone whole, the chain holds and has not become shorter, and the purge can be ended."""
    with open_store(home) as store:
        fill(store)
    for number in range(1, 500, stride):
        copy = copied(home, tmp_path / f"killed-{number}")
        status, before = _killed(copy, number, purge)
        with open_store(copy) as store:
            _look(store)
            assert before is not None
            assert faults(store, before) == []
            purge(store)
            _look(store)
            assert finding_ids(store) == []
        assert find_bytes(copy, "Che_Zhu88") == []
        shutil.rmtree(copy)
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert number > 30


def _enter(store: Store) -> None:
    """Entries of several kinds, and a change of keys."""
    for minute, name in enumerate(finding_ids(store)):
        judge_finding(store, name, state="confirmed", note=None, by=BY, now=at(40 + minute))
        unseal_finding(store, name, Access("核对", "analyst", BY, "x"), at(50 + minute))
    change_key(store, None, by=BY, now=at(60))
    judge_finding(store, finding_ids(store)[0], state="review", note=None, by=BY, now=at(61))


def test_killed_at_any_step_of_an_entry_the_chain_holds(
    home: Path, tmp_path: Path, copied: Callable[[Path, Path], Path], stride: int
) -> None:
    """kill -9 while entries are written and the key is changed: no entry is half there, none without what it records,
    none that was committed is lost, one private key is left, and the next process goes on."""
    with open_store(home) as store:
        fill(store)
    for number in range(1, 500, stride):
        copy = copied(home, tmp_path / f"killed-{number}")
        status, before = _killed(copy, number, _enter)
        with open_store(copy) as store:
            assert before is not None
            assert faults(store, before) == []
            done = actions(store)
            _enter(store)
            assert actions(store)[: len(done)] == done
            assert faults(store, before) == []
        with open_store(copy) as store:
            assert verify_store(store).key in list_signers(copy / "keys")
        shutil.rmtree(copy)
        if status == 0:
            break
        assert status == -signal.SIGKILL
    assert number > 25
