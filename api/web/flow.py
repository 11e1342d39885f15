"""How many cross the counted lines."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BeforeValidator

from api.flows import line_flows
from api.views_time import FlowBoard
from api.web.gate import Wall, Watcher
from models.clock import utc_now
from models.flow import WindowMinutes

router = APIRouter(prefix="/api/v1", tags=["flow"])


def _whole(text: str) -> int | str:
    """What stands in an address is text; a number is one of those that are allowed, or refused as such."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len("60") else text


Minutes = Annotated[WindowMinutes, BeforeValidator(_whole)]


@router.get("/flow")
async def flow(wall: Wall, reader: Watcher, minutes: Minutes = 15) -> FlowBoard:
    """In and out per line in the newest windows of 1, 15 or 60 minutes of the site's clock, and today so far."""
    now = utc_now()
    async with wall.engine.connect() as connection:
        return FlowBoard(
            now=now, minutes=minutes, lines=await line_flows(connection, reader.part_of(wall.site), minutes, now)
        )
