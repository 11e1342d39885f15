"""What an account may see: the rows of its own cameras, and those that concern none."""

from collections.abc import Callable

from sqlalchemy import Column, ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from api.refusals import RefusalError
from models.tables import alert, dispatch

Sees = Callable[[str], bool]
"""Whether an account may see a camera."""
Sight = frozenset[str] | None
"""Ids of cameras; None for all."""


def within(column: Column[str], sight: Sight) -> ColumnElement[bool]:
    """The condition on a table's camera."""
    return true() if sight is None else or_(column == "", column.in_(sorted(sight)))


async def need_alert(connection: AsyncConnection, sees: Sees, alert_id: str) -> None:
    """Go on only where the account may see the alert; of one that it may not see it learns not even that it exists.

    Raises:
        RefusalError: not_found.
    """
    camera = (await connection.execute(select(alert.c.camera).where(alert.c.id == alert_id))).scalar_one_or_none()
    if camera is None or not sees(camera):
        raise RefusalError("not_found")


async def need_dispatch(connection: AsyncConnection, sees: Sees, dispatch_id: str) -> None:
    """The same for the alert to which somebody was sent.

    Raises:
        RefusalError: not_found.
    """
    query = select(dispatch.c.alert_id).where(dispatch.c.id == dispatch_id)
    alert_id = (await connection.execute(query)).scalar_one_or_none()
    if alert_id is None:
        raise RefusalError("not_found")
    await need_alert(connection, sees, alert_id)
