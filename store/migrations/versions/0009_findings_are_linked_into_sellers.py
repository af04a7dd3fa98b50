"""Findings are linked into sellers

Revision 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "sellers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["sellers.id"], name=op.f("fk_sellers_merged_into_sellers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sellers")),
    )
    op.create_index(op.f("ix_sellers_merged_into"), "sellers", ["merged_into"], unique=False)
    op.create_table(
        "traces",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_traces_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_traces")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_traces_finding_id")),
    )
    op.create_table(
        "trace_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["traces.number"], name=op.f("fk_trace_keys_number_traces"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_trace_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_trace_keys_number"), "trace_keys", ["number"], unique=False)
    op.create_table(
        "shared_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shared_keys")),
    )
    op.create_table(
        "seller_decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("left", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_decisions")),
    )
    op.create_table(
        "unlinked",
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_unlinked_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_unlinked")),
    )
    op.add_column("findings", sa.Column("seller_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_findings_seller_id"), "findings", ["seller_id"], unique=False)
    # What was found before sellers were linked waits for it.
    op.execute("INSERT INTO unlinked (finding_id) SELECT id FROM findings")


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index(op.f("ix_findings_seller_id"), table_name="findings")
    op.drop_column("findings", "seller_id")
    for table in ("unlinked", "seller_decisions", "shared_keys", "trace_keys", "traces", "sellers"):
        op.drop_table(table)
