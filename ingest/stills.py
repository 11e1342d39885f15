"""Footage as a folder of stills: each image is a picture, in the order of their names."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.error import FFmpegError
from av.video.frame import VideoFrame

from ingest.coded import micros
from ingest.decoder import Picture
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.timeline import Timeline
from models.errors import FootageError

_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


class Stills:
    """One folder; read once.

    Args:
        folder: With images; other files in it are passed over.
        fps: Images a second.
        timeline: Gives the pictures their instants.
        counts: Told what could not be decoded.
        mask: Of the camera that the footage is replayed as.

    Attributes:
        seconds: How long it is.
        ended: Always empty: an image that cannot be read costs only itself.
    """

    def __init__(self, folder: Path, fps: float, timeline: Timeline, counts: Counts, mask: Mask) -> None:
        """Raises:
        FootageError: there is no image in the folder.
        """
        self.name: Final = folder.name
        self.ended = ""
        self._files = sorted((p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES), key=_in_order)
        if not self._files:
            raise FootageError(f"{folder}: neither images nor a recorded session are in this folder")
        self._timeline, self._counts, self._mask = timeline, counts, mask
        self._step = 1 / Fraction(fps).limit_denominator(1000)
        self.seconds = float(len(self._files) * self._step)

    def close(self) -> None:
        """Nothing is held open."""

    def pictures(self) -> Iterator[Picture]:
        """The images in the order of their names; numbers in names count as numbers."""
        self._timeline.begin()
        for number, path in enumerate(self._files):
            stamp = self._timeline.stamp(micros(number, self._step), micros(1, self._step))
            frame = _still(path)
            if frame is None:
                self._counts.add("corrupt")
                continue
            self._counts.add("decoded")
            opened = Opened("still", frame.width, frame.height, self._step, b"")
            yield Picture(self._mask.cover(frame), bool(frame.key_frame), number, stamp, opened)


def _still(path: Path) -> VideoFrame | None:
    try:
        with av.open(str(path), mode="r", options={"protocol_whitelist": "file"}) as container:
            if not container.streams.video:
                return None
            return next(iter(container.decode(container.streams.video[0])), None)
    except (FFmpegError, OSError, ValueError):
        return None


def _in_order(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]
