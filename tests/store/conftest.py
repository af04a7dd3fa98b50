"""A store for each test, on SQLite and on PostgreSQL, copied from one that was made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores import Databases, copy_home, open_store

import store.database
from store.database import Store


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database the store is kept in."""
    return str(request.param)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that nothing is in."""
    home = tmp_path_factory.mktemp("empty") / "home"
    store.database.open_store(home).close()
    return home


@pytest.fixture(scope="session")
def databases(dialect: str, request: pytest.FixtureRequest) -> Databases | None:
    """Where stores on PostgreSQL get their databases; none for those on SQLite."""
    return request.getfixturevalue("server") if dialect == "postgresql" else None


@pytest.fixture(scope="session")
def empty_home(databases: Databases | None, request: pytest.FixtureRequest) -> Path:
    """The folder of a store that nothing is in."""
    return databases.home if databases else request.getfixturevalue("on_sqlite")


@pytest.fixture
def home(empty_home: Path, tmp_path: Path, databases: Databases | None) -> Iterator[Path]:
    """A folder with an empty store in it."""
    made = Path(shutil.copytree(empty_home, tmp_path / "home"))
    if databases:
        databases.provide(made)
    yield made
    if databases:
        databases.take_back(made)


@pytest.fixture(name="store")
def open_home(home: Path) -> Iterator[Store]:
    """An empty store."""
    with open_store(home) as opened:
        yield opened


@pytest.fixture
def copied(databases: Databases | None) -> Iterator[Callable[[Path, Path], Path]]:
    """Copies a store as it is, database and all, into a folder that is not yet there."""
    made: list[Path] = []

    def copy(home: Path, to: Path) -> Path:
        made.append(to)
        return copy_home(databases, home, to)

    yield copy
    if databases:
        databases.take_back(*made)


@pytest.fixture
def stride(dialect: str) -> int:
    """Of the steps at which a process is killed, which are tried: the files are the same for all databases."""
    return {"sqlite": 1, "postgresql": 17}[dialect]


@pytest.fixture(scope="session")
def fresh_store(
    empty_home: Path, databases: Databases | None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Store]:
    """Makes empty stores, for tests that want one an example. On PostgreSQL the example before loses its own."""

    made: list[Path] = []

    def make() -> Store:
        home = Path(shutil.copytree(empty_home, tmp_path_factory.mktemp("example") / "home"))
        if databases:
            databases.take_back(*made)
            databases.provide(home)
            made[:] = [home]
        return open_store(home)

    return make
