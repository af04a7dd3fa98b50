"""Findings that were removed are marked; threads are read on from the page they ended on, and rarely as a whole

Revision 0012, after 0011.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from store.columns import Time

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision. What was read to its end counts as read now: not everything is to be read anew at once."""
    op.add_column("marks", sa.Column("address", sa.LargeBinary(), nullable=True))
    op.add_column("marks", sa.Column("deep_at", sa.DateTime(timezone=True), nullable=True))
    marks = sa.table("marks", sa.column("ended", sa.Boolean), sa.column("deep_at", Time))
    op.execute(marks.update().where(marks.c.ended).values(deep_at=datetime.now(UTC)))
    op.add_column("findings", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("findings", sa.Column("revisited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_finding_versions_thread_url"), "finding_versions", ["thread_url"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index(op.f("ix_finding_versions_thread_url"), table_name="finding_versions")
    op.drop_column("findings", "revisited_at")
    op.drop_column("findings", "removed_at")
    op.drop_column("marks", "deep_at")
    op.drop_column("marks", "address")
