"""Findings are filed in a catalogue, by which they are searched

Revision 0011, after 0010. What is there is filed when the store is opened next (store/catalogue.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Searches looked here before; nothing else did.
FORMER = (("findings", "label"), ("findings", "state"), ("prices", "single"), ("contacts", "value_folded"),
          ("contacts", "text_folded"))  # fmt: skip


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "postings",
        sa.Column("shelf", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("slots", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shelf", "term", name=op.f("pk_postings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stretches",
        sa.Column("stretch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oldest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stretch", name=op.f("pk_stretches")),
    )
    # Added in place: a table made anew would name its constraints in whatever order they are found.
    op.add_column("findings", sa.Column("number", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_findings_number"), "findings", ["number"], unique=True)
    for table, column in FORMER:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)


def downgrade() -> None:
    """Back to the one before."""
    for table, column in FORMER:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.drop_index(op.f("ix_findings_number"), table_name="findings")
    op.drop_column("findings", "number")
    op.drop_table("stretches")
    op.drop_table("postings")
