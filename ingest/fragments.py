"""Pictures cut into the numbered fragments that browsers play: fMP4 without re-encoding, or JPEG."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2

from ingest import boxes, h264
from ingest.coded import Coded
from ingest.decoder import Picture
from ingest.h264 import ParameterSets
from ingest.sampler import scaled
from models.live import Fragment

_LONGEST_US: Final = 10_000_000
"""A picture is shown until the next, but not for longer: then the camera stalled and the player shall show it."""

_JPEG_WIDTH: Final = 704
_JPEG_HEIGHT: Final = 704
_JPEG_QUALITY: Final = 70


class Numbering:
    """Counts fragments, from 0 in each epoch."""

    def __init__(self) -> None:
        self._epoch: int | None = None
        self._next = 0

    def next(self, epoch: int) -> int:
        """The number of the next fragment of this epoch."""
        if epoch != self._epoch:
            self._epoch, self._next = epoch, 0
        self._next += 1
        return self._next - 1

    def skip(self) -> None:
        """Leave a number out: a player that sees the hole goes on at the next key picture."""
        self._next += 1


@dataclass(frozen=True, slots=True)
class _Ready:
    """A picture that waits for the next one, which says how long it lasts."""

    coded: Coded
    decode_at: int
    data: bytes


class Mp4Fragments:
    """Remuxes H.264; one picture is held back, so that each lasts exactly until the next and no player sees a gap."""

    def __init__(self, *, main: bool = False) -> None:
        """`main`: it is the camera's main stream."""
        self._main = main
        self._numbering = Numbering()
        self._ready: _Ready | None = None
        self._sets: ParameterSets | None = None

    def pause(self) -> None:
        """Nobody watches: what waits is dropped, and the next picture shall be a key picture."""
        if self._ready is not None:
            self._ready = None
            self._numbering.skip()

    def following(self, coded: Coded) -> Iterator[Fragment]:
        """The fragments that this packet completes."""
        data = bytes(coded.packet)
        if coded.key:
            self._sets = h264.parameter_sets(data) or h264.parameter_sets(coded.opened.extradata)
        before = self._ready
        decode_at = max(0, coded.stamp.media - coded.show_after)
        if before and before.coded.stamp.epoch == coded.stamp.epoch:
            decode_at = max(decode_at, before.decode_at + 1)
            yield from self._complete(before, min(decode_at - before.decode_at, _LONGEST_US))
        elif not coded.key:
            self._ready = None  # an epoch cannot be shown from its middle
            return
        self._ready = _Ready(coded, decode_at, h264.picture(data))
        if coded.key:
            yield from self._beginning(coded)

    def _beginning(self, coded: Coded) -> Iterator[Fragment]:
        """The init, right before each key picture: whoever joins late needs no store."""
        if self._sets is None:
            return
        opened, stamp = coded.opened, coded.stamp
        payload = self._sets.codec.encode() + b"\0" + boxes.init(self._sets, opened.width, opened.height)
        yield Fragment("init", stamp.epoch, self._numbering.next(stamp.epoch), stamp.taken, 0, payload, self._main)

    def _complete(self, ready: _Ready, duration: int) -> Iterator[Fragment]:
        stamp, key = ready.coded.stamp, ready.coded.key
        number = self._numbering.next(stamp.epoch)
        at = ready.decode_at
        payload = boxes.fragment(
            number, ready.data, key=key, decode_at=at, show_after=stamp.media - at, duration=duration
        )
        yield Fragment("key" if key else "delta", stamp.epoch, number, stamp.taken, stamp.media, payload, self._main)


class JpegFragments:
    """Encodes pictures one by one: for browsers without MediaSource and for cameras that do not send H.264."""

    def __init__(self) -> None:
        self._numbering = Numbering()

    def of(self, picture: Picture) -> Iterator[Fragment]:
        """The picture at most 704 pixels wide, shape kept."""
        frame, stamp = picture.frame, picture.stamp
        image = scaled(frame, min(_JPEG_WIDTH, frame.width), min(_JPEG_HEIGHT, frame.height), "bgr24")
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if done:
            number = self._numbering.next(stamp.epoch)
            yield Fragment("jpeg", stamp.epoch, number, stamp.taken, 0, data.tobytes())
