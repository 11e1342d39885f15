"""The feed as server-sent events: from the table, in the order of commit, from where the browser left off."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from starlette.types import Receive, Scope, Send

from api.sessions import find
from api.web.bell import wait
from api.web.gate import COOKIE, Reader, Wall
from api.web.wall_state import WallState
from models.clock import monotonic_now
from models.tables import feed

router = APIRouter(prefix="/api/v1", tags=["wall"])
log: Final = logging.getLogger("wall")

_PAGE_ROWS: Final = 100
"""A browser that is far behind gets its rows in pages; no more than one of them is in memory."""
_PATIENCE_S: Final = 1.0
_SLOW_S: Final = 20.0
"""A browser that takes nothing for so long is let go; it comes back and resumes."""
_CHECK_S: Final = 15.0
_DIGITS: Final = 18
"""More than any feed counts to, and still a number that a database takes."""


class EventStream(Response):
    """Sends events as they come, ends when the browser is gone, and never keeps more than one in hand."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one browser."""
        del scope
        gone = asyncio.create_task(_disconnected(receive), name="wall:feed")
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with aclosing(self._events) as events:
                async for event in events:
                    if gone.done():
                        return
                    async with asyncio.timeout(_SLOW_S):
                        await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            log.info("a browser takes nothing from its feed and is let go")
        finally:
            gone.cancel()


@router.get(
    "/feed",
    status_code=200,
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def follow(
    request: Request,
    wall: Wall,
    _: Reader,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Events `alert`, `blind`, `flow` with a number as id, after `Last-Event-ID` or `after`; `status` each second."""
    number = last_event_id or ""
    resumed = int(number) if number.isdecimal() and len(number) <= _DIGITS else after
    return EventStream(_events(wall, request.cookies.get(COOKIE, ""), resumed))


async def _events(wall: WallState, cookie: str, last: int) -> AsyncGenerator[str]:
    yield "retry: 1000\n\n"
    beat, checked = 0, monotonic_now()
    with suppress(OperationalError):
        last = min(last, await _newest(wall))  # a number of a database that was replaced must not silence the feed
    while not wall.closing.is_set():
        ring = wall.bell.next_ring()
        if monotonic_now() - checked > _CHECK_S:
            with suppress(OperationalError):
                if await find(wall.engine, cookie) is None:
                    return
            checked = monotonic_now()
        rows = []
        with suppress(OperationalError):  # a busy database is asked again at the next ring
            query = select(feed).where(feed.c.id > last).order_by(feed.c.id).limit(_PAGE_ROWS)
            async with wall.engine.connect() as connection:
                rows = list((await connection.execute(query)).all())
        for row in rows:
            yield f"id: {row.id}\nevent: {row.kind}\ndata: {row.body}\n\n"
            last = row.id
        if wall.pulse.number != beat:
            beat = wall.pulse.number
            yield f"event: status\ndata: {wall.pulse.text}\n\n"
        if len(rows) < _PAGE_ROWS:
            await wait(ring, _PATIENCE_S)


async def _newest(wall: WallState) -> int:
    async with wall.engine.connect() as connection:
        return (await connection.execute(select(func.max(feed.c.id)))).scalar_one_or_none() or 0


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
