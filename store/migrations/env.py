"""Where Alembic finds the database and the tables.

The program hands over its connection (store/schema.py). To write a new revision, give the folder of a store:
`alembic -x home=FOLDER revision --autogenerate --rev-id 0002 -m "what changes"`.
"""

from pathlib import Path
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from store.engine import make_engine
from store.tables import Row


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A column type of ours as what the database sees: a revision must stay what it was when the type changes."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def migrate(connection: Connection) -> None:
    """Run what was asked for on `connection`, in its transaction if there is one."""
    context.configure(
        connection=connection, target_metadata=Row.metadata, render_as_batch=True, transactional_ddl=True,
        compare_type=True, compare_server_default=True, render_item=render_item,
    )  # fmt: skip
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = make_engine(Path(context.get_x_argument(as_dictionary=True)["home"]))
    with engine.connect() as connection:
        migrate(connection)
