"""Live pictures and boxes over one WebSocket per browser."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect

from api.refusals import RefusalError
from api.sessions import Signed
from api.web.gate import Wall, still, watching
from api.web.hub import Form, Viewer
from api.web.jobs import end
from api.web.wall_state import WallState
from models.dialect import AWAY

router = APIRouter(prefix="/api/v1")
log: Final = logging.getLogger("wall")

_SLOW_S: Final = 20.0
"""A browser that takes nothing for so long is let go."""
_CHECK_S: Final = 3.0
"""A right that is gone ends the pictures this soon."""
_MOST_VIEWERS: Final = 64
"""Per worker; the next one is told to try again later."""
_POLICY_VIOLATION: Final = 1008
_TRY_AGAIN: Final = 1013


class TileRequest(BaseModel):
    """A camera in a form."""

    model_config = ConfigDict(extra="forbid")

    camera: Annotated[str, Field(max_length=32)]
    form: Form


class WatchRequest(BaseModel):
    """What the browser watches from now on; replaces what it watched before."""

    model_config = ConfigDict(extra="forbid")

    watch: Annotated[list[TileRequest], Field(max_length=128)]


@dataclass(slots=True)
class _Seat:
    """Who sits before a browser; what they may is looked up anew while they look."""

    signed: Signed


@router.websocket("/live")
async def live(websocket: WebSocket, wall: Wall) -> None:
    """Binary: 1 byte length of the camera's id, the id, one models.live.Fragment. Text: models.status.Boxes."""
    try:
        signed = await watching(websocket, wall)
    except RefusalError as refusal:
        await websocket.send_denial_response(JSONResponse(refusal.body(), refusal.status))
        return
    await websocket.accept()
    if len(wall.hub) >= _MOST_VIEWERS:
        await websocket.close(_TRY_AGAIN)
        return
    viewer = Viewer()
    seat = _Seat(signed)
    jobs = {
        asyncio.create_task(_listen(websocket, wall, viewer, seat), name="wall:live:listen"),
        asyncio.create_task(_tell(websocket, viewer), name="wall:live:tell"),
        asyncio.create_task(_check(websocket, wall, viewer, seat), name="wall:live:check"),
    }
    try:
        done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in done:
            job.result()
    except (WebSocketDisconnect, TimeoutError, RuntimeError):
        pass  # the browser is gone or takes nothing; it comes back by itself
    except (ValidationError, KeyError):  # KeyError: bytes where text was due
        with suppress(RuntimeError):
            await websocket.close(_POLICY_VIOLATION, "not a watch request")
    else:
        with suppress(RuntimeError):
            await websocket.close(_POLICY_VIOLATION, "the session is over")
    finally:
        wall.hub.leave(viewer)
        await end(jobs)


async def _listen(websocket: WebSocket, wall: WallState, viewer: Viewer, seat: _Seat) -> None:
    while True:
        asked = WatchRequest.model_validate_json(await websocket.receive_text())
        known = {camera.id for camera in seat.signed.part_of(wall.site).cameras}
        wall.hub.watch(viewer, [(t.camera, t.form) for t in asked.watch if t.camera in known])


async def _tell(websocket: WebSocket, viewer: Viewer) -> None:
    """Send what waits, a message of each lane in turn, so that no camera starves another."""
    while True:
        await viewer.ready.wait()
        viewer.ready.clear()
        busy = True
        while busy:
            busy = False
            for lane in list(viewer.lanes.values()):
                message = lane.take()
                if message is not None:
                    busy = True
                    async with asyncio.timeout(_SLOW_S):
                        await websocket.send_bytes(message)
            while viewer.boxes:
                _, text = viewer.boxes.popitem()
                async with asyncio.timeout(_SLOW_S):
                    await websocket.send_text(text)


async def _check(websocket: WebSocket, wall: WallState, viewer: Viewer, seat: _Seat) -> None:
    """Returns when the session is over, or may no longer watch; a camera that it may not see any more goes at once."""
    while True:
        with suppress(*AWAY):  # a busy database is asked again
            signed = await still(websocket, wall)
            if signed is None or not signed.may("watch"):
                return
            seat.signed = signed
            seen = [tile for tile in viewer.lanes if signed.sees(tile[0])]
            if len(seen) < len(viewer.lanes):
                wall.hub.watch(viewer, seen)
        await asyncio.sleep(_CHECK_S)
