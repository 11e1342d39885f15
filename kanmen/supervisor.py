"""Starts the processes of a site, starts them again when they die, and ends them together."""

import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.site import Site
from kanmen.children import Child
from kanmen.redis_server import server_command
from models.clock import Monotonic, monotonic_now
from models.errors import ConfigError
from models.slots import make_slots

log = logging.getLogger("supervisor")

_LOOK_S: Final = 0.05
"""How often children are looked at: far below the restart times that are promised."""

_PATIENCE_S: Final = 8.0
"""How long children may take to end."""


class Supervisor:
    """The processes of one site; holds the frame slots, the links and the listening socket for all of them."""

    def __init__(self, site: Site, config: Path, log_file: Path | None = None) -> None:
        """Children log to `log_file`, or to our own standard error where it is None."""
        self._site = site
        self._config = str(config)
        self._log_file = log_file
        self._children: list[Child] = []
        self._links: dict[str, tuple[int, int, int]] = {}
        self._listener: socket.socket | None = None

    @property
    def children(self) -> list[Child]:
        """All children, in the order in which they were added."""
        return list(self._children)

    def add_redis(self) -> None:
        """A Redis of our own, unless the configuration names one."""
        if self._site.redis is None:
            self._add("redis", server_command(self._site.data / "redis", self._site.redis_socket))

    def add_desk(self) -> None:
        """The desk."""
        self._add("desk", self._python("desk"))

    def add_wall(self) -> int:
        """The web workers; returns the port they listen on.

        Raises:
            ConfigError: the port is taken.
        """
        wall = self._site.wall
        family = socket.AF_INET6 if ":" in wall.host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((wall.host, wall.port))
        except OSError as error:
            listener.close()
            raise ConfigError(
                f"wall: {wall.host}:{wall.port} cannot be listened on ({error.strerror}); "
                "end the other programme or choose another port"
            ) from error
        listener.listen(256)
        self._listener = listener
        for number in range(wall.workers):
            command = self._python("wall-worker", "--listen-fd", str(listener.fileno()))
            self._add(f"wall:{number}", command, (listener.fileno(),))
        return int(listener.getsockname()[1])

    def add_detect(self, weights: Path, model: str) -> None:
        """The detect process, linked to every camera of the configuration, started or not."""
        for camera in self._site.cameras:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._links[camera.id] = (make_slots(camera.id), ours.detach(), theirs.detach())
        links = {camera: (slots, ours) for camera, (slots, ours, _) in self._links.items()}
        fds = tuple(fd for pair in links.values() for fd in pair)
        command = self._python("detect", "--links", json.dumps(links), "--weights", str(weights), "--model", model)
        self._add("detect", command, fds)

    def add_ingest(self, camera: str, environment: dict[str, str] | None = None) -> None:
        """The ingest worker of one camera; detect must have been added before."""
        slots, _, link = self._links[camera]
        words = ("--camera", camera, "--slots-fd", str(slots), "--link-fd", str(link))
        self._add(f"ingest:{camera}", self._python("ingest", *words), (slots, link), environment or {})

    def run(self, stop: threading.Event, tick: Callable[[], None] = lambda: None) -> None:
        """Mind the children until `stop`; `tick` is called in between, in this thread. They are not ended."""
        while not stop.wait(_LOOK_S):
            self.mind()
            tick()

    def mind(self) -> None:
        """Start again what has died."""
        for child in self._children:
            child.mind()

    def end(self, names: Callable[[str], bool] = lambda _: True) -> None:
        """End the children whose name is chosen, the youngest first; Redis goes last."""
        chosen = [c for c in self._children if names(c.name)]
        self._children = [c for c in self._children if c not in chosen]
        for group in ([c for c in chosen if c.name != "redis"], [c for c in chosen if c.name == "redis"]):
            until = Monotonic(monotonic_now() + _PATIENCE_S)
            for child in reversed(group):
                child.end()
            for child in reversed(group):
                child.wait(until)
        if not self._children:
            self._close()

    def _close(self) -> None:
        for fds in self._links.values():
            for fd in fds:
                os.close(fd)
        self._links.clear()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _python(self, role: str, *words: str) -> list[str]:
        return [sys.executable, "-m", "kanmen", role, "--config", self._config, *words]

    def _add(
        self, name: str, command: list[str], fds: tuple[int, ...] = (), environment: dict[str, str] | None = None
    ) -> None:
        child = Child(name, command, fds, environment or {}, self._log_file)
        child.start()
        self._children.append(child)
        log.info("%s started", name)
