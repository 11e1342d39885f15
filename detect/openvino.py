"""The detector on OpenVINO: a few inference requests, a thread each, so that every core is kept busy."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.detector import Done
from detect.heads import Head, read
from detect.letterbox import Letterbox
from detect.model import Loaded, load
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame, Image
from models.weights import Weights

log = logging.getLogger("detect:openvino")

SPARE_REQUESTS: Final = 1
"""Requests beyond those that run at once: one is filled and read while the others run."""

STUCK_S: Final = 20.0
"""Seconds after which an inference counts as stuck; the slowest known takes under one."""


class OpenVinoDetector:
    """A `detect.detector.Detector` on this machine's processor.

    A failed inference, or a `done` that raises, is logged, counted in `failed`, and raised by the next call: the
    detector is then broken for good, and the process around it starts anew.

    Attributes:
        name: Of the weights.
        width, height: Of the input, pixels.
        batch: Frames per request.
        failed: Frames for which `done` was not called or did not return.
    """

    def __init__(
        self, path: Path, weights: Weights, confidence: float, *, batch: int = 1, requests: int | None = None
    ) -> None:
        """Load the model and start its threads.

        Args:
            path: An OpenVINO .xml or an ONNX file.
            weights: What the manifest says of it.
            confidence: Scores below it are dropped, 0..1.
            batch: Frames per request; on a processor more than 1 gains nothing.
            requests: Inferences under way at once; by default what OpenVINO finds best, and one.

        Raises:
            ModelError: the file cannot be used; says what was found and what is known.
        """
        loaded = load(path, weights, batch)
        self.name = weights.name
        self.width, self.height, self.batch = loaded.width, loaded.height, batch
        self.failed = 0
        self._failure: Exception | None = None
        self._closed = False
        count = requests or int(loaded.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + SPARE_REQUESTS
        self._free = threading.Semaphore(count)
        self._work: SimpleQueue[tuple[list[Frame], Done] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(
                target=self._run, args=(_Request(loaded, confidence),), name=f"detect:infer-{number}", daemon=True
            )
            for number in range(1, count + 1)
        ]
        self._count = count
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

    def _run(self, request: "_Request") -> None:
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


class _Request:
    """One inference request with its own input, filled and read by one thread."""

    def __init__(self, loaded: Loaded, confidence: float) -> None:
        self._head: Head = loaded.head
        self._confidence = confidence
        self._box = (loaded.width, loaded.height)
        self._request: Any = loaded.compiled.create_infer_request()
        self._input: NDArray[np.uint8] = self._request.get_input_tensor().data
        self._input[:] = self._head.padding
        self._places: list[Letterbox | None] = [None] * loaded.batch

    def infer(self, frames: Sequence[Frame]) -> list[Detections]:
        places = [self._draw(index, frame.image) for index, frame in enumerate(frames)]
        self._request.start_async()  # with `wait`, unlike `infer`, makes no copy of the output
        self._request.wait()
        outputs: NDArray[np.float32] = self._request.get_output_tensor().data
        return [self._read(outputs[index], place) for index, place in enumerate(places)]

    def _draw(self, index: int, image: Image) -> Letterbox:
        height, width = image.shape[:2]
        place = Letterbox.of((width, height), self._box, centred=self._head.centred)
        if place != self._places[index]:
            self._input[index] = self._head.padding
            self._places[index] = place
        place.draw(image, self._input[index])
        return place

    def _read(self, output: NDArray[np.float32], place: Letterbox) -> Detections:
        found = read(self._head, self._head.decode(output, *self._box, self._confidence))
        xyxy = place.fractions(found.xyxy)
        real = (xyxy[:, 2:] > xyxy[:, :2]).all(axis=1)  # a box in the padding has no area on the picture
        return Detections(xyxy[real], found.score[real], found.label[real])
