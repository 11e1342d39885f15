"""A sub-stream made from a main one: the same pictures at the same instants, smaller."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.error import FFmpegError

from models.errors import FootageError
from scenes.clip import Clip, new_decoder, read_clip
from scenes.encode import TIME_BASE, ClipWriter, whole

_OPTIONS: Final = {"preset": "veryfast", "profile": "main", "crf": "24"}
"""Close to what a camera sends; main profile because every decoder takes it."""

_LEAST_HEIGHT: Final = 64
"""Pixels; a smaller picture shows nothing."""


def smaller(main: Clip, height: int, path: Path) -> Clip:
    """The clip at `height` pixels, shape kept; encoded once into `path`, and read from there afterwards.

    Raises:
        FootageError: the height is no sub-stream's, or the pictures do not decode.
    """
    if not _LEAST_HEIGHT <= height <= main.height:
        raise FootageError(
            f"a sub-stream {height} pixels high; from {_LEAST_HEIGHT} to the main stream's {main.height}"
        )
    if not path.is_file():
        _encode(main, height, path)
    return read_clip(path)


def _encode(main: Clip, height: int, path: Path) -> None:
    rate = Fraction(main.fps).limit_denominator(1000)
    width, height = (max(2, round(side * height / main.height) // 2 * 2) for side in (main.width, main.height))
    try:
        with whole(path) as part:
            writer = ClipWriter(part, width, height, rate, dict(_OPTIONS))
            try:
                for frame in _decoded(main):
                    writer.write(frame.reformat(width, height, "yuv420p"), frame.pts or 0)
            finally:
                writer.close()
    except FFmpegError as error:
        raise FootageError(f"no sub-stream can be made: {error.strerror}") from error


def _decoded(clip: Clip) -> Iterator[av.VideoFrame]:
    """The pictures of one loop with their instants in 1/90000 s."""
    decoder = new_decoder(clip.coding)
    for unit in clip.units:
        packet = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in unit.nals))
        packet.pts = packet.dts = unit.at
        packet.time_base = TIME_BASE
        yield from decoder.decode(packet)
    yield from decoder.decode(None)
