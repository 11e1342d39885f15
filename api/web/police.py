"""The second, deliberate step: a confirmed incident is handed to the police, and what failed is tried again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.books import writing
from api.cases import view
from api.push_message import Messages
from api.pushing import Outbox, again
from api.refusals import RefusalError
from api.sight import need_alert
from api.views import AlertView
from api.web.gate import Pusher, Wall
from models.tables import alert
from models.tables_police import push

router = APIRouter(prefix="/api/v1", tags=["police"])


class PushRequest(BaseModel):
    """The version of the alert that the person saw."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.post("/alerts/{alert_id}/push")
async def push_incident(wall: Wall, actor: Pusher, alert_id: UUID, asked: PushRequest) -> AlertView:
    """The alert's incident goes to every target of the police that has not got it; the desk brings it there."""
    outbox = Outbox(wall.site, Messages(wall.site, wall.links))
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        seen = await outbox.push(books, str(alert_id), asked.version, actor.name)
    wall.wake(books.feed_id)
    return seen


@router.post("/pushes/{push_id}/again")
async def push_again(wall: Wall, actor: Pusher, push_id: UUID) -> AlertView:
    """A push that was given up is tried again, from the first attempt on."""
    async with writing(wall.engine, who=actor.who) as books:
        query = select(alert.c.id).join(push, push.c.incident_id == alert.c.incident_id)
        first = query.where(push.c.id == str(push_id)).order_by(alert.c.detected, alert.c.id).limit(1)
        alert_id = (await books.connection.execute(first)).scalar_one_or_none()
        if alert_id is None:
            raise RefusalError("not_found")
        await need_alert(books.connection, actor.sees, alert_id)
        await again(books, str(push_id), actor.name)
        seen = await view(books, alert_id)
    wall.wake(books.feed_id)
    return seen
