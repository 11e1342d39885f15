"""The table of shelves: which rules of which cameras were set aside, by whom, until when, and why."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from models.columns import ID, NAME, Instant, metadata

shelf = Table(
    "shelf",
    metadata,
    Column("id", ID, primary_key=True),
    Column("camera", NAME, nullable=False),
    Column("rule", String(128), nullable=False),
    Column("gravest", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("over", Instant),
    Column("lifted_by", NAME),
    Index(None, "over", "until"),
)
"""Each is in force until its `until`, unless it was lifted before. `gravest` is the gravest level that it covers, 2 or
3, never 1; `over` is when what lasted was brought back.
"""
