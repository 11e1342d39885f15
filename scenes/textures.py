"""Flat textures: plaster, brick, tiles, shutters, windows and signs, at 60 pixels a metre."""

from threading import Lock
from typing import Final

import cv2
import numpy as np

from scenes.stage import Colour, Floats

PX_PER_M: Final = 60

_FONT: Final = cv2.FontFace("uni")
"""OpenCV's own font with Chinese characters."""

_WRITING: Final = Lock()
"""A font keeps the size that it is asked for; two threads that write at once get each other's."""


def cloud(rng: np.random.Generator, height: int, width: int, coarse: int = 6) -> Floats:
    """Soft noise around 0, about -1..1, without any regular grain."""
    total = np.zeros((height, width), np.float32)
    weight, cells = 1.0, coarse
    while cells < min(height, width) and weight > 0.1:  # noqa: PLR2004 (finer octaves cannot be seen)
        rows = max(2, cells * height // max(height, width))
        columns = max(2, cells * width // max(height, width))
        small = rng.standard_normal((rows + 1, columns + 1)).astype(np.float32)
        total += weight * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
        weight, cells = weight * 0.6, cells * 2
    return np.asarray(total / (np.abs(total).max() + 1e-6), np.float32)


def flat(rng: np.random.Generator, width_m: float, height_m: float, colour: Colour, rough: float = 0.08) -> Floats:
    """A weathered surface of one colour: darker below, where rain splashes, and streaked from above."""
    height, width = int(height_m * PX_PER_M), int(width_m * PX_PER_M)
    tone = 1 + rough * cloud(rng, height, width)
    tone += rough * 0.5 * rng.standard_normal((height, width)).astype(np.float32) * 0.6
    streaks = cv2.resize(rng.random((1, max(2, width // 5))).astype(np.float32), (width, 1))
    fall = np.linspace(1, 0.2, height, dtype=np.float32)[:, None]
    tone -= rough * 1.2 * np.clip(streaks - 0.6, 0, 1) * fall
    foot = np.clip(1 - (height - np.arange(height, dtype=np.float32)) / (0.5 * PX_PER_M), 0, 1)
    tone -= 0.28 * (foot**2)[:, None]
    return (tone[:, :, None] * np.array(colour, np.float32)).clip(0, 255)


def brick(
    rng: np.random.Generator, width_m: float, height_m: float, colour: Colour, size: tuple[float, float] = (0.4, 0.16)
) -> Floats:
    """Courses of brick or tile with paler joints; `size` of one in metres."""
    wall = flat(rng, width_m, height_m, colour, 0.1)
    height, width = wall.shape[:2]
    bw, bh = size[0] * PX_PER_M, size[1] * PX_PER_M
    rows = np.arange(height, dtype=np.float32)[:, None]
    course = np.floor(rows / bh)
    columns = np.arange(width, dtype=np.float32)[None, :] + (course % 2) * bw / 2
    tones = rng.uniform(0.86, 1.12, (int(course.max()) + 2, int(columns.max() / bw) + 2)).astype(np.float32)
    wall *= tones[course.astype(int), (columns / bw).astype(int)][:, :, None]
    joint = ((rows % bh) < 1.5) | ((columns % bw) < 1.5)  # noqa: PLR2004 (pixels of a joint)
    wall[joint] = wall[joint] * 0.4 + np.array(colour, np.float32) * 0.25 + 55
    return wall


def shutter(rng: np.random.Generator, width_m: float, height_m: float, colour: Colour) -> Floats:
    """A roller shutter: ribs of sheet metal."""
    wall = flat(rng, width_m, height_m, colour, 0.06)
    rows = np.arange(wall.shape[0], dtype=np.float32)
    wall *= (0.88 + 0.16 * np.sin(rows * 2 * np.pi / 7))[:, None, None]
    return frame(wall, (90, 88, 84), 3)


def window(rng: np.random.Generator, width_m: float, height_m: float, *, lit: Colour | None = None) -> Floats:
    """A window with bars; dark by day, `lit` from inside at night."""
    glass = flat(rng, width_m, height_m, lit or (74, 66, 58), 0.12)
    height, width = glass.shape[:2]
    shine = np.linspace(1.25, 0.8, width, dtype=np.float32)[None, :, None]
    glass = glass if lit else glass * shine
    bar = (150, 152, 154) if not lit else (40, 44, 50)
    for x in range(width // 6, width, max(6, width // 6)):
        cv2.line(glass, (x, 0), (x, height), bar, 1)
    cv2.line(glass, (0, height // 2), (width, height // 2), bar, 2)
    return frame(glass, (176, 178, 178) if not lit else (60, 62, 66), 3)


def stripes(rng: np.random.Generator, width_m: float, height_m: float, one: Colour, two: Colour) -> Floats:
    """Awning cloth or hazard marks, upright stripes."""
    cloth = flat(rng, width_m, height_m, one, 0.05)
    columns = np.arange(cloth.shape[1]) // int(0.3 * PX_PER_M)
    second = flat(rng, width_m, height_m, two, 0.05)
    cloth[:, columns % 2 == 1] = second[:, columns % 2 == 1]
    return cloth


def sign(text: str, width_m: float, height_m: float, ground: Colour, ink: Colour) -> Floats:
    """A board with writing that fills it."""
    height, width = int(height_m * PX_PER_M * 2), int(width_m * PX_PER_M * 2)
    board = np.full((height, width, 3), ground, np.uint8)
    size = max(8, int(min(height * 0.62, width * 0.9 / max(1.0, _ems(text)))))
    origin = (int((width - size * _ems(text)) / 2), int(height / 2 + size * 0.38))
    with _WRITING:
        cv2.putText(board, text, origin, ink, _FONT, size, 600)
    return frame(board.astype(np.float32), tuple(0.6 * c for c in ground), 3)


def letters(text: str, width_m: float, height_m: float, ink: Colour) -> Floats:
    """Writing alone, with its coverage as the fourth channel: paint on the ground."""
    board = sign(text, width_m, height_m, (0, 0, 0), (255, 255, 255))[:, :, :1] / 255
    colour = np.broadcast_to(np.array(ink, np.float32), (*board.shape[:2], 3))
    return np.dstack((colour, board)).astype(np.float32)


def frame(texture: Floats, colour: tuple[float, ...], thickness: int) -> Floats:
    """The texture with a border drawn into it."""
    height, width = texture.shape[:2]
    out = np.ascontiguousarray(texture, np.float32)
    cv2.rectangle(out, (0, 0), (width - 1, height - 1), colour, thickness)
    return out


def put(wall: Floats, piece: Floats, x_m: float, y_m: float) -> None:
    """Fix a piece on a wall: x from its left, y from its top, metres; it throws a soft shadow below itself."""
    x, y = int(x_m * PX_PER_M), int(y_m * PX_PER_M)
    height, width = piece.shape[:2]
    if x < 0 or y < 0 or x + width > wall.shape[1] or y + height > wall.shape[0]:
        raise ValueError(f"a piece of {width}x{height} does not fit at {x},{y} on a wall of {wall.shape[1::-1]}")
    below = wall[y + height : y + height + 8, x : x + width]
    below *= np.linspace(0.6, 1, 8, dtype=np.float32)[: below.shape[0], None, None]
    wall[y : y + height, x : x + width] = piece


def _ems(text: str) -> float:
    """The width of a text in units of its size."""
    return sum(1.0 if ord(c) > 0x2E80 else 0.56 for c in text)  # noqa: PLR2004 (from here on characters are square)
