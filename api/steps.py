"""What an officer does with a task: take or return it, arrive, handle it; each step audited and told to the walls."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, update

from api.books import Books
from api.cases import change, load, move_incident
from api.contacts import acknowledged, arrived
from api.course import MOVES, ON_PHONE, STANDS, Step
from api.refusals import RefusalError
from api.sessions import Signed
from api.tasks import own, photographed
from models.tables import dispatch

_LATE_S: Final = 5
"""A step that came so long after it was done says so."""


@dataclass(frozen=True, slots=True)
class Report:
    """An officer says that a step is done.

    Attributes:
        dispatch_id, version: The task as the officer saw it.
        step: Which.
        words: The result, or the reason to return; empty where the step needs none.
        officer: Who says so.
        late_s: How long it lay in the phone before it could be sent, seconds.
    """

    dispatch_id: str
    version: int
    step: Step
    words: str
    officer: Signed
    late_s: int = 0


async def report(books: Books, said: Report) -> None:
    """Bring dispatch and incident one step on; the same report twice is once.

    Raises:
        RefusalError: not_found, conflict, no_photo, words_missing.
    """
    row, move = await own(books.connection, said.officer, said.dispatch_id), MOVES[said.step]
    if (row.version, row.state) == (said.version + 1, move.ends):
        return  # its answer was lost on the way, and it was sent again
    if (row.version, row.state) != (said.version, move.begins):
        raise moved_on(row)
    if move.words and not said.words:
        raise RefusalError("words_missing")
    if said.step == "handle" and not await photographed(books.connection, row):
        raise RefusalError("no_photo")
    by = said.officer.name
    values: dict[str, object] = {"state": move.ends, "version": row.version + 1, move.stamped: books.at}
    detail: dict[str, object] = {"dispatch": row.id, "person": row.person_id}
    if move.words:
        values[move.words] = detail[move.words] = said.words
    if said.step == "handle":
        values["handled_by"] = by
    if said.late_s >= _LATE_S:
        detail["late_s"] = said.late_s
    await arrived(books, row, by)  # who answers has it, whatever became of the word that it came
    await acknowledged(books, row.id)
    await books.connection.execute(update(dispatch).where(dispatch.c.id == row.id).values(values))
    books.note(by, f"dispatch.{move.ends.lower()}", row.alert_id, **detail)
    await move_incident(books, row.incident_id, move.ends, by, row.alert_id)
    await change(books, await load(books, row.alert_id))


async def delivered(books: Books, officer: Signed, dispatch_id: str) -> None:
    """The phone shows it (已送达).

    Raises:
        RefusalError: not_found.
    """
    row = await own(books.connection, officer, dispatch_id)
    if row.state in ON_PHONE:
        await arrived(books, row, officer.name)


def moved_on(row: Row[Any]) -> RefusalError:
    """The task is not as the officer saw it: how it stands, in words too."""
    zh, en = STANDS[row.state]
    current = {"id": row.id, "version": row.version, "state": row.state}
    return RefusalError("conflict", current=current, stands={"zh": zh, "en": en})
