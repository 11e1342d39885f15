"""The one thread of detect that speaks to Redis: alerts first, then status and boxes; its trouble costs nobody else."""

import json
import logging
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from redis import Redis, RedisError

from detect.delivery import Delivery, connect
from models import keys
from models.clock import Monotonic, monotonic_now
from models.errors import JournalError
from models.journal import Journal
from models.status import Boxes, WatchStatus

log = logging.getLogger("detect:redis")

_ROUND_S: Final = 0.2
"""Settled numbers and overdue rows are looked at this often; a new alert wakes the thread at once."""

_LEASES_S: Final = 1.0
_RETRY_S: Final = 0.5
_BOXES: Final = 64
"""Frames whose boxes wait for Redis; older ones are worthless."""

_FORMS: Final = ("mp4", "jpeg")


class Outlet:
    """The thread, and what it is given; every method returns at once.

    Args:
        url: Of Redis.
        journal: Path of the journal.
        cameras: Ids.

    Attributes:
        cameras: Ids of those whose leases are looked up; may be replaced.
        recorded: Camera to name of the session that it shall be recorded under; empty while Redis is away.
        watched: Cameras that somebody looks at; empty while Redis is away.
        failure: What ended the thread, None while it lives.
    """

    def __init__(self, url: str, journal: Path, cameras: Iterable[str]) -> None:
        self.watched: frozenset[str] = frozenset()
        self.recorded: Mapping[str, str] = {}
        self.failure: BaseException | None = None
        self._url, self._path = url, journal
        self.cameras = tuple(cameras)
        self._boxes: deque[str] = deque(maxlen=_BOXES)
        self._status: str | None = None
        self._bell, self._stop = threading.Event(), threading.Event()
        self._leases_at = Monotonic(0.0)
        self._thread = threading.Thread(target=self._run, name="detect:redis", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There are new rows in the journal."""
        self._bell.set()

    def tell(self, status: WatchStatus) -> None:
        """The newest status replaces one that has not gone out."""
        self._status = json.dumps(status, ensure_ascii=False)
        self._bell.set()

    def draw(self, boxes: Boxes) -> bool:
        """Boxes for those who watch; False where the oldest waiting ones had to go for them."""
        kept = len(self._boxes) < _BOXES
        self._boxes.append(json.dumps(boxes))
        self._bell.set()
        return kept

    def end(self, timeout_s: float) -> None:
        """One more try for what is new in the journal, then the thread ends; waits at most `timeout_s`."""
        self._stop.set()
        self._bell.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            journal = Journal(self._path, durable=False)
            redis = connect(self._url)
            delivery = Delivery(journal, redis)
            lost = False
            while True:
                ending = self._stop.is_set()
                self._bell.clear()
                try:
                    more = self._round(delivery, redis)
                except (RedisError, JournalError) as error:
                    more, self.watched, self.recorded = False, frozenset(), {}
                    if not lost:
                        log.warning("cannot deliver; alerts wait in the journal: %s", error)
                    lost = True
                    self._stop.wait(_RETRY_S)
                else:
                    if lost:
                        log.info("delivers again")
                    lost = False
                if ending:
                    break
                if not more:
                    self._bell.wait(_ROUND_S)
            redis.close()
            journal.close()
        except BaseException as error:  # the boundary of this thread: the process must hear of it, and start anew
            self.failure = error
            log.exception("the thread has failed")

    def _round(self, delivery: Delivery, redis: Redis) -> bool:
        more = delivery.step()
        status, self._status = self._status, None
        pipe = redis.pipeline(transaction=False)
        if status is not None:
            pipe.set(keys.STATUS, status, ex=keys.STATUS_LIFE_S)
        while self._boxes:
            pipe.publish(keys.BOXES, self._boxes.popleft())
        if len(pipe):
            pipe.execute()
        if monotonic_now() >= self._leases_at and (cameras := self.cameras):
            held: Any = redis.mget([key for camera in cameras for key in _leases(camera)])
            leased = [held[at : at + len(_FORMS) + 1] for at in range(0, len(held), len(_FORMS) + 1)]
            self.watched = frozenset(c for c, (*some, _) in zip(cameras, leased, strict=True) if any(some))
            self.recorded = {c: name.decode() for c, (*_, name) in zip(cameras, leased, strict=True) if name}
            self._leases_at = Monotonic(monotonic_now() + _LEASES_S)
        return more


def _leases(camera: str) -> list[str]:
    return [*(keys.lease(camera, form) for form in _FORMS), keys.recorded(camera)]
