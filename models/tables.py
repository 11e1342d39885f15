"""The tables of the database: what arrived, and what people did about it; who may stands in `tables_access`, what the
police were told in `tables_police`.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from models.columns import GROWING, ID, JSON_TEXT, NAME, Instant, metadata

HEAD: Final = "0005"
"""The migration that this version needs; who serves waits until the database has it."""

desk_lease = Table(
    "desk_lease",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires", Instant, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("origin", NAME, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "subject_id"),
)
"""Which journal entries are safe here; one row each, written in the transaction that took the entry over."""

rejected = Table(
    "rejected",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fields", JSON_TEXT, nullable=False),
)
"""Stream messages that are not ours or contradict what is here, kept as they came (shortened)."""

incident = Table(
    "incident",
    metadata,
    Column("id", ID, primary_key=True),
    Column("no", String(32), nullable=False, unique=True),
    Column("day", String(8), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("code", NAME, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("day", "ordinal"),
    Index(None, "state", "opened"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", ID, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("code", NAME, nullable=False),
    Column("level", Integer, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("rule", String(128), nullable=False),
    Column("place", NAME, nullable=False),
    Column("began", Instant, nullable=False),
    Column("detected", Instant, nullable=False),
    Column("ended", Instant),
    Column("times", Integer, nullable=False),
    Column("observed", JSON_TEXT, nullable=False),
    Column("threshold", JSON_TEXT, nullable=False),
    Column("subjects", JSON_TEXT, nullable=False),
    Column("snapshot", String(256)),
    Column("source", String(16), nullable=False),
    Column("received", Instant, nullable=False),
    Column("raised", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("acked_by", NAME),
    Column("acked_at", Instant),
    Column("dismissed_by", NAME),
    Column("dismissed_at", Instant),
    Column("dismiss_reason", String(32)),
    Column("incident_id", ForeignKey("incident.id")),
    Column("shelf_id", ID),
    Index(None, "shelf_id"),
    Index(None, "state"),
    Index(None, "detected"),
    Index(None, "camera", "place", "detected"),
)
"""The newest revision of each alert, and what people did; `version` counts the latter, and each time that it was raised
again. `raised` is since when it waits for somebody, or waited; `shelf_id` names the shelf under which it
came, or was put.
"""

alert_history = Table(
    "alert_history",
    metadata,
    Column("alert_id", ForeignKey("alert.id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)
"""Every revision as it stood on the wire."""

person = Table(
    "person",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("name_zh", NAME, nullable=False),
    Column("name_en", NAME, nullable=False),
    Column("grids", JSON_TEXT, nullable=False),
    Column("on_duty", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
)
"""Who can be sent; somebody no longer in the configuration stays for the records, unlisted."""

grid = Table(
    "grid",
    metadata,
    Column("code", NAME, primary_key=True),
    Column("name_zh", NAME, nullable=False),
    Column("name_en", NAME, nullable=False),
    Column("beside", JSON_TEXT, nullable=False),
    Column("listed", Boolean, nullable=False),
)

dispatch = Table(
    "dispatch",
    metadata,
    Column("id", ID, primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("alert_id", ForeignKey("alert.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("undo_until", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("why", JSON_TEXT, nullable=False),
    Column("notified", String(32), nullable=False),
    Column("undone_by", NAME),
    Column("undone_at", Instant),
    Column("version", Integer, nullable=False),
    Column("delivered", Instant),
    Column("taken", Instant),
    Column("on_site", Instant),
    Column("handled", Instant),
    Column("handled_by", NAME),
    Column("result", Text),
    Column("returned", Instant),
    Column("return_reason", Text),
    Column("verified", Instant),
    Column("verified_by", NAME),
    Column("verdict", String(32)),
    Index(None, "alert_id", "at"),
    Index(None, "person_id", "state"),
    Index(None, "state", "undo_until"),
)
"""Who was sent, and how far they are; `version` counts the steps of people. `verdict` is what the last verifier said:
closed, or why it must be done again; then `on_site` and `handled` begin anew, and the audit keeps what was.
"""

contact = Table(
    "contact",
    metadata,
    Column("id", ID, primary_key=True),
    Column("dispatch_id", ForeignKey("dispatch.id"), nullable=False),
    Column("channel", NAME, nullable=False),
    Column("sent", Instant, nullable=False),
    Column("delivered", Instant),
    Column("acked", Instant),
    Index(None, "dispatch_id"),
)
"""Each attempt to reach somebody about a dispatch: `inbox` is the officer's phone page."""

photo = Table(
    "photo",
    metadata,
    Column("id", ID, primary_key=True),
    Column("dispatch_id", ForeignKey("dispatch.id"), nullable=False),
    Column("by", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(256), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("removed", Instant),
    Index(None, "dispatch_id"),
    Index(None, "at"),
)
"""What an officer photographed on site."""

blind_span = Table(
    "blind_span",
    metadata,
    Column("id", ID, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("reason", NAME, nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("received", Instant, nullable=False),
    Index(None, "began"),
    Index(None, "ended"),
)

flow = Table(
    "flow",
    metadata,
    Column("id", ID, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("rule", String(128), nullable=False),
    Column("line", NAME, nullable=False),
    Column("minute", Instant, nullable=False),
    Column("into", Integer, nullable=False),
    Column("out", Integer, nullable=False),
    Column("received", Instant, nullable=False),
    Index(None, "minute"),
)
"""How many crossed each line in a minute; minutes without anybody have no row, longer windows are sums."""

evidence = Table(
    "evidence",
    metadata,
    Column("id", ID, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("alert_id", ID, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", NAME, nullable=False),
    Column("at", Instant, nullable=False),
    Column("began", Instant),
    Column("ended", Instant),
    Column("key", String(256), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64)),
    Column("body", Text, nullable=False),
    Column("received", Instant, nullable=False),
    Column("removed", Instant),
    Index(None, "alert_id"),
    Index(None, "key"),
)
"""The newest revision of each clip and full snapshot; `removed` is when its file went, at the end of its days."""

configuration = Table(
    "configuration",
    metadata,
    Column("id", ID, primary_key=True),
    Column("origin", NAME, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("timezone", NAME, nullable=False),
    Column("armed", JSON_TEXT),
    Column("received", Instant, nullable=False),
    Index(None, "since"),
)
"""Each configuration that came into force, and when it armed which camera; the file itself is kept where it is the
truth, on the watch machine.
"""

feed = Table(
    "feed",
    metadata,
    Column("id", GROWING, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("camera", NAME, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "at"),
    sqlite_autoincrement=True,  # a number that was pruned is never given again
)
"""What walls are told, in the order of commit; `camera` is empty where it concerns everybody."""
