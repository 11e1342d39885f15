"""The tables of who may, and of the chain of all that was done."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from models.columns import GROWING, JSON_TEXT, NAME, Instant, metadata

account = Table(
    "account",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("one_time", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("unit", NAME, nullable=False),
    Column("cameras", JSON_TEXT),
    Column("person_id", NAME),
    Index(None, "person_id"),
)
"""`unit` is whom the person works for; `cameras` are the ids the account may see, NULL: all; `person_id` is whose phone
an officer's account serves, as the roster knows them.
"""

session = Table(
    "session",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("account", ForeignKey("account.name"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("door", String(16), nullable=False),
    Column("address", NAME, nullable=False),
    Column("agent", String(128), nullable=False),
)
"""`token` is the sha256 of the cookie: a stolen database opens no session; it is good at the `door` where it began."""

login_failure = Table(
    "login_failure",
    metadata,
    Column("id", GROWING, primary_key=True, autoincrement=True),
    Column("name", NAME, nullable=False),
    Column("address", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "name", "at"),
    Index(None, "address", "at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", NAME, nullable=False),
    Column("action", NAME, nullable=False),
    Column("subject", String(128), nullable=False),
    Column("detail", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject", "action"),
)
"""Append-only: each row carries the hash of the one before; the database refuses to change or remove one."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("audit_id", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""The newest row of the chain, so that rows cut off at its end are noticed."""
