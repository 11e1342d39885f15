"""Receipts: what the police answer, by a call that they sign or by their liaison on our page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import insert, select

from api.books import Books
from api.pushing import noted
from api.refusals import RefusalError
from models.tables import incident
from models.tables_police import push, receipt

Status = Literal["RECEIVED", "SIGNED", "POLICE_SENT", "ARRIVED", "FEEDBACK", "RETURNED"]

ACTOR: Final = "police:"
"""Before a target's id: who acts in the audit when it calls."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One word of the police.

    Attributes:
        target: Which of their systems, or whose liaison.
        webhook_id: Names this word: what comes again under it is the same.
        incident_no: Of ours, as it was pushed.
        revision: The newest one that they know.
        status: What they did with it.
        by, at, note, police_case_no: As they say it.
    """

    target: str
    webhook_id: str
    incident_no: str
    revision: int
    status: Status
    by: str
    at: datetime
    note: str
    police_case_no: str | None


async def take(books: Books, said: Receipt, actor: str) -> bool:
    """Write it down; False where it stood there already.

    Raises:
        RefusalError: not_pushed: no such incident was pushed to this target, in no such revision.
    """
    known = select(receipt.c.webhook_id).where(receipt.c.target == said.target, receipt.c.webhook_id == said.webhook_id)
    if (await books.connection.execute(known)).first() is not None:
        return False
    query = (
        select(push.c.incident_id)
        .join(incident, incident.c.id == push.c.incident_id)
        .where(push.c.target == said.target, incident.c.no == said.incident_no, push.c.revision == said.revision)
    )
    incident_id = (await books.connection.execute(query)).scalar_one_or_none()
    if incident_id is None:
        raise RefusalError("not_pushed")
    await books.connection.execute(
        insert(receipt).values(
            target=said.target,
            webhook_id=said.webhook_id,
            incident_id=incident_id,
            revision=said.revision,
            status=said.status,
            by=said.by,
            at=said.at,
            note=said.note,
            police_case_no=said.police_case_no,
            received=books.at,
        )
    )
    detail = {"no": said.incident_no, "target": said.target, "revision": said.revision, "status": said.status}
    if said.police_case_no:
        detail["police_case_no"] = said.police_case_no
    await noted(books, incident_id, actor, "receipt.taken", by=said.by, **detail)
    return True
