"""Pictures of sealed pages: sealed with them, entered, proved, handed over, purged with them."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from custody import BY, actions, capture_ids, fill, finding_ids, read_ledger
from custody import faults as faults_of
from hauls import T0, at, files_under
from stores import change, open_store
from test_store_crashes import _die_at
from test_store_purging import LATER, MONTH

from domain.errors import DamagedSeal, UnknownName
from domain.pages import PagePicture
from store.database import Store
from store.picturing import keep_picture, list_undrawn
from store.purging import purge_findings
from store.seals import open_picture, picture_path
from store.unsealing import Access, unseal_captures
from store.verification import find_gaps

PNG = b"\x89PNG\r\n\x1a\n" + "一张截图".encode()
PICTURE = PagePicture(PNG, None, 1280, 900, 1200, 3, "Chromium 156")


def open_all(store: Store, *names: str) -> dict[str, tuple[bytes | None, str | None]]:
    """Picture and gap of each capture of these findings."""
    opening = unseal_captures(store, names, Access("核对", "analyst", BY, "x"), at(60))
    return {one.capture.id: (one.picture, one.gap) for one in opening.captures}


def test_a_picture_is_sealed_entered_and_handed_over(store: Store) -> None:
    """Its digests stand in the ledger, its file says nothing, and it comes with the page that it was drawn of."""
    fill(store)
    first, second, third = capture_ids(store)
    assert list_undrawn(store) == [third, second, first]
    assert keep_picture(store, first, PICTURE, at(30))
    assert list_undrawn(store) == [third, second]
    entry = read_ledger(store)[-1]
    assert (entry.action, entry.subject, entry.facts["gap"]) == ("pictured", first, None)
    assert entry.facts["png_sha256"] == hashlib.sha256(PNG).hexdigest()
    assert (entry.facts["height"], entry.facts["full_height"]) == (900, 1200)
    assert b"PNG" not in picture_path(store, first).read_bytes()
    assert open_picture(store, first) == PNG
    assert faults_of(store) == []
    pictures = open_all(store, *finding_ids(store))
    assert pictures == {first: (PNG, None), second: (None, "not_drawn"), third: (None, "not_drawn")}


def test_that_there_is_none_is_entered_as_well(store: Store) -> None:
    """A gap has its word in the ledger and is no fault; nobody tries again."""
    fill(store, count=1)
    (capture_id,) = capture_ids(store)
    assert keep_picture(store, capture_id, PagePicture(gap="timed_out", browser="Chromium 156"), at(30))
    assert read_ledger(store)[-1].facts["gap"] == "timed_out"
    assert list_undrawn(store) == []
    assert faults_of(store) == []
    assert open_all(store, *finding_ids(store)) == {capture_id: (None, "timed_out")}
    assert find_gaps(store, finding_ids(store)[0]) == []


def test_one_page_has_one_picture(store: Store) -> None:
    """Who comes second changes nothing; of a page that is not there nothing is kept."""
    fill(store, count=1)
    (capture_id,) = capture_ids(store)
    assert keep_picture(store, capture_id, PICTURE, at(30))
    assert not keep_picture(store, capture_id, PagePicture(b"another"), at(31))
    assert not keep_picture(store, "0" * 17, PICTURE, at(31))
    assert open_picture(store, capture_id) == PNG
    assert actions(store).count("pictured") == 1


def test_the_pages_of_some_findings(store: Store) -> None:
    """What is to be drawn can be asked for by findings."""
    fill(store)
    _, second, _ = finding_ids(store)
    assert list_undrawn(store, [second[:-2]]) == [capture_ids(store)[1]]
    with pytest.raises(UnknownName):
        list_undrawn(store, ["nobody"])


def _change_byte(store: Store, capture_id: str) -> None:
    path = picture_path(store, capture_id)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def _drop_file(store: Store, capture_id: str) -> None:
    picture_path(store, capture_id).unlink()


def _swap_page(store: Store, capture_id: str) -> None:
    shutil.copy(picture_path(store, capture_id).with_suffix(".page"), picture_path(store, capture_id))


def _change_row(store: Store, capture_id: str) -> None:
    change(store.home, "UPDATE page_pictures SET height = 17")


def _drop_row(store: Store, capture_id: str) -> None:
    change(store.home, "DELETE FROM page_pictures")


def _slip_in(store: Store, capture_id: str) -> None:
    change(
        store.home, "INSERT INTO page_pictures (capture_id, drawn_at, gap) VALUES (?, ?, 'timed_out')",
        capture_ids(store)[1], "2026-11-20 08:00:00.000000",
    )  # fmt: skip


DAMAGES = {
    _change_byte: "picture_changed", _drop_file: "picture_gone", _swap_page: "picture_changed",
    _change_row: "picture_changed", _drop_row: "picture_gone", _slip_in: "picture_unrecorded",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_a_picture_that_was_changed_is_named(store: Store, damage: Callable[[Store, str], None]) -> None:
    """Its file and its row cannot change, go or be slipped in unseen."""
    fill(store)
    capture_id = capture_ids(store)[0]
    keep_picture(store, capture_id, PICTURE, at(30))
    damage(store, capture_id)
    assert [what for what, _ in faults_of(store)] == [DAMAGES[damage]]


def test_a_picture_goes_with_its_page(store: Store) -> None:
    """A purge destroys both with one key; the ledger keeps the digest of what it was."""
    fill(store)
    for capture_id in capture_ids(store):
        keep_picture(store, capture_id, PICTURE, at(30))
    assert list(purge_findings(store, MONTH, by=BY, now=LATER))
    assert files_under(store.home / "captures") == set()
    purged = [fact for entry in read_ledger(store) if entry.action == "purged"
              for fact in entry.facts["captures"].values()]  # fmt: skip
    assert {fact["png_sha256"] for fact in purged} == {hashlib.sha256(PNG).hexdigest()}
    assert faults_of(store) == []


def test_of_a_page_without_key_no_picture_is_kept(store: Store) -> None:
    """What cannot be sealed is not entered."""
    fill(store, count=1)
    (capture_id,) = capture_ids(store)
    store.keys.destroy_page_key(capture_id)
    with pytest.raises(DamagedSeal):
        keep_picture(store, capture_id, PICTURE, at(30))
    assert "pictured" not in actions(store)


def test_killed_at_any_step_there_is_a_picture_or_none(
    home: Path, tmp_path: Path, copied: Callable[[Path, Path], Path], stride: int
) -> None:
    """kill -9 at every call that touches the disk and at every commit: the chain holds, and the picture can be kept."""
    with open_store(home) as store:
        fill(store, count=1)
        (capture_id,) = capture_ids(store)
    for number in range(1, 100, stride):
        copy = copied(home, tmp_path / f"killed-{number}")
        child = os.fork()
        if child == 0:
            with pytest.MonkeyPatch.context() as patch, open_store(copy) as store:
                _die_at(patch, store, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
                keep_picture(store, capture_id, PICTURE, at(30))
                os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with open_store(copy) as store:
            assert faults_of(store) == []
            keep_picture(store, capture_id, PICTURE, T0)
            assert open_picture(store, capture_id) == PNG
            assert faults_of(store) == []
        shutil.rmtree(copy)
        if status == 0:
            break
    assert number > 5
