"""A detector that finds what it was told to find: for tests, and to replay what another detector once saw."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np

from detect.detector import Done
from models.detection import Detections
from models.frame import Frame
from models.geometry import Box

Script = Callable[[Frame], Detections]


class ScriptedDetector:
    """A `detect.detector.Detector` with a script instead of weights.

    Args:
        script: What is found in a frame.
        width, height, batch: As in the Protocol.
        takes_s: How long a batch takes.
    """

    name = "scripted"

    def __init__(
        self, script: Script, *, width: int = 640, height: int = 640, batch: int = 1, takes_s: float = 0.0
    ) -> None:
        self.width, self.height, self.batch = width, height, batch
        self._script, self._takes_s = script, takes_s
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="detect:scripted")
        self._under_way: list[Future[None]] = []

    @classmethod
    def by_number(cls, found: Mapping[int, Detections]) -> Self:
        """Finds `found[n]` in frame number n of any camera, and nothing in other frames."""
        return cls(lambda frame: found.get(frame.number, Detections.none()))

    def ready(self) -> bool:
        """Whether `submit` would return without waiting: two batches are under way at most."""
        self._collect()
        return len(self._under_way) < 2  # noqa: PLR2004 (one that runs and one that is next)

    def submit(self, frames: list[Frame], done: Done) -> None:
        """See `detect.detector.Detector.submit`.

        Raises:
            ValueError: more frames than a batch takes.
        """
        if len(frames) > self.batch:
            raise ValueError(f"{len(frames)} frames for a batch of {self.batch}")
        self._under_way.append(self._worker.submit(self._work, list(frames), done))

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """Detect and wait: the results in the order of the frames."""
        time.sleep(self._takes_s)
        return [self._script(frame) for frame in frames]

    def close(self) -> None:
        """Wait for what is under way; raises what the script or `done` raised."""
        self._worker.shutdown()
        self._collect()

    def _work(self, frames: list[Frame], done: Done) -> None:
        for frame, found in zip(frames, self.detect(frames), strict=True):
            done(frame, found)

    def _collect(self) -> None:
        through = [future for future in self._under_way if future.done()]
        self._under_way = [future for future in self._under_way if not future.done()]
        for future in through:
            future.result()


def detections(*found: tuple[int, float, Box]) -> Detections:
    """Detections of (label, score, box) each."""
    if not found:
        return Detections.none()
    labels, scores, boxes = zip(*found, strict=True)
    return Detections(np.array(boxes, np.float32), np.array(scores, np.float32), np.array(labels, np.int16))
