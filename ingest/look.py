"""One look at a camera's stream, as a person takes it who sets the camera up: what comes, how often, and a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from ingest.coded import Coded, micros
from ingest.decoder import Decoder, Picture
from ingest.drain import skew_s
from ingest.health import Counts
from ingest.mask import Mask
from ingest.stream import CameraStream, Transport
from ingest.taken import TakenClock
from models.clock import monotonic_now, to_micros, utc_now
from models.errors import StreamError
from models.frame import Image

LOOK_S: Final = 8.0
"""Long enough for a sender report, which comes every five seconds, and for two key pictures of most cameras."""

_ENOUGH_US: Final = 3_000_000
"""With two key pictures and a sender report, this much of the stream says the rest."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found.

    Attributes:
        codec, width, height: Of the stream.
        fps: Pictures a second by their PTS.
        kbps: Thousand bits a second.
        key_pictures: Pictures from one key picture to the next, None where fewer than two came.
        key_s: The same in seconds.
        skew_s: Camera's clock minus ours, seconds; None where it sent no report.
        first_picture_s: From the beginning of the connection to the first decoded picture.
        picture: (h, w, 3) uint8 RGB, the first one.
    """

    codec: str
    width: int
    height: int
    fps: float
    kbps: float
    key_pictures: int | None
    key_s: float | None
    skew_s: float | None
    first_picture_s: float
    picture: Image


@dataclass(frozen=True, slots=True)
class _Arrived:
    """One packet: its instant on the stream's time line in µs, its bytes, and whether decoding may begin there."""

    media: int
    size: int
    key: bool


def look_at(url: str, transport: Transport, read_s: float, mask: Mask, seconds: float = LOOK_S) -> Look:
    """Connect, watch for a few seconds, hang up; what `mask` covers is not in the picture.

    Raises:
        UnauthorisedError: the camera refuses name or password.
        StreamError: it cannot be reached, hangs up, or no picture can be decoded; without secrets.
    """
    began, counts, clock = monotonic_now(), Counts(), TakenClock(1)
    arrived: list[_Arrived] = []
    skew: float | None = None
    first: Picture | None = None
    first_s = 0.0
    clock.restart()
    with CameraStream(url, read_s, transport) as stream:
        opened_s = monotonic_now() - began
        decoder = Decoder(stream.opened, counts, mask)
        for packet in stream.packets():
            if packet.pts is None:
                continue
            stamp = clock.stamp(micros(packet.pts, stream.opened.time_base), to_micros(utc_now()))
            arrived.append(_Arrived(stamp.media, packet.size, packet.is_keyframe))
            said = skew_s(packet, stamp.taken)
            skew = skew if said is None else said
            if first is None:  # one picture proves it; many cameras are looked at at once
                first = next(decoder.decode(Coded(packet, packet.pts, stamp, stream.opened)), None)
                first_s = monotonic_now() - began
            if _is_enough(arrived, skew) or monotonic_now() - began > opened_s + seconds:
                break
    if first is None:
        raise StreamError(f"packets come, but no picture could be decoded for {seconds:g} s")
    fps, kbps, key_pictures = _rates(arrived)
    return Look(
        codec=stream.opened.codec,
        width=first.frame.width,
        height=first.frame.height,
        fps=fps,
        kbps=kbps,
        key_pictures=key_pictures,
        key_s=key_pictures / fps if key_pictures and fps else None,
        skew_s=skew,
        first_picture_s=first_s,
        picture=np.asarray(first.frame.to_ndarray(format="rgb24"), np.uint8),
    )


def _is_enough(arrived: Sequence[_Arrived], skew: float | None) -> bool:
    two_keys = sum(packet.key for packet in arrived) > 1
    return two_keys and skew is not None and arrived[-1].media - arrived[0].media >= _ENOUGH_US


def _rates(arrived: Sequence[_Arrived]) -> tuple[float, float, int | None]:
    """Pictures a second, thousand bits a second, and pictures from one key picture to the next."""
    media = [packet.media for packet in arrived]
    span_s = (max(media) - min(media)) / 1e6
    keys = [index for index, packet in enumerate(arrived) if packet.key]
    gaps = [later - earlier for earlier, later in pairwise(keys)]
    pictures = round(median(gaps)) if gaps else None
    if span_s <= 0:
        return 0.0, 0.0, pictures
    bits = sum(packet.size for packet in arrived[1:]) * 8
    return (len(arrived) - 1) / span_s, bits / span_s / 1000, pictures
