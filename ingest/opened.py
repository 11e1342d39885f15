"""What a camera's stream is, and what it has become where the camera changes its picture on the way."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from ingest.h264 import nal_units

_START: Final = b"\0\0\0\1"
_SPS: Final = 7
_PPS: Final = 8
_VPS_H265: Final = 32
_PPS_H265: Final = 34

_H265_ALONE: Final = tuple(b"\0\0\1" + bytes((kind << 1, 1)) for kind in (_VPS_H265, 48, 49))
"""Start codes with the heads of a VPS, and of RTP's aggregates and fragments (RFC 7798); what they would be as H.264
(unspecified, data partitions) no camera sends."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a stream is.

    Attributes:
        codec: FFmpeg's name, e.g. `h264`.
        width, height: Pixels.
        time_base: Seconds of one unit of its PTS.
        extradata: Parameter sets as far as the camera told them before the first picture.
    """

    codec: str
    width: int
    height: int
    time_base: Fraction
    extradata: bytes


def parameter_sets(codec: str, data: bytes) -> tuple[bytes, ...]:
    """The parameter sets in a picture with start codes, each with its own; none for codecs that have no such units."""
    if codec == "h264":
        return tuple(_START + unit for unit in nal_units(data) if unit[0] & 31 in (_SPS, _PPS))
    if codec == "hevc":
        return tuple(_START + unit for unit in nal_units(data) if _VPS_H265 <= unit[0] >> 1 & 63 <= _PPS_H265)
    return ()


def is_h265(data: bytes) -> bool:
    """Whether data that came as H.264 holds what only H.265 has."""
    return any(unit in data for unit in _H265_ALONE)


def changed(opened: Opened, sets: tuple[bytes, ...], key: "av.Packet[VideoStream]") -> Opened | None:
    """The stream with these parameter sets from this key picture on; None where it does not decode with them."""
    decoder = av.CodecContext.create(opened.codec, "r")
    if not isinstance(decoder, VideoCodecContext):
        return None
    try:
        frames = [*decoder.decode(av.Packet(bytes(key))), *decoder.decode(None)]
    except FFmpegError:
        return None
    if not frames:
        return None
    return replace(opened, width=frames[0].width, height=frames[0].height, extradata=b"".join(sets))
