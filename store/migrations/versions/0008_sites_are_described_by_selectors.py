"""Sites are described by selectors

Revision 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("sources", sa.Column("selectors", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("sources", sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("sources", "assessed_at")
    op.drop_column("sources", "selectors")
