"""Since when an alert waits for somebody: one that grew graver, or began anew, is raised again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()  # µs since 1970 UTC


def upgrade() -> None:
    """Add the column; what is there has waited since it came."""
    op.add_column("alert", sa.Column("raised", INSTANT, nullable=False, server_default="0"))
    alert = sa.table("alert", sa.column("raised"), sa.column("received"))
    op.get_bind().execute(sa.update(alert).values(raised=alert.c.received))
