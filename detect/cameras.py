"""The ingest workers' ends: what they announce is read, and the newest picture of each camera is kept for its turn."""

import logging
import os
import selectors
import socket
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from time import perf_counter, thread_time
from typing import Final

import numpy as np

from detect.figures import Figures
from detect.watch import SET_BACK
from models.clock import Monotonic, from_micros, monotonic_now, to_micros, utc_now
from models.frame import Frame, Image
from models.link import MESSAGE_BYTES, Answer, Health, Request, Sample, Want, decode, encode
from models.slots import SlotReader

log = logging.getLogger("detect:cameras")

_STALE: Final = 10_000_000
"""µs; an older picture lay in the socket while we were down, and its alert would come too late to help."""

_ANSWERS: Final = 1024
"""Answers that wait to be written down; what is dropped is asked for again."""


class _Link:
    """One camera: its socket, its slots, and the newest sample that waits for its turn."""

    def __init__(self, camera: str, slots_fd: int, link_fd: int, newest: int | None) -> None:
        self.camera = camera
        self.socket = socket.fromfd(link_fd, socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setblocking(False)
        self.reader = SlotReader(slots_fd)
        self.newest = newest
        self.health: Health | None = None
        self.waiting: Sample | None = None
        self.since = Monotonic(0.0)
        self.busy_since: Monotonic | None = None
        self.served = Monotonic(0.0)
        self.buffer: Image = np.empty((0, 0, 3), np.uint8)


class Cameras:
    """All links; used by one thread, but for `release`, `health`, `ask` and `answers`; these know nothing of a camera
    that was removed.

    A camera has at most one frame under way, so one buffer each is enough, and no queue can grow.

    Args:
        links: Camera to (descriptor of its slots, descriptor of our end of its socket); both stay the caller's.
        newest: Camera to `taken` in µs of the newest frame that was ever analysed.
        figures: Where drops are counted.

    Attributes:
        tiles: Camera to `tiles` of its frames, where that is not 1.
    """

    def __init__(
        self, links: Mapping[str, tuple[int, int]], newest: Mapping[str, int | None], figures: Figures
    ) -> None:
        self._links: dict[str, _Link] = {}
        self._figures = figures
        self.tiles: Mapping[str, int] = {}
        self._selector = selectors.DefaultSelector()
        self._answers: deque[Answer] = deque(maxlen=_ANSWERS)
        for camera, fds in links.items():
            self.add(camera, fds, newest.get(camera))
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._bell, selectors.EVENT_READ, None)

    @property
    def ids(self) -> frozenset[str]:
        """The cameras."""
        return frozenset(self._links)

    def add(self, camera: str, fds: tuple[int, int], newest: int | None = None) -> None:
        """One more camera; descriptors and `newest` as above."""
        link = self._links[camera] = _Link(camera, *fds, newest)
        self._selector.register(link.socket, selectors.EVENT_READ, link)

    def remove(self, camera: str) -> None:
        """A camera less; a frame of it that is under way is none of ours any more."""
        link = self._links.pop(camera)
        if link.socket in self._selector.get_map():
            self._selector.unregister(link.socket)
        link.socket.close()

    def wait(self, timeout_s: float) -> None:
        """Read what the workers have sent; returns at the first word, at `release`, or after `timeout_s`."""
        for key, _ in self._selector.select(timeout_s):
            link: _Link | None = key.data
            if link is None:
                os.eventfd_read(self._bell)
            else:
                self._read(link)

    def waiting_since(self) -> Monotonic | None:
        """When the sample came that waits longest for its turn; None where no camera is due."""
        return min((link.since for link in self._due()), default=None)

    def waiting(self) -> int:
        """How many cameras are due."""
        return sum(1 for _ in self._due())

    def take(self, most: int) -> list[Frame]:
        """The newest frames of the cameras that were served longest ago; each is under way until `release`."""
        frames: list[Frame] = []
        for link in sorted(self._due(), key=lambda link: link.served):
            if len(frames) == most:
                break
            frame = self._copied(link)
            if frame is not None:
                link.busy_since = link.served = monotonic_now()
                frames.append(frame)
        return frames

    def release(self, camera: str) -> None:
        """The camera's frame is through: its buffer may be used again."""
        if link := self._links.get(camera):
            link.busy_since = None
        os.eventfd_write(self._bell, 1)

    def longest_under_way_s(self) -> float:
        """How long the oldest frame that is not through has been under way."""
        started = [link.busy_since for link in self._links.values()]
        return max((monotonic_now() - at for at in started if at is not None), default=0.0)

    def health(self, camera: str) -> Health | None:
        """The worker's newest word."""
        link = self._links.get(camera)
        return link.health if link else None

    def want(self, wants: Mapping[str, Want], fps: Mapping[str, float], recorded: Mapping[str, str]) -> None:
        """Ask every worker for samples, so many a second, and those that are recorded for their packets.

        Args:
            wants: Camera to their size, and to the rate where it is not in `fps`.
            fps: Camera to samples a second.
            recorded: Camera to the name of the session.
        """
        for link in self._links.values():
            want = wants[link.camera]
            rate, record = fps.get(link.camera, want.fps), recorded.get(link.camera, "")
            try:
                link.socket.send(encode(replace(want, fps=rate, record=record)))
            except OSError:  # its buffer is full or its end is gone: the next one comes in a second
                self._figures.count(link.camera, "want_unsent")

    def ask(self, camera: str, request: Request) -> bool:
        """Ask a worker for evidence; False where it could not be told."""
        link = self._links.get(camera)
        if link is None:
            return False
        try:
            link.socket.send(encode(request))
        except OSError:  # as in `want`; the request is repeated
            self._figures.count(camera, "request_unsent")
            return False
        return True

    def answers(self) -> list[Answer]:
        """What the workers have answered since the last call."""
        taken = []
        while self._answers:
            taken.append(self._answers.popleft())
        return taken

    def close(self) -> None:
        """Let go of sockets and selector."""
        self._selector.close()
        os.close(self._bell)
        for link in self._links.values():
            link.socket.close()

    def _due(self) -> Iterable[_Link]:
        return (link for link in self._links.values() if link.waiting is not None and link.busy_since is None)

    def _read(self, link: _Link) -> None:
        while True:
            try:
                data = link.socket.recv(MESSAGE_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                log.warning("%s: its link fails: %s", link.camera, error)
                data = b""
            if not data:
                self._selector.unregister(link.socket)
                return
            try:
                message = decode(data)
            except ValueError:
                self._figures.count(link.camera, "unreadable")
                continue
            if isinstance(message, Health):
                link.health = message
            elif isinstance(message, Sample):
                self._announced(link, message)
            elif isinstance(message, Answer):
                self._answers.append(message)

    def _announced(self, link: _Link, sample: Sample) -> None:
        now = to_micros(utc_now())
        if link.newest is not None and sample.taken <= link.newest and link.newest <= now + SET_BACK:
            self._figures.count(link.camera, "backdated")
            return
        link.newest = sample.taken
        if now - sample.taken > _STALE:
            self._figures.count(link.camera, "stale")
        elif sample.frozen:
            self._figures.count(link.camera, "frozen_skipped")
        else:
            if link.waiting is not None:
                self._figures.count(link.camera, "superseded")
            else:
                link.since = monotonic_now()
            link.waiting = sample

    def _copied(self, link: _Link) -> Frame | None:
        sample, link.waiting = link.waiting, None
        if sample is None:
            return None
        wall, cpu = perf_counter(), thread_time()
        shape = (sample.height, sample.width, 3)
        if link.buffer.shape != shape:
            link.buffer = np.empty(shape, np.uint8)
        if not link.reader.read(sample.slot, sample.seq, sample.height, sample.width, link.buffer):
            self._figures.count(link.camera, "overwritten")
            return None
        self._figures.spent(link.camera, "copy", perf_counter() - wall, thread_time() - cpu)
        taken, tiles = from_micros(sample.taken), self.tiles.get(link.camera, 1)
        return Frame(link.camera, sample.number, sample.epoch, taken, link.buffer, sample.pixel_aspect, tiles)
