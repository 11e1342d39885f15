"""SIGKILL for the processes of a running demo, and a Redis that loses all it held, by seeded chance."""

import json
import os
import random
import re
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
import redis
from running_demo import RunningDemo

from detect.ledger import SPARSE
from models import keys
from models.clock import from_iso, from_micros, utc_now

BLINDING: Final = ("detect", "ingest")
"""While one of these is away, cameras are blind; the others cost nobody's sight."""

KINDS: Final = (*BLINDING, "desk", "wall", "redis", "wipe")
"""A wipe kills nobody: Redis runs on and holds nothing any more."""

_AT_ONCE: Final = 3
_MINUTE_S: Final = 61.0
"""The supervisor starts a process again at once for so many deaths in a minute: we stay within it."""

_PAUSE_S: Final = (0.2, 2.5)
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True)
class Blow:
    """One SIGKILL, or one wipe.

    Attributes:
        kind: Of KINDS.
        camera: Whose worker it was; empty for the others.
        at: When.
        back_s: Until the new process did its work; for those in BLINDING until it ran, the ledger says the rest.
    """

    kind: str
    camera: str
    at: datetime
    back_s: float

    def blinds(self, camera: str) -> bool:
        """Whether that camera was blind for it."""
        return self.kind == "detect" or (self.kind == "ingest" and self.camera == camera)


class Blows:
    """Strikes each kind so many times.

    Two blows that blind never meet, so that each has spans of its own; all others may come at any moment.

    Attributes:
        struck: In the order of time.
    """

    def __init__(self, demo: RunningDemo, cameras: Sequence[str], seed: int) -> None:
        self._demo, self._cameras, self._chance = demo, cameras, random.Random(seed)
        self._deaths: dict[tuple[str, str], list[float]] = {}
        self.struck: list[Blow] = []

    def strike(self, number: int) -> None:
        """Until each kind had its number and all cameras see again."""
        left = dict.fromkeys(KINDS, number)
        while any(left.values()):
            may = [(kind, camera) for kind, camera in self._targets() if left[kind] and self._is_spared(kind, camera)]
            if not may:
                time.sleep(0.2)
                continue
            kind = self._chance.choice(sorted({kind for kind, _ in may}))
            camera = self._chance.choice([camera for one, camera in may if one == kind])
            if kind in BLINDING:
                self._until_all_see()
            time.sleep(self._chance.uniform(*_PAUSE_S))
            self._strike(kind, camera)
            left[kind] -= 1
        self._until_all_see()

    def _targets(self) -> list[tuple[str, str]]:
        return [("ingest", camera) for camera in self._cameras] + [(kind, "") for kind in KINDS if kind != "ingest"]

    def _is_spared(self, kind: str, camera: str) -> bool:
        since = time.monotonic() - _MINUTE_S
        return sum(at > since for at in self._deaths.get((kind, camera), ())) < _AT_ONCE

    def _until_all_see(self) -> None:
        self._demo.until(self._all_see, 2 * _PATIENCE_S, "sight of all cameras")

    def _all_see(self) -> bool:
        """Each camera is seen, and was since the last blow that blinded it."""
        told = (self._demo.status() or {}).get("cameras", {})
        just_now = utc_now() - timedelta(seconds=1.5)
        since = {c: max([just_now, *(blow.at for blow in self.struck if blow.blinds(c))]) for c in self._cameras}
        return all(
            camera in told
            and told[camera]["blind_reason"] in (None, SPARSE)
            and from_micros(told[camera]["taken"] or 0) > since[camera]
            for camera in self._cameras
        )

    def _strike(self, kind: str, camera: str) -> None:
        words = {"wall": ("wall-worker",), "ingest": ("ingest", camera)}.get(kind, (kind,))
        pid = self._pid(kind, words)
        begun, at = time.monotonic(), utc_now()
        if kind == "wipe":
            with self._demo.redis() as client:
                client.flushall()
        else:
            os.kill(pid, signal.SIGKILL)
        self._deaths.setdefault((kind, camera), []).append(begun)
        works: dict[str, Callable[[], bool]] = {
            "desk": lambda: self._desk_works(at),
            "wall": self._wall_answers,
            "redis": self._redis_answers,
            "wipe": lambda: self._desk_works(at),
        }
        runs = works.get(kind, lambda: self._demo.pid_of(*words) not in (None, pid))
        self._demo.until(runs, _PATIENCE_S, f"{kind} again")
        self.struck.append(Blow(kind, camera, at, time.monotonic() - begun))

    def _pid(self, kind: str, words: tuple[str, ...]) -> int:
        pid = self._demo.redis_pid() if kind in ("redis", "wipe") else self._demo.pid_of(*words)
        assert pid is not None, f"no process {words} is running"
        return pid

    def _desk_works(self, since: datetime) -> bool:
        """It holds the lease, and the database answers it."""
        with suppress(redis.RedisError), self._demo.redis() as client:
            raw = client.get(keys.DESK)
            return raw is not None and from_iso(json.loads(raw)["at"]) > since
        return False

    def _redis_answers(self) -> bool:
        with suppress(redis.RedisError), self._demo.redis() as client:
            return bool(client.ping())
        return False

    def _wall_answers(self) -> bool:
        """The supervisor holds the listening socket: who asks meanwhile waits."""
        found = re.search(r"http://127\.0\.0\.1:\d+/", self._demo.errors.read_text())
        assert found, "the demo did not say where its wall is"
        with suppress(OSError, httpx.HTTPError):
            return httpx.get(found[0], timeout=_PATIENCE_S).status_code == httpx.codes.OK
        return False
