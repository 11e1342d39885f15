"""An ingest worker in a thread or a process, and detect's end of its link."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np

import ingest
from config.site import Site
from ingest.worker import run
from models.frame import Image
from models.link import Answer, Health, Request, Sample, Want, decode, encode
from models.slots import SlotReader, make_slots


class Seen:
    """A sample with its picture as detect would have copied it; None where the writer was faster."""

    def __init__(self, sample: Sample, image: Image | None) -> None:
        self.sample = sample
        self.image = image


class Watch:
    """A worker in a thread, and detect's end of its link, which collects in a thread of its own."""

    def __init__(self, site: Site, *, reads: bool = True) -> None:
        self.samples: list[Seen] = []
        self.healths: list[Health] = []
        self.answers: list[Answer] = []
        self.want: Want | None = Want(160, 160, 5.0)
        self.stop = threading.Event()
        self._slots_fd = make_slots("gate-1")
        self._reader = SlotReader(self._slots_fd)
        ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        ours.settimeout(0.05)
        self.error: Exception | None = None
        self._worker = threading.Thread(target=self._work, args=(site,))
        self._collector = threading.Thread(target=self._collect)
        self._reads = reads

    def __enter__(self) -> Self:
        self._worker.start()
        if self._reads:
            self._collector.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> float:
        """Stop the worker; seconds that it took."""
        began = time.monotonic()
        self.stop.set()
        self._worker.join(10)
        took = time.monotonic() - began
        if self._reads:
            self._collector.join(10)
        self.socket.close()
        self.theirs.close()
        return took

    def until(self, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until it holds, or fail."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"last health: {self.healths[-1:]}, {len(self.samples)} samples"
            time.sleep(0.02)

    def until_state(self, state: str, seconds: float = 10.0) -> Health:
        """Wait until the newest health says so."""
        self.until(lambda: self.healths and self.healths[-1].state == state, seconds)
        return self.healths[-1]

    def ask(self, request: Request) -> None:
        """Ask for evidence."""
        self.socket.send(encode(request))

    def until_answer(self, request: Request, seconds: float = 15.0) -> Answer:
        """Ask, as detect does, until it is answered."""
        asked = 0.0
        end = time.monotonic() + seconds
        while not any(answer.id == request.id for answer in self.answers):
            assert time.monotonic() < end, f"no answer; last health: {self.healths[-1:]}"
            if time.monotonic() - asked > 1.0:
                asked = time.monotonic()
                self.ask(request)
            time.sleep(0.02)
        return next(answer for answer in reversed(self.answers) if answer.id == request.id)

    def until_samples(self, number: int, seconds: float = 10.0) -> list[Seen]:
        """Wait for so many more samples."""
        before = len(self.samples)
        self.until(lambda: len(self.samples) >= before + number, seconds)
        return self.samples[before:]

    def _work(self, site: Site) -> None:
        try:
            run(site, "gate-1", self._slots_fd, self.theirs.fileno(), self.stop)
        except Exception as error:  # noqa: BLE001 (a thread's boundary: the test looks at it)
            self.error = error

    def _collect(self) -> None:
        asked = 0.0
        while not self.stop.is_set():
            if self.want and time.monotonic() - asked > 0.5:
                asked = time.monotonic()
                self.socket.send(encode(self.want))
            try:
                message = decode(self.socket.recv(65536))
            except TimeoutError:
                continue
            if isinstance(message, Health):
                self.healths.append(message)
            elif isinstance(message, Answer):
                self.answers.append(message)
            elif isinstance(message, Sample):
                image = np.empty((message.height, message.width, 3), np.uint8)
                whole = self._reader.read(message.slot, message.seq, message.height, message.width, image)
                self.samples.append(Seen(message, image if whole else None))


_WORKER = """
import resource, sys, threading
from config.site import Site
from ingest.worker import run
if len(sys.argv) > 4:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
    import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
run(Site.model_validate_json(sys.argv[1]), "gate-1", int(sys.argv[2]), int(sys.argv[3]), threading.Event())
"""


class WorkerProcess:
    """A worker in a process of its own, to be killed; detect's end of its link is `socket`."""

    def __init__(self, site: Site, *limit: int) -> None:
        self.slots_fd = make_slots("gate-1")
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [site.model_dump_json(), str(self.slots_fd), str(theirs.fileno()), *map(str, limit)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, *words],
            pass_fds=(self.slots_fd, theirs.fileno()),
            cwd=Path(ingest.__file__).parents[1],
        )
        theirs.close()

    def until_packets(self, number: int, seconds: float = 15.0) -> None:
        """Wait until its camera has sent so many."""
        end = time.monotonic() + seconds
        self.socket.settimeout(seconds)
        while time.monotonic() < end:
            message = decode(self.socket.recv(65536))
            if isinstance(message, Health) and message.counts.get("packets", 0) >= number:
                return
        raise AssertionError(f"no {number} packets within {seconds} s")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.socket.close()
        os.close(self.slots_fd)
