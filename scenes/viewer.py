"""One viewer of a simulated camera: its RTSP dialogue, and the stream that goes out beside it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from scenes import rtsp
from scenes.carrier import Carrier, Interleaved, carrier
from scenes.rtp import RtpStream

if TYPE_CHECKING:
    from scenes.camera import SimulatedCamera
    from scenes.rendition import Rendition

MAX_UNSENT_BYTES: Final = 2**20
"""A viewer that lets this much pile up is slow: seconds of a sub-stream, a few key pictures of a main stream."""

SILENCE_S: Final = 60.0
"""A connection that neither asks nor takes a stream for this long is given up, as cameras do it; over UDP the viewer
must say that it is still there."""


@dataclass(slots=True)
class Counts:
    """What happened to the viewers of one camera since the simulator began.

    Attributes:
        viewers: Sessions that reached PLAY.
        pictures: Sent.
        skipped: Not sent because the viewer was too slow; it goes on at the next key picture.
    """

    viewers: int = 0
    pictures: int = 0
    skipped: int = 0


class Viewer:
    """A connection from its first request to its end."""

    def __init__(
        self,
        cameras: Mapping[str, "SimulatedCamera"],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._cameras = cameras
        self._reader = reader
        self._writer = writer
        self._nonce = secrets.token_hex(16)
        self._session = secrets.token_hex(8)
        self._stream: RtpStream | None = None
        self._carrier: Carrier | None = None
        self._camera: SimulatedCamera | None = None
        self._rendition: Rendition | None = None
        self._waits_for_key = True
        self._paused = True

    async def run(self) -> None:
        """Talk until either side ends it."""
        try:
            while await self._turn():
                pass
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the peer went away, talks something else, or says nothing: the connection ends either way
        finally:
            if self._rendition:
                self._rendition.viewers.discard(self)
            if self._carrier:
                self._carrier.close()
            self._writer.close()

    def drop(self) -> None:
        """End it at once, as a camera that loses power does."""
        self._writer.transport.abort()

    def begin_anew(self) -> None:
        """Wait for a key picture: what came before explains none of what follows."""
        self._waits_for_key = True

    def send(self, key: bool, parts: tuple[bytes | None, ...], stamp: int, wall: datetime) -> None:
        """A picture goes out, unless the viewer waits for a key picture or has too much unsent."""
        if self._paused or not (self._camera and self._stream and self._carrier) or self._writer.is_closing():
            return
        if self._waits_for_key and not key:
            return
        if self._carrier.unsent_bytes() > MAX_UNSENT_BYTES:
            self._waits_for_key = True
            self._camera.counts.skipped += 1
            return
        self._waits_for_key = False
        self._camera.counts.pictures += 1
        self._carrier.send(self._stream.picture(parts, stamp, wall))

    async def _turn(self) -> bool:
        """One request, or one packet that the viewer sends on the side; False ends the connection."""
        watching = isinstance(self._carrier, Interleaved) and not self._paused
        async with asyncio.timeout(None if watching else SILENCE_S):
            first = await self._reader.readexactly(1)
            if first == b"$":  # the viewer's own reports: read and forgotten
                head = await self._reader.readexactly(3)
                await self._reader.readexactly(int.from_bytes(head[1:], "big"))
                return True
            if first in b"\r\n":
                return True
            head = first + await self._reader.readuntil(b"\r\n\r\n")
            try:
                request = rtsp.parse(head.decode("latin-1"))
                body = int(request.headers.get("content-length", "0"))
                if not 0 <= body < 2**16:
                    raise ValueError(body)  # noqa: TRY301 (told apart from nothing else here)
            except ValueError:
                self._writer.write(rtsp.reply(400, None))
                return False
            await self._reader.readexactly(body)
        return await self._answer(request)

    async def _answer(self, request: rtsp.Request) -> bool:
        if request.method == "OPTIONS":
            self._writer.write(rtsp.reply(200, request, {"Public": rtsp.METHODS}))
            return True
        name, wanted = request.address
        camera = self._cameras.get(name)
        rendition = camera.rendition(wanted) if camera else None
        if camera is None or rendition is None or rendition is not (self._rendition or rendition):
            self._writer.write(rtsp.reply(404, request))
            return True
        if camera.faults.down:
            self._writer.write(rtsp.reply(503, request))
            return False
        refused = camera.faults.unauthorised
        if refused or (camera.auth and not rtsp.is_authorised(request, self._nonce, camera.auth)):
            self._writer.write(rtsp.reply(401, request, rtsp.challenge(self._nonce)))
            return True
        answers: dict[str, Callable[[SimulatedCamera, Rendition, rtsp.Request], Awaitable[bool]]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "TEARDOWN": self._tear_down,
            "GET_PARAMETER": self._keep_alive,
            "SET_PARAMETER": self._keep_alive,
        }
        answer = answers.get(request.method)
        if answer is None:
            self._writer.write(rtsp.reply(501, request))
            return True
        return await answer(camera, rendition, request)

    async def _describe(self, camera: "SimulatedCamera", rendition: "Rendition", request: rtsp.Request) -> bool:
        headers = {"Content-Base": request.url.rstrip("/") + "/", "Content-Type": "application/sdp"}
        self._writer.write(rtsp.reply(200, request, headers, rtsp.description(camera.name, rendition.clip)))
        return True

    async def _set_up(self, camera: "SimulatedCamera", rendition: "Rendition", request: rtsp.Request) -> bool:
        taken = await carrier(request.headers.get("transport", ""), self._writer) if self._carrier is None else None
        if taken is None:
            self._writer.write(rtsp.reply(461, request))
            return True
        self._carrier, self._stream = taken, RtpStream()
        self._camera, self._rendition = camera, rendition
        transport = f"{taken.transport};ssrc={self._stream.ssrc:08X}"
        headers = {"Transport": transport, "Session": f"{self._session};timeout={SILENCE_S:.0f}"}
        self._writer.write(rtsp.reply(200, request, headers))
        return True

    async def _play(self, camera: "SimulatedCamera", rendition: "Rendition", request: rtsp.Request) -> bool:
        if self._stream is None:
            self._writer.write(rtsp.reply(455, request))
            return True
        self._writer.write(rtsp.reply(200, request, {"Session": self._session, "Range": "npt=0.000-"}))
        self._paused = False
        camera.counts.viewers += 1
        rendition.viewers.add(self)
        camera.begin()
        return True

    async def _tear_down(self, _: "SimulatedCamera", __: "Rendition", request: rtsp.Request) -> bool:
        self._writer.write(rtsp.reply(200, request, {"Session": self._session}))
        return False

    async def _keep_alive(self, _: "SimulatedCamera", __: "Rendition", request: rtsp.Request) -> bool:
        self._writer.write(rtsp.reply(200, request, {"Session": self._session}))
        return True
