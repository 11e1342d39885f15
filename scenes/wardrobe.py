"""What actors wear and how they walk: pictures made from one picture of somebody."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_CHIN: Final = 0.17
_COAT_END: Final = 0.65
_HIP: Final = 0.58
"""Where the coat begins and ends and where the legs begin, as shares of the height."""

_STRIDE: Final = 0.38
"""By how much of their width the legs close while walking."""

GAIT_PHASES: Final = 8
"""Pictures of one double step."""

_CLOTH: Final = {"cream_hue": 35, "cream_saturation": 125, "cream_value": 60, "black_value": 85}
_JEANS: Final = (95, 130, 60)
"""Which pixels are cloth, in OpenCV's HSV: a cream coat, a black coat, blue jeans (hue from, to, least saturation)."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """An actor's picture.

    Attributes:
        bgr: (h, w, 3) uint8.
        alpha: (h, w) uint8, 255 where the actor is.
    """

    bgr: Pixels
    alpha: Pixels


@dataclass(frozen=True, slots=True)
class Dress:
    """Other clothes for somebody: colours in BGR."""

    name: str
    coat: tuple[int, int, int]
    trousers: tuple[int, int, int]


LIGHT_COATS: Final = (
    Dress("olive", (66, 98, 92), (46, 44, 44)),
    Dress("rust", (58, 84, 142), (92, 86, 80)),
    Dress("sky", (166, 142, 112), (74, 96, 118)),
    Dress("grey", (124, 122, 120), (52, 44, 38)),
)
DARK_COATS: Final = (
    Dress("navy", (104, 66, 44), (84, 84, 86)),
    Dress("wine", (54, 38, 92), (40, 38, 38)),
    Dress("moss", (58, 80, 64), (76, 92, 108)),
)


def dyed(sprite: Sprite, dress: Dress, *, light: bool) -> Sprite:
    """The same person in other clothes; `light` says whether the coat was light or dark."""
    hue, saturation, value = cv2.split(cv2.cvtColor(sprite.bgr, cv2.COLOR_BGR2HSV))
    height = sprite.bgr.shape[0]
    coat = value < _CLOTH["black_value"]
    if light:
        coat = (hue < _CLOTH["cream_hue"]) & (saturation < _CLOTH["cream_saturation"]) & (value > _CLOTH["cream_value"])
    coat[: int(height * _CHIN)] = False
    coat[int(height * _COAT_END) :] = False
    jeans = (hue > _JEANS[0]) & (hue < _JEANS[1]) & (saturation > _JEANS[2])
    jeans[: int(height * _HIP)] = False
    shade = value.astype(np.float32)[:, :, None]
    dyed = sprite.bgr.astype(np.float32)
    for cloth, colour, tone in (
        (coat, dress.coat, shade / 150 if light else 0.5 + shade / 80),
        (jeans & ~coat, dress.trousers, 0.35 + shade / 110),
    ):
        share = cv2.GaussianBlur(cloth.astype(np.float32), (3, 3), 0)[:, :, None]
        dyed = dyed * (1 - share) + np.clip(np.array(colour, np.float32) * tone, 0, 255) * share
    return Sprite(dyed.astype(np.uint8), sprite.alpha)


def walk(sprite: Sprite) -> tuple[Sprite, ...]:
    """The gait: below the hips the picture closes and opens like a pair of legs."""
    height, width = sprite.alpha.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    depth = np.clip((rows / height - _HIP) / (1 - _HIP), 0, 1)
    hip = sprite.alpha[int(height * _HIP)]
    middle = float(np.average(np.arange(width), weights=hip.astype(float) + 1e-6))
    phases = []
    for phase in range(GAIT_PHASES):
        closed = _STRIDE * (1 - np.cos(2 * np.pi * phase / GAIT_PHASES)) / 2
        source = (middle + (columns - middle) / (1 - closed * depth)).astype(np.float32)
        phases.append(
            Sprite(
                cv2.remap(sprite.bgr, source, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
                cv2.remap(sprite.alpha, source, rows, cv2.INTER_LINEAR),
            )
        )
    return tuple(phases)
