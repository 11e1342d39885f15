"""The room for evidence: looked at in a thread of its own, and an alert STORAGE while there is too little."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from config.site import Evidence
from models.alert import Alert, Onset, mint
from models.clock import Monotonic, monotonic_now, utc_now
from models.codes import CODES
from models.evidence import FolderStore

log = logging.getLogger("detect:storage")

CODE: Final = "STORAGE"
_LOOK_S: Final = 5.0
_COUNT_S: Final = 60.0
"""Files are counted this rarely: a month of evidence has tens of thousands."""

_FAILING_S: Final = 60.0
"""So long after a write that the disk refused, it counts as failing."""

_CALM: Final = timedelta(seconds=60)
"""The alert ends after so long without trouble: a disk at its limit must not raise one alert after another."""

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is.

    Attributes:
        free, used: Bytes that the disk has left, and bytes of evidence whose days are not over.
        trouble: `free`: too little is left; `quota`: too much is used; `write`: the disk refuses; empty: all is well.
    """

    free: int
    used: int
    trouble: str


class Storage:
    """Looks, in its own thread; `failed` and `room` may be used by any.

    Args:
        store: The evidence folder.
        limits: What the configuration allows.
    """

    def __init__(self, store: FolderStore, limits: Evidence) -> None:
        self._store, self._limits = store, limits
        self._failed_at: Monotonic | None = None
        self._used = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="detect:storage", daemon=True)
        self.room = Room(0, 0, "")

    def start(self) -> None:
        """Begin; the first look is done when this returns, so that nobody is told of a full disk too late."""
        self._count()
        self._look()
        self._thread.start()

    def end(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(1.0)

    def failed(self) -> None:
        """The disk has refused to take evidence."""
        self._failed_at = monotonic_now()
        self._look()

    def _run(self) -> None:
        due = Monotonic(monotonic_now() + _COUNT_S)
        while not self._stop.wait(_LOOK_S):
            if monotonic_now() >= due:
                self._count()
                due = Monotonic(monotonic_now() + _COUNT_S)
            self._look()

    def _count(self) -> None:
        oldest = utc_now().date() - timedelta(days=self._limits.retention_days)
        self._used = sum(day.bytes for day in self._store.days() if day.date >= oldest)

    def _look(self) -> None:
        try:
            free = self._store.free_bytes()
        except OSError as error:
            log.warning("the evidence folder cannot be looked at: %s", error)
            free, self._failed_at = 0, monotonic_now()
        failing = self._failed_at is not None and monotonic_now() - self._failed_at < _FAILING_S
        trouble = "write" if failing else ""
        trouble = "quota" if self._used > self._limits.quota_bytes else trouble
        trouble = "free" if free < self._limits.min_free_bytes else trouble
        self.room = Room(free, self._used, trouble)


class StorageAlert:
    """Makes one alert of one trouble, however long it lasts; pure but for what it remembers.

    Args:
        site: Id.
        limits: What the configuration allows.
        known: The newest revisions of alerts that an earlier process wrote; one that lasts goes on.
    """

    def __init__(self, site: str, limits: Evidence, known: Iterable[Alert]) -> None:
        self._site, self._limits = site, limits
        self._open = next((alert for alert in known if alert.code == CODE and alert.ended is None), None)
        self._well_since: datetime | None = None

    def see(self, room: Room, now: datetime) -> list[Alert]:
        """The revisions that this look gives."""
        if room.trouble:
            self._well_since = None
            if self._open is None:
                self._open = self._raised(room, now)
                return [self._open]
            return []
        if self._open is None:
            return []
        self._well_since = self._well_since or now
        if now - self._well_since < _CALM:
            return []
        ended = replace(self._open, revision=self._open.revision + 1, ended=max(self._well_since, self._open.began))
        self._open = self._well_since = None
        return [ended]

    def _raised(self, room: Room, now: datetime) -> Alert:
        return Alert(
            id=mint(Onset(self._site, "", CODE, "", now)),
            revision=1,
            code=CODE,
            level=CODES[CODE].level,
            camera="",
            rule=CODE,
            place=room.trouble,
            began=now,
            detected=now,
            ended=None,
            count=1,
            observed={"free_gib": round(room.free / _GIB, 2), "used_gib": round(room.used / _GIB, 2)},
            threshold={"free_gib": self._limits.min_free_gib, "used_gib": self._limits.quota_gib},
        )
