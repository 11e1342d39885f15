"""Frames of a scene: actors over a lit place, with shadows under their feet and the sensor's noise."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.geometry import Box
from scenes.actors import Actor
from scenes.light import Place, developed, light_map
from scenes.scripts import FPS, FRAMES, Role, Standing, standings
from scenes.stage import HEIGHT, WIDTH, Floats, View
from scenes.wardrobe import GAIT_PHASES, Pixels

_STEP_M: Final = 1.45
"""Length of a double step."""

_BOB_M: Final = 0.02
"""How much a walker rises and falls."""

_REAR: Final = 0.08
"""How much higher than its front wheels the middle of a vehicle's shadow lies, as a share of its height."""

_DEEPEST_SHADOW_M: Final = 2.0
"""From front to back: a vehicle's."""

_NOISES: Final = 23
"""Pictures of noise, used in turn: a prime, so that they fall in with no second and no loop."""

_NOISE_SEED: Final = 77

_VISIBLE: Final = 96
"""Of 255: an actor's pixel that covers this much is seen."""

_FEWEST_PX: Final = 40
"""Of an actor that shows less than this nothing is seen."""


Over = Callable[[Pixels, int], Pixels]
"""What lies over a picture, (h, w, 3) uint8, of that number: weather, say."""


class Renderer:
    """Draws one scene frame by frame.

    Args:
        place, actors, roles: Who is where.
        fps, frames: How often, and how many in all.
        over: What is drawn over each; nothing by default.

    Attributes:
        view: Its camera's.
    """

    def __init__(
        self,
        place: Place,
        actors: Mapping[str, Actor],
        roles: tuple[Role, ...],
        *,
        fps: float = FPS,
        frames: int = FRAMES,
        over: Over | None = None,
    ) -> None:
        stage = place.stage
        picture, self._light = developed(stage, light_map(stage, place.sky, place.lamps))
        self._empty: Pixels = picture.astype(np.uint8)
        self.view: View = stage.view
        self._hidings = stage.hidings
        self._shade = place.shade
        self._noise = _noise(place.noise)
        self._cast = [(actors[role.actor], role, dict(standings(role, fps))) for role in roles]
        self._frames, self._over = frames, over

    def frames(self) -> Iterator[tuple[Pixels, list[Box | None]]]:
        """For each frame: I420 (HEIGHT * 3 / 2, WIDTH) uint8, and what is visible of each role."""
        for number in range(self._frames):
            picture = self._empty.copy()
            on = [
                (role, actor, index, steps[number])
                for index, (actor, role, steps) in enumerate(self._cast)
                if number in steps
            ]
            boxes: list[Box | None] = [None] * len(self._cast)
            for role, actor, index, standing in sorted(on, key=lambda o: -o[3].z):
                boxes[index] = self._draw(picture, actor, role, standing)
            if self._over is not None:
                picture = self._over(picture, number)
            planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
            grey = planes[:HEIGHT]
            cv2.add(grey, self._noise[number % _NOISES], dst=grey, dtype=cv2.CV_8U)
            yield planes, boxes

    def _draw(self, picture: Pixels, actor: Actor, role: Role, standing: Standing) -> Box | None:
        scale = self.view.scale(standing.z)
        feet_x, feet_y = self.view.pixel((standing.x, 0.0, standing.z))
        stride = standing.walked_m / _STEP_M if standing.moving else 0.0
        sprite = actor.gait[int(stride * GAIT_PHASES) % len(actor.gait)]
        height = max(8, round(role.height_m * scale))
        width = max(4, round(height * sprite.alpha.shape[1] / sprite.alpha.shape[0]))
        bob = _BOB_M * scale * (1 - np.cos(4 * np.pi * stride)) / 2 if actor.key == "person" else 0.0
        left, top = round(feet_x - width / 2), round(feet_y - height - bob)
        rear = 0.0 if actor.key == "person" else _REAR * height
        self._shadow(picture, (feet_x, feet_y - rear), width, standing.z)
        x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH, left + width), min(HEIGHT, top + height)
        if x1 <= x0 or y1 <= y0:
            return None
        inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        shown = np.s_[y0:y1, x0:x1]
        bgr = cv2.resize(sprite.bgr, (width, height), interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(sprite.alpha, (width, height), interpolation=cv2.INTER_AREA)
        if standing.facing > 0 and actor.key == "person":
            bgr, alpha = bgr[:, ::-1], alpha[:, ::-1]
        cover = np.ascontiguousarray(alpha[inside])
        for hiding in self._hidings:
            if hiding.distance < standing.z:
                cover = cv2.subtract(cover, hiding.mask[shown])
        light = self._light_at(feet_x, feet_y, top)
        share = cover.astype(np.float32)[:, :, None] / 255
        part = picture[shown].astype(np.float32)
        part += (np.minimum(bgr[inside] * light, 255) - part) * share
        picture[shown] = part.astype(np.uint8)
        return _box(cover, x0, y0)

    def _light_at(self, x: float, y: float, top: float) -> Floats:
        """The light on somebody who stands there: between that of the ground and that behind the head."""
        column = int(np.clip(x, 0, WIDTH - 1))
        low = self._light[int(np.clip(y, 0, HEIGHT - 1)), column]
        high = self._light[int(np.clip(top, 0, HEIGHT - 1)), column]
        return np.asarray(0.65 * low + 0.35 * high, np.float32)

    def _shadow(self, picture: Pixels, feet: tuple[float, float], width: int, z: float) -> None:
        """A soft dark ellipse under the feet."""
        half, deep = width * 0.62, min(width * 0.17, _DEEPEST_SHADOW_M * self.view.scale(z) * 0.45)
        x0, x1 = int(max(0, feet[0] - half)), int(min(WIDTH, feet[0] + half))
        y0, y1 = int(max(0, feet[1] - deep)), int(min(HEIGHT, feet[1] + deep))
        if x1 - x0 < 2 or y1 - y0 < 2:  # noqa: PLR2004 (too small to be seen)
            return
        columns = (np.arange(x0, x1, dtype=np.float32) - feet[0]) / half
        rows = (np.arange(y0, y1, dtype=np.float32) - feet[1]) / deep
        dark = self._shade * np.clip(1 - columns[None, :] ** 2 - rows[:, None] ** 2, 0, 1) ** 0.8
        for hiding in self._hidings:
            if hiding.distance < z:
                dark = dark * (1 - hiding.mask[y0:y1, x0:x1] / np.float32(255))
        part = picture[y0:y1, x0:x1]
        part[:] = (part * (1 - dark[:, :, None])).astype(np.uint8)


def _box(cover: Pixels, x0: int, y0: int) -> Box | None:
    seen = cv2.compare(cover, _VISIBLE, cv2.CMP_GE)
    if cv2.countNonZero(seen) < _FEWEST_PX:
        return None
    x, y, w, h = cv2.boundingRect(seen)
    return (x0 + x) / WIDTH, (y0 + y) / HEIGHT, (x0 + x + w) / WIDTH, (y0 + y + h) / HEIGHT


def _noise(sigma: float) -> list[NDArray[np.int16]]:
    """Noise as a sensor behind a lens has it: a little coarser than one pixel, so that the encoder keeps it."""
    rng = np.random.default_rng(_NOISE_SEED)
    pool = []
    for _ in range(_NOISES):
        fine = rng.standard_normal((HEIGHT, WIDTH), np.float32)
        coarse = cv2.resize(rng.standard_normal((HEIGHT // 8, WIDTH // 8), np.float32), (WIDTH, HEIGHT))
        pool.append(np.round(sigma * (0.75 * fine + 0.5 * coarse)).astype(np.int16))
    return pool
