"""A desk or a web worker of a site in a process of its own, to be killed, or stopped for a while."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from api.desk.courier import SCHEDULE
from api.desk.process import run as run_desk
from api.web.process import run as run_wall
from config.site import Site

_HERE = Path(__file__).parent


class Part:
    """Begins at once, and ends with the block that it stands before, if not earlier."""

    def __init__(
        self,
        site: Site,
        role: Literal["desk", "wall"],
        listener: socket.socket | None = None,
        schedule: Sequence[float] = SCHEDULE,
    ) -> None:
        fds = [listener.fileno()] if listener else []
        words = [role, site.model_dump_json(by_alias=True), json.dumps(list(schedule)), *map(str, fds)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from parts import be; be()", *words],
            env={**os.environ, "PYTHONPATH": f"{_HERE}{os.pathsep}{_HERE.parent / 'api'}"},
            pass_fds=fds,
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def end(self) -> None:
        """As a supervisor would; one that is stopped goes on first, one that is over stays so."""
        for number in (signal.SIGCONT, signal.SIGTERM):
            self.process.send_signal(number)
        self.process.wait(15)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def be() -> None:
    """What a Part runs."""
    role, site, schedule, *fds = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if role == "desk":
        run_desk(Site.model_validate_json(site), stop, json.loads(schedule))
    else:
        run_wall(Site.model_validate_json(site), "wall", int(fds[0]), stop)
