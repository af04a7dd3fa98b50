"""Verdicts know the number of their entry in the ledger, by which they follow one another

Revision 0014, after 0013.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ENTRIES = sa.text("SELECT seq, entry FROM ledger WHERE action IN ('verdict', 'adopted') ORDER BY seq")
ENTERED = sa.text("UPDATE verdicts SET entered = :seq WHERE id = :verdict")


def upgrade() -> None:
    """To this revision."""
    op.add_column("verdicts", sa.Column("entered", sa.BigInteger(), server_default="0", nullable=False))
    connection = op.get_bind()
    for seq, entry in connection.execute(ENTRIES).fetchall():
        # An entry that somebody spoilt is for `verify --store` to name.
        try:
            verdict = json.loads(entry)["facts"].get("verdict")
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(verdict, str):
            connection.execute(ENTERED, {"seq": seq, "verdict": verdict})


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("verdicts", "entered")
