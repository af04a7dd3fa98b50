"""Stores of either kind for tests. In the folder of one on PostgreSQL lies a file that names its database."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres import run_sql
from psycopg import sql
from sqlalchemy import URL, make_url

import store.database
from store.database import Store
from store.schema import known_revisions

# Tests of what SQLite alone does, or of files alone, where the database is the same for all.
sqlite_only = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)

_WAIT = "SET lock_timeout = '10s'; SET session_replication_role = replica"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def open_store(home: Path) -> Store:
    """The store in `home`, with the database that was made for it."""
    return store.database.open_store(home, url_of(home))


def url_of(home: Path) -> str | None:
    """The URL of a store's database, None where it is the SQLite in its folder."""
    note = _note(home)
    return note.read_text() if note.exists() else None


def change(home: Path, statement: str, *values: Any) -> None:
    """What somebody does to the database behind the program's back."""
    url = url_of(home)
    if url is None:
        with sqlite3.connect(home / "store.db") as database:
            database.execute(statement, values)
        database.close()
        return
    with _connect(make_url(url)) as server:
        server.execute(statement.replace("?", "%s").encode(), values)


class Databases:
    """Databases of one server, made of the first, `model`, and used again once a test has done with one.

    `home` is the folder of the model's store, in which there is nothing.
    """

    def __init__(self, server: URL, home: Path) -> None:
        self.server = server
        self.home = home
        self.model = server.set(database="model")
        self._free: list[URL] = []
        self._used: dict[Path, URL] = {}
        self._made = 0
        run_sql(server, "CREATE DATABASE model")
        store.database.open_store(home, self.model.render_as_string(hide_password=False)).close()

    def provide(self, home: Path, source: URL | None = None) -> None:
        """Give a folder a database: a copy of `source`, or of the model. One whose folder is gone is used again."""
        self.take_back(*(one for one in self._used if not one.exists()))
        url = self._free.pop() if self._free else self._make()
        _copy(source or self.model, url)
        self._used[home] = url
        _note(home).write_text(url.render_as_string(hide_password=False))

    def take_back(self, *homes: Path) -> None:
        """The databases of these folders are free again."""
        for home in homes:
            url = self._used.pop(home, None)
            if url is not None and _is_current(url):
                self._free.append(url)

    def _make(self) -> URL:
        self._made += 1
        name = f"test{self._made}"
        run_sql(self.server, f"CREATE DATABASE {name} TEMPLATE model")
        return self.server.set(database=name)


def copy_home(databases: Databases | None, home: Path, to: Path) -> Path:
    """A copy of a store as it is now, in the folder `to`."""
    shutil.copytree(home, to)
    url = url_of(home)
    if url is not None:
        assert databases is not None
        databases.provide(to, make_url(url))
    return to


def _note(home: Path) -> Path:
    return home / ".database"


def _connect(url: URL) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _is_current(url: URL) -> bool:
    """Whether nobody changed its tables."""
    with _connect(url) as server:
        found = server.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'unlinked'").fetchone()
        kept = server.execute("SELECT version_num FROM alembic_version").fetchall() if found == (1,) else []
    return kept == [(known_revisions()[-1],)]


def _copy(source: URL, target: URL) -> None:
    """All rows of one database into another of the same tables, in place of what is there."""
    with _connect(source) as given, _connect(target) as taking:
        tables = [name for (name,) in given.execute(_TABLES)]
        wipe = "; ".join(f'DELETE FROM "{name}"' for name in tables)
        taking.execute(f"{_WAIT}; {wipe}; ALTER SEQUENCE traces_number_seq RESTART".encode())
        filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
        for (name,) in given.execute(filled.encode()).fetchall():
            with (
                given.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as rows,
                taking.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as into,
            ):
                for row in rows:
                    into.write(row)
        if source.database != "model":
            taken = given.execute("SELECT last_value, is_called FROM traces_number_seq").fetchone()
            taking.execute("SELECT setval('traces_number_seq', %s, %s)", taken)
