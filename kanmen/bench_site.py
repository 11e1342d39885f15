"""The site of a measurement, running as its users run it, and what can be read of it from outside."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import redis

from config.site import Site
from kanmen.guard import guarded, parent_environment
from kanmen.memory import descendants
from kanmen.processor import busy_s, spent_s
from models import keys
from models.errors import KanmenError
from models.status import WatchStatus

_LOOK_S: Final = 0.05
_SILENT_S: Final = 15.0
"""The watch speaks once a second; when it is silent for so long, something is wrong."""

_END_S: Final = 30.0

_DWELL_S: Final = 10
"""About one alert or revision a second from eight busy cameras: enough for percentiles, far more than a site has."""

_QUIET_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything as of one instant.

    Attributes:
        status: The watch's own word, fresh.
        spent: Processor seconds of the product so far, by kind of process (`ingest`, `detect`, `desk`, …).
        simulator_s: Likewise of the cameras, which run in our own process.
        busy_s: Likewise of the whole machine.
    """

    status: WatchStatus
    spent: Mapping[str, float]
    simulator_s: float
    busy_s: float

    def count(self, name: str) -> int:
        """A counter, all cameras together."""
        return sum(camera["counts"].get(name, 0) for camera in self.status["cameras"].values())


def write_site(folder: Path, urls: Mapping[str, str], fps: float, model: str, *, alerts: bool) -> Path:
    """A configuration in an empty folder: on each camera a zone across the picture, in which people stay too long.

    Without `alerts` nobody stays as long as its rule asks for.
    """
    dwell_s = _DWELL_S if alerts else _QUIET_S
    folder.mkdir(parents=True, mode=0o700)
    zone = "{id: yard, name: {zh: 院, en: Yard}, points: [[0.2, 0.3], [0.8, 0.3], [0.8, 1], [0.2, 1]]}"
    site = [
        "id: bench",
        "name: {zh: 测量, en: Bench}",
        "prefix: BENCH",
        "data: data",
        f"detector: {{fps: {fps}, model: {model}}}",
        "wall: {port: 0}",
        "cameras:",
    ]
    for number, (camera, url) in enumerate(urls.items(), 1):
        site += [
            f"- id: {camera}",
            f"  name: {{zh: {number}号, en: Gate {number}}}",
            f"  entrance: {number}号出入口",
            f"  url: {url}",
            "  grid: PLACEHOLDER-01",
            "  position: [0.5, 0.5]",
            f"  zones: [{zone}]",
            "  rules:",
            f"  - {{rule: INTRUDE, zone: yard, labels: [person, vehicle], dwell_s: {dwell_s}}}",
        ]
    path = folder / "site.yaml"
    path.write_text("\n".join(site) + "\n", encoding="utf-8")
    return path


class RunningSite(AbstractContextManager["RunningSite"]):
    """`kanmen up` until the end of the block.

    Attributes:
        pid: Of the supervisor.
    """

    def __init__(self, site: Site, config: Path) -> None:
        self._site, self._log = site, config.with_name("log.txt")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                guarded([sys.executable, "-m", "kanmen", "up", "--config", str(config)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=parent_environment(),
                process_group=0,
            )
        self.pid = self._process.pid
        self._redis = redis.Redis.from_url(site.redis_url, socket_timeout=2)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all its processes."""
        self._redis.close()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def check(self) -> None:
        """Raises:
        KanmenError: it has ended.
        """
        if self._process.poll() is not None:
            raise KanmenError(f"the product ended while it was measured:\n{self._last_words()}")

    def until_live(self, seconds: float) -> None:
        """Wait until a frame of every camera has been analysed.

        Raises:
            KanmenError: that took longer, or the product has ended.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            status = self._status()
            if status and all(camera["taken"] is not None for camera in status["cameras"].values()):
                return
            time.sleep(_LOOK_S)
        raise KanmenError(f"the cameras were not live after {seconds:.0f} s:\n{self._last_words()}")

    def moment(self) -> Moment:
        """Everything, right after the watch's next word.

        Raises:
            KanmenError: it has ended, or is silent.
        """
        known = self._status()
        deadline = time.monotonic() + _SILENT_S
        while time.monotonic() < deadline:
            self.check()
            status = self._status()
            if status and (known is None or status["at"] > known["at"]):
                spent: dict[str, float] = {}
                for pid, seconds in spent_s(descendants(self.pid)).items():
                    kind = _kind(pid)
                    spent[kind] = spent.get(kind, 0.0) + seconds
                return Moment(status, spent, time.process_time(), busy_s())
            time.sleep(_LOOK_S)
        raise KanmenError(f"the watch said nothing for {_SILENT_S:.0f} s:\n{self._last_words()}")

    def _status(self) -> WatchStatus | None:
        try:
            raw: Any = self._redis.get(keys.STATUS)
        except redis.RedisError:
            return None
        status: WatchStatus | None = json.loads(raw) if raw else None
        return status

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


def _kind(pid: int) -> str:
    """What the process is for: its role, or its program's name where it is not ours."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended"
    return words[3] if words[1:3] == ["-m", "kanmen"] else Path(words[0]).name
