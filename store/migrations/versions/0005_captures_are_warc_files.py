"""Captures are WARC files with a picture; the ledger is stamped by timestamp authorities

Revision 0005, after 0004. What was sealed before stays in the form in which it was sealed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    # Added in place: a table made anew would name its constraints in whatever order they are found.
    op.add_column("captures", sa.Column("warc_size", sa.BigInteger(), nullable=True))
    op.add_column("captures", sa.Column("warc_sha256", sa.String(length=64), nullable=True))
    op.add_column("captures", sa.Column("warc_md5", sa.String(length=32), nullable=True))
    op.create_table(
        "page_pictures",
        sa.Column("capture_id", sa.String(length=32), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gap", sa.String(length=32), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("md5", sa.String(length=32), nullable=True),
        sa.Column("png_size", sa.BigInteger(), nullable=True),
        sa.Column("png_sha256", sa.String(length=64), nullable=True),
        sa.Column("png_md5", sa.String(length=32), nullable=True),
        sa.Column("width", sa.BigInteger(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("full_height", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.BigInteger(), nullable=True),
        sa.Column("browser", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_page_pictures_capture_id_captures")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_page_pictures")),
    )
    op.create_table(
        "timestamps",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timestamps")),
    )
    with op.batch_alter_table("timestamps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timestamps_seq"), ["seq"], unique=False)


def downgrade() -> None:
    """Back to the one before."""
    with op.batch_alter_table("timestamps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timestamps_seq"))
    op.drop_table("timestamps")
    op.drop_table("page_pictures")
    for name in ("warc_md5", "warc_sha256", "warc_size"):
        op.drop_column("captures", name)
