"""What is so on PostgreSQL alone: servers that are not there or refuse, and what is left on the server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import stores
from hauls import CHAT, OFFER, T0, at, find_bytes, make_haul, make_post, score_all, take, watch
from postgres import run_sql
from sqlalchemy import URL, text
from stores import Databases
from test_store_processes import run_all

from domain.errors import BadValue, BrokenStore, StoreFault
from store.database import Store, is_made, open_store
from store.dialects import postgresql
from store.purging import purge_findings
from store.runs import list_runs

CHATTED, PURGED = "檀香木盒底下的回执", "樟木箱夹层里的底单"
Made = Callable[..., URL]


@pytest.fixture
def made(server: Databases) -> Iterator[Made]:
    """Makes a database with nothing in it, for an account of that name if one is given; all are dropped again."""
    names: list[str] = []

    def make(options: str = "", account: str | None = None) -> URL:
        names.append(f"own{len(names)}")
        run_sql(server.server, f"CREATE DATABASE {names[-1]} {options}")
        if account:
            run_sql(server.server, f"CREATE ROLE {account} LOGIN PASSWORD 'right'")
        return server.server.set(database=names[-1], username=account or server.server.username)

    yield make
    for name in names:
        run_sql(server.server, f"DROP DATABASE {name} WITH (FORCE)")


def say(url: URL) -> str:
    """The URL with all that is in it."""
    return url.render_as_string(hide_password=False)


def fault_of(home: Path, url: URL) -> str:
    """What opening a store says, in one line that holds no password."""
    with pytest.raises(BrokenStore) as caught:
        open_store(home, say(url))
    for line in (str(caught.value), caught.value.say("zh")):
        assert "\n" not in line
        assert str(url.password) not in line or url.password is None
    return str(caught.value)


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """Nobody listens at the port or in the folder: it says so, and waits for nothing."""
    absent = URL.create("postgresql", "tipstaff", "s3cret-word", "127.0.0.1", 1, "tipstaff")
    assert "refused" in fault_of(tmp_path / "home", absent)
    nowhere = URL.create("postgresql", "tipstaff", database="tipstaff", query={"host": str(tmp_path / "none")})
    assert "cannot be reached or refuses" in fault_of(tmp_path / "home", nowhere)


def test_a_server_that_refuses_is_one_line(server: Databases, made: Made, tmp_path: Path) -> None:
    """A wrong password, a database or a user that is not there."""
    url = made(account="guarded")
    rules = Path(str(url.query["host"])) / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text("local all guarded scram-sha-256\n" + before)
    run_sql(server.server, "SELECT pg_reload_conf()")
    try:
        said = fault_of(tmp_path / "home", url.set(password="wr0ng-word"))
    finally:
        rules.write_text(before)
        run_sql(server.server, "SELECT pg_reload_conf()")
    assert "password authentication failed" in said
    assert "does not exist" in fault_of(tmp_path / "home", url.set(username="nobody-of-that-name"))
    assert "does not exist" in fault_of(tmp_path / "home", server.server.set(database="none"))
    # It may come in, but make no tables.
    assert "may not do that" in fault_of(tmp_path / "home", url)


def test_a_database_of_another_encoding_is_refused(made: Made, tmp_path: Path) -> None:
    """What cannot hold Chinese is refused before anything is put into it."""
    url = made("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    assert "UTF8" in fault_of(tmp_path / "home", url)


@pytest.mark.parametrize("url", ["postgresql://me:s3cret@host:port/name", "postgresql:s3cret", "s3cret"])
def test_what_is_no_url_is_refused_unquoted(tmp_path: Path, url: str) -> None:
    """It says what it wants, and not what was given: there may be a password in it."""
    with pytest.raises(BadValue) as caught:
        open_store(tmp_path / "home", url)
    assert "s3cret" not in str(caught.value)


def test_another_folder_is_not_this_databases(server: Databases, tmp_path: Path) -> None:
    """A database is opened with the keys that it was made with: a new folder has none of them, and gets none."""
    assert "keys/store.key is gone" in fault_of(tmp_path / "home", server.model)
    assert not is_made(tmp_path / "home", say(server.model))
    assert is_made(server.home, say(server.model))


def _open(home: Path, url: str) -> None:
    open_store(home, url).close()


def test_processes_that_open_an_empty_database_at_once_make_one_store(made: Made, tmp_path: Path) -> None:
    """Three that meet a database without tables agree on one key and one set of tables."""
    url = say(made())
    run_all(*[(_open, (tmp_path / "home", url))] * 3)
    with open_store(tmp_path / "home", url) as store:
        assert list_runs(store) == []


@pytest.fixture
def own(server: Databases, tmp_path: Path) -> Iterator[Store]:
    """An empty store on PostgreSQL."""
    home = Path(shutil.copytree(server.home, tmp_path / "home"))
    server.provide(home)
    with stores.open_store(home) as store:
        yield store
    server.take_back(home)


def test_a_connection_that_breaks_loses_what_was_not_committed_and_no_more(own: Store, server: Databases) -> None:
    """The server ends it in the middle of a transaction: one clear line, and the next finds the store as it was."""
    watch(own)
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{own.engine.url.database}'"

    def break_off() -> None:
        with own.transaction() as session:
            session.execute(text("UPDATE sources SET name = 'other'"))
            run_sql(server.server, cut)
            session.execute(text("SELECT 1"))

    with pytest.raises(StoreFault, match="PostgreSQL server"):
        break_off()
    with own.reading() as session:
        assert session.execute(text("SELECT name FROM sources")).scalar_one() == "board"
    run_sql(server.server, cut)
    with own.reading() as session:
        assert session.execute(text("SELECT count(*) FROM sources")).scalar_one() == 1


def test_who_waits_too_long_for_the_others_is_told(own: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer waits for the one before it, and not for ever; readers do not wait."""
    monkeypatch.setattr(postgresql, "_BEGIN", postgresql._BEGIN.replace("30s", "50ms"))
    count = text("SELECT count(*) FROM sources")
    with own.transaction() as writing:
        writing.execute(count)
        with own.reading() as session:
            assert session.execute(count).scalar_one() == 0
        with pytest.raises(BrokenStore, match="another process has been writing"), own.transaction() as waiting:
            waiting.execute(count)


