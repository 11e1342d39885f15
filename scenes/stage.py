"""A stage: a drawn place in true perspective, seen by one fixed camera; everything stands at metres."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.geometry import Point

WIDTH: Final = 704
HEIGHT: Final = 576
"""4CIF, as the sub-streams of entrance cameras have it, of square pixels."""

SHAPE: Final = WIDTH / HEIGHT
"""Heights to the width of a scene's picture."""

CAMERA_M: Final = 3.4
"""How high the camera hangs: people are half as high as their feet lie below the horizon."""

_FOCAL_PX: Final = 600.0
"""About 61 degrees wide."""

_FINE: Final = 2
"""Places are drawn this much larger and then reduced: smooth edges, no shimmering joints."""

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]
"""BGR, 0..255."""

Ground = tuple[float, float]
"""(x, z): metres to the right of the camera's axis, and away from the camera."""

Space = tuple[float, float, float]
"""(x, y, z): as Ground, y metres above the ground."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera looks.

    Attributes:
        horizon: Height of the horizon in the picture, as a fraction from the top.
    """

    horizon: float

    def pixel(self, at: Space) -> tuple[float, float]:
        """Where a point is seen, in pixels."""
        x, y, z = at
        return WIDTH / 2 + _FOCAL_PX * x / z, self.horizon * HEIGHT + _FOCAL_PX * (CAMERA_M - y) / z

    def fraction(self, at: Ground) -> Point:
        """Where a point of the ground is seen, in fractions of the picture."""
        x, y = self.pixel((at[0], 0.0, at[1]))
        return x / WIDTH, y / HEIGHT

    def scale(self, z: float) -> float:
        """Pixels per metre at that distance."""
        return _FOCAL_PX / z


@dataclass(frozen=True, slots=True)
class Hiding:
    """Something that people can walk behind.

    Attributes:
        distance: Of its foot, metres; who is farther away is hidden.
        mask: (HEIGHT, WIDTH) uint8, 255 where it is.
    """

    distance: float
    mask: NDArray[np.uint8]


class Stage:
    """The drawing of one place; later strokes cover earlier ones.

    Attributes:
        view: The camera's.
        rng: For all that looks accidental; seeded, so that a place always looks the same.
        paint: (h, w, 3) float32, the colours of things, 0..255, at twice the picture's size.
        glow: The same shape: what shines by itself; it is added after the light.
        hidings: What people can walk behind.
    """

    def __init__(self, view: View, seed: int) -> None:
        self.view = view
        self.rng = np.random.default_rng(seed)
        shape = (HEIGHT * _FINE, WIDTH * _FINE, 3)
        self.paint: Floats = np.zeros(shape, np.float32)
        self.glow: Floats = np.zeros(shape, np.float32)
        self.hidings: list[Hiding] = []

    def pixel(self, at: Space) -> tuple[float, float]:
        """Where a point is drawn, in the stage's own (fine) pixels."""
        x, y = self.view.pixel(at)
        return x * _FINE, y * _FINE

    def sky(self, top: Colour, bottom: Colour) -> None:
        """Fill everything with a gradient that ends at the horizon."""
        rows = np.linspace(0, 1 / max(self.view.horizon, 0.05), self.paint.shape[0], dtype=np.float32).clip(0, 1)
        self.paint[:] = np.array(top) + (np.array(bottom) - np.array(top)) * rows[:, None, None]

    def metres(self) -> tuple[Floats, Floats, slice]:
        """(x, z) of the ground below each pixel under the horizon, and the rows that these are."""
        height, width = self.paint.shape[:2]
        first = int(self.view.horizon * height) + 3
        rows = np.arange(first, height, dtype=np.float32)[:, None] / _FINE - self.view.horizon * HEIGHT
        z = np.broadcast_to(_FOCAL_PX * CAMERA_M / rows, (height - first, width))
        columns = np.arange(width, dtype=np.float32)[None, :] / _FINE - WIDTH / 2
        return (columns * z / _FOCAL_PX).astype(np.float32), z.astype(np.float32), slice(first, height)

    def surface(
        self,
        corners: tuple[Space, Space, Space, Space],
        texture: Floats,
        share: float = 1.0,
        layer: Floats | None = None,
    ) -> None:
        """Lay a flat texture, (h, w, 3) or with coverage 0..1 as a fourth channel, on a rectangle in space.

        `corners` are the texture's: top left, top right, bottom right, bottom left. `layer` is `paint` or `glow`.
        """
        layer = self.paint if layer is None else layer
        height, width = texture.shape[:2]
        source = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        target = np.array([self.pixel(corner) for corner in corners], np.float32)
        x0, y0 = np.floor(target.min(axis=0)).astype(int).clip(0)
        x1, y1 = np.minimum(np.ceil(target.max(axis=0)).astype(int) + 1, self.paint.shape[1::-1])
        if x1 <= x0 or y1 <= y0:
            return
        matrix = cv2.getPerspectiveTransform(source, target - np.array((x0, y0), np.float32))
        if texture.shape[2] == 3:  # noqa: PLR2004 (channels)
            texture = np.dstack((texture, np.ones((height, width), np.float32)))
        laid = cv2.warpPerspective(texture.astype(np.float32), matrix, (int(x1 - x0), int(y1 - y0)))
        part = layer[y0:y1, x0:x1]
        part += (laid[:, :, :3] - part) * laid[:, :, 3:] * share

    def wall(self, left: Ground, right: Ground, height: float, texture: Floats, *, base: float = 0.0) -> None:
        """An upright rectangle between two points of the ground."""
        (ax, az), (bx, bz) = left, right
        top = base + height
        self.surface(((ax, top, az), (bx, top, bz), (bx, base, bz), (ax, base, az)), texture)

    def floor(self, left_far: Ground, right_near: Ground, texture: Floats, share: float = 1.0) -> None:
        """A texture on the ground, between its far left and its near right corner."""
        (x0, z0), (x1, z1) = left_far, right_near
        self.surface(((x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1)), texture, share)

    def darken(self, corners: tuple[Ground, ...], share: float, soft_px: float) -> None:
        """A soft shadow on the ground; `soft_px` is the width of its edge in the picture."""
        mask = np.zeros(self.paint.shape[:2], np.float32)
        points = np.array([self.pixel((x, 0.0, z)) for x, z in corners])
        cv2.fillPoly(mask, [points.round().astype(np.int32)], 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), max(0.5, soft_px * _FINE / 2))
        self.paint *= 1 - share * mask[:, :, None]

    def hide(self, corners: tuple[Space, ...], distance: float) -> None:
        """People farther away than `distance` walk behind this shape."""
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        points = np.array([self.view.pixel(corner) for corner in corners])
        cv2.fillPoly(mask, [points.round().astype(np.int32)], 255, cv2.LINE_AA)
        self.hidings.append(Hiding(distance, mask))

    def picture(self, layer: Floats) -> Floats:
        """A layer at the picture's own size."""
        return np.asarray(cv2.resize(layer, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)
