"""Findings are referred

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("case_no", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("corrects", sa.String(length=32), nullable=True),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["corrects"], ["referrals.id"], name=op.f("fk_referrals_corrects_referrals")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
    )
    op.create_table(
        "referral_findings",
        sa.Column("referral_id", sa.String(length=32), nullable=False),
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referrals.id"], name=op.f("fk_referral_findings_referral_id_referrals")
        ),
        sa.PrimaryKeyConstraint("referral_id", "finding_id", name=op.f("pk_referral_findings")),
    )
    with op.batch_alter_table("referral_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_findings_finding_id"), ["finding_id"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("referral_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_findings_finding_id"))
    op.drop_table("referral_findings")
    op.drop_table("referrals")
