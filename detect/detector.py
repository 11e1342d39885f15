"""What a detector is to the rest of detect: batches in, detections out, when they are ready."""

from collections.abc import Callable
from typing import Protocol

from models.detection import Detections
from models.frame import Frame

Done = Callable[[Frame, Detections], None]
"""Called once per submitted frame, from any thread, in any order between cameras."""


class Detector(Protocol):
    """A detector with a small bounded number of frames under way.

    Attributes:
        name: Of its weights, as in the manifest.
        width, height: The input it wants, pixels; frames are scaled to fit and padded by the detector itself.
        batch: The most frames one `submit` takes; 1 for a model of static batch 1, which runs asynchronously.
    """

    name: str
    width: int
    height: int
    batch: int

    def ready(self) -> bool:
        """Whether `submit` would return without waiting."""
        ...

    def submit(self, frames: list[Frame], done: Done) -> None:
        """Take at most `batch` frames; `done` is called for each when it is through.

        A frame that failed is never passed on as an empty one: the failure raises here or in `close`.
        """
        ...

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """Detect and wait: the results in the order of the frames."""
        ...

    def close(self) -> None:
        """Wait for what is under way and let go of the device."""
        ...
