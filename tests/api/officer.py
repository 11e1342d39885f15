"""An officer with an account, an alert that sends them out, and the steps they take, as the phone's routes do."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from neighbourhood import enter, make_alert
from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import Books, writing
from api.course import Step
from api.dispatching import Order, send, send_due
from api.photos import Taken, add
from api.roster import synchronise
from api.sessions import Signed
from api.steps import Report, report
from config.site import Site
from models.alert import Alert
from models.evidence import FolderStore
from models.tables import dispatch, incident
from models.tables_access import account

QUANTISATION = b"\xff\xdb\x00\x43\x00" + bytes(64)
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
EXIF = b"\xff\xe1\x00\x17Exif\x00\x00placeholder-GPS"
JPEG = b"\xff\xd8" + JFIF + QUANTISATION + FRAME + SCAN + b"\xff\xd9"
"""What every part of a JPEG looks like; 32 by 16, of no scene."""


def signed(name: str, person: str | None = None, role: str = "officer") -> Signed:
    """Somebody with a session."""
    return Signed(name, role, "csrf", "token", "unit", None, person, "127.0.0.1")


async def employ(books: Books, person: str, name: str) -> None:
    """An enabled account for the phone of somebody on the roster."""
    values = {"role": "officer", "password_hash": "", "one_time": False, "disabled": False, "created": books.at}
    await books.connection.execute(insert(account).values(name=name, unit="", person_id=person, **values))


async def raised(engine: AsyncEngine, site: Site, **change: object) -> Alert:
    """An alert on the wall, and the roster beside it."""
    alert = make_alert(**change)
    async with writing(engine) as books:
        await synchronise(books, site)
    await enter(engine, alert, first=uuid4().int % 2**40)
    return alert


async def click(engine: AsyncEngine, site: Site, alert: Alert, version: int, person: str | None = None) -> Row[Any]:
    """One click, and the undo window has passed."""
    async with writing(engine) as books:
        await send(books, site, Order(str(alert.id), version, person, "op"))
        past = {"undo_until": books.at - timedelta(seconds=1)}
        await books.connection.execute(update(dispatch).where(dispatch.c.state == "PENDING").values(past))
    async with writing(engine) as books:
        await send_due(books)
    return await latest(engine, alert)


async def latest(engine: AsyncEngine, alert: Alert) -> Row[Any]:
    """The newest dispatch of an alert, with the state of its incident as `case`."""
    query = (
        select(dispatch, incident.c.state.label("case"))
        .join(incident, incident.c.id == dispatch.c.incident_id)
        .where(dispatch.c.alert_id == str(alert.id))
        .order_by(dispatch.c.at.desc())
        .limit(1)
    )
    async with engine.connect() as connection:
        return (await connection.execute(query)).one()


async def does(engine: AsyncEngine, row: Row[Any], step: Step, officer: Signed, words: str = "") -> None:
    """The officer reports a step of the dispatch as it stands in `row`."""
    async with writing(engine, who=officer.who) as books:
        await report(books, Report(row.id, row.version, step, words, officer))


async def photographs(engine: AsyncEngine, site: Site, row: Row[Any], officer: Signed, data: bytes = JPEG) -> None:
    """The officer sends a photo."""
    await add(engine, FolderStore(site.evidence_path), Taken(str(uuid4()), row.id, data, officer))
