"""Opening a store: its folder, keys and database are made or checked, what a dead process left is mended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from domain.errors import BrokenStore
from store.dialects.sqlite import DATABASE
from store.engine import Store, make_engine
from store.faults import telling_faults
from store.files import make_folder
from store.keys import Keys, open_keys
from store.recovery import recover
from store.schema import check_revision, known_revisions, migrate, read_revision
from store.tables import StoreRow

__all__ = ["Store", "is_made", "open_store"]

_KEY_CHECK = "key_check"


def open_store(home: Path, url: str | None = None) -> Store:
    """The store in the folder `home`, made when there is none. `url` names another database than the SQLite in it.

    Raises NewerStore, DiskFull or BrokenStore; a store that was there is then as it was.
    """
    home = home.absolute()
    with telling_faults(home):
        for folder in (home, home / "keys", home / "keys" / "pages", home / "spool", home / "captures"):
            make_folder(folder)
        engine = make_engine(home, url)
        try:
            return _open(home, engine, url)
        except BaseException:
            engine.dispose()
            raise


def is_made(home: Path, url: str | None = None) -> bool:
    """Whether there is a store in the folder `home`, whatever state it is in; its database is not looked at."""
    return (home / ("keys/store.key" if url else DATABASE)).is_file()


def _open(home: Path, engine: Engine, url: str | None) -> Store:
    revision = read_revision(engine, home)
    check_revision(revision, home)
    keys = open_keys(home / "keys", create=revision is None)
    if revision != known_revisions()[-1]:
        migrate(engine, home)
    store = Store(home, engine, keys, url)
    _check_keys(store)
    recover(store, datetime.now(UTC))
    return store


def _check_keys(store: Store) -> None:
    keys = store.keys
    with store.reading() as session:
        found = session.get(StoreRow, _KEY_CHECK)
    if found is None:
        with store.transaction() as session:
            found = _claim(session, keys)
    if found.value != keys.check:
        raise BrokenStore(path=store.home, why="keys/store.key is the key of another store")


def _claim(session: Session, keys: Keys) -> StoreRow:
    """Write down whose database this is, unless another process just did."""
    found = session.get(StoreRow, _KEY_CHECK)
    if found is None:
        found = StoreRow(name=_KEY_CHECK, value=keys.check)
        session.add(found)
    return found
