"""The input of a detector as a sheet: frames are drawn onto it, and what comes out is read as detections of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detect.heads import Head, read
from detect.letterbox import Letterbox
from models.detection import Detections
from models.frame import Frame, Image


class Sheet:
    """Pictures of one inference; used by one thread.

    Args:
        head: How the output is read.
        confidence: Scores below it are dropped, 0..1.
        pixels: (batch, height, width, 3) uint8 RGB; drawn on in place.
    """

    def __init__(self, head: Head, confidence: float, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels
        self._head, self._confidence = head, confidence
        self._box = (pixels.shape[2], pixels.shape[1])
        self._places: list[Letterbox | None] = [None] * len(pixels)
        pixels[:] = head.padding

    def draw(self, frames: Sequence[Frame]) -> None:
        """Scale each frame into its place.

        Raises:
            ValueError: a frame has no area.
        """
        for index, frame in enumerate(frames):
            self._draw(index, frame.image)

    def read(self, outputs: NDArray[np.float32], frames: Sequence[Frame]) -> list[Detections]:
        """What was found in each of the frames drawn last; one output each."""
        return [self._read(outputs[index], index) for index in range(len(frames))]

    def _draw(self, index: int, image: Image) -> None:
        height, width = image.shape[:2]
        place = Letterbox.of((width, height), self._box, centred=self._head.centred)
        if place != self._places[index]:
            self.pixels[index] = self._head.padding
            self._places[index] = place
        place.draw(image, self.pixels[index])

    def _read(self, output: NDArray[np.float32], index: int) -> Detections:
        place = self._places[index]
        if place is None:
            raise ValueError(f"nothing was drawn at place {index}")
        found = read(self._head, self._head.decode(output, *self._box, self._confidence))
        xyxy = place.fractions(found.xyxy)
        real = (xyxy[:, 2:] > xyxy[:, :2]).all(axis=1)  # a box in the padding has no area on the picture
        return Detections(xyxy[real], found.score[real], found.label[real])
