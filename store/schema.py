"""Which shape the database has, and how it is brought to the one this program knows.

Revisions are numbered: `store/migrations/versions/0001_….py`. The folder says what is known, so that opening a store
that is current needs no Alembic.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from domain.errors import BrokenStore, NewerStore
from store.dialects import dialect_of
from store.dialects.dialect import WRITES

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"(\d{4})_\w+\.py")


def known_revisions() -> list[str]:
    """All revisions this program knows, first to last."""
    names = (_REVISION.fullmatch(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return sorted(match[1] for match in names if match)


def read_revision(engine: Engine, home: Path) -> str | None:
    """The revision of the database, None when it is empty.

    Raises BrokenStore when it is somebody else's.
    """
    with engine.connect() as connection:
        return _revision_of(connection, home)


def migrate(engine: Engine, home: Path) -> None:
    """Bring the database to the newest revision, in one transaction. Two processes may do so at once.

    Raises NewerStore or BrokenStore; then, and when the disk fails, nothing was changed.
    """
    known = known_revisions()
    dialect = dialect_of(engine)
    with engine.connect() as connection, dialect.migrating(connection), _writing(connection):
        found = _revision_of(connection, home)
        if found != known[-1]:
            check_revision(found, home)
            _upgrade(connection)
            dialect.level(connection)


def check_revision(found: str | None, home: Path) -> None:
    """Raises NewerStore when `found` is a revision that this program does not know."""
    known = known_revisions()
    if found is not None and found not in known:
        raise NewerStore(path=home, found=found, known=known[-1])


def _writing(connection: Connection) -> AbstractContextManager[object]:
    return connection.execution_options(**{WRITES: True}).begin()


def _revision_of(connection: Connection, home: Path) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables or "sources" not in tables:
        raise BrokenStore(path=home, why=f"{dialect_of(connection).noun} is the database of another program")
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) != 1:
        raise BrokenStore(path=home, why=f"{dialect_of(connection).noun} does not say of which version it is")
    return str(found[0])


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
