"""A wall's end of the live picture."""

import time

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
            message = self._pubsub.get_message(timeout=0.05)
            if message is not None:
                came.append(Fragment.unpack(message["data"]))
        self.fragments += came
        return came

    def close(self) -> None:
        self._pubsub.close()
