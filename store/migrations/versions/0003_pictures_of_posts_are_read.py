"""Pictures of posts are read

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTS = ("prices", "contacts", "volumes", "reasons")


def upgrade() -> None:
    """To this revision."""
    # Added in place: a table made anew would name its constraints in whatever order they are found.
    op.add_column("sources", sa.Column("images", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("finding_versions", sa.Column("pictures", sa.Text(), nullable=False, server_default="[]"))
    for name in PARTS:
        op.add_column(name, sa.Column("picture", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back to the one before."""
    for name in PARTS:
        op.drop_column(name, "picture")
    op.drop_column("finding_versions", "pictures")
    op.drop_column("sources", "images")
