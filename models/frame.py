"""A picture of one camera at one instant, and a batch of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""(height, width, 3) uint8, RGB."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One analysed picture.

    Attributes:
        camera: Id of the camera.
        number: Counts the samples of this camera since its ingest worker started.
        epoch: Changes when the stream's PTS stepped or the worker restarted: trackers reset.
        taken: When the picture was taken, aware UTC, strictly increasing per camera.
        image: (h, w, 3) uint8, RGB, scaled to fit the detector's input, not letterboxed.
        pixel_aspect: Heights of one of its pixels to its width, as the picture is shown; 1 where no camera said.
        tiles: It is looked at as a whole and, if this is above 1, in so many by so many tiles too.
    """

    camera: str
    number: int
    epoch: int
    taken: datetime
    image: Image
    pixel_aspect: float = 1.0
    tiles: int = 1

    @property
    def wide(self) -> float:
        """Heights of the picture to its width, as it is shown."""
        height, width, _ = self.image.shape
        return float(self.pixel_aspect * width / height)


Batch = Mapping[str, Frame]
"""At most one frame per camera, by camera id."""
