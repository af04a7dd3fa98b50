"""Opening, refusing and mending a store."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hauls import OFFER, T0, make_haul, make_post, score_all, take, watch
from stores import change, open_store, sqlite_only

from domain.errors import BrokenStore, NewerStore
from store.database import Store
from store.findings import Query, search_findings


def test_folder_and_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    """Whatever the umask, nobody else can read a store that was made."""
    before = os.umask(0)
    try:
        open_store(tmp_path / "a" / "home").close()
    finally:
        os.umask(before)
    home = tmp_path / "a" / "home"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
    assert {path.name: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}


@sqlite_only
def test_database_is_set_to_forget_and_to_last(store: Store) -> None:
    """WAL, full synchronisation, foreign keys and overwriting of what is deleted are on for every connection."""
    with store.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "temp_store")
        }
    assert found == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30000,
        "temp_store": 2,
    }  # fmt: skip


def test_a_relative_folder_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store opened by a relative path is not lost when the program changes folder."""
    monkeypatch.chdir(tmp_path)
    with open_store(Path("here")) as store:
        monkeypatch.chdir("/")
        watch(store)
        assert store.home == tmp_path / "here"


def test_odd_characters_in_the_path_are_no_address(tmp_path: Path) -> None:
    """A folder whose name looks like part of a database address is a folder."""
    home = tmp_path / "车主 50% #1?x=y"
    open_store(home).close()
    assert (home / "store.db").is_file()


@sqlite_only
def test_opening_a_current_store_imports_no_alembic(home: Path) -> None:
    """The migration machinery is loaded only where there is something to migrate."""
    code = (
        "import sys; from pathlib import Path; from store.database import open_store;"
        f"open_store(Path({str(home)!r})).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_newer_store_is_refused_and_left_alone(home: Path) -> None:
    """A database of a revision nobody knows here is not touched."""
    change(home, "UPDATE alembic_version SET version_num = '9999'")
    before = _read_all(home)
    with pytest.raises(NewerStore, match=r"newer Tipstaff \(schema 9999"):
        open_store(home)
    assert _read_all(home) == before


def _junk(home: Path) -> None:
    (home / "store.db").write_bytes(b"this is no database, but it is long enough to look at" * 100)


def _foreign(home: Path) -> None:
    for table in ("unlinked", "alembic_version"):
        change(home, f"DROP TABLE {table}")


def _no_version(home: Path) -> None:
    change(home, "DELETE FROM alembic_version")


def _no_key(home: Path) -> None:
    (home / "keys" / "store.key").unlink()


def _short_key(home: Path) -> None:
    (home / "keys" / "store.key").write_bytes(b"short")


def _other_key(home: Path) -> None:
    (home / "keys" / "store.key").write_bytes(bytes(32))


def _file_for_spool(home: Path) -> None:
    shutil.rmtree(home / "spool")
    (home / "spool").write_text("")


DAMAGES = {
    _foreign: "another program", _no_version: "which version", _no_key: "is gone",
    _short_key: "not a key", _other_key: "another store", _file_for_spool: "file where a folder",
}  # fmt: skip


@sqlite_only
def test_junk_is_no_database(home: Path) -> None:
    """A file that is no database is named, and left as it is."""
    _junk(home)
    before = _read_all(home)
    with pytest.raises(BrokenStore, match=r"store\.db is not a database"):
        open_store(home)
    assert _read_all(home) == before


def _read_all(home: Path) -> dict[Path, bytes]:
    files = (path for path in home.rglob("*") if path.is_file() and not path.name.startswith("store.db-"))
    return {path: path.read_bytes() for path in files}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_is_no_store_is_one_clear_fault(home: Path, damage: Callable[[Path], None]) -> None:
    """Junk, another program's database, a missing or wrong key: one line, and nothing is put in its place."""
    damage(home)
    before = _read_all(home)
    with pytest.raises(BrokenStore, match=DAMAGES[damage]) as caught:
        open_store(home)
    assert "\n" not in str(caught.value)
    assert caught.value.say("zh") != str(caught.value)
    assert _read_all(home) == before


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """A file where the store should be is one clear fault."""
    (tmp_path / "home").write_text("")
    with pytest.raises(BrokenStore):
        open_store(tmp_path / "home")


def _open_and_say(home: Path, answers: multiprocessing.Queue[str]) -> None:
    with open_store(home) as store:
        answers.put(store.keys.check)


def test_processes_that_open_a_new_store_at_once_make_one(tmp_path: Path) -> None:
    """Four processes that meet an empty folder agree on one key and one set of tables."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    processes = [context.Process(target=_open_and_say, args=(tmp_path / "home", answers)) for _ in range(4)]
    for process in processes:
        process.start()
    found = {answers.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert len(found) == 1
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert sorted(path.name for path in (tmp_path / "home" / "keys").iterdir()) == ["pages", "store.key"]


def test_files_that_are_not_the_stores_own_are_left_alone(store: Store) -> None:
    """What people put into the folders is not swept away."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    notes = [store.home / "spool" / "notes.page", store.home / "captures" / "README", store.home / "settings.toml"]
    for note in notes:
        note.write_text("mine")
    score_all(store)
    open_store(store.home).close()
    assert all(note.read_text() == "mine" for note in notes)


def test_times_come_back_in_utc_whatever_zone_they_had(store: Store) -> None:
    """A finding's times are written with their offset, in UTC."""
    run = watch(store)
    take(store, run, make_haul([make_post(1, OFFER)]), T0)
    score_all(store)
    (finding,) = search_findings(store, Query())
    assert finding["post"]["posted_at"] == "2026-11-19T08:00:00+00:00"
