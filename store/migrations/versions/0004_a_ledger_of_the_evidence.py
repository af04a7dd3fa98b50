"""A ledger of the evidence

Revision 0004, after 0003. What was sealed and judged before is entered when the store is opened (store/adoption.py):
to sign takes the store's keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "ledger",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("countersignature", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_subject"), ["subject"], unique=False)
    op.create_table(
        "doomed",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doomed")),
    )
    # Added in place: a table made anew would name its constraints in whatever order they are found.
    op.add_column("sources", sa.Column("retention", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("captures", sa.Column("md5", sa.String(length=32), nullable=True))
    op.add_column("captures", sa.Column("body_md5", sa.String(length=32), nullable=True))
    op.execute(
        "INSERT INTO store (name, value) SELECT 'ledger_due', 'yes'"
        " WHERE EXISTS (SELECT 1 FROM captures) OR EXISTS (SELECT 1 FROM verdicts)"
    )


def downgrade() -> None:
    """Back to the one before."""
    op.execute("DELETE FROM store WHERE name = 'ledger_due'")
    for name in ("body_md5", "md5"):
        op.drop_column("captures", name)
    op.drop_column("sources", "retention")
    op.drop_table("doomed")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_subject"))
        batch_op.drop_index(batch_op.f("ix_ledger_action"))

    op.drop_table("ledger")
