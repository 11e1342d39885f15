"""Starts the processes of a site, starts them again when they die or must change, and ends them together."""

import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from config.changes import Changes, changes
from config.handover import hand_over
from config.listener import Listener
from config.revisions import Revision
from config.site import Site
from kanmen.children import Child
from kanmen.first_admin import first_admin
from kanmen.redis_server import server_command
from models.clock import Monotonic, monotonic_now
from models.errors import ConfigError
from models.slots import make_slots

log = logging.getLogger("supervisor")

_LOOK_S: Final = 0.1
"""How often children are looked at: far below the restart times that are promised."""

_FRUGAL: Final = {"MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "1")}
"""glibc gives each thread a heap of its own, half empty for ever: 5 MiB a worker. Only detect's threads need theirs."""

_PATIENCE_S: Final = 8.0
"""How long children may take to end."""


class Ports(NamedTuple):
    """What the pages really listen on; `officer` is None where the site has no such page."""

    wall: int
    officer: int | None


class Supervisor:
    """The processes of one site; holds the frame slots, the links and the listening sockets for all of them."""

    def __init__(self, site: Site, config: Path, revision: Revision, log_file: Path | None = None) -> None:
        """Children log to `log_file`, or to our own standard error where it is None.

        `revision` is what the site was read from, and a kept copy of the file `config`.
        """
        self._site = site
        self._config = str(config)
        self._revision = revision
        self._log_file = log_file
        self._children: list[Child] = []
        self._words: dict[str, tuple[str, ...]] = {}
        self._links: dict[str, tuple[int, int, int]] = {}
        self._handovers: dict[str, tuple[socket.socket, socket.socket]] = {}
        self._listeners: list[socket.socket] = []

    @property
    def children(self) -> list[Child]:
        """All children, in the order in which they were added."""
        return list(self._children)

    @property
    def site(self) -> Site:
        """The configuration that is in force."""
        return self._site

    def add_redis(self) -> None:
        """A Redis of our own, unless the configuration names one."""
        if self._site.redis is None:
            self._add("redis", server_command(self._site.data / "redis", self._site.redis_socket))

    def first_admin(self) -> str | None:
        """As `first_admin` says, of this site."""
        return first_admin(self._python(("first-admin",)), self._log_file)

    def add_desk(self) -> None:
        """The desk."""
        self._add_python("desk", ("desk",))

    def add_pages(self) -> Ports:
        """The web workers of the wall, and of the officers' page where the site has one; returns where they listen.

        Raises:
            ConfigError: a port is taken.
        """
        wall, officer = self._site.wall, self._site.officer
        return Ports(
            self._serve("wall", wall, "wall", wall.workers),
            self._serve("officer", officer, "phone", 1) if officer else None,
        )

    def add_detect(self, weights: Path, model: str) -> None:
        """The detect process, linked to every camera of the configuration, started or not."""
        for camera in self._site.cameras:
            self._link(camera.id)
        words = ("detect", "--weights", str(weights), "--model", model)
        self._add_python("detect", words, self._linked(), listens=True)

    def add_ingest(self, camera: str, environment: dict[str, str] | None = None) -> None:
        """The ingest worker of one camera; detect must have been added before."""
        slots, _, link = self._links[camera]
        words = ("ingest", "--camera", camera, "--slots-fd", str(slots), "--link-fd", str(link))
        self._add_python(f"ingest:{camera}", words, (slots, link), environment)

    def apply(self, site: Site, revision: Revision) -> Changes:
        """Put another revision in force: only what changed is handed over, started, started anew or ended.

        Workers of changed streams are told first: when detect says that the revision is in force, no picture is taken
        any more by the masks of the one before. The caller has seen to it that nothing changes that is fixed.
        """
        what = changes(self._site, site)
        self._site, self._revision = site, revision
        watches = "detect" in self._words
        gone = [self._links.pop(camera) for camera in what.removed if watches]
        for camera in what.added if watches else ():
            self._link(camera)
        self._say_anew()
        for child in sorted(self._children, key=lambda child: not child.name.startswith("ingest:")):
            role, _, camera = child.name.partition(":")
            if role == "ingest" and camera in what.removed:
                child.leave(_PATIENCE_S)
            elif role in what.roles or (role == "ingest" and camera in what.streams):
                child.renew(_PATIENCE_S)
            elif child.name in self._handovers:
                self._hand_over(child, what.added if role == "detect" else ())
        for fds in gone:
            _close(fds)
        for camera in what.added if watches else ():
            self.add_ingest(camera)
        return what

    def run(self, stop: threading.Event, tick: Callable[[], None] = lambda: None) -> None:
        """Mind the children until `stop`; `tick` is called in between, in this thread. They are not ended."""
        while not stop.wait(_LOOK_S):
            self.mind()
            tick()

    def mind(self) -> None:
        """Start again what has died; forget what was told to leave and has left."""
        for child in self._children:
            child.mind()
        self._children = [child for child in self._children if not child.gone]

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

    def _serve(self, section: str, place: Listener, job: str, workers: int) -> int:
        """Listen, and let workers of a job answer; our end stays open, so that no caller is refused in between."""
        listener = socket.socket(socket.AF_INET6 if ":" in place.host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((place.host, place.port))
        except OSError as error:
            listener.close()
            raise ConfigError(
                f"{section}: {place.host}:{place.port} cannot be listened on ({error.strerror}); "
                "end the other programme or choose another port"
            ) from error
        listener.listen(256)
        self._listeners.append(listener)
        for number in range(workers):
            words = (f"{job}-worker", "--listen-fd", str(listener.fileno()))
            self._add_python(f"{job}:{number}", words, (listener.fileno(),), listens=True)
        return int(listener.getsockname()[1])

    def _close(self) -> None:
        for fds in self._links.values():
            _close(fds)
        self._links.clear()
        for ours, theirs in self._handovers.values():
            ours.close()
            theirs.close()
        self._handovers.clear()
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()

    def _link(self, camera: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._links[camera] = (make_slots(camera), ours.detach(), theirs.detach())

    def _linked(self) -> tuple[int, ...]:
        """What detect inherits."""
        return tuple(fd for slots, ours, _ in self._links.values() for fd in (slots, ours))

    def _say_anew(self) -> None:
        """Whoever is started from now on is started on the revision in force."""
        for child in self._children:
            if child.name in self._words:
                child.command = self._python(self._words[child.name])
            if child.name == "detect":
                child.fds = (*self._linked(), self._handovers["detect"][1].fileno())

    def _hand_over(self, child: Child, added: tuple[str, ...]) -> None:
        try:
            hand_over(self._handovers[child.name][0], self._revision, {c: self._links[c][:2] for c in added})
        except OSError as error:
            log.warning("%s does not listen (%s); starts anew", child.name, error.strerror)
            child.renew(_PATIENCE_S)

    def _add_python(
        self,
        name: str,
        words: tuple[str, ...],
        fds: tuple[int, ...] = (),
        environment: dict[str, str] | None = None,
        *,
        listens: bool = False,
    ) -> None:
        """A process of ours; one that `listens` is handed the next revisions, others are started anew for them."""
        if listens:
            pair = self._handovers[name] = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            words, fds = (*words, "--handover-fd", str(pair[1].fileno())), (*fds, pair[1].fileno())
        self._words[name] = words
        frugal = {} if name == "detect" else _FRUGAL
        self._add(name, self._python(words), fds, {**frugal, **(environment or {})})

    def _python(self, words: tuple[str, ...]) -> list[str]:
        role, *more = words
        if role == "detect":
            links = {camera: (slots, ours) for camera, (slots, ours, _) in self._links.items()}
            more += ["--links", json.dumps(links)]
        revision = ("--config", str(self._revision.path), "--of", self._config)
        return [sys.executable, "-m", "kanmen", role, *revision, *more]

    def _add(
        self, name: str, command: list[str], fds: tuple[int, ...] = (), environment: dict[str, str] | None = None
    ) -> None:
        child = Child(name, command, fds, environment or {}, self._log_file)
        child.start()
        self._children.append(child)
        log.info("%s started", name)


def _close(fds: tuple[int, ...]) -> None:
    for fd in fds:
        os.close(fd)
