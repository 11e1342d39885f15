"""The actors of the demo: people and a bus, cut out of one real photograph, their faces pixelated."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import FootageError
from scenes.wardrobe import DARK_COATS, LIGHT_COATS, Pixels, Sprite, dyed, walk

PHOTO_SHA256: Final = "c02019c4979c191eb739ddd944445ef408dad5679acab6fd520ef9d434bfbc63"
"""`assets/bus.jpg` as the ultralytics wheels carry it: the photograph that the outlines below are drawn on."""

PHOTO_SIZE: Final = (810, 1080)
"""Width and height of the photograph, pixels."""

_UNSURE_PX: Final = 7
"""How far from the drawn outline the true one may lie; in this band GrabCut decides."""

_GRABCUT_ROUNDS: Final = 3

_MOSAIC_PX: Final = 11
"""Blocks this large leave five to six across a face of the photograph: nobody can be told by them."""

_SMALLEST_SHARE: Final = 0.5
"""An actor that fills less of its outline was not cut out but lost."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or a vehicle.

    Attributes:
        name: As scripts call it.
        key: Of `models.labels.KEYS`.
        gait: Pictures of one double step; a vehicle has one. The first is how it stands.
    """

    name: str
    key: str
    gait: tuple[Sprite, ...]


_CREAM: Final = (
    "105,410 115,400 140,398 157,407 159,435 152,462 157,475 175,495 180,520 200,555 199,585 182,605 190,660 192,687 "
    "182,692 180,710 185,760 202,850 205,855 222,862 245,877 242,886 225,892 180,899 175,890 177,862 175,850 157,795 "
    "152,765 135,720 125,702 117,705 105,765 90,810 86,847 87,862 105,882 106,897 85,900 52,884 52,872 59,850 64,822 "
    "81,808 80,742 72,730 72,700 62,695 60,660 61,605 60,565 61,520 65,495 97,467 100,452 105,440"
)
_DARK: Final = (
    "262,420 270,409 290,407 304,417 307,445 300,467 302,480 327,492 337,525 342,550 335,570 327,580 332,615 337,690 "
    "332,697 339,720 330,740 300,760 282,775 287,790 299,812 295,819 285,816 287,830 292,850 290,857 270,855 257,845 "
    "257,830 252,820 249,785 246,740 243,702 225,699 230,660 241,600 235,580 237,525 242,512 257,490 272,475 267,455 "
    "262,440"
)
_BUS: Final = (
    "24,560 42,330 75,262 110,247 190,235 300,236 420,243 640,260 700,266 738,285 746,303 788,322 798,345 802,400 "
    "788,480 776,560 760,625 752,655 722,674 700,668 690,655 560,672 410,692 374,712 352,734 333,722 322,712 240,722 "
    "120,712 62,702 34,690"
)
_ARM: Final = "722,540 760,480 810,396 810,740 760,690 748,600 725,565"
_IN_FRONT_OF_THE_BUS: Final = "425,660 442,655 462,660 462,760 425,760", "656,628 674,622 692,628 692,716 656,716"
_FACES: Final = ((96, 398, 162, 478), (256, 406, 312, 478))
"""x0, y0, x1, y1 in the photograph."""


def cut_actors(photo: Path) -> dict[str, Actor]:
    """All actors by name, from the photograph.

    Raises:
        FootageError: the file is not a picture of that photograph's size, or the people are not where they should be.
    """
    image = cv2.imread(str(photo))
    if image is None:
        raise FootageError(f"{photo}: is no picture that can be read")
    if (image.shape[1], image.shape[0]) != PHOTO_SIZE:
        size = "x".join(map(str, PHOTO_SIZE))
        raise FootageError(f"{photo}: is {image.shape[1]}x{image.shape[0]}, not the photograph of {size} expected")
    bus = _bus(photo, image)
    for x0, y0, x1, y1 in _FACES:
        _pixelate(image[y0:y1, x0:x1])
    cream = _cut(photo, image, _CREAM)
    dark = _cut(photo, image, _DARK)
    people = {"cream": cream, "dark": dark}
    people |= {dress.name: dyed(cream, dress, light=True) for dress in LIGHT_COATS}
    people |= {dress.name: dyed(dark, dress, light=False) for dress in DARK_COATS}
    actors = {name: Actor(name, "person", walk(sprite)) for name, sprite in people.items()}
    actors["bus"] = Actor("bus", "vehicle", (bus,))
    return actors


def _points(outline: str) -> NDArray[np.int32]:
    return np.array([[int(v) for v in point.split(",")] for point in outline.split()], np.int32)


def _filled(shape: Sequence[int], *outlines: str) -> Pixels:
    mask = np.zeros((shape[0], shape[1]), np.uint8)
    for outline in outlines:
        cv2.fillPoly(mask, [_points(outline)], 255)
    return mask


def _cut(photo: Path, image: Pixels, outline: str) -> Sprite:
    """The actor within an outline, its edge found by GrabCut and softened."""
    drawn = _filled(image.shape, outline)
    x, y, w, h = cv2.boundingRect(_points(outline))
    margin = 3 * _UNSURE_PX
    box = np.s_[max(0, y - margin) : y + h + margin, max(0, x - margin) : x + w + margin]
    part, drawn = np.ascontiguousarray(image[box]), drawn[box]
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_UNSURE_PX, _UNSURE_PX))
    mask = np.full(drawn.shape, cv2.GC_BGD, np.uint8)
    mask[cv2.dilate(drawn, brush) > 0] = cv2.GC_PR_BGD
    mask[drawn > 0] = cv2.GC_PR_FGD
    mask[cv2.erode(drawn, brush, iterations=2) > 0] = cv2.GC_FGD
    cv2.setRNGSeed(1)  # GrabCut begins with k-means
    cv2.grabCut(part, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
    found = _largest(cv2.morphologyEx(found, cv2.MORPH_CLOSE, brush))
    if cv2.countNonZero(found) < _SMALLEST_SHARE * cv2.countNonZero(drawn):
        raise FootageError(f"{photo}: the people to cut out are not where they should be; it is another photograph")
    return _trimmed(part, cv2.GaussianBlur(cv2.erode(found, None), (3, 3), 0))


def _largest(mask: Pixels) -> Pixels:
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count <= 1:
        return mask
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.where(parts == largest, 255, 0).astype(np.uint8)


def _trimmed(bgr: Pixels, alpha: Pixels) -> Sprite:
    x, y, w, h = cv2.boundingRect(alpha)
    return Sprite(bgr[y : y + h, x : x + w].copy(), alpha[y : y + h, x : x + w].copy())


def _bus(photo: Path, image: Pixels) -> Sprite:
    """The bus; what people and bollards hide of it is drawn on from its sides, row by row."""
    hidden = _filled(image.shape, _CREAM, _DARK, _ARM, *_IN_FRONT_OF_THE_BUS)
    hidden = cv2.dilate(hidden, np.ones((9, 9), np.uint8)) & _filled(image.shape, _BUS)
    whole = image.copy()
    columns = np.arange(image.shape[1])
    inside = _filled(image.shape, _BUS) > 0
    for row in np.flatnonzero(hidden.any(axis=1)):
        seen = np.flatnonzero(inside[row] & (hidden[row] == 0))
        gone = np.flatnonzero(hidden[row])
        if len(seen):
            for channel in range(3):
                whole[row, gone, channel] = np.interp(columns[gone], seen, image[row, seen, channel])
    blurred = cv2.GaussianBlur(whole, (9, 9), 0)
    whole[hidden > 0] = blurred[hidden > 0]
    return _cut(photo, whole, _BUS)


def _pixelate(part: Pixels) -> None:
    h, w = part.shape[:2]
    small = cv2.resize(part, (max(1, w // _MOSAIC_PX), max(1, h // _MOSAIC_PX)), interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(small, (w, h), interpolation=cv2.INTER_NEAREST)
