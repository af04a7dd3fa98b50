"""What a thread's or list's page showed is kept, so that less of it is noticed

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("marks") as batch:
        batch.add_column(sa.Column("shown", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("marks") as batch:
        batch.drop_column("shown")
