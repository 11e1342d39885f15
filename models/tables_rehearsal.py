"""The table of rehearsals: what other rules would have told of the past, asked for on the wall."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from models.columns import ID, JSON_TEXT, NAME, Instant, metadata

rehearsal = Table(
    "rehearsal",
    metadata,
    Column("id", ID, primary_key=True),
    Column("camera", NAME, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("rules", Text, nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("result", JSON_TEXT),
    Column("began", Instant),
    Column("ended", Instant),
    Index(None, "state", "at"),
)
"""Each with its state, see models.rehearsal; the newest are kept. `result` says what was gained and lost."""
