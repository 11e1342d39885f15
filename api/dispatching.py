"""One click: acknowledge, open and accept the case, and send the best-placed person; undone within a few seconds."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, insert, select, update

from api.books import Books
from api.cases import case_of, change, load, move_incident, require, view
from api.contacts import channel_of, notify
from api.course import OPEN_DISPATCH
from api.rank import Ranked
from api.reading import ENDED_INCIDENT, UNDECIDED
from api.refusals import RefusalError
from api.roster import ranked_for
from api.views import AlertView
from config.site import Site
from models.tables import alert, dispatch, incident, person


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody is to be sent.

    Attributes:
        alert_id, version: The alert as the operator saw it.
        person_id: Who; None for the best-ranked.
        actor: The operator's account.
    """

    alert_id: str
    version: int
    person_id: str | None
    actor: str


async def send(books: Books, site: Site, order: Order) -> AlertView:
    """Undecided → CONFIRMED, its case → DISPATCHED, a dispatch PENDING until the undo window has passed.

    A case that came back (RETURNED), or was at its end when its alert was raised again, is sent out again.
    Level 1 waits for nothing: it is SENT at once.

    Raises:
        RefusalError: not_found, conflict, replayed, nobody_on_duty, unknown_person, not_on_duty.
    """
    alert_id, actor = order.alert_id, order.actor
    row = await load(books, alert_id)
    if row.state == "CONFIRMED" and await _is_repeat(books, order):
        return await view(books, alert_id)
    can = can_be_sent_to(await view(books, alert_id))
    again = can and row.state == "CONFIRMED"
    await require(books, row, order.version, ("CONFIRMED",) if again else UNDECIDED if can else ())
    if row.source == "replay":
        raise RefusalError("replayed")
    chosen = await _choose(books, site, row, order.person_id)
    values: dict[str, object] = {"state": "CONFIRMED"}
    if row.acked_by is None:
        values |= {"acked_by": actor, "acked_at": books.at}
        books.note(actor, "alert.acked", alert_id)
    if not again:
        books.note(actor, "alert.confirmed", alert_id)
    case = row.incident_id or await _open_incident(books, site, row, actor)
    await move_incident(books, case, "DISPATCHED", actor, alert_id)
    await change(books, row, incident_id=case, **values)
    identity = str(uuid4())
    why = [asdict(reason) for reason in chosen.why]
    await books.connection.execute(
        insert(dispatch).values(
            id=identity,
            incident_id=case,
            alert_id=alert_id,
            person_id=chosen.candidate.id,
            by=actor,
            at=books.at,
            undo_until=books.at + timedelta(seconds=site.wall.undo_s),
            state="PENDING",
            why=why,
            notified=await channel_of(books.connection, chosen.candidate.id),
            version=1,
        )
    )
    reasons = [reason["key"] for reason in why]
    books.note(actor, "dispatch.pending", alert_id, dispatch=identity, person=chosen.candidate.id, why=reasons)
    if row.level == 1:
        await notify(books, (await books.connection.execute(select(dispatch).where(dispatch.c.id == identity))).one())
    return await view(books, alert_id)


async def accept(books: Books, site: Site, alert_id: str, version: int, actor: str) -> AlertView:
    """Undecided → ACKED with an ACCEPTED case: a person stands by it, and nobody can be sent, or not yet.

    Raises:
        RefusalError: not_found, conflict, replayed.
    """
    row = await load(books, alert_id)
    case = await case_of(books, row)
    stands = case is not None and case not in ENDED_INCIDENT
    if stands and row.acked_by == actor and row.state == "ACKED":
        return await view(books, alert_id)
    await require(books, row, version, () if stands else UNDECIDED)
    if row.source == "replay":
        raise RefusalError("replayed")
    values: dict[str, object] = {"state": "ACKED"}
    if row.acked_by is None:
        values |= {"acked_by": actor, "acked_at": books.at}
        books.note(actor, "alert.acked", alert_id)
    books.note(actor, "alert.confirmed", alert_id)
    if case is None:
        values["incident_id"] = await _open_incident(books, site, row, actor)
    else:
        await move_incident(books, row.incident_id, "ACCEPTED", actor, alert_id)
    await change(books, row, **values)
    return await view(books, alert_id)


