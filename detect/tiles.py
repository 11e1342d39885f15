"""A picture looked at as a whole and, enlarged, in overlapping tiles: people far away are found that else are not."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from detect.assignment import assign
from detect.detector import Detector, Done
from detect.letterbox import Letterbox
from detect.overlap import overlap
from models.detection import Detections
from models.frame import Frame, Image
from models.geometry import Box
from models.labels import KEY_NUMBER

OVERLAP: Final = 0.2
"""Of the picture's sides: whoever is smaller lies in some tile whole, whoever is larger the whole picture shows."""

_CUT: Final = 0.02
"""Of a tile's sides: a box that ends so near to a border inside the picture is a part of something."""

_SAME: Final = 0.45
"""Least overlap of two boxes, one of each picture, that are the same thing: small boxes hardly ever fit exactly."""

_MOST_PX: Final = 1280
"""To a side: what fits into a frame slot, whatever its shape."""


def size_wanted(width: int, height: int, tiles: int) -> tuple[int, int]:
    """What a picture must fit into so that each tile of it fills a detector's input of that size; pixels."""
    share = _share(tiles)
    return min(_MOST_PX, round(width / share)), min(_MOST_PX, round(height / share))


def tiles_of(tiles: int) -> list[Box]:
    """The tiles of a picture in fractions, row by row."""
    share = _share(tiles)
    starts = [k * (1 - share) / (tiles - 1) for k in range(tiles)]
    return [(x, y, x + share, y + share) for y in starts for x in starts]


def merged(whole: Detections, parts: Sequence[tuple[Box, Detections]]) -> Detections:
    """What was found in the whole picture and in its tiles, each thing once.

    Args:
        whole: In fractions of the picture.
        parts: Each tile, and what was found there in fractions of the tile.

    A box that a tile's border cuts is left out: its thing lies in another tile whole, or is so large that the whole
    picture shows it. Of two boxes of the same thing the surer one is kept. Two boxes of one and the same picture stay
    two: its own detector has removed doubles already, and a crowd stands close together.
    """
    all_found = whole
    for tile, part in parts:
        found = _uncut(tile, part)
        same = overlap(all_found.xyxy.astype(np.float64), found.xyxy.astype(np.float64))
        same[KEY_NUMBER[all_found.label][:, None] != KEY_NUMBER[found.label]] = 0.0
        pairs = assign(np.where(same >= _SAME, same, 0.0))
        surer = {i: j for i, j in pairs if found.score[j] > all_found.score[i]}
        gone = {j for i, j in pairs if i not in surer}
        kept = [i for i in range(len(all_found)) if i not in surer]
        new = [j for j in range(len(found)) if j not in gone]
        all_found = Detections(
            np.concatenate((all_found.xyxy[kept], found.xyxy[new])),
            np.concatenate((all_found.score[kept], found.score[new])),
            np.concatenate((all_found.label[kept], found.label[new])),
        )
    return all_found


class Tiled:
    """A `detect.detector.Detector` that looks at frames with `tiles` above 1 so many times; at others once."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name, self.width, self.height = detector.name, detector.width, detector.height
        self.batch = detector.batch

    def ready(self) -> bool:
        """As the detector."""
        return self._detector.ready()

    def submit(self, frames: list[Frame], done: Done) -> None:
        """As the detector; waits until it has taken all tiles."""
        plain = [frame for frame in frames if frame.tiles == 1]
        if plain:
            self._detector.submit(plain, done)
        for frame in frames:
            if frame.tiles > 1:
                pieces = self._pieces(frame)
                gathered = _Gathered(frame, len(pieces), done)
                for first in range(0, len(pieces), self.batch):
                    self._detector.submit(pieces[first : first + self.batch], gathered.take)

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """As the detector."""
        pieces = [self._pieces(frame) if frame.tiles > 1 else [frame] for frame in frames]
        found = iter(self._detector.detect([piece for some in pieces for piece in some]))
        return [_joined(frame.tiles, [next(found) for _ in some]) for frame, some in zip(frames, pieces, strict=True)]

    def close(self) -> None:
        """As the detector."""
        self._detector.close()

    def _pieces(self, frame: Frame) -> list[Frame]:
        """The whole picture, no larger than the detector takes it, then the tiles; numbered in this order."""
        height, width = frame.image.shape[:2]
        place = Letterbox.of((width, height), (self.width, self.height), centred=False)
        images: list[Image] = [frame.image]
        if place.width < width:
            small = cv2.resize(frame.image, (place.width, place.height), interpolation=cv2.INTER_AREA)
            images = [np.asarray(small, np.uint8)]
        for x0, y0, x1, y1 in tiles_of(frame.tiles):
            images.append(frame.image[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)])
        return [replace(frame, number=number, image=image, tiles=1) for number, image in enumerate(images)]


class _Gathered:
    """What was found so far in the pieces of one frame; told when it is all."""

    def __init__(self, frame: Frame, pieces: int, done: Done) -> None:
        self._frame, self._pieces, self._done = frame, pieces, done
        self._lock, self._found = threading.Lock(), dict[int, Detections]()

    def take(self, piece: Frame, found: Detections) -> None:
        with self._lock:
            self._found[piece.number] = found
            whole = len(self._found) == self._pieces
        if whole:
            self._done(self._frame, _joined(self._frame.tiles, [self._found[n] for n in range(self._pieces)]))


def _joined(tiles: int, found: Sequence[Detections]) -> Detections:
    return found[0] if tiles == 1 else merged(found[0], list(zip(tiles_of(tiles), found[1:], strict=True)))


def _share(tiles: int) -> float:
    """Of the picture's sides, one tile's."""
    return (1 + (tiles - 1) * OVERLAP) / tiles


def _uncut(tile: Box, found: Detections) -> Detections:
    """Without what the tile cuts, in fractions of the picture."""
    x0, y0, x1, y1 = tile
    inner = np.array((x0 > 0, y0 > 0, x1 < 1, y1 < 1))
    near = np.concatenate((found.xyxy[:, :2] < _CUT, found.xyxy[:, 2:] > 1 - _CUT), axis=1)
    kept = ~(near & inner).any(axis=1)
    xyxy = found.xyxy[kept] * np.array((x1 - x0, y1 - y0) * 2) + np.array((x0, y0) * 2)
    return Detections(xyxy.astype(np.float32), found.score[kept], found.label[kept])
