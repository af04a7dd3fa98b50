"""Killed anywhere, nothing is lost, nothing is half done, and what was begun is done the next time."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hauls import CHAT, OFFER, Run, at, files_under, find_bytes, make_haul, make_post, score_all, take, watch
from sqlalchemy import event
from sqlmodel import select
from stores import open_store, sqlite_only

from domain.errors import DiskFull
from store.database import Store
from store.findings import iterate_findings
from store.seals import read_capture
from store.spool import mark_of, open_page
from store.tables import CaptureRow, PageRow
from store.verification import verify_store

SECRET = "紫檀木匣里的旧信"
# What a page is written and removed with; each is a place to die at.
CALLS = ("open", "write", "fsync", "replace", "unlink", "pwrite")
HAULS = (
    [make_post(1, OFFER), make_post(2, CHAT + SECRET)],
    [make_post(3, CHAT + SECRET)],
)  # fmt: skip


def crawl(store: Store, run: Run, minute: float = 0) -> None:
    """A page that will be sealed and one that will be destroyed, delivered, and scored at that minute."""
    for number, posts in enumerate(HAULS):
        take(store, run, make_haul(posts, at(0), path=f"/t/{number}"))
    score_all(store, at(minute))


def _die_at(monkeypatch: pytest.MonkeyPatch, store: Store, number: int, die: Callable[[], None]) -> list[str]:
    """Die before the `number`th call that touches the disk; in a write, after half of it. The calls made so far."""
    made: list[str] = []

    def step(name: str) -> bool:
        made.append(name)
        return len(made) == number

    def wrap(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            if step(name):
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                die()
            return real(*args, **options)

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, wrap(name))
    event.listen(store.engine, "commit", lambda _connection: die() if step("commit") else None)
    return made


def _check_whole(store: Store) -> None:
    """Every row has its file, every file its row, every sealed page opens, and nothing is half written."""
    with store.reading() as session:
        pages = set(session.exec(select(PageRow.id)))
        captures = {row.id: row.sha256 for row in session.exec(select(CaptureRow))}
    assert files_under(store.home / "spool") == {f"{page_id}.page" for page_id in pages}
    for page_id in pages:
        open_page(store, page_id)
    for page_id, digest in captures.items():
        sealed = (store.home / "captures" / page_id[:4] / f"{page_id}.page").read_bytes()
        assert hashlib.sha256(sealed).hexdigest() == digest
        read_capture(store, page_id)
    assert files_under(store.home / "keys" / "pages") == {f"{name}.key" for name in {*pages, *captures}}
    assert verify_store(store).faults == ()


def _describe(store: Store) -> list[tuple[str, list[str], int]]:
    return [
        (finding["post"]["id"], [version["text"] for version in finding["versions"]], len(finding["captures"]))
        for finding in iterate_findings(store)
    ]


EXPECTED = [("post-1", [OFFER], 1)]


def _finish(home: Path, run: Run) -> None:
    """Open the store again as the next command does, look, and go on."""
    with open_store(home) as store:
        _check_whole(store)
        crawl(store, run)
        _check_whole(store)
        assert _describe(store) == EXPECTED
        assert files_under(store.home / "spool") == set()
        assert len(files_under(store.home / "captures")) == 1
    assert find_bytes(home, SECRET) == []


def _killed_child(home: Path, run: Run, number: int) -> int:
    """Crawl in a process that is killed at a step; the signal it died of, 0 when it came to its end."""
    child = os.fork()
    if child == 0:
        with pytest.MonkeyPatch.context() as patch, open_store(home) as store:
            _die_at(patch, store, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
            crawl(store, run)
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_at_any_step_nothing_is_lost_or_half_done(
    home: Path, tmp_path: Path, copied: Callable[[Path, Path], Path], stride: int
) -> None:
    """kill -9 at every single call that touches the disk, and at every commit, while pages are delivered, scored,
    sealed and destroyed: the next opening finds a whole store and the next crawl ends as if nothing had been."""
    with open_store(home) as store:
        run = watch(store)
    for number in range(1, 500, stride):
        copy = copied(home, tmp_path / f"killed-{number}")
        status = _killed_child(copy, run, number)
        _finish(copy, run)
        shutil.rmtree(copy)
        if status == 0:
            break
        assert status == -signal.SIGKILL
    # Two deliveries, a sealing and a destroying are well more than this many steps.
    assert number > 40


@sqlite_only
def test_killed_twice_in_a_row_changes_nothing(
    home: Path, tmp_path: Path, copied: Callable[[Path, Path], Path]
) -> None:
    """A crawl that dies, is begun again and dies again, ends whole all the same."""
    with open_store(home) as store:
        run = watch(store)
    for first, second in ((9, 12), (15, 30), (22, 22), (33, 8), (41, 19)):
        copy = copied(home, tmp_path / f"killed-{first}-{second}")
        _killed_child(copy, run, first)
        _killed_child(copy, run, second)
        _finish(copy, run)


@sqlite_only
@pytest.mark.parametrize("number", range(1, 40, 3))
def test_a_full_disk_is_said_and_what_was_stored_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """When a write finds no room: DiskFull, everything that was there still is, and with room again all goes on."""
    run = watch(store)
    take(store, run, make_haul([make_post(9, OFFER + "9")], at(-5), path="/t/9"))
    score_all(store)
    before = _describe(store)

    def refuse() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        real = {name: getattr(os, name) for name in CALLS}
        writes = iter(range(1, 500))

        def write(name: str, *args: Any) -> Any:
            if next(writes) >= number:
                refuse()
            return real[name](*args)

        for name in ("write", "fsync"):
            patch.setattr(os, name, lambda *args, name=name: write(name, *args))
        try:
            crawl(store, run)
        except DiskFull as error:
            assert str(store.home) in str(error)
    assert before[0] in _describe(store)
    store.close()
    with open_store(store.home) as again:
        _check_whole(again)
        # This process lives on, so its leases must run out first.
        crawl(again, run, minute=60)
        _check_whole(again)
        assert sorted(_describe(again)) == sorted([*EXPECTED, *before])


@sqlite_only
def test_a_database_that_may_not_grow_is_a_full_disk(store: Store) -> None:
    """SQLite's own "disk is full" is DiskFull as well, and the page that was written for it is gone again."""
    run = watch(store)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = f"PRAGMA max_page_count={pages}"
    event.listen(store.engine, "begin", lambda connection: connection.exec_driver_sql(limit))
    number = _take_until_full(store, run, b"")
    assert mark_of(store, run.source_id, f"/t/{number}") is None
    assert mark_of(store, run.source_id, f"/t/{number - 1}") is not None
    _check_whole(store)


