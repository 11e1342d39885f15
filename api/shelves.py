"""Shelves 搁置: a rule of a camera is set aside for a while; its alerts come as ever and ring nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books
from api.reading import OPEN_ALERT
from api.refusals import RefusalError
from api.sessions import Signed
from api.shelf_reading import in_force_at
from config.site import Site
from models.codes import CODES
from models.tables import alert
from models.tables_shelf import shelf

UNHEARD: Final = {
    "acked_by": None,
    "acked_at": None,
    "dismissed_by": None,
    "dismissed_at": None,
    "dismiss_reason": None,
}
"""What people said of an alert before it waits again is in the audit; of this time nobody has said anything yet."""
_OPERATORS: Final = 3
"""The gravest level that an operator sets aside; level 2 takes the right `shelve`."""
_LEADS: Final = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule is to be set aside.

    Attributes:
        camera: Id.
        rule: As alerts name it, e.g. INTRUDE:yard.
        until: When it ends by itself.
        reason: In words.
    """

    camera: str
    rule: str
    until: datetime
    reason: str


async def set_aside(books: Books, site: Site, asked: Asked, actor: Signed) -> str:
    """Set the rule aside, and its alerts that last and are nobody's case yet with it; returns the shelf's id.

    Raises:
        RefusalError: unknown_camera, unknown_rule, never_shelved, shelf_rank, shelf_span, words_missing,
            shelved_already.
    """
    reason = asked.reason.strip()
    if not reason:
        raise RefusalError("words_missing")
    gravest = _LEADS if actor.may("shelve") else _OPERATORS
    await _judge(books, site, asked, actor, gravest)
    if not books.at < asked.until <= books.at + timedelta(hours=site.wall.shelf_h):
        raise RefusalError("shelf_span", hours=site.wall.shelf_h)
    if (asked.camera, asked.rule) in await in_force_at(books.connection, books.at):
        raise RefusalError("shelved_already")
    made = str(uuid4())
    values = {"camera": asked.camera, "rule": asked.rule, "until": asked.until, "reason": reason, "gravest": gravest}
    await books.connection.execute(insert(shelf).values(id=made, by=actor.name, at=books.at, **values))
    told = {**values, "until": asked.until.isoformat()}
    books.note(actor.name, "shelf.set", made, **told)
    lasting = select(alert.c.id).where(
        alert.c.camera == asked.camera,
        alert.c.rule == asked.rule,
        alert.c.level >= gravest,
        alert.c.state.in_(OPEN_ALERT),
        alert.c.ended.is_(None),
        alert.c.incident_id.is_(None),
    )
    for alert_id in (await books.connection.execute(lasting)).scalars().all():
        values = {"state": "SHELVED", "shelf_id": made, "version": alert.c.version + 1}
        await books.connection.execute(update(alert).where(alert.c.id == alert_id).values(values))
        books.note(actor.name, "alert.shelved", alert_id, shelf=made)
        books.tell("alert", alert_id)
    books.tell("shelf", made)
    return made


async def lift(books: Books, shelf_id: str, actor: Signed) -> None:
    """End it before its time; one that is over stays so.

    Raises:
        RefusalError: not_found; also where the account may not see its camera.
    """
    row = (await books.connection.execute(select(shelf).where(shelf.c.id == shelf_id))).one_or_none()
    if row is None or not actor.sees(row.camera):
        raise RefusalError("not_found")
    if row.over is None:
        await _end(books, row, actor.name)


async def due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether one has ended by itself."""
    query = select(shelf.c.id).where(shelf.c.over.is_(None), shelf.c.until <= now).limit(1)
    return (await connection.execute(query)).one_or_none() is not None


async def end_due(books: Books) -> None:
    """Bring back what lasts of those that have ended by themselves."""
    query = select(shelf).where(shelf.c.over.is_(None), shelf.c.until <= books.at)
    for row in (await books.connection.execute(query)).all():
        await _end(books, row, None)


async def _judge(books: Books, site: Site, asked: Asked, actor: Signed, gravest: int) -> None:
    camera = next((one for one in site.cameras if one.id == asked.camera), None)
    if camera is None or not actor.sees(camera.id):
        raise RefusalError("unknown_camera")
    levels: Mapping[str, int] = {rule.id: getattr(rule, "level", CODES[rule.rule].level) for rule in camera.rules}
    told = select(func.min(alert.c.level)).where(alert.c.camera == camera.id, alert.c.rule == asked.rule)
    worst = (await books.connection.execute(told)).scalar_one_or_none()
    if asked.rule not in levels and worst is None:
        raise RefusalError("unknown_rule")
    code = CODES.get(asked.rule.partition(":")[0])
    if code is None or code.capability == "V" or 1 in (code.level, levels.get(asked.rule), worst):
        raise RefusalError("never_shelved")  # it would hide level 1, or that somebody is blind
    if levels.get(asked.rule, code.level) < gravest:
        raise RefusalError("shelf_rank")


async def _end(books: Books, row: Row[Any], lifted_by: str | None) -> None:
    """What lasts waits for somebody; what is over has passed unheard, and says so."""
    values = {"over": books.at, "lifted_by": lifted_by}
    await books.connection.execute(update(shelf).where(shelf.c.id == row.id).values(values))
    mine = (alert.c.shelf_id == row.id) & (alert.c.state == "SHELVED")
    query = select(alert.c.id, alert.c.level, alert.c.times).where(mine, alert.c.ended.is_(None))
    lasting = (await books.connection.execute(query)).all()
    for one in lasting:
        back = {"state": "RAISED", "version": alert.c.version + 1, "raised": books.at, **UNHEARD}
        await books.connection.execute(update(alert).where(alert.c.id == one.id).values(back))
        detail = {"because": "unshelved", "was": "SHELVED", "level": one.level, "times": one.times}
        books.note("desk", "alert.raised_again", one.id, **detail)
        books.tell("alert", one.id)
    passed = await books.connection.execute(
        update(alert).where(mine).values(state="EXPIRED", version=alert.c.version + 1)
    )
    action = "shelf.over" if lifted_by is None else "shelf.lifted"
    counts = {"raised": len(lasting), "expired": passed.rowcount}
    books.note(lifted_by or "desk", action, row.id, camera=row.camera, rule=row.rule, **counts)
    books.tell("shelf", row.id)
