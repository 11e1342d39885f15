"""Shelves: rules of a camera that are set aside for a while, and which alerts came meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()  # µs since 1970 UTC


def upgrade() -> None:
    """Add the table, and the column of alerts that names one."""
    op.create_table(
        "shelf",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("camera", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=128), nullable=False),
        sa.Column("gravest", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("over", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_shelf_over_until", "shelf", ["over", "until"], unique=False)
    op.add_column("alert", sa.Column("shelf_id", sa.String(length=36)))
    op.create_index("ix_alert_shelf_id", "alert", ["shelf_id"], unique=False)
