"""The light of a place: the sky's share everywhere, and lamps with their pools on the ground."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from scenes.stage import HEIGHT, WIDTH, Colour, Floats, Space, Stage

DAY: Final[Colour] = (1.05, 1.12, 1.18)
OVERCAST: Final[Colour] = (0.90, 0.88, 0.86)
DUSK: Final[Colour] = (0.66, 0.56, 0.55)
NIGHT: Final[Colour] = (0.40, 0.33, 0.29)
"""Shares of blue, green, red."""

SODIUM: Final[Colour] = (0.34, 0.66, 0.92)
LED: Final[Colour] = (0.86, 0.84, 0.78)

_VIGNETTE: Final = 0.22
"""How much darker a cheap lens leaves the corners."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp.

    Attributes:
        at: Where it hangs, metres.
        colour: Shares of blue, green, red that it adds right below itself.
        reach_m: At this distance on the ground it adds 37 % of that.
    """

    at: Space
    colour: Colour
    reach_m: float


@dataclass(frozen=True, slots=True)
class Place:
    """A place as built and lit.

    Attributes:
        stage: Its drawing.
        sky: The light that falls everywhere, shares of blue, green, red.
        lamps: What shines besides.
        noise: Sigma of the sensor's noise, grey levels: higher in the dark.
        shade: How dark people's shadows are, 0..1.
    """

    stage: Stage
    sky: Colour
    lamps: tuple[Lamp, ...] = ()
    noise: float = 2.4
    shade: float = 0.45


def light_map(stage: Stage, sky: Colour, lamps: tuple[Lamp, ...]) -> Floats:
    """What to multiply the paint with, (h, w, 3) at the stage's fine size; lamps' heads are added to its glow."""
    height, width = stage.paint.shape[:2]
    light = np.empty((height, width, 3), np.float32)
    light[:] = sky
    x, z, rows = stage.metres()
    columns, lines = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    for lamp in lamps:
        lx, ly, lz = lamp.at
        pool = np.exp(-((x - lx) ** 2 + (z - lz) ** 2) / lamp.reach_m**2)
        px, py = stage.pixel(lamp.at)
        metre = stage.pixel((lx + 1, ly, lz))[0] - px
        near = np.exp(-((columns - px) ** 2 + ((lines - py) * 0.8) ** 2) / (lamp.reach_m * 0.62 * metre) ** 2)
        share = near * 0.75
        share[rows] = np.maximum(share[rows], pool)
        light += share[:, :, None] * np.array(lamp.colour, np.float32)
        _shine(stage, (px, py), metre, lamp.colour)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    light *= (1 - _VIGNETTE * (across + down) / 2)[:, :, None]
    return light


def _shine(stage: Stage, at: tuple[float, float], metre: float, colour: Colour) -> None:
    height, width = stage.glow.shape[:2]
    columns, lines = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    away = np.hypot(columns - at[0], lines - at[1]) / metre
    head = 255 * np.clip(1.3 - away / 0.13, 0, 1) + 120 * np.exp(-((away / 0.35) ** 2)) + 34 * np.exp(-away / 0.9)
    stage.glow += head[:, :, None] * (0.35 + 0.65 * np.array(colour, np.float32))


def developed(stage: Stage, light: Floats) -> tuple[Floats, Floats]:
    """(picture, light), both (HEIGHT, WIDTH, 3) float32; the picture is 0..255 with the glow added."""
    seen = (stage.paint * light + stage.glow).clip(0, 255)
    small = cv2.resize(light, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return stage.picture(seen.astype(np.float32)), cv2.GaussianBlur(small, (0, 0), 8)
