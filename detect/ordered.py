"""The policy `ordered`: every frame through the detector, none dropped, results in the order of the frames."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeVar

from detect.detector import Detector
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame

UNDER_WAY: Final = 4
"""Frames under way at most: enough for every request of a small machine, and memory stays small."""

_STUCK_S: Final = 30.0
"""A detector that keeps a frame this long will not give it back."""


class Framed(Protocol):
    """Something with a frame."""

    @property
    def frame(self) -> Frame:
        """The picture to be looked at."""
        ...


F = TypeVar("F", bound=Framed)


class _Turn:
    """The result of one frame, when it is there."""

    def __init__(self) -> None:
        self._through = threading.Event()
        self._found: Detections | None = None

    def done(self, frame: Frame, found: Detections) -> None:
        del frame
        self._found = found
        self._through.set()

    def wait(self, detector: Detector) -> Detections:
        self._through.wait(_STUCK_S)
        if self._found is None:
            detector.close()  # raises what went wrong
            raise ModelError(f"{detector.name}: a frame has been under way for {_STUCK_S:.0f} s")
        return self._found


def in_order(detector: Detector, frames: Iterable[F]) -> Iterator[tuple[F, Detections]]:
    """Each frame with what was found in it; the next is asked for only when there is room for it.

    Raises:
        ModelError: the detector has failed or is stuck.
    """
    under_way: deque[tuple[F, _Turn]] = deque()
    for framed in frames:
        while under_way and (len(under_way) >= UNDER_WAY or not detector.ready()):
            first, turn = under_way.popleft()
            yield first, turn.wait(detector)
        turn = _Turn()
        detector.submit([framed.frame], turn.done)
        under_way.append((framed, turn))
    for first, turn in under_way:
        yield first, turn.wait(detector)
