"""Incidents on their way to the police: confirmed as an operator does it, pushed as the wall does it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from neighbourhood import enter, make_alert
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.cases import load, move_incident
from api.dispatching import Order, send
from api.links import Links
from api.push_message import Messages
from api.pushing import Outbox
from api.roster import synchronise
from config.site import Site
from models.alert import Alert
from models.clock import utc_now
from models.tables import alert
from models.tables_police import push

SIXTIETH: Sequence[float] = (5 / 60, 30 / 60, 2.0, 10.0, 60.0)
"""The retry schedule, a minute for a second."""


def outbox(site: Site) -> Outbox:
    return Outbox(site, Messages(site, Links(site.links_path)))


async def confirm(engine: AsyncEngine, site: Site, seq: int, **change: Any) -> Alert:
    """An alert whose incident an operator has dispatched."""
    now = utc_now()
    one = replace(make_alert(began=now, detected=now), **change)
    await enter(engine, one, first=seq)
    async with writing(engine) as books:
        await synchronise(books, site)
        await send(books, site, Order(str(one.id), (await load(books, str(one.id))).version, None, "op"))
    return one


async def hand_over(engine: AsyncEngine, site: Site, one: Alert) -> None:
    """As the wall's button does."""
    async with writing(engine) as books:
        await outbox(site).push(books, str(one.id), (await load(books, str(one.id))).version, "op")


async def move(engine: AsyncEngine, one: Alert, state: str) -> None:
    """Its incident goes on."""
    async with writing(engine) as books:
        incident = (await load(books, str(one.id))).incident_id
        await move_incident(books, incident, state, "op", str(one.id))


async def pushes(engine: AsyncEngine) -> list[Row[Any]]:
    """The outbox, by incident, target and revision."""
    query = select(push).order_by(push.c.incident_id, push.c.target, push.c.revision)
    async with engine.connect() as connection:
        return list((await connection.execute(query)).all())


async def incident_of(engine: AsyncEngine, one: Alert) -> str:
    async with engine.connect() as connection:
        query = select(alert.c.incident_id).where(alert.c.id == str(one.id))
        return str((await connection.execute(query)).scalar_one())
