"""Tables and migrations say the same, on SQLite and for PostgreSQL; small things beside them."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, LargeBinary
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from stores import postgresql_only, url_of

import store.words
from domain.errors import DamagedSeal
from store.columns import Time, clean
from store.database import Store
from store.dialects import dialect_of
from store.engine import make_engine, new_id
from store.keys import Keys, seal, unseal
from store.schema import MIGRATIONS, known_revisions
from store.tables import Row


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


DESCRIPTIONS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
    "postgresql": """
        SELECT table_name, column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default,
                                                  collation_name)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        ORDER BY 1, 2, 3
    """,
}


def _describe(engine: Engine) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(DESCRIPTIONS[engine.dialect.name])]


def test_the_known_revisions_are_those_of_the_folder() -> None:
    """Reading the names of the files gives what Alembic reads from them, in order."""
    walked = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    assert known_revisions() == walked[::-1]


def test_tables_and_migrations_agree(home: Path) -> None:
    """A store made by the migrations is what the tables say: there is nothing to generate."""
    with make_engine(home, url_of(home)).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_going_back_and_forth(home: Path) -> None:
    """Every revision can be undone and done again, and ends where it was."""
    engine = make_engine(home, url_of(home))
    before = _describe(engine)
    with engine.begin() as connection:
        command.downgrade(_config(connection), "base")
    assert {table for table, *_ in _describe(engine)} == {"alembic_version"}
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")
        dialect_of(connection).level(connection)
    assert _describe(engine) == before
    engine.dispose()


@postgresql_only
def test_text_is_compared_by_its_code_points(store: Store) -> None:
    """Whatever language the database was made for, every column of text sorts as on SQLite."""
    with store.reading() as session:
        found = session.connection().exec_driver_sql(
            "SELECT table_name, column_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
        )
        assert {collation for _, _, collation in found} == {"C"}


def test_the_tables_can_be_made_on_postgresql() -> None:
    """No table uses a type or a word that PostgreSQL lacks, and none a native enum."""
    made = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in Row.metadata.sorted_tables]
    assert not any("ENUM" in statement for statement in made)
    assert sum("BYTEA" in statement for statement in made) == sum(
        any(isinstance(column.type, LargeBinary) for column in table.columns) for table in Row.metadata.sorted_tables
    )


def test_every_constraint_has_a_name() -> None:
    """What has no name cannot be changed by a later migration."""
    constraints = [one for table in Row.metadata.sorted_tables for one in table.constraints]
    assert [one for one in constraints if one.name is None] == []


def test_times_without_a_zone_are_refused_and_others_kept(home: Path) -> None:
    """A naive time is a fault of the program; an aware one is stored as UTC."""
    east = timezone(timedelta(hours=8))
    assert Time().process_bind_param(datetime(2026, 11, 20, 8, tzinfo=east), postgresql.dialect()) == datetime(
        2026, 11, 20, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="without a zone"):
        Time().process_bind_param(datetime(2026, 11, 20, 8), postgresql.dialect())  # noqa: DTZ001 (that is the point)


@given(text=st.text(st.characters(codec=None), max_size=50))
def test_cleaned_text_can_be_stored_and_keeps_its_length(text: str) -> None:
    """Whatever a page holds, what is stored encodes, has no NUL, and every offset stays true."""
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned


def test_later_ids_sort_later_and_none_repeats() -> None:
    """Ids are of one length, in the order of time, and drawn anew each time."""
    moments = [datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=number) for number in range(100)]
    ids = [new_id(moment) for moment in moments]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {17}
    assert len({new_id(moments[0]) for _ in range(10_000)}) == 10_000


def test_fingerprints_hang_on_the_key_the_kind_and_every_part(tmp_path: Path) -> None:
    """Another key, kind or part gives another fingerprint; the same give the same."""
    one, other = Keys(tmp_path, bytes(32)), Keys(tmp_path, bytes(31) + b"\1")
    made = [
        one.fingerprint("post", "a"), one.fingerprint("post", "b"), one.fingerprint("mark", "a"),
        one.fingerprint("post", "a", "b"), one.fingerprint("post", "ab"), other.fingerprint("post", "a"),
    ]  # fmt: skip
    assert len(set(made)) == len(made)
    assert one.fingerprint("post", "a") == made[0]
    assert {len(digest) for digest in made} == {16}


def test_a_veil_is_lifted_by_its_key_for_its_owner_alone(tmp_path: Path) -> None:
    """What was veiled for one thread is nothing to another, nor to another store."""
    keys = Keys(tmp_path, bytes(32))
    veiled = keys.veil("12|老周\ud800", b"thread")
    assert keys.unveil(veiled, b"thread") == "12|老周\ud800"
    assert keys.unveil(veiled, b"other") is None
    assert keys.unveil(veiled[:5], b"thread") is None
    assert Keys(tmp_path, bytes(31) + b"\1").unveil(veiled, b"thread") is None
    assert veiled != keys.veil("12|老周\ud800", b"thread")


def test_what_is_sealed_opens_only_under_its_own_name() -> None:
    """A page's bytes put in another page's place do not open."""
    sealed = seal(bytes(32), b"page", "a")
    assert unseal(bytes(32), sealed, "a") == b"page"
    with pytest.raises(DamagedSeal):
        unseal(bytes(32), sealed, "b")


def test_the_examples_of_folding_are_true() -> None:
    """What the docstrings of store/words.py say is so."""
    assert doctest.testmod(store.words).failed == 0
    assert doctest.testmod(store.words).attempted > 2
