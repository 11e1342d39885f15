"""Pictures of cameras as a person checks them: zones and lines drawn, and all of them side by side on one sheet."""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import Final

import cv2
import numpy as np

from models.frame import Image
from models.geometry import Box, Line, Zone

_ZONE: Final = (255, 196, 0)
_LINE: Final = (0, 220, 255)
_BOX: Final = (255, 64, 64)
_PAPER: Final = 24
_TEXT: Final = (240, 240, 240)
_TILE: Final = (640, 360)
"""Width and height of a picture on the sheet, pixels."""

_STRIP: Final = 30
"""Height of the words below it, pixels."""


def drawn(image: Image, zones: Sequence[Zone], lines: Sequence[Line]) -> Image:
    """A copy of the picture (h, w, 3) uint8 RGB with zones, directed lines and their ids drawn on it."""
    picture = image.copy()
    height, width = picture.shape[:2]
    pen = max(1, round(width / 400))

    def at(point: tuple[float, float]) -> tuple[int, int]:
        return round(point[0] * (width - 1)), round(point[1] * (height - 1))

    for zone in zones:
        corners = np.array([at(point) for point in zone.points], np.int32)
        cv2.polylines(picture, [corners], True, _ZONE, pen, cv2.LINE_AA)
        _write(picture, zone.id, at(zone.points[0]), pen, _ZONE)
    for line in lines:
        start, end = at(line.start), at(line.end)
        cv2.arrowedLine(picture, start, end, _LINE, pen, cv2.LINE_AA, 0, 0.06)
        _write(picture, line.id, start, pen, _LINE)
    return picture


def boxed(image: Image, boxes: Sequence[Box]) -> Image:
    """A copy of the picture (h, w, 3) uint8 RGB with these boxes drawn on it."""
    picture = image.copy()
    height, width = picture.shape[:2]
    pen = max(1, round(width / 400))
    for x0, y0, x1, y1 in boxes:
        corners = (
            (round(x0 * (width - 1)), round(y0 * (height - 1))),
            (round(x1 * (width - 1)), round(y1 * (height - 1))),
        )
        cv2.rectangle(picture, *corners, _BOX, pen, cv2.LINE_AA)
    return picture


def contact_sheet(pictures: Mapping[str, Image | None]) -> Image:
    """All pictures on one sheet, in their order, each with its words below it; a dark tile where there is none.

    Args:
        pictures: Words (plain ASCII) to picture (h, w, 3) uint8 RGB.

    Returns:
        (h, w, 3) uint8 RGB.
    """
    width, height = _TILE
    columns = max(1, ceil(sqrt(len(pictures))))
    rows = max(1, ceil(len(pictures) / columns))
    sheet = np.full((rows * (height + _STRIP), columns * width, 3), _PAPER, np.uint8)
    for place, (words, picture) in enumerate(pictures.items()):
        x, y = place % columns * width, place // columns * (height + _STRIP)
        if picture is None:
            cv2.putText(sheet, "no picture", (x + 240, y + 185), cv2.FONT_HERSHEY_SIMPLEX, 1.0, _TEXT, 1, cv2.LINE_AA)
        else:
            _lay(sheet[y : y + height, x : x + width], picture)
        at = (x + 8, y + height + _STRIP - 10)
        cv2.putText(sheet, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, _TEXT, 1, cv2.LINE_AA)
    return sheet


def _lay(tile: Image, picture: Image) -> None:
    """Lay the picture into the middle of the tile, whole and in its shape."""
    scale = min(tile.shape[1] / picture.shape[1], tile.shape[0] / picture.shape[0])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    x, y = (tile.shape[1] - size[0]) // 2, (tile.shape[0] - size[1]) // 2
    tile[y : y + size[1], x : x + size[0]] = small


def _write(picture: Image, words: str, at: tuple[int, int], pen: int, colour: tuple[int, int, int]) -> None:
    scale = 0.45 * pen
    place = (at[0] + 4 * pen, max(at[1] - 4 * pen, 12 * pen))
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 3 * pen, cv2.LINE_AA)
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, pen, cv2.LINE_AA)