def _take_until_full(store: Store, run: Run, body: bytes) -> int:
    """Deliver pages until there is no room; the number of the one that was refused."""
    for number in range(500):
        try:
            take(store, run, make_haul([make_post(number, CHAT)], at(0), path=f"/t/{number}", body=body))
        except DiskFull:
            return number
    raise AssertionError("the disk never filled up")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here; the two tests above stand for this one")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_really_fills_up(small_disk: Path) -> None:
    """On a disk of two megabytes a crawl ends in DiskFull; with room again it goes on where it stopped."""
    ballast = small_disk / "ballast"
    store = open_store(small_disk / "home")
    run = watch(store)
    ballast.write_bytes(bytes(900_000))
    taken = _take_until_full(store, run, os.urandom(20_000))
    store.close()
    assert taken > 3
    ballast.unlink()
    with open_store(small_disk / "home") as again:
        _check_whole(again)
        assert mark_of(again, run.source_id, f"/t/{taken - 1}") is not None
        assert mark_of(again, run.source_id, f"/t/{taken}") is None


def test_a_store_cannot_be_made_on_a_full_disk_and_says_so(small_disk: Path) -> None:
    """Where there is no room for the tables: DiskFull, and with room again the store is made."""
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))
    with pytest.raises(DiskFull):
        open_store(small_disk / "home")
    ballast.unlink()
    with open_store(small_disk / "home") as store:
        watch(store)
