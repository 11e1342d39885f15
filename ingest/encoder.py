"""Masked pictures coded again as H.264, so that a masked camera has something that may be kept."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from ingest.coded import Coded
from ingest.decoder import Picture
from ingest.health import Counts
from ingest.opened import Opened, parameter_sets
from ingest.taken import Stamp

ENCODED_FPS: Final = 10
"""Pictures a second at most: enough to see what happened, and a fraction of a core."""

_EVERY_US: Final = 1_000_000 // ENCODED_FPS

_TIME_BASE: Final = Fraction(1, 90_000)

_GOP: Final = ENCODED_FPS
"""Pictures between two key pictures: a clip can begin at each of these."""

_OPTIONS: Final = {
    "preset": "ultrafast",
    "tune": "zerolatency",  # each picture comes out as soon as it went in
    "profile": "baseline",
    "crf": "25",
    "maxrate": "2M",
    "bufsize": "2M",
    "sc_threshold": "0",
}


class Encoder:
    """Encodes the masked pictures of one camera; used by one thread, and bounded in pictures and in bits a second."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._source: tuple[Opened, int, int] | None = None
        self._context: VideoCodecContext | None = None
        self._opened: Opened | None = None
        self._epoch: int | None = None
        self._last = 0
        self._stamps: dict[int, Stamp] = {}

    def following(self, picture: Picture) -> Iterator[Coded]:
        """The next picture in the order shown; what comes of it, unless it is one too many."""
        stamp = picture.stamp
        anew = stamp.epoch != self._epoch
        point = stamp.media // _EVERY_US
        if not anew and point == self._last:
            return
        self._epoch, self._last = stamp.epoch, point
        frame = picture.frame
        source = (picture.opened, frame.width, frame.height)
        if self._context is None or source != self._source:
            self._context = _context(frame.width, frame.height)
            self._source, self._opened, anew = source, None, True
            self._stamps.clear()
        small = frame.reformat(format="yuv420p", threads=1)
        copy = av.VideoFrame.from_ndarray(small.to_ndarray(), format="yuv420p")  # the sampler may still read the other
        copy.pts, copy.time_base = stamp.media * 9 // 100, _TIME_BASE
        copy.pict_type = 1 if anew else 0
        self._stamps[copy.pts] = stamp
        try:
            packets = self._context.encode(copy)
        except FFmpegError:
            self._counts.add("unencoded")
            self._context = None
            return
        for packet in packets:
            stamped = self._stamps.pop(packet.pts, None) if packet.pts is not None else None
            opened = self._described(packet, frame.width, frame.height)
            if packet.pts is not None and stamped is not None and opened is not None:
                yield Coded(packet, packet.pts, stamped, opened)

    def _described(self, packet: "av.Packet[VideoStream]", width: int, height: int) -> Opened | None:
        if self._opened is None and packet.is_keyframe:
            sets = parameter_sets("h264", bytes(packet))
            self._opened = Opened("h264", width, height, _TIME_BASE, b"".join(sets))
        return self._opened


def _context(width: int, height: int) -> VideoCodecContext:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = _TIME_BASE, Fraction(ENCODED_FPS)
    context.gop_size = _GOP
    context.thread_count = 1
    context.options = dict(_OPTIONS)
    return context
