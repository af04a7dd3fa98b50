"""PostgreSQL by its URL: a server that several machines may share.

Writers take one advisory lock, so that a transaction that writes is alone as it is on SQLite: what it has read is so
until it commits, and no two can wait for each other. Readers wait for nobody.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from domain.errors import BadValue, BrokenStore, DiskFull, StoreFault
from store.dialects.dialect import BUSY_SECONDS, WRITES, Dialect

DRIVER = "postgresql+psycopg"
ENCODING = "UTF8"
CONNECT_SECONDS = 10
# How long the tables are waited for to be compacted. While somebody else reads, they stay as they are until then.
COMPACT_SECONDS = 5

_LOCK = int.from_bytes(b"tipstaff")
_BEGIN = f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true), pg_advisory_xact_lock({_LOCK})"
_UNLEVEL = """
SELECT format('ALTER TABLE %I %s', table_name,
              string_agg(format('ALTER COLUMN %I TYPE %s COLLATE "C"', column_name,
                                CASE data_type WHEN 'text' THEN 'text'
                                ELSE format('varchar(%s)', character_maximum_length) END), ', '))
FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')
    AND collation_name IS DISTINCT FROM 'C'
GROUP BY table_name ORDER BY table_name
"""
# All tables but the two that are large and hold no words that are ever deleted.
_WORDY = """
SELECT format('VACUUM (FULL) %I', tablename) FROM pg_tables
WHERE schemaname = current_schema() AND tablename NOT IN ('fingerprints', 'ledger')
"""

_BUSY = f"another process has been writing for {BUSY_SECONDS} seconds; try again when it is done"
# By SQLSTATE, and by its class (the first two characters) where the state itself is not named.
_FAULTS = {
    "55P03": _BUSY,
    "40P01": "another process is writing; try again when it is done",
    "25006": "its database may only be read",
    "42501": "the database user may not do that: {told}",
    "57014": "its PostgreSQL server stopped a statement: {told}",
    "08": "its PostgreSQL server cannot be reached: {told}",
    "28": "its PostgreSQL server refuses: {told}",
    "3D": "its PostgreSQL server refuses: {told}",
    "53": "its PostgreSQL server has no room for more: {told}",
    "57": "its PostgreSQL server broke off: {told}",
    "58": "its PostgreSQL server does not read or write: {told}",
    "XX": "its database is damaged: {told}; restore a backup",
}
_FULL = "53100"
_UNREACHED = "its PostgreSQL server cannot be reached or refuses: {told}"


def _connect(home: Path, url: str | None) -> Engine:
    engine = create_engine(
        _read_url(url or ""),
        # A server that was restarted meanwhile is no fault.
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8", "application_name": "tipstaff"},
    )
    event.listen(engine, "connect", partial(_check_encoding, home))
    event.listen(engine, "begin", _begin)
    return engine


def _read_url(given: str) -> URL:
    try:
        return make_url(given).set(drivername=DRIVER)
    except (ArgumentError, ValueError):
        # Not quoted: there may be a password in it.
        raise BadValue(name="database", value="what was given", want="postgresql://USER@HOST/NAME") from None


def _check_encoding(home: Path, connection: Any, _record: object) -> None:
    found = connection.info.parameter_status("server_encoding")
    if found != ENCODING:
        raise BrokenStore(
            path=home,
            why=f"its database is in {found}; make one in {ENCODING} (CREATE DATABASE … ENCODING '{ENCODING}')",
        )


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(_BEGIN)


def _level(connection: Connection) -> None:
    """Text is compared by its code points, as on SQLite, whatever language the database was made for."""
    for (statement,) in connection.execute(text(_UNLEVEL)).all():
        connection.exec_driver_sql(statement)


def _compact(engine: Engine) -> bool:
    """A deleted row lies in its page until that is used again: the tables with words in them are written anew."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = '{COMPACT_SECONDS}s'")
        try:
            for (statement,) in connection.execute(text(_WORDY)).all():
                connection.exec_driver_sql(statement)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":
                raise
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def _explain(home: Path, error: BaseException) -> StoreFault | None:
    if not hasattr(error, "sqlstate"):
        return None
    state = error.sqlstate or ""
    if state == _FULL:
        return DiskFull(path=home)
    # Where the connection itself fails there is no state.
    why = _FAULTS.get(state) or _FAULTS.get(state[:2]) or (None if state else _UNREACHED)
    return BrokenStore(path=home, why=why.format(told=_first_line(error))) if why else None


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "").strip()


POSTGRESQL = Dialect(
    noun="its database",
    connect=_connect,
    reading={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    migrating=nullcontext,
    level=_level,
    compact=_compact,
    explain=_explain,
    marker="%s",
    day="to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')",
    moment=lambda moment: moment,
)
