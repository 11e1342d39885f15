"""Between Redis and the browsers of this worker: one reader, leases for what is watched, a lane for each tile."""

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.web.bell import Bell
from api.web.lane import Group, Lane
from models import keys
from models.live import Fragment

log: Final = logging.getLogger("wall")

Form = Literal["mp4", "jpeg", "main"]
"""`main`: the main stream as mp4."""
Tile = tuple[str, Form]
"""(camera, form)."""

_LOOK_S: Final = 0.2
"""How soon a new subscription is asked for while nothing comes in."""
_RENEW_S: Final = 2.0
_BACK_OFF_S: Final = 0.3
_REPORT_S: Final = 10.0


class Viewer:
    """One browser's end: its lanes, the newest boxes of each camera, and a flag that there is something to send."""

    def __init__(self) -> None:
        self.lanes: dict[Tile, Lane] = {}
        self.boxes: dict[str, str] = {}
        self.ready = asyncio.Event()


class Hub:
    """Distributes live fragments and boxes, and rings the bell when the feed has grown."""

    def __init__(self, redis: Redis, bell: Bell) -> None:
        self._redis = redis
        self._bell = bell
        self._viewers: set[Viewer] = set()
        self._groups: dict[Tile, Group] = {}
        self._changed = asyncio.Event()
        self._told = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def watch(self, viewer: Viewer, tiles: Iterable[Tile]) -> None:
        """A browser watches these tiles from now on, and no others; what is at hand it gets at once."""
        self._viewers.add(viewer)
        wanted = dict.fromkeys(tiles)
        for tile in [tile for tile in viewer.lanes if tile not in wanted]:
            del viewer.lanes[tile]
        for tile in wanted:
            if tile in viewer.lanes:
                continue
            lane = viewer.lanes[tile] = Lane()
            for kind, message in self._groups.setdefault(tile, Group()).replay():
                lane.offer(kind, message)
        viewer.ready.set()
        self._forget()
        self._changed.set()

    def drop(self, camera: str) -> None:
        """Nobody is shown any more what is at hand of this camera: it is masked otherwise from now on."""
        for tile in [tile for tile in self._groups if tile[0] == camera]:
            self._groups[tile] = Group()
            for viewer in self._viewers:
                if tile in viewer.lanes:
                    viewer.lanes[tile] = Lane()

    def leave(self, viewer: Viewer) -> None:
        """A browser is gone."""
        self._viewers.discard(viewer)
        self._forget()

    async def run(self) -> None:
        """Read until cancelled; after each failure everything is subscribed anew."""
        while True:
            pubsub = self._redis.pubsub()
            with suppress(RedisError, OSError):
                await self._read(pubsub)
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call] # the client has no types here
            await asyncio.sleep(_BACK_OFF_S)

    async def renew(self) -> None:
        """Keep the leases of what is watched alive until cancelled; a new tile's is set at once."""
        while True:
            self._changed.clear()
            if self._groups:
                with suppress(RedisError, OSError):
                    async with self._redis.pipeline(transaction=False) as pipe:
                        for camera, form in self._groups:
                            pipe.set(keys.lease(camera, form), "1", ex=keys.LEASE_LIFE_S)
                        await pipe.execute()
            with suppress(TimeoutError):
                async with asyncio.timeout(_RENEW_S):
                    await self._changed.wait()

    async def report(self) -> None:
        """Say at most every ten seconds how much was skipped, until cancelled."""
        while True:
            await asyncio.sleep(_REPORT_S)
            skipped = sum(lane.skipped for viewer in self._viewers for lane in viewer.lanes.values())
            if skipped > self._told:
                log.info("live: %d fragments skipped for browsers that are too slow", skipped - self._told)
            self._told = skipped

    async def _read(self, pubsub: Any) -> None:  # noqa: ANN401 (the client has no types here)
        await pubsub.subscribe(keys.WAKE, keys.BOXES)
        self._bell.ring()  # something may have been told while nobody listened
        heard: dict[str, Tile] = {}
        while True:
            wanted = {keys.live(camera, form): (camera, form) for camera, form in self._groups}
            if new := wanted.keys() - heard.keys():
                await pubsub.subscribe(*new)
            if old := heard.keys() - wanted.keys():
                await pubsub.unsubscribe(*old)
            heard = wanted
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=_LOOK_S)
            if message is not None and message["type"] == "message":
                self._spread(message["channel"].decode(), message["data"], heard)

    def _spread(self, channel: str, data: bytes, heard: dict[str, Tile]) -> None:
        if channel == keys.WAKE:
            self._bell.ring()
        elif channel == keys.BOXES:
            with suppress(ValueError, KeyError, TypeError):  # boxes are decoration
                self._spread_boxes(json.loads(data)["camera"], data.decode())
        elif channel in heard:
            with suppress(ValueError):  # a fragment of another version shows nothing
                self._spread_fragment(heard[channel], Fragment.unpack(data), data)

    def _spread_boxes(self, camera: str, text: str) -> None:
        for viewer in self._viewers:
            if (camera, "mp4") in viewer.lanes or (camera, "jpeg") in viewer.lanes:
                viewer.boxes[camera] = text  # the newest replaces one that was not sent yet
                viewer.ready.set()

    def _spread_fragment(self, tile: Tile, fragment: Fragment, data: bytes) -> None:
        name = tile[0].encode()
        message = bytes([len(name)]) + name + data
        group = self._groups.get(tile)
        if group is None or not group.admit(fragment, message):
            return
        for viewer in self._viewers:
            lane = viewer.lanes.get(tile)
            if lane is not None:
                lane.offer(fragment.kind, message)
                viewer.ready.set()

    def _forget(self) -> None:
        watched = {tile for viewer in self._viewers for tile in viewer.lanes}
        for tile in [tile for tile in self._groups if tile not in watched]:
            del self._groups[tile]
