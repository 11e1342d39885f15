"""The ground of a place: asphalt, slabs or concrete, and what is painted on it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from scenes.stage import Colour, Floats, Ground, Stage
from scenes.textures import cloud, letters

YELLOW: Final[Colour] = (40, 176, 222)
WHITE: Final[Colour] = (214, 218, 218)
RED: Final[Colour] = (52, 52, 186)

_NOISE_PX: Final = 1024
_FINE_PER_M: Final = 90
_COARSE_PER_M: Final = 14
"""Noise pixels a metre: grit, and stains."""

_FADE_M: Final = 9.0
"""From here on grit and joints melt into one tone."""


@dataclass(frozen=True, slots=True)
class Paving:
    """What the ground is made of.

    Attributes:
        colour: Of it, by even daylight.
        slab: Width and depth of a slab in metres; (0, 0) for asphalt.
        rough: How strongly its tone varies.
    """

    colour: Colour
    slab: tuple[float, float] = (0.0, 0.0)
    rough: float = 0.16


def lay(stage: Stage, paving: Paving) -> None:
    """Cover the ground up to the horizon."""
    x, z, rows = stage.metres()
    noise = cloud(stage.rng, _NOISE_PX, _NOISE_PX, 4)
    grit = stage.rng.standard_normal((_NOISE_PX, _NOISE_PX)).astype(np.float32)
    near = np.clip(_FADE_M / z, 0, 1)
    tone = 1 + paving.rough * 1.1 * _sampled(noise, x, z, _COARSE_PER_M)
    tone += paving.rough * 0.45 * near * _sampled(grit, x, z, _FINE_PER_M)
    width, depth = paving.slab
    if width:
        course = np.floor(z / depth)
        column = x / width + (course % 2) / 2
        slabs = stage.rng.uniform(-1, 1, (64, 64)).astype(np.float32)
        tone += 0.06 * slabs[course.astype(int) % 64, np.floor(column).astype(int) % 64]
        edge = np.minimum(_edge(column) * width, _edge(z / depth) * depth)
        tone -= 0.3 * near * np.clip(1 - edge / 0.03, 0, 1)
    haze = np.clip((z - 12) / 60, 0, 0.45)[:, :, None]
    ground = tone[:, :, None] * np.array(paving.colour, np.float32)
    stage.paint[rows] = ground * (1 - haze) + stage.paint[rows.start - 1].mean(axis=0) * haze


def mark(stage: Stage, corners: tuple[Ground, ...], colour: Colour, share: float = 0.85) -> None:
    """A painted area, worn by feet and tyres."""
    height, width = stage.paint.shape[:2]
    mask = np.zeros((height, width), np.float32)
    points = np.array([stage.pixel((px, 0.0, pz)) for px, pz in corners])
    cv2.fillPoly(mask, [points.round().astype(np.int32)], 1.0, cv2.LINE_8)
    worn = 0.82 + 0.3 * cloud(stage.rng, height // 4, width // 4, 24)
    mask *= cv2.resize(worn, (width, height)).clip(0, 1) * share
    stage.paint += (np.array(colour, np.float32) - stage.paint) * mask[:, :, None]


def stripe(stage: Stage, start: Ground, end: Ground, *, width_m: float, colour: Colour, share: float = 0.85) -> None:
    """A painted line."""
    (ax, az), (bx, bz) = start, end
    along = np.array((bx - ax, bz - az))
    across = np.array((-along[1], along[0])) / np.hypot(*along) * width_m / 2
    corners = (ax + across[0], az + across[1]), (bx + across[0], bz + across[1])
    back = (bx - across[0], bz - across[1]), (ax - across[0], az - across[1])
    mark(stage, (*corners, *back), colour, share)


def outline(stage: Stage, corners: tuple[Ground, ...], width_m: float, colour: Colour) -> None:
    """The border of an area, painted."""
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        stripe(stage, start, end, width_m=width_m, colour=colour)


def hatch(stage: Stage, left_far: Ground, right_near: Ground, colour: Colour) -> None:
    """A keep-clear box: a border and diagonals."""
    (x0, z0), (x1, z1) = left_far, right_near
    outline(stage, ((x0, z0), (x1, z0), (x1, z1), (x0, z1)), 0.12, colour)
    depth = z0 - z1
    at = x0 - depth + 0.5
    while at < x1:
        (ax, az), (bx, bz) = (at, z1), (at + depth, z0)
        if ax < x0:
            ax, az = x0, z1 + (x0 - at)
        if bx > x1:
            bx, bz = x1, z1 + (x1 - at)
        if az < bz:
            stripe(stage, (ax, az), (bx, bz), width_m=0.09, colour=colour, share=0.7)
        at += 0.7


def write(stage: Stage, text: str, left_far: Ground, right_near: Ground, colour: Colour) -> None:
    """Letters on the ground, to be read from the camera."""
    (x0, z0), (x1, z1) = left_far, right_near
    stage.floor(left_far, right_near, letters(text, abs(x1 - x0), abs(z0 - z1), colour), 0.8)


def _sampled(noise: Floats, x: Floats, z: Floats, per_m: int) -> Floats:
    """The noise at those metres; it repeats as its mirror picture, which shows no seam."""
    last = _NOISE_PX - 1
    across, along = (np.abs((at * per_m) % (2 * last) - last).astype(np.float32) for at in (x, z))
    return np.asarray(cv2.remap(noise, across, along, cv2.INTER_LINEAR), np.float32)


def _edge(value: Floats) -> Floats:
    """Distance to the nearest whole number."""
    return np.abs(value - np.round(value))
