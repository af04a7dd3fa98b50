"""Signals are kept when a post is read again

Revision 0002, after 0001. A verdict says what label the finding carried: until now no signal ever changed, so that it
is the label of the wording that was judged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "former_signals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["finding_versions.id"], name=op.f("fk_former_signals_version_id_finding_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_signals")),
    )
    with op.batch_alter_table("former_signals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_signals_version_id"), ["version_id"], unique=False)

    # Added in place: a table made anew would name its constraints in whatever order they are found.
    op.add_column("verdicts", sa.Column("label", sa.String(length=32), nullable=False, server_default=""))
    op.execute(
        "UPDATE verdicts SET label ="
        " (SELECT finding_versions.label FROM finding_versions WHERE finding_versions.id = verdicts.version_id)"
    )

def downgrade() -> None:
    """Back to the one before."""
    op.drop_column("verdicts", "label")
    with op.batch_alter_table("former_signals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_signals_version_id"))

    op.drop_table("former_signals")
