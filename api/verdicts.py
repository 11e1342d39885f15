"""What becomes of a handled task: closed, or done again; said by somebody who did not handle it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from api.books import Books
from api.cases import change, load, move_incident, view
from api.course import STANDS, ReworkReason
from api.refusals import RefusalError
from api.sessions import Signed
from api.views import AlertView
from models.tables import dispatch


@dataclass(frozen=True, slots=True)
class Verdict:
    """Somebody has looked at what was done.

    Attributes:
        dispatch_id, version: The dispatch as the verifier saw it.
        rework: Why it must be done again; None where it is good.
        verifier: Who says so.
    """

    dispatch_id: str
    version: int
    rework: ReworkReason | None
    verifier: Signed


async def give(books: Books, verdict: Verdict) -> AlertView:
    """HANDLED → CLOSED 结案, or back to TAKEN for 返工; the same verdict twice is once.

    Raises:
        RefusalError: not_found, conflict, own_work.
    """
    said = "closed" if verdict.rework is None else verdict.rework
    actor = verdict.verifier
    row = await _load(books, verdict)
    if (row.version, row.verdict, row.verified_by) == (verdict.version + 1, said, actor.name):
        return await view(books, row.alert_id)
    if (row.version, row.state) != (verdict.version, "HANDLED"):
        zh, en = STANDS[row.state]
        current = (await view(books, row.alert_id)).model_dump(mode="json")
        raise RefusalError("conflict", current=current, stands={"zh": zh, "en": en})
    if actor.name == row.handled_by or actor.person == row.person_id:
        raise RefusalError("own_work")
    values: dict[str, object] = {"verdict": said, "verified": books.at, "verified_by": actor.name}
    if verdict.rework is None:
        values["state"] = "CLOSED"
        books.note(actor.name, "dispatch.closed", row.alert_id, dispatch=row.id, person=row.person_id)
        await move_incident(books, row.incident_id, "CLOSED", actor.name, row.alert_id)
    else:
        values |= {"state": "TAKEN", "on_site": None, "handled": None, "handled_by": None, "result": None}
        detail = {"dispatch": row.id, "person": row.person_id, "rework": said, "result": row.result}
        books.note(actor.name, "dispatch.rework", row.alert_id, **detail)
        await move_incident(books, row.incident_id, "TAKEN", actor.name, row.alert_id)
    await books.connection.execute(
        update(dispatch).where(dispatch.c.id == row.id).values(version=row.version + 1, **values)
    )
    await change(books, await load(books, row.alert_id))
    return await view(books, row.alert_id)


async def _load(books: Books, verdict: Verdict) -> Row[Any]:
    query = select(dispatch).where(dispatch.c.id == verdict.dispatch_id)
    row = (await books.connection.execute(query)).one_or_none()
    if row is None or not verdict.verifier.sees((await load(books, row.alert_id)).camera):
        raise RefusalError("not_found")
    return row
