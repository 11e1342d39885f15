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
    """

    camera: str
    number: int
    epoch: int
    taken: datetime
    image: Image


Batch = Mapping[str, Frame]
"""At most one frame per camera, by camera id."""
