"""Rehearsals as the database has them: asked for, listed, called off, and taken on by the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books
from api.refusals import RefusalError
from api.sight import Sees, Sight, within
from models.clock import from_iso
from models.matching import matched
from models.rehearsal import Job, Word
from models.score import TOLERANCE_S
from models.tables import alert
from models.tables_rehearsal import rehearsal

_OPEN: Final = ("queued", "running")
_MOST_QUEUED: Final = 8
"""They run one at a time, each for some minutes: who waits behind more than these comes back later."""
_KEPT: Final = 200
"""The newest; older ones are forgotten, what was asked for stays in the audit."""
_MOST_ALERTS: Final = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants rehearsed; see models.rehearsal.Job."""

    camera: str
    since: datetime
    until: datetime
    rules: str


async def ask(books: Books, actor: str, asked: Asked) -> str:
    """Queue it; returns its id.

    Raises:
        RefusalError: many_rehearsals.
    """
    waiting = select(func.count()).select_from(rehearsal).where(rehearsal.c.state.in_(_OPEN))
    if (await books.connection.execute(waiting)).scalar_one() >= _MOST_QUEUED:
        raise RefusalError("many_rehearsals")
    made = str(uuid4())
    values = {"camera": asked.camera, "since": asked.since, "until": asked.until, "rules": asked.rules}
    fresh = {"id": made, "by": actor, "at": books.at, "state": "queued", "done": 0, "total": 0, "error": ""}
    await books.connection.execute(insert(rehearsal).values(**fresh, **values))
    kept = select(rehearsal.c.id).order_by(rehearsal.c.at.desc(), rehearsal.c.id).limit(_KEPT).subquery()
    old = rehearsal.c.id.not_in(select(kept.c.id)) & rehearsal.c.state.not_in(_OPEN)
    await books.connection.execute(delete(rehearsal).where(old))
    span = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    books.note(actor, "rehearsal.asked", made, camera=asked.camera, **span, rules=asked.rules)
    return made


async def call_off(books: Books, actor: str, sees: Sees, wanted: str) -> None:
    """Call it off; one that is over stays as it is.

    Raises:
        RefusalError: not_found, conflict.
    """
    row = await found(books.connection, sees, wanted)
    if row.state not in _OPEN:
        raise RefusalError("conflict")
    await _end(books, wanted, state="cancelled")
    books.note(actor, "rehearsal.cancelled", wanted, camera=row.camera)


async def found(connection: AsyncConnection, sees: Sees, wanted: str) -> Row[Any]:
    """The row of that id.

    Raises:
        RefusalError: not_found; also where the account may not see its camera.
    """
    row = (await connection.execute(select(rehearsal).where(rehearsal.c.id == wanted))).one_or_none()
    if row is None or not sees(row.camera):
        raise RefusalError("not_found")
    return row


async def listed(connection: AsyncConnection, sight: Sight) -> list[Row[Any]]:
    """All that are kept, the newest first, without their results."""
    columns = [column for column in rehearsal.c if column.name not in ("result", "rules")]
    order = (rehearsal.c.at.desc(), rehearsal.c.id)
    query = select(*columns).where(within(rehearsal.c.camera, sight)).order_by(*order).limit(_KEPT)
    return list((await connection.execute(query)).all())


async def due(connection: AsyncConnection) -> Row[Any] | None:
    """The one that is under way, or else the one that has waited longest."""
    rank = (rehearsal.c.state.desc(), rehearsal.c.at, rehearsal.c.id)  # `running` comes before `queued` so
    query = select(rehearsal).where(rehearsal.c.state.in_(_OPEN)).order_by(*rank).limit(1)
    return (await connection.execute(query)).one_or_none()


def job_of(row: Row[Any]) -> Job:
    """What the detector's side is told of it."""
    return Job(row.id, row.camera, row.since, row.until, row.rules)


async def begin(books: Books, wanted: str) -> bool:
    """It is under way from now on; False where somebody has called it off meanwhile."""
    change = update(rehearsal).where(rehearsal.c.id == wanted, rehearsal.c.state == "queued")
    return bool((await books.connection.execute(change.values(state="running", began=books.at))).rowcount)


async def progress(books: Books, wanted: str, word: Word) -> None:
    """How far it is."""
    change = update(rehearsal).where(rehearsal.c.id == wanted, rehearsal.c.state == "running")
    await books.connection.execute(change.values(done=word.done, total=word.total))


async def end(books: Books, actor: str, wanted: str, word: Word) -> None:
    """What it came to; one that was called off meanwhile stays called off."""
    result = word.result or {}
    told = {"state": word.state, "error": word.error, "result": word.result, "done": word.done, "total": word.total}
    if await _end(books, wanted, **told):
        counts = {what: len(result[what]) for what in ("gained", "lost", "changed") if what in result}
        books.note(actor, "rehearsal.ended", wanted, state=word.state, **counts)


async def evidenced(connection: AsyncConnection, row: Row[Any]) -> dict[str, str]:
    """Which alert of the wall shows an alert of the result, by its id: itself, or one of its rule of about then."""
    told = [*row.result["gained"], *row.result["lost"], *(pair["new"] for pair in row.result["changed"])]
    query = (
        select(alert.c.id, alert.c.code, alert.c.place, alert.c.began)
        .where(alert.c.camera == row.camera, alert.c.snapshot.is_not(None))
        .where(or_(alert.c.id.in_([one["id"] for one in told]), alert.c.began.between(row.since, row.until)))
        .order_by(alert.c.began)
        .limit(_MOST_ALERTS)
    )
    live = (await connection.execute(query)).all()
    ids = {one.id for one in live}
    shown = {one["id"]: one["id"] for one in told if one["id"] in ids}
    left = [one for one in told if one["id"] not in shown]
    free = [one for one in live if one.id not in shown]

    def about_then(one: dict[str, Any]) -> list[int]:
        began = from_iso(one["began"])
        same = [(abs((other.began - began).total_seconds()), n) for n, other in enumerate(free) if _alike(other, one)]
        return [n for apart, n in sorted(same) if apart <= TOLERANCE_S]

    pairs = matched([about_then(one) for one in left])
    return shown | {left[one]["id"]: free[other].id for one, other in pairs.items()}


def _alike(row: Any, told: dict[str, Any]) -> bool:  # noqa: ANN401 (a row)
    return bool((row.code, row.place) == (told["code"], told["zone"]))


async def _end(books: Books, wanted: str, **values: Any) -> bool:  # noqa: ANN401 (columns)
    change = update(rehearsal).where(rehearsal.c.id == wanted, rehearsal.c.state.in_(_OPEN))
    return bool((await books.connection.execute(change.values(ended=books.at, **values))).rowcount)
