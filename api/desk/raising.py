"""Which later words on an alert ring again, whatever people did with it before: it is graver, or level 1 anew."""

from typing import Any, Literal

from sqlalchemy import Row, select

from api.books import Books
from api.reading import ENDED_INCIDENT
from api.shelves import UNHEARD
from models.alert import Alert
from models.tables import alert, incident

Because = Literal["again", "graver", "unshelved"]


async def standing(books: Books, ids: list[str]) -> dict[str, Row[Any]]:
    """How the stored ones of these alerts stand: what the machine said last, what people did, and their case."""
    query = (
        select(alert, incident.c.state.label("case"))
        .outerjoin(incident, incident.c.id == alert.c.incident_id)
        .where(alert.c.id.in_(ids))
    )
    return {row.id: row for row in (await books.connection.execute(query)).all()}


def raised_again(row: Row[Any], word: Alert, *, covered: bool) -> Because | None:
    """Why a newer word on a stored alert makes it wait for somebody again; None where it changes nothing.

    A count that grew is a breach that began anew, also where its end came in the same batch. Below level 1 that is
    counted and no more, or a flickering light would cry wolf, unless nobody ever heard of it; and whoever was sent
    need not be told how grave it is. `covered`: its rule is set aside now, at this level.
    """
    if row.state == "RAISED" or (row.state == "SHELVED" and covered):
        return None
    if row.state == "CONFIRMED" and row.case not in ENDED_INCIDENT and word.level > 1:
        return None
    if word.level < row.level:
        return "graver"
    if row.state == "SHELVED":  # its time is over, and the desk has not come to it yet
        return "unshelved" if word.ended is None else None
    return "again" if word.count > row.times and (word.level == 1 or row.state == "EXPIRED") else None


def raise_again(books: Books, row: Row[Any], because: Because, word: Alert) -> dict[str, object]:
    """The columns of an alert that waits again; its case stays, and with it whoever is under way."""
    books.note("desk", "alert.raised_again", row.id, because=because, was=row.state, level=word.level, times=word.count)
    return {"state": "RAISED", "version": row.version + 1, "raised": books.at, **UNHEARD}


def shelve(books: Books, word: Alert, shelf: Row[Any]) -> dict[str, object]:
    """The columns of an alert that would wait, were its rule not set aside."""
    books.note("desk", "alert.shelved", str(word.id), shelf=shelf.id)
    books.tell("shelf", shelf.id)
    return {"state": "SHELVED", "shelf_id": shelf.id}
