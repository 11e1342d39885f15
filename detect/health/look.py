"""A look at a picture: small and grey, with what the checks measure in it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detect.health.edges import edges
from detect.health.sharpness import sharpness
from models.frame import Image

Grey = NDArray[np.uint8]
"""(h, w) uint8."""

_WIDTH_PX: Final = 320
"""Wide enough to see a defocus of two pixels, small enough to cost a fraction of a millisecond."""

_COLOUR_STRIDE: Final = 16
_COLOURED: Final = 6.0
_COLOURLESS: Final = 3.0
"""Mean difference between the strongest and the weakest of red, green and blue. Infra-red pictures have below 1,
a dull night under lamps above 10; between the two the last verdict stays, so that dusk does not flicker."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture shows.

    Attributes:
        edges: See `detect.health.edges.edges`.
        contrast: Share of the picture's cells that show any contrast, 0..1.
        width: Of the edges in it, in pixels of the small picture; None where there are too few to say.
        coloured: Whether it has colours; infra-red pictures have none. None where that is not clear.
    """

    edges: Grey
    contrast: float
    width: float | None
    coloured: bool | None


def look_at(image: Image) -> Look:
    """Measure one picture, (h, w, 3) uint8 RGB of any size."""
    height, width, _ = image.shape
    size = (_WIDTH_PX, max(16, round(_WIDTH_PX * height / width)))
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    grey: Grey = np.asarray(small, np.uint8)
    contrast, edge_width = sharpness(grey)
    return Look(edges(grey), contrast, edge_width, _is_coloured(image))


def _is_coloured(image: Image) -> bool | None:
    some = image[::_COLOUR_STRIDE, ::_COLOUR_STRIDE].astype(np.int16)
    colour = float((some.max(axis=2) - some.min(axis=2)).mean())
    return None if _COLOURLESS <= colour <= _COLOURED else colour > _COLOURED