def _folders(own: Store) -> dict[str, Path]:
    """Where the server keeps the tables of a store, all of it written out, and where its log of writes."""
    with own.reading() as session:
        number = session.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    run_sql(own.engine.url.set(drivername="postgresql"), "CHECKPOINT")
    data = Path(str(own.engine.url.query["host"])) / "data"
    return {"tables": data / "base" / str(number), "log": data / "pg_wal"}


def test_what_is_no_finding_never_comes_to_the_server(own: Store) -> None:
    """Neither while it waits nor after: no table of the server has it, nor its log of writes."""
    run = watch(own)
    take(own, run, make_haul([make_post(1, CHAT + CHATTED), make_post(2, OFFER)]))
    assert find_bytes(own.home, CHATTED) == []
    score_all(own)
    for folder in (own.home, *_folders(own).values()):
        assert find_bytes(folder, CHATTED) == []
    assert find_bytes(_folders(own)["tables"], "Che_Zhu88")


def test_what_was_purged_is_in_no_table_of_the_server(own: Store) -> None:
    """Deleted rows do not lie about in their pages; what the server's log has is gone when that is used again."""
    run = watch(own)
    take(own, run, make_haul([make_post(1, f"{OFFER} {PURGED}")]))
    score_all(own)
    assert find_bytes(_folders(own)["tables"], PURGED)
    assert list(purge_findings(own, {"new": 1}, by="验证员", now=at(60 * 24 * 30)))
    assert find_bytes(_folders(own)["tables"], PURGED) == []


def test_the_tables_are_left_as_they_are_while_somebody_reads(own: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """To compact waits for readers a little, and then does without."""
    monkeypatch.setattr(postgresql, "COMPACT_SECONDS", 0.05)
    with psycopg.connect(say(own.engine.url.set(drivername="postgresql"))) as reader:
        reader.execute("SELECT * FROM sources")
        assert not own.compact()
    assert own.compact()
    watch(own)
    assert list_runs(own)[0]["started_at"] == T0.isoformat()
