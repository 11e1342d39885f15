"""One coded picture on its way from the camera to the decoder and to the browsers."""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.stream import VideoStream

from ingest.opened import Opened
from ingest.taken import Stamp


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A packet with its instant.

    Attributes:
        packet: As FFmpeg read it; nobody changes it any more.
        pts: Units of the stream's time base.
        stamp: Epoch and instant.
        opened: The stream it belongs to; another object is another connection.
    """

    packet: "av.Packet[VideoStream]"
    pts: int
    stamp: Stamp
    opened: Opened

    @property
    def key(self) -> bool:
        """Whether decoding may begin here."""
        return self.packet.is_keyframe

    @property
    def show_after(self) -> int:
        """µs between its place in the decoding order and its being shown: not 0 only where there are B-frames."""
        dts = self.packet.dts
        return 0 if dts is None else micros(self.pts - dts, self.opened.time_base)


def micros(units: int, time_base: Fraction) -> int:
    """Whole µs of so many units of a time base."""
    return units * time_base.numerator * 1_000_000 // time_base.denominator
