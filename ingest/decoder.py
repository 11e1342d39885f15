"""Coded pictures into pictures: every one of them, because each H.264 picture needs those before it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from ingest.coded import Coded
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.taken import Stamp
from models.errors import StreamError

_REMEMBERED: Final = 64
"""Stamps kept for pictures that come out later than they went in: four times the most that H.264 may hold back."""


_SENSIBLE: Final = (0.25, 4.0)
"""Pixels of any other aspect are an error of the camera: anamorphic pictures are squeezed to a half at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture with its instant.

    Attributes:
        frame: As FFmpeg decoded it, with the camera's masks covered.
        key: Whether it was coded by itself.
        pts: Units of the stream's time base.
        stamp: Epoch and instant.
        opened: The stream it belongs to.
        pixel_aspect: Heights of one of its pixels to its width, as it is shown; 1 where nobody says.
    """

    frame: VideoFrame
    key: bool
    pts: int
    stamp: Stamp
    opened: Opened
    pixel_aspect: float = 1.0


class Decoder:
    """Decodes one connection's stream.

    One thread (`thread_count=1`): more would hold pictures back by as many, and eight cameras fill the cores anyway.
    Nothing is skipped (`skip_frame` stays at its default): the sample is the very picture at the grid's point.
    """

    def __init__(self, opened: Opened, counts: Counts, mask: Mask, context: VideoCodecContext | None = None) -> None:
        """A file brings the `context` of its container: some of its codecs need more than their name.

        Raises:
            StreamError: this FFmpeg cannot decode the stream's codec.
        """
        context = _context(opened) if context is None else context
        context.thread_count = 1
        self.opened: Final = opened
        self._context = context
        self._counts = counts
        self._mask = mask
        self._waits_for_key = True
        self._stamps: OrderedDict[int, Stamp] = OrderedDict()

    def decode(self, coded: Coded) -> Iterator[Picture]:
        """The pictures that this packet completes, in the order shown; a packet that makes no sense is counted."""
        if self._waits_for_key and not coded.key:
            self._counts.add("awaiting_key")
            return
        self._waits_for_key = False
        self._stamps[coded.pts] = coded.stamp
        while len(self._stamps) > _REMEMBERED:
            self._stamps.popitem(last=False)
        try:
            frames = self._context.decode(coded.packet)
        except FFmpegError:
            self._counts.add("corrupt")
            self._waits_for_key = True
            self._context.flush_buffers()
            return
        yield from self._stamped(frames)

    def drain(self) -> Iterator[Picture]:
        """The pictures that the decoder still holds, at the end of a file; nothing can be decoded after it."""
        try:
            frames = self._context.decode(None)
        except FFmpegError:
            return
        yield from self._stamped(frames)

    def _stamped(self, frames: Iterable[VideoFrame]) -> Iterator[Picture]:
        for frame in frames:
            stamp = self._stamps.pop(frame.pts, None) if frame.pts is not None else None
            if frame.pts is None or stamp is None:
                self._counts.add("unstamped")
                continue
            self._counts.add("decoded")
            key = bool(frame.key_frame)
            yield Picture(self._mask.cover(frame), key, frame.pts, stamp, self.opened, self._pixel_aspect())

    def _pixel_aspect(self) -> float:
        said = self._context.sample_aspect_ratio
        aspect = said.numerator / said.denominator if said else 1.0
        return aspect if _SENSIBLE[0] <= aspect <= _SENSIBLE[1] else 1.0


def _context(opened: Opened) -> VideoCodecContext:
    try:
        context = av.CodecContext.create(opened.codec, "r")
    except (FFmpegError, ValueError) as error:
        raise StreamError(f"the camera's codec {opened.codec!r} cannot be decoded") from error
    if not isinstance(context, VideoCodecContext):
        raise StreamError(f"the camera's codec {opened.codec!r} is no video")
    if opened.extradata:
        context.extradata = opened.extradata
    return context
