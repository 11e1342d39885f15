"""One recording of a camera: asked for by a lease in Redis, done by the camera's ingest worker and by detect."""

import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from redis import Redis, RedisError

from config.site import Site
from kanmen.progress import Report
from models import keys
from models.clock import Monotonic, monotonic_now
from models.errors import KanmenError
from models.session import LEASE_LIFE_S, LOOKS, PACKETS, ended

_BEGIN_S: Final = 30.0
"""How long a recording may take to begin: the lease is seen within 2 s, then a key picture has to come."""

_END_S: Final = 15.0
_LOOK_S: Final = 0.5
_SILENT_S: Final = 5.0
"""Detect writes a word a second; silent for so long, it has died or the disk is full."""


class Recording:
    """Asks, waits until it is long enough, and lets go.

    Args:
        site: Runs on this machine.
        camera: Its id.
        folder: Where the session is written; its name is what the lease says.
        progress: Is told of each wait.
    """

    def __init__(self, site: Site, camera: str, folder: Path, progress: Report) -> None:
        self._camera, self._folder, self._progress = camera, folder, progress
        self._redis = Redis.from_url(site.redis_url, socket_timeout=2, socket_connect_timeout=2)
        self._key = keys.recorded(camera)

    def run(self, seconds: float, stop: threading.Event) -> str:
        """Record until it is long enough, or `stop`; returns the name of the weights.

        Raises:
            KanmenError: it does not begin; says why.
        """
        try:
            model = self._model()
            if not self._redis.set(self._key, self._folder.name, nx=True, ex=LEASE_LIFE_S):
                raise KanmenError(f"{self._camera}: somebody records it already; wait until they are done")
            try:
                self._wait(stop, _BEGIN_S, self._begun, f"Waiting for a key picture of {self._camera}")
                if not self._begun() and not stop.is_set():
                    raise KanmenError(self._why_not())
                self._last(seconds, stop)
            finally:
                with suppress(RedisError):  # the lease is over in a moment anyway
                    self._redis.delete(self._key)
        except RedisError as error:
            raise KanmenError(
                f"the site's Redis does not answer ({error}); does `kanmen up` or `watch` run?"
            ) from error
        self._wait(threading.Event(), _END_S, self._both_ended, "Writing the end")
        if not self._begun():
            raise KanmenError(f"{self._camera}: ended before it began")
        return model

    def _model(self) -> str:
        raw: Any = self._redis.get(keys.STATUS)
        status = json.loads(raw) if raw else None
        if status is None:
            raise KanmenError("detect does not run: start `kanmen up` or `kanmen watch` first")
        if self._camera not in status["cameras"]:
            raise KanmenError(f"{self._camera}: the running site does not watch it; `kanmen reload` first")
        return str(status["model"])

    def _last(self, seconds: float, stop: threading.Event) -> None:
        began = moved = monotonic_now()
        size, what = -1, f"Recording {self._camera}"
        while not stop.wait(_LOOK_S) and monotonic_now() - began < seconds:
            try:
                self._redis.set(self._key, self._folder.name, ex=LEASE_LIFE_S)
            except RedisError:
                break  # detect hears of nobody who asks for more: it ends here, and what is written stays
            self._progress(what, monotonic_now() - began, seconds)
            if (now := (self._folder / LOOKS).stat().st_size) != size:
                size, moved = now, monotonic_now()
            if monotonic_now() - moved > _SILENT_S or ended(self._folder / LOOKS) is not None:
                break
        self._progress(what, seconds, seconds)

    def _wait(self, stop: threading.Event, limit_s: float, met: Any, what: str) -> None:  # noqa: ANN401 (a question)
        until = Monotonic(monotonic_now() + limit_s)
        self._progress(what, 0, 1)
        while not met() and monotonic_now() < until and not stop.wait(_LOOK_S):
            if met == self._begun:
                self._redis.set(self._key, self._folder.name, ex=LEASE_LIFE_S)
        self._progress(what, 1, 1)

    def _begun(self) -> bool:
        return (self._folder / LOOKS).exists()

    def _both_ended(self) -> bool:
        return all(ended(self._folder / name) is not None for name in (PACKETS, LOOKS))

    def _why_not(self) -> str:
        raw: Any = self._redis.get(keys.STATUS)
        state = (json.loads(raw) if raw else {"cameras": {}})["cameras"].get(self._camera, {}).get("state", "unknown")
        if state != "live":
            return f"{self._camera}: nothing came that could be recorded within {_BEGIN_S:.0f} s; the camera is {state}"
        return (
            f"{self._camera}: nothing was recorded within {_BEGIN_S:.0f} s; "
            "run `kanmen record` on the machine of `kanmen watch`, as its user, with room on the disk"
        )
