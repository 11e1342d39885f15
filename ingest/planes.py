"""The planes of a picture as FFmpeg laid them down, without a copy."""

from typing import cast

import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray


def lines(plane: VideoPlane) -> NDArray[np.uint8]:
    """(lines, bytes a line) uint8, padding included; the plane lives as long as the array does."""
    data = np.frombuffer(cast("memoryview[int]", plane), np.uint8)  # it has the buffer protocol; its types don't say so
    return data.reshape(-1, plane.line_size)
