"""Footage in a file: decoded picture by picture as a camera's stream is, to its end or as far as it goes."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from ingest.coded import Coded, micros
from ingest.decoder import Decoder, Picture
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.taken import Stamp
from ingest.timeline import Timeline
from models.errors import FootageError

_OPTIONS: Final = {"protocol_whitelist": "file"}
"""A play list must not lead us into the network."""

_FALLBACK_FPS: Final = 25
"""Where a file does not say."""

_MAX_SIDE: Final = 8192
"""Pixels; what is larger is no camera's picture, and would fill the memory."""

_SHORT_S: Final = 1.0
"""A file that ends so much before its announced end was cut."""

_FASTEST: Final = 1000
"""Pictures a second; a rate above it is an error of the file."""


class FootageFile:
    """One file; read once.

    Args:
        path: What FFmpeg opens: mp4, avi, mkv, gif, …
        timeline: Gives the pictures their instants.
        counts: Told what could not be decoded.
        mask: Of the camera that the footage is replayed as.

    Attributes:
        seconds: How long it says to be; 0 where it does not say.
        ended: Empty, or why the reading ended before its end.
    """

    def __init__(self, path: Path, timeline: Timeline, counts: Counts, mask: Mask) -> None:
        """Raises:
        FootageError: it cannot be opened as footage.
        """
        self.name: Final = path.name
        self.ended = ""
        self._timeline, self._counts, self._mask = timeline, counts, mask
        self._container = _opened(path)
        try:
            self._stream, self._context = _video(self._container, path)
        except FootageError:
            self._container.close()
            raise
        self.seconds = (self._container.duration or 0) / av.time_base
        rate = self._stream.average_rate or self._stream.guessed_rate
        fps = Fraction(rate.numerator, rate.denominator) if rate else Fraction(_FALLBACK_FPS)
        self._picture_us = round(1_000_000 / fps) if 0 < fps < _FASTEST else 1_000_000 // _FALLBACK_FPS

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def pictures(self) -> Iterator[Picture]:
        """Its pictures in the order shown, with PTS counted from its first one."""
        self._timeline.begin()
        base = self._stream.time_base or Fraction(1, 1_000_000)
        time_base = Fraction(base.numerator, base.denominator)
        opened = Opened(
            self._context.name,
            self._stream.width,
            self._stream.height,
            time_base,
            bytes(self._context.extradata or b""),
        )
        decoder = Decoder(opened, self._counts, self._mask, self._context)
        step = max(1, round(self._picture_us / 1_000_000 / time_base))
        first: int | None = None
        next_pts = 0
        waiting: list[tuple[int, Stamp]] = []
        unordered = False
        for packet in self._packets():
            if packet.pts is None:
                # AVI and raw streams tell at most the order of decoding; shown they are in the order of these numbers.
                unordered = True
                packet.pts = next_pts if packet.dts is None else packet.dts
            next_pts = max(next_pts, packet.pts + (packet.duration or step))
            first = packet.pts if first is None else first
            stamp = self._timeline.stamp(micros(packet.pts, time_base), micros(packet.duration or step, time_base))
            if unordered:
                heapq.heappush(waiting, (packet.pts, stamp))
            pictures = decoder.decode(Coded(packet, packet.pts, stamp, opened))
            yield from (_shown(picture, first, waiting) for picture in pictures)
        yield from (_shown(picture, first or 0, waiting) for picture in decoder.drain())
        lasted = self._lasted(first, next_pts, time_base)
        announced = max(self.seconds, self._stream.frames * self._picture_us / 1_000_000)
        if not self.ended and announced - lasted > _SHORT_S:
            self.ended = f"was cut: it announces {announced:.1f} s and ends after {lasted:.1f} s"

    def _lasted(self, first: int | None, end: int, time_base: Fraction) -> float:
        """Seconds from where the file says to begin to the end of its last packet."""
        if first is None:
            return 0.0
        begun = first * time_base
        said = self._container.start_time
        if said is not None:
            begun = min(begun, Fraction(said, av.time_base))
        return float(end * time_base - begun)

    def _packets(self) -> Iterator["av.Packet[VideoStream]"]:
        try:
            yield from (packet for packet in self._container.demux(self._stream) if packet.size)
        except (FFmpegError, OSError) as error:
            self.ended = f"cannot be read further: {getattr(error, 'strerror', None) or type(error).__name__}"


def _shown(picture: Picture, first: int, waiting: list[tuple[int, Stamp]]) -> Picture:
    """The picture as numbered from the file's first; where the file has no PTS, the next in order is its own."""
    if not waiting:
        return replace(picture, pts=picture.pts - first)
    pts, stamp = heapq.heappop(waiting)
    return replace(picture, pts=pts - first, stamp=stamp)


def _opened(path: Path) -> InputContainer:
    if not path.exists():
        raise FootageError(f"{path}: there is no such file")
    if not path.is_file():
        raise FootageError(f"{path}: is no file")
    try:
        return av.open(str(path), mode="r", options=dict(_OPTIONS), metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise FootageError(f"{path}: is no footage that FFmpeg can open: {said}") from error


def _video(container: InputContainer, path: Path) -> tuple[VideoStream, VideoCodecContext]:
    if not container.streams.video:
        raise FootageError(f"{path}: there is no picture in it")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise FootageError(f"{path}: this FFmpeg cannot decode its codec")
    if max(stream.width, stream.height) > _MAX_SIDE:
        raise FootageError(f"{path}: {stream.width}x{stream.height} is no camera's picture size")
    return stream, context
