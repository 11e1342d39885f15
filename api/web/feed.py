"""The feed as server-sent events: from the table, in the order of commit, from where the browser left off."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.types import Receive, Scope, Send

from api.sessions import Signed
from api.web.bell import wait
from api.web.gate import Wall, Watcher, still
from api.web.tail import Stretch
from api.web.wall_state import WallState
from models.clock import monotonic_now
from models.dialect import AWAY

router = APIRouter(prefix="/api/v1", tags=["wall"])
log: Final = logging.getLogger("wall")

_PATIENCE_S: Final = 1.0
_SLOW_S: Final = 20.0
"""A browser that takes nothing for so long is let go; it comes back and resumes."""
_CHECK_S: Final = 3.0
"""A right that is gone ends the feed this soon."""
_DIGITS: Final = 18
"""More than any feed counts to, and still a number that a database takes."""


class EventStream(Response):
    """Sends events as they come, ends when the browser is gone, and never keeps more than a page of them in hand."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
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
                        await send({"type": "http.response.body", "body": event, "more_body": True})
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
    reader: Watcher,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Numbered events `alert`, `blind`, `flow`, `shelf` after `Last-Event-ID` or `after`; `status` each second."""
    number = last_event_id or ""
    resumed = int(number) if number.isdecimal() and len(number) <= _DIGITS else after
    return EventStream(_events(wall, request, reader, resumed))


async def _events(wall: WallState, request: Request, reader: Signed, last: int) -> AsyncGenerator[bytes]:
    yield b"retry: 1000\n\n"
    tail = wall.tail
    beat, checked, replaced = 0, monotonic_now(), tail.replaced
    with suppress(*AWAY):
        last = min(last, await tail.newest())  # a number of a database that was replaced must not silence the feed
    while not wall.closing.is_set():
        ring = tail.bell.next_ring()
        if monotonic_now() - checked > _CHECK_S:
            with suppress(*AWAY):
                signed = await still(request, wall)
                if signed is None or not signed.may("watch"):
                    return
                reader = signed
            checked = monotonic_now()
        if replaced != tail.replaced:
            return  # the browser comes back, and begins where the new one ends
        stretch = Stretch([], last, more=False)
        with suppress(*AWAY):  # a busy database is asked again at the next ring
            stretch = await tail.after(last)
        if events := b"".join(told.event for told in stretch.told if reader.sees(told.camera)):
            yield events
        last = stretch.reached
        if wall.pulse.number != beat:
            beat = wall.pulse.number
            yield f"event: status\ndata: {wall.pulse.seen(reader.cameras)}\n\n".encode()
        if not stretch.more:
            await wait(ring, _PATIENCE_S)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
