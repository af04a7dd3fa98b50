"""Sellers know how many posts they have; what is told of those with many is kept ready

Revision 0013, after 0012. Profiles are made by the next linking (store/sellers/ready.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNT = "UPDATE sellers SET posts = (SELECT count(*) FROM findings WHERE findings.seller_id = sellers.id)"


def upgrade() -> None:
    """To this revision."""
    for name in ("posts", "turn"):
        op.add_column("sellers", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.execute(COUNT)
    op.create_index("ix_sellers_posts_id", "sellers", ["posts", "id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("seller_id", sa.String(length=32), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.Column("full", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["sellers.id"], name=op.f("fk_profiles_seller_id_sellers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seller_id", name=op.f("pk_profiles")),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("profiles")
    op.drop_index("ix_sellers_posts_id", table_name="sellers")
    for name in ("turn", "posts"):
        op.drop_column("sellers", name)
