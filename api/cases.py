"""What people do with an alert: acknowledge, dismiss, dispatch, undo; each step audited and told to every wall."""

from typing import Any, Final, Literal

from sqlalchemy import Row, select, update

from api.books import Books
from api.reading import ASIDE, ENDED_INCIDENT, SENT_INCIDENT, UNDECIDED, alert_views
from api.refusals import RefusalError
from api.views import AlertView
from models.tables import alert, incident

DISMISS_REASONS: Final = {
    "false_alarm": ("误报", "false alarm"),
    "duplicate": ("重复", "duplicate"),
    "normal": ("正常活动", "normal activity"),
    "test": ("测试", "test"),
}
"""Key to (zh, en)."""

DismissReason = Literal["false_alarm", "duplicate", "normal", "test"]


async def acknowledge(books: Books, alert_id: str, version: int, actor: str) -> AlertView:
    """RAISED, or set aside, → ACKED; where somebody is under way for it already, and it was raised again, → CONFIRMED.

    Raises:
        RefusalError: not_found, conflict.
    """
    row = await load(books, alert_id)
    if row.acked_by == actor and (row.state == "ACKED" or (row.state, row.version) == ("CONFIRMED", version + 1)):
        return await view(books, alert_id)
    await require(books, row, version, ("RAISED", *ASIDE))
    sent = await case_of(books, row) in SENT_INCIDENT
    await change(books, row, state="CONFIRMED" if sent else "ACKED", acked_by=actor, acked_at=books.at)
    books.note(actor, "alert.acked", alert_id)
    return await view(books, alert_id)


async def dismiss(books: Books, alert_id: str, version: int, reason: DismissReason, actor: str) -> AlertView:
    """Undecided → DISMISSED; a case that an undone dispatch left behind is rejected with it.

    Raises:
        RefusalError: not_found, conflict.
    """
    row = await load(books, alert_id)
    if (row.state, row.dismissed_by, row.dismiss_reason) == ("DISMISSED", actor, reason):
        return await view(books, alert_id)
    case = await case_of(books, row)
    await require(books, row, version, () if case in SENT_INCIDENT else UNDECIDED)
    await change(books, row, state="DISMISSED", dismissed_by=actor, dismissed_at=books.at, dismiss_reason=reason)
    books.note(actor, "alert.dismissed", alert_id, reason=reason)
    if row.incident_id and case not in ENDED_INCIDENT:
        await move_incident(books, row.incident_id, "REJECTED", actor, alert_id)
    return await view(books, alert_id)


async def load(books: Books, alert_id: str) -> Row[Any]:
    """The alert's row.

    Raises:
        RefusalError: not_found.
    """
    row = (await books.connection.execute(select(alert).where(alert.c.id == alert_id))).one_or_none()
    if row is None:
        raise RefusalError("not_found")
    return row


async def case_of(books: Books, row: Row[Any]) -> str | None:
    """The state of the alert's case; None where it has none."""
    query = select(incident.c.state).where(incident.c.id == row.incident_id)
    return (await books.connection.execute(query)).scalar_one_or_none()


async def view(books: Books, alert_id: str) -> AlertView:
    """The alert as it stands now in this transaction."""
    return (await alert_views(books.connection, [alert_id]))[0]


async def require(books: Books, row: Row[Any], version: int, states: tuple[str, ...]) -> None:
    """Go on only where the alert is as the person saw it.

    Raises:
        RefusalError: conflict, with the alert as it stands.
    """
    if row.version != version or row.state not in states:
        raise RefusalError("conflict", current=(await view(books, row.id)).model_dump(mode="json"))


async def change(books: Books, row: Row[Any], **values: object) -> None:
    """Change what people say of the alert, count its version up, and tell the walls."""
    await books.connection.execute(update(alert).where(alert.c.id == row.id).values(version=row.version + 1, **values))
    books.tell("alert", row.id)


async def move_incident(books: Books, incident_id: str, state: str, actor: str, alert_id: str) -> None:
    """Bring the case into another state; audited under its alert too, whose history it belongs to."""
    await books.connection.execute(
        update(incident).where(incident.c.id == incident_id).values(state=state, version=incident.c.version + 1)
    )
    row = (await books.connection.execute(select(incident.c.no).where(incident.c.id == incident_id))).one()
    books.note(actor, f"incident.{state.lower()}", alert_id, no=row.no, incident=incident_id)
