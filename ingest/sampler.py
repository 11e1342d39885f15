"""Pictures into samples: scaled to what detect wants, laid into a slot and announced."""

from collections.abc import Callable
from typing import Final

from av.video.frame import VideoFrame

from ingest.choice import Choice
from ingest.decoder import Picture
from ingest.health import Counts
from ingest.planes import lines
from models.frame import Image
from models.link import Message, Sample, Want
from models.slots import SlotWriter

_SCALED_FIRST: Final = frozenset({"yuv420p", "yuvj420p"})
"""Formats whose planes are scaled before their colours are converted: FFmpeg converts these fastest at equal size, so
that both steps take half the time of one (0.95 → 0.45 ms for 704x576 into 640x640); one level of 256 differs."""


class Sampler:
    """Shown every decoded picture of a camera in order, it hands on those that detect shall see."""

    def __init__(self, slots: SlotWriter, send: Callable[[Message], bool], counts: Counts, freeze_s: float) -> None:
        self._slots = slots
        self._send = send
        self._counts = counts
        self._choice = Choice(counts, freeze_s)
        self._number = 0

    @property
    def frozen(self) -> bool:
        """Whether the picture has not changed for too long."""
        return self._choice.frozen

    def see(self, picture: Picture, want: Want | None) -> None:
        """The next picture, and what detect wants just now."""
        if self._choice.takes(picture, want.fps if want else None) and want is not None:
            self._hand_on(picture, want)

    def _hand_on(self, picture: Picture, want: Want) -> None:
        image = scaled(picture.frame, want.width, want.height, "rgb24")
        slot, seq = self._slots.write(image)
        self._number += 1
        height, width, _ = image.shape
        sample = Sample(
            slot=slot,
            seq=seq,
            number=self._number,
            epoch=picture.stamp.epoch,
            taken=picture.stamp.taken,
            width=width,
            height=height,
            frozen=self.frozen,
            pixel_aspect=pixel_aspect(picture, image),
        )
        if self._send(sample):
            self._counts.add("sampled")


def pixel_aspect(picture: Picture, image: Image) -> float:
    """Heights of a pixel to its width in the picture as `scaled`: its sides are rounded, its shape stays what it is."""
    height, width, _ = image.shape
    return float(picture.pixel_aspect * picture.frame.width / width * height / picture.frame.height)


def scaled(frame: VideoFrame, width: int, height: int, form: str) -> Image:
    """The picture as large as fits into (width, height), its shape kept, both sides even; `rgb24` or `bgr24`."""
    scale = min(width / frame.width, height / frame.height)
    fitted = [max(2, round(side * scale) // 2 * 2) for side in (frame.width, frame.height)]
    if frame.format.name in _SCALED_FIRST:
        # FAST_BILINEAR: a third of the default's time, and a detector's input does not show the difference.
        frame = frame.reformat(fitted[0], fitted[1], interpolation="FAST_BILINEAR", threads=1)
    small = frame.reformat(fitted[0], fitted[1], form, interpolation="FAST_BILINEAR", threads=1)
    # Not `to_ndarray`, which copies: each caller copies it anyway.
    return lines(small.planes[0])[: small.height, : small.width * 3].reshape(small.height, small.width, 3)
