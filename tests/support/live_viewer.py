"""A wall's end of the live picture."""

import time
from collections.abc import Callable

from redis import Redis

from models import keys
from models.live import Fragment


class Viewer:
    """A wall that watches one form of the camera's live picture."""

    def __init__(self, client: Redis, form: str) -> None:
        self._client = client
        self._form = form
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(keys.live("gate-1", form))
        self.fragments: list[Fragment] = []

    def renew(self) -> None:
        self._client.set(keys.lease("gate-1", self._form), "1", ex=keys.LEASE_LIFE_S)

    def give_up(self) -> None:
        self._client.delete(keys.lease("gate-1", self._form))

    def collect(self, seconds: float) -> list[Fragment]:
        """The fragments of the next so many seconds."""
        came: list[Fragment] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            came += self._next()
        self.fragments += came
        return came

    def collect_until(self, met: Callable[[list[Fragment]], object], seconds: float = 15.0) -> list[Fragment]:
        """The next fragments until they meet it, as a wall that goes on watching gets them."""
        came: list[Fragment] = []
        end, due = time.monotonic() + seconds, 0.0
        while not met(came):
            assert time.monotonic() < end, f"{len(came)} fragments came, the last of them {[f.kind for f in came[-5:]]}"
            if time.monotonic() >= due:
                due = time.monotonic() + 1
                self.renew()
            came += self._next()
        self.fragments += came
        return came

    def collect_until_quiet(self, quiet_s: float = 1.0, seconds: float = 10.0) -> list[Fragment]:
        """The fragments until none came for so long."""
        came: list[Fragment] = []
        end = time.monotonic() + seconds
        while more := self.collect(quiet_s):
            assert time.monotonic() < end, f"{len(more)} fragments still came within {quiet_s:g} s"
            came += more
        return came

    def _next(self) -> list[Fragment]:
        """The next fragment, where one comes in a moment."""
        message = self._pubsub.get_message(timeout=0.05)
        return [] if message is None else [Fragment.unpack(message["data"])]

    def close(self) -> None:
        self._pubsub.close()
