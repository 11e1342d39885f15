"""Reads which rules are set aside now, and how many alerts came meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.sight import Sight, within
from api.views import ShelfView
from models.tables import alert
from models.tables_shelf import shelf


async def in_force_at(connection: AsyncConnection, now: datetime) -> dict[tuple[str, str], Row[Any]]:
    """The shelves in force then, by camera and rule: the clock says which, whether the desk was there or not."""
    rows = (await connection.execute(select(shelf).where(shelf.c.over.is_(None), shelf.c.until > now))).all()
    return {(row.camera, row.rule): row for row in rows}


async def shelves(connection: AsyncConnection, sight: Sight, now: datetime) -> list[ShelfView]:
    """Those in force in sight, the one that ends first first."""
    return await _views(connection, within(shelf.c.camera, sight) & shelf.c.over.is_(None) & (shelf.c.until > now))


async def shelf_views(connection: AsyncConnection, ids: Sequence[str]) -> list[ShelfView]:
    """The shelves of these ids, in force or over."""
    return await _views(connection, shelf.c.id.in_(ids)) if ids else []


async def _views(connection: AsyncConnection, which: ColumnElement[bool]) -> list[ShelfView]:
    rows = (await connection.execute(select(shelf).where(which).order_by(shelf.c.until, shelf.c.id))).all()
    query = (
        select(alert.c.shelf_id, func.count().label("times"))
        .where(alert.c.shelf_id.in_([row.id for row in rows]), alert.c.state == "SHELVED")
        .group_by(alert.c.shelf_id)
    )
    counts = {row.shelf_id: row.times for row in (await connection.execute(query)).all()}
    return [
        ShelfView(
            id=row.id,
            camera=row.camera,
            rule=row.rule,
            gravest=row.gravest,
            reason=row.reason,
            by=row.by,
            at=row.at,
            until=row.until,
            over=row.over,
            lifted_by=row.lifted_by,
            alerts=counts.get(row.id, 0),
        )
        for row in rows
    ]
