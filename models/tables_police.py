"""The tables of what was pushed to the police, and of what they answered."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import ID, NAME, Instant, metadata

push = Table(
    "push",
    metadata,
    Column("id", ID, primary_key=True),
    Column("target", NAME, nullable=False),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("error", String(256), nullable=False),
    Column("delivered", Instant),
    UniqueConstraint("target", "incident_id", "revision"),
    Index(None, "incident_id"),
    Index(None, "state", "due"),
)
"""The outbox: what must reach a target, written with the deed that wants it; `id` is its webhook-id, `version` that of
the incident of which it tells.
"""

receipt = Table(
    "receipt",
    metadata,
    Column("target", NAME, primary_key=True),
    Column("webhook_id", String(128), primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    Column("police_case_no", NAME),
    Column("received", Instant, nullable=False),
    Index(None, "incident_id"),
)
"""What a target said of an incident: by its own signed call, or by its liaison on our page."""
