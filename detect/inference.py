"""A detector made of inference requests, a thread each, so that whatever runs them is kept busy."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from queue import SimpleQueue
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.detector import Done
from detect.sheet import Sheet
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame

log = logging.getLogger("detect:inference")

STUCK_S: Final = 20.0
"""Seconds after which an inference counts as stuck; the slowest known takes under one."""


class Inference(ABC):
    """One inference request with a sheet of its own, used by one thread."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @abstractmethod
    def outputs(self, count: int) -> NDArray[np.float32]:
        """The network's raw output (≥ count, …) for the first `count` pictures on the sheet."""

    def infer(self, frames: Sequence[Frame]) -> list[Detections]:
        """What is found in each frame."""
        self.sheet.draw(frames)
        return self.sheet.read(self.outputs(len(frames)), frames)


class InferenceDetector:
    """A `detect.detector.Detector` of requests.

    A failed inference, or a `done` that raises, is logged, counted in `failed`, and raised by the next call: the
    detector is then broken for good, and the process around it starts anew.

    Args:
        requests: Each gets a thread.
        waiting: Batches taken beyond those that the requests work on.

    Attributes:
        name: Of the weights.
        width, height: Of the input, pixels.
        batch: Frames per request.
        failed: Frames for which `done` was not called or did not return.
    """

    def __init__(self, name: str, requests: Sequence[Inference], *, waiting: int = 0) -> None:
        self.name = name
        self.batch, self.height, self.width = requests[0].sheet.pixels.shape[:3]
        self.failed = 0
        self._failure: Exception | None = None
        self._closed = False
        self._free = threading.Semaphore(len(requests) + waiting)
        self._work: SimpleQueue[tuple[list[Frame], Done] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, args=(request,), name=f"detect:infer-{number}", daemon=True)
            for number, request in enumerate(requests, 1)
        ]
        for thread in self._threads:
            thread.start()

    def ready(self) -> bool:
        """Whether `submit` would return without waiting."""
        if self._free.acquire(blocking=False):
            self._free.release()
            return True
        return False

    def submit(self, frames: list[Frame], done: Done) -> None:
        """Take at most `batch` frames; `done` is called from another thread for each when it is through.

        Raises:
            ValueError: more frames than `batch`, or none.
            ModelError: an earlier inference failed or is stuck, or the detector is closed.
        """
        if not 1 <= len(frames) <= self.batch:
            raise ValueError(f"{len(frames)} frames for a batch of {self.batch}")
        self._check()
        if not self._free.acquire(timeout=STUCK_S):
            raise ModelError(f"{self.name}: no inference ended in {STUCK_S:.0f} s")
        self._work.put((list(frames), done))

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """Detect and wait: the results in the order of the frames.

        Raises:
            ModelError: an inference failed or is stuck, or the detector is closed.
        """
        found: dict[int, Detections] = {}
        through = threading.Semaphore(0)

        def done_at(first: int, batch: Sequence[Frame]) -> Done:
            def done(frame: Frame, detections: Detections) -> None:
                found[first + next(i for i, other in enumerate(batch) if other is frame)] = detections
                through.release()

            return done

        for first in range(0, len(frames), self.batch):
            batch = frames[first : first + self.batch]
            self.submit(batch, done_at(first, batch))
        for _ in frames:
            while not through.acquire(timeout=0.5):
                self._check()
        return [found[i] for i in range(len(frames))]

    def close(self) -> None:
        """Wait for what is under way and end the threads.

        Raises:
            ModelError: an inference failed or is stuck.
        """
        if not self._closed:
            self._closed = True
            for _ in self._threads:
                self._work.put(None)
        for thread in self._threads:
            thread.join(STUCK_S)
            if thread.is_alive():
                raise ModelError(f"{self.name}: an inference did not end in {STUCK_S:.0f} s")
        self._raise_failure()

    def _check(self) -> None:
        self._raise_failure()
        if self._closed:
            raise ModelError(f"{self.name}: the detector is closed")

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise ModelError(f"{self.name}: an inference failed: {self._failure}") from self._failure

    def _run(self, request: Inference) -> None:
        while (work := self._work.get()) is not None:
            frames, done = work
            through = 0
            try:
                for frame, detections in zip(frames, request.infer(frames), strict=True):
                    done(frame, detections)
                    through += 1
            except Exception as error:  # the boundary of this thread: kept, and raised by the next call
                self.failed += len(frames) - through
                self._failure = self._failure or error
                log.exception("%s: %d frames failed", self.name, len(frames) - through)
            finally:
                self._free.release()
