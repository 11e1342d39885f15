"""One run of the demo: cameras join as their scenes are ready, and at the end everything is counted."""

import asyncio
import json
import os
import threading
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import redis
from rich.console import Console

from config.read import read_bytes, site_of
from config.revisions import Revisions
from kanmen.assets import fetch
from kanmen.composing import Composing, Scene
from kanmen.demo_report import Counted, Shown, count, tell
from kanmen.logs import log_to_file
from kanmen.memory import proportional_mib
from kanmen.progress import progress_on
from kanmen.site import say_where, start_watch
from kanmen.supervisor import Ports, Supervisor
from models import keys
from models.clock import Monotonic, from_micros, monotonic_now, utc_now
from models.status import WatchStatus
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

_LOOK_S: Final = 0.25
"""How often the run looks at its cameras."""

_HELD_S: Final = 1.0
"""Frames that detect already holds are through by then."""

_SETTLE_S: Final = 20.0
"""How long the desk may take to store what is under way at the end."""


class DemoRun:
    """Everything of one run; a context manager."""

    def __init__(
        self, config: Path, cache: Path, login: tuple[str, str], console: Console, seconds: float | None
    ) -> None:
        self._config, self._cache, self._login = config, cache, login
        self._console, self._seconds = console, seconds
        self._begun = monotonic_now()
        self._stack = ExitStack()
        self._scenes: dict[str, Scene] = {}
        self._first_frames: dict[str, datetime] = {}
        self._setup_s: float | None = None
        self._end_at: Monotonic | None = None
        self._look_at = monotonic_now()
        self._counted: Counted | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start everything but the cameras; these join in `run`."""
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process that was started."""
        self._stack.close()

    def _open(self) -> None:
        folder = self._config.parent
        log = folder / "kanmen.log"
        self._stack.enter_context(log_to_file(log))
        self._progress = self._stack.enter_context(progress_on(self._console))
        self._simulator = self._stack.enter_context(SimulatorThread())
        os.environ["KANMEN_DEMO_PORT"] = str(self._simulator.port)
        data = read_bytes(self._config)
        self._site = site_of(data, self._config)
        photo = fetch("street-photo", self._cache, self._progress)
        self._composing = Composing(self._config, photo, self._cache / "scenes", log)
        self._stack.callback(self._composing.end)
        self._supervisor = Supervisor(self._site, self._config, Revisions(self._site.data).keep(data), log)
        self._stack.callback(self._supervisor.end)
        self._supervisor.add_redis()
        ports = self._supervisor.add_pages()
        self.url = self._site.wall.address(ports.wall)
        password = self._supervisor.first_admin()
        self._supervisor.add_desk()
        start_watch(self._supervisor, self._site, self._cache, self._console, self._progress)
        self._redis = redis.Redis.from_url(self._site.redis_url, socket_timeout=1.0)
        self._stack.callback(self._redis.close)
        say_where(self._console, self._site, ports, password)
        self._hire(ports)

    def _hire(self, ports: Ports) -> None:
        """Give a placeholder of the roster an account for the officers' page, so that the way to it can be tried."""
        from api.accounts import add  # noqa: PLC0415 (loads what a database is written with)

        officer = next((person.id for person in self._site.people if person.on_duty), None)
        if self._site.officer is None or ports.officer is None or officer is None:
            return
        password = asyncio.run(add(self._site, officer, "officer", person=officer))
        page = self._site.officer.address(ports.officer)
        self._console.print(f"An officer's first login, for the other page: {officer} / {password}", highlight=False)
        self._console.print(f"      {page}#login={officer}:{password}", highlight=False, soft_wrap=True)
        more = f"kanmen user add NAME --role officer --person ID --config {self._config}"
        self._console.print(f"      more of them: {more}", highlight=False, soft_wrap=True)

    def run(self, stop: threading.Event) -> None:
        """Let cameras join, until `stop` or the run's time is over; then settle and count."""
        ended = threading.Event()

        def tick() -> None:
            if monotonic_now() < self._look_at:
                return
            self._look_at = Monotonic(monotonic_now() + _LOOK_S)
            for scene in self._composing.ready(self._progress):
                self._join(scene)
            self._look()
            if stop.is_set() or (self._end_at is not None and monotonic_now() >= self._end_at):
                ended.set()

        self._supervisor.run(ended, tick)
        self._settle()

    def report(self) -> dict[str, Any]:
        """What happened; call after the run has ended."""
        if self._counted is None:
            raise RuntimeError("the run has not ended")
        return count(self._counted)

    def tell(self, report: dict[str, Any]) -> None:
        """Print the report for people."""
        tell(self._console, report)

    def _join(self, scene: Scene) -> None:
        clip = open_footage(scene.clip, self._cache / "scenes", None)
        self._simulator.add(SimulatedCamera(scene.camera, clip, self._login, begins="viewer"))
        self._scenes[scene.camera] = scene
        self._supervisor.add_ingest(scene.camera)

    def _status(self) -> WatchStatus | None:
        try:
            raw = self._redis.get(keys.STATUS)
        except redis.RedisError:
            return None
        status: WatchStatus | None = json.loads(raw) if isinstance(raw, bytes) else None
        return status

    def _look(self) -> None:
        """Note each camera's first frame; with the last one's, the run's time begins."""
        if self._setup_s is not None:
            return
        status = self._status()
        for camera, said in status["cameras"].items() if status else ():
            if said["taken"] is not None and camera not in self._first_frames:
                self._first_frames[camera] = from_micros(said["taken"])
        if len(self._first_frames) == len(self._site.cameras):
            self._setup_s = monotonic_now() - self._begun
            self._console.print(f"All {len(self._first_frames)} cameras are live after {self._setup_s:.0f} s.")
            if self._seconds is not None:
                self._end_at = Monotonic(monotonic_now() + self._seconds)

    def _settle(self) -> None:
        """The cameras end; what is under way arrives; then everything else ends."""
        from api.reconcile import reconcile  # noqa: PLC0415 (the database is loaded where it is used)

        status, until = self._status(), utc_now()
        memory = proportional_mib(os.getpid())
        self._supervisor.end(lambda name: name.startswith("ingest:"))
        time.sleep(_HELD_S)
        self._supervisor.end(lambda name: name == "detect")  # it sends what it has written before it ends
        deadline = monotonic_now() + _SETTLE_S
        while monotonic_now() < deadline and reconcile(self._site.journals, self._site.database_url).missing:
            self._supervisor.mind()
            time.sleep(_LOOK_S)
        shown = {
            camera: Shown(scene.truth, self._simulator.started_at(camera), self._first_frames.get(camera))
            for camera, scene in self._scenes.items()
        }
        self._supervisor.end()
        self._counted = Counted(self._site, shown, until, status, self._setup_s, memory)