def can_be_sent_to(view: AlertView) -> bool:
    """Whether somebody may be sent: nobody is under way, or whoever was has sent it back."""
    sent = view.dispatch.state if view.dispatch else ""
    return sent == "RETURNED" if view.state == "CONFIRMED" else view.state in UNDECIDED and sent not in OPEN_DISPATCH


async def undo(books: Books, dispatch_id: str, actor: str) -> AlertView:
    """PENDING or SENT → UNDONE while the window is open: the case is ACCEPTED and the alert ACKED again.

    What was sent already (level 1) is called back: it goes from the officer's phone, which says so.

    Raises:
        RefusalError: not_found, conflict, too_late.
    """
    query = select(dispatch).where(dispatch.c.id == dispatch_id)
    sent = (await books.connection.execute(query)).one_or_none()
    if sent is None:
        raise RefusalError("not_found")
    current = await view(books, sent.alert_id)
    if sent.state == "UNDONE":
        if sent.undone_by == actor:
            return current
        raise RefusalError("conflict", current=current.model_dump(mode="json"))
    if sent.state not in ("PENDING", "SENT") or books.at > sent.undo_until:
        raise RefusalError("too_late", current=current.model_dump(mode="json"))
    values = {"state": "UNDONE", "undone_by": actor, "undone_at": books.at, "version": sent.version + 1}
    await books.connection.execute(update(dispatch).where(dispatch.c.id == dispatch_id).values(values))
    books.note(
        actor,
        "dispatch.undone" if sent.state == "PENDING" else "dispatch.recalled",
        sent.alert_id,
        dispatch=dispatch_id,
        person=sent.person_id,
    )
    await move_incident(books, sent.incident_id, "ACCEPTED", actor, sent.alert_id)
    row = await load(books, sent.alert_id)
    await change(books, row, state="RAISED" if row.state == "RAISED" else "ACKED")  # it may have been raised again
    return await view(books, sent.alert_id)


async def send_due(books: Books) -> int:
    """PENDING → SENT for each dispatch whose undo window has passed; returns how many."""
    query = select(dispatch).where(dispatch.c.state == "PENDING", dispatch.c.undo_until < books.at)
    due = (await books.connection.execute(query)).all()
    for row in due:
        await notify(books, row)
    return len(due)


async def _is_repeat(books: Books, order: Order) -> bool:
    query = (
        select(dispatch)
        .where(dispatch.c.alert_id == order.alert_id, dispatch.c.state.in_(OPEN_DISPATCH))
        .order_by(dispatch.c.at.desc())
        .limit(1)
    )
    row = (await books.connection.execute(query)).one_or_none()
    return row is not None and row.by == order.actor and order.person_id in (None, row.person_id)


async def _choose(books: Books, site: Site, row: Row[Any], person_id: str | None) -> Ranked:
    ranked = await ranked_for(books.connection, site, row.camera, row.id)
    if person_id is None:
        if not ranked:
            raise RefusalError("nobody_on_duty")
        return ranked[0]
    for candidate in ranked:
        if candidate.candidate.id == person_id:
            return candidate
    known = select(person.c.id).where(person.c.id == person_id, person.c.listed)
    if (await books.connection.execute(known)).one_or_none() is None:
        raise RefusalError("unknown_person")
    raise RefusalError("not_on_duty")


async def _open_incident(books: Books, site: Site, row: Row[Any], actor: str) -> str:
    """A case, NEW and at once ACCEPTED, numbered within the local day; numbers are never given twice."""
    day = books.at.astimezone(ZoneInfo(site.timezone)).strftime("%Y%m%d")
    last = select(func.max(incident.c.ordinal)).where(incident.c.day == day)
    ordinal = ((await books.connection.execute(last)).scalar_one() or 0) + 1
    identity = str(uuid4())
    await books.connection.execute(
        insert(incident).values(
            id=identity,
            no=f"{site.prefix}-{day}-{ordinal:04}",
            day=day,
            ordinal=ordinal,
            state="NEW",
            level=row.level,
            code=row.code,
            camera=row.camera,
            opened=books.at,
            version=1,
        )
    )
    await books.connection.execute(update(alert).where(alert.c.id == row.id).values(incident_id=identity))
    books.note(actor, "incident.new", row.id, no=f"{site.prefix}-{day}-{ordinal:04}", incident=identity)
    await move_incident(books, identity, "ACCEPTED", actor, row.id)
    return identity
