"""A picture scaled into a detector's input with its shape kept, and boxes brought back from there."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies in an input.

    Attributes:
        left, top: Corner of the picture in the input, pixels.
        width, height: Size of the picture in the input, pixels.
    """

    left: int
    top: int
    width: int
    height: int

    @staticmethod
    def of(picture: tuple[int, int], box: tuple[int, int], *, centred: bool) -> "Letterbox":
        """Fit a picture (width, height) into an input (width, height); padding goes around it or right and below.

        Raises:
            ValueError: the picture has no area.
        """
        if min(picture) < 1:
            raise ValueError(f"a picture of {picture[0]}x{picture[1]} has nothing to detect")
        scale = min(box[0] / picture[0], box[1] / picture[1])
        width = min(box[0], max(1, round(picture[0] * scale)))
        height = min(box[1], max(1, round(picture[1] * scale)))
        if not centred:
            return Letterbox(0, 0, width, height)
        return Letterbox((box[0] - width) // 2, (box[1] - height) // 2, width, height)

    def draw(self, picture: Image, onto: NDArray[np.uint8]) -> None:
        """Scale the picture into its place in the input `onto` (h, w, 3); the padding is left as it is."""
        place = onto[self.top : self.top + self.height, self.left : self.left + self.width]
        if picture.shape[:2] == (self.height, self.width):
            place[:] = picture
        else:
            place[:] = cv2.resize(picture, (self.width, self.height), interpolation=cv2.INTER_LINEAR)

    def fractions(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (n, 4) in pixels of the input as fractions of the picture, clipped to it."""
        corner = np.array((self.left, self.top) * 2, np.float32)
        size = np.array((self.width, self.height) * 2, np.float32)
        fractions: NDArray[np.float32] = (xyxy - corner) / size
        return np.clip(fractions, np.float32(0), np.float32(1))

    def pixels(self, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes (n, 4) in fractions of the picture as pixels of the input: the way back."""
        corner = np.array((self.left, self.top) * 2, np.float32)
        size = np.array((self.width, self.height) * 2, np.float32)
        return xyxy * size + corner
