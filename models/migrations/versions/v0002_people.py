"""People on the line: rights per camera, where a session was begun, the officer's steps, photos, the police."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()  # µs since 1970 UTC
_ROWS = 1000


def upgrade() -> None:
    """Add the columns and tables; what is there stays, sessions go on."""
    op.add_column("account", sa.Column("unit", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("account", sa.Column("cameras", sa.JSON(none_as_null=True)))
    op.add_column("account", sa.Column("person_id", sa.String(length=64)))
    op.create_index("ix_account_person_id", "account", ["person_id"], unique=False)
    op.add_column("session", sa.Column("door", sa.String(length=16), nullable=False, server_default="wall"))
    op.add_column("session", sa.Column("address", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("session", sa.Column("agent", sa.String(length=128), nullable=False, server_default=""))
    op.add_column("dispatch", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for name in ("delivered", "taken", "on_site", "handled", "returned", "verified"):
        op.add_column("dispatch", sa.Column(name, INSTANT))
    for name in ("result", "return_reason"):
        op.add_column("dispatch", sa.Column(name, sa.Text()))
    for name, length in (("handled_by", 64), ("verified_by", 64), ("verdict", 32)):
        op.add_column("dispatch", sa.Column(name, sa.String(length=length)))
    op.create_index("ix_dispatch_person_id_state", "dispatch", ["person_id", "state"], unique=False)
    op.add_column("feed", sa.Column("camera", sa.String(length=64), nullable=False, server_default=""))
    _name_cameras()
    _create_contact_and_photo()
    _create_police()


def _name_cameras() -> None:
    """Of the feed's rows, from what they say: who may not see a camera must not be told of its past either."""
    feed = sa.table("feed", sa.column("id"), sa.column("camera"), sa.column("body"))
    bind, last = op.get_bind(), 0
    while rows := bind.execute(
        sa.select(feed.c.id, feed.c.body).where(feed.c.id > last).order_by(feed.c.id).limit(_ROWS)
    ).all():
        for row in rows:
            camera = json.loads(row.body).get("camera") or ""
            bind.execute(sa.update(feed).where(feed.c.id == row.id).values(camera=camera))
        last = rows[-1].id


def _create_contact_and_photo() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dispatch_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("sent", INSTANT, nullable=False),
        sa.Column("delivered", INSTANT, nullable=True),
        sa.Column("acked", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contact_dispatch_id", "contact", ["dispatch_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("dispatch_id", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("removed", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_photo_dispatch_id", "photo", ["dispatch_id"], unique=False)
    op.create_index("ix_photo_at", "photo", ["at"], unique=False)


def _create_police() -> None:
    op.create_table(
        "push",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("error", sa.String(length=256), nullable=False),
        sa.Column("delivered", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("target", "incident_id", "revision", name="uq_push_target_incident_id_revision"),
    )
    op.create_index("ix_push_incident_id", "push", ["incident_id"], unique=False)
    op.create_index("ix_push_state_due", "push", ["state", "due"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("webhook_id", sa.String(length=128), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("police_case_no", sa.String(length=64), nullable=True),
        sa.Column("received", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.PrimaryKeyConstraint("target", "webhook_id"),
    )
    op.create_index("ix_receipt_incident_id", "receipt", ["incident_id"], unique=False)
