"""Rules are set aside for a while, and taken up again before their time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.books import writing
from api.shelf_reading import shelf_views
from api.shelves import Asked, lift, set_aside
from api.views import ShelfView
from api.web.gate import Handler, Wall

router = APIRouter(prefix="/api/v1/shelves", tags=["shelves"])


class ShelfRequest(BaseModel):
    """Which rule of which camera, until when at the latest, and why."""

    model_config = ConfigDict(extra="forbid")

    camera: Annotated[str, Field(min_length=1, max_length=64)]
    rule: Annotated[str, Field(min_length=1, max_length=128)]
    until: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=200)]


@router.post("")
async def shelve(wall: Wall, actor: Handler, asked: ShelfRequest) -> ShelfView:
    """Set a rule of a camera aside; what is grave takes more than the right to handle."""
    wanted = Asked(asked.camera, asked.rule, asked.until, asked.reason)
    async with writing(wall.engine, who=actor.who) as books:
        made = await set_aside(books, wall.site, wanted, actor)
        view = (await shelf_views(books.connection, [made]))[0]
    wall.wake(books.feed_id)
    return view


@router.post("/{shelf_id}/lift")
async def unshelve(wall: Wall, actor: Handler, shelf_id: UUID) -> ShelfView:
    """Take the rule up again; what lasts waits for somebody at once."""
    async with writing(wall.engine, who=actor.who) as books:
        await lift(books, str(shelf_id), actor)
        view = (await shelf_views(books.connection, [str(shelf_id)]))[0]
    wall.wake(books.feed_id)
    return view
