"""Pictures that show their number, and clips of them: one that is lost, doubled or late is seen in what is left."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from models.frame import Image
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.nal import H264, Coding

WIDTH, HEIGHT, FPS, PICTURES = 320, 240, 25, 50
_BITS = 6


def numbered(number: int, chance: np.random.Generator) -> Image:
    """A noisy picture that shows its number as dark and bright squares."""
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for bit in range(_BITS):
        image[40:80, 10 + bit * 50 : 50 + bit * 50] = 230 if number >> bit & 1 else 20
    noise = chance.normal(0, 4, (HEIGHT, WIDTH, 1))
    return (image + noise).clip(0, 255).astype(np.uint8)


def number_of(image: Image) -> int:
    """The number that a picture shows, at any size."""
    scale = image.shape[1] / WIDTH
    row = round(60 * scale)
    return sum((image[row, round((30 + bit * 50) * scale)].mean() > 120) << bit for bit in range(_BITS))


def numbered_file(path: Path, coding: Coding = H264, height: int = HEIGHT) -> Path:
    """A file of two seconds of numbered pictures at 25 a second, a key picture each second."""
    chance = np.random.default_rng(7)
    width = WIDTH * height // HEIGHT
    options = {"preset": "ultrafast", "crf": "20", "tune": "zerolatency"}
    writer = ClipWriter(path, width, height, Fraction(FPS), options, coding=coding)
    for number in range(PICTURES):
        picture = av.VideoFrame.from_ndarray(numbered(number, chance))
        writer.write(picture.reformat(width, height, "yuv420p"), number * 90_000 // FPS)
    writer.close()
    return path


def numbered_clip(path: Path, coding: Coding = H264, height: int = HEIGHT) -> Clip:
    """The same, read."""
    return read_clip(numbered_file(path, coding, height))
