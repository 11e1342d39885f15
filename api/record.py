"""The record: what stands in the audit, read by those who may, newest first, by day, account, deed and subject."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books
from api.days import bounds
from models.tables import alert, incident
from models.tables_access import audit

SUBJECT: Final = "record"
"""What somebody looked at who read or exported the record."""
_ONE_LOOK: Final = timedelta(minutes=5)
"""Leafing on, or asking the same again within this time, is one look."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the record.

    Attributes:
        first, last: Local days, both included; None for all before or after.
        actor: Name of the account, `desk`, or a journal's origin; empty for everybody.
        action: e.g. `alert.acked`; empty for all.
        about: An alert's id, an incident's number, or how another subject begins; empty for all.
    """

    first: date | None = None
    last: date | None = None
    actor: str = ""
    action: str = ""
    about: str = ""

    def words(self) -> dict[str, str]:
        """What was chosen, for the audit and for whoever checks an export."""
        chosen = {"first": self.first, "last": self.last, "actor": self.actor}
        return {k: str(v) for k, v in {**chosen, "action": self.action, "about": self.about}.items() if v}

    def query(self, timezone: str) -> Select[Any]:
        """The rows of this part, in no order yet."""
        query = select(audit)
        if self.first:
            query = query.where(audit.c.at >= bounds(self.first, timezone)[0])
        if self.last:
            query = query.where(audit.c.at < bounds(self.last, timezone)[1])
        if self.actor:
            query = query.where(audit.c.actor == self.actor)
        if self.action:
            query = query.where(audit.c.action == self.action)
        if self.about:
            of_case = (
                select(alert.c.id)
                .join(incident, incident.c.id == alert.c.incident_id)
                .where(incident.c.no == self.about.upper())
            )
            begins = audit.c.subject.startswith(self.about, autoescape=True)
            query = query.where(or_(begins, audit.c.subject.in_(of_case)))
        return query


async def page(connection: AsyncConnection, part: Part, timezone: str, before: int | None, rows: int) -> list[Row[Any]]:
    """At most so many rows, newest first; those before a row's id only, where it is given."""
    query = part.query(timezone)
    if before is not None:
        query = query.where(audit.c.id < before)
    return list((await connection.execute(query.order_by(audit.c.id.desc()).limit(rows))).all())


async def enter_look(books: Books, reader: str, part: Part) -> None:
    """Enter into the audit that somebody reads this part, unless it was entered a moment ago."""
    query = select(audit.c.detail).where(
        audit.c.subject == SUBJECT,
        audit.c.action == "record.read",
        audit.c.actor == reader,
        audit.c.at > books.at - _ONE_LOOK,
    )
    words = part.words()
    looks = (await books.connection.execute(query)).scalars()
    if not any(json.loads(detail).get("part") == words for detail in looks):
        books.note(reader, "record.read", SUBJECT, part=words)
