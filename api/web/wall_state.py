"""What the parts of one web worker share."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.broker import connect
from api.links import Links
from api.logins import Doorkeeper
from api.sessions import Door
from api.web.bell import Bell
from api.web.chain import ChainWatch
from api.web.hub import Hub
from api.web.pulse import Pulse
from api.web.tail import Tail
from config.listener import Listener
from config.site import Officer, Site
from models import keys
from models.dialect import absent, open_engine
from models.evidence import EvidenceStore, FolderStore
from models.migrations import VERSION
from models.tables import HEAD

log: Final = logging.getLogger("wall")


class WallState:
    """Made once per worker; connects to nothing before it is asked to."""

    def __init__(self, site: Site, door: Door = "wall") -> None:
        self.site = site
        self.door = door
        self.engine: AsyncEngine = open_engine(site.database_url)
        self.redis: Redis = connect(site.redis_url)
        self.evidence: EvidenceStore = FolderStore(site.evidence_path)
        self.links = Links(site.links_path)
        self.bell = Bell()
        self.pulse = Pulse(self.redis, self.bell)
        self.hub = Hub(self.redis, self.bell)
        self.tail = Tail(self.engine, self.bell)
        self.doorkeeper = Doorkeeper(self.engine)
        self.chain = ChainWatch(self.engine)
        self.closing = asyncio.Event()
        self.broken = False
        self._ready = False
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def listener(self) -> Listener:
        """Where this worker serves, as it is configured now; an officers' page that is switched off is still asked."""
        if self.door == "phone":
            return self.site.officer or Officer()
        return self.site.wall

    def change(self, site: Site, revision: int) -> None:
        """Another revision of the configuration is in force."""
        masked = {camera.id: camera.masks for camera in site.cameras}
        for camera in self.site.cameras:
            if camera.masks != masked.get(camera.id):
                self.hub.drop(camera.id)
        self.site, self.pulse.revision = site, revision

    async def ready(self) -> bool:
        """Whether the database has the tables of this version; asked again until it has."""
        if not self._ready and not absent(self.site.database_url):
            with suppress(DBAPIError):
                async with self.engine.connect() as connection:
                    self._ready = (await connection.execute(VERSION)).scalar_one_or_none() == HEAD
        return self._ready

    def wake(self, feed_id: int | None) -> None:
        """Tell this worker's walls at once, and the others by Redis; nobody waits for it."""
        if feed_id is None:
            return
        self.bell.ring()
        errand = asyncio.create_task(self._publish(feed_id), name="wall:wake")
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    def ended(self, job: asyncio.Task[None]) -> None:
        """A job of this worker is over: where it failed, the worker ends, for a wall that hears nothing looks quiet."""
        if not job.cancelled() and (error := job.exception()):
            log.error("%s failed", job.get_name(), exc_info=error)
            self.broken = True

    async def close(self) -> None:
        """Let go of the database and Redis."""
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self.chain.close()
        await self.redis.aclose()
        await self.engine.dispose()

    async def _publish(self, feed_id: int) -> None:
        with suppress(RedisError, OSError):  # the others look by themselves once a second
            await self.redis.publish(keys.WAKE, str(feed_id))
