"""What is kept of a masked camera: its masked pictures, coded again, and nothing else."""

import io
import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numbered import FPS, PICTURES, number_of, numbered_clip

from ingest.coded import Coded
from ingest.decoder import Decoder, Picture
from ingest.encoder import ENCODED_FPS, Encoder
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.taken import Stamp
from scenes.clip import CLOCK_HZ, Clip

_TICK = Fraction(1, CLOCK_HZ)
_LOW = ((0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0))
"""Below the numbers."""


def pictures(clip: Clip, mask: Mask, epoch: int = 1) -> list[Picture]:
    """The masked pictures of one loop."""
    opened = Opened(clip.coding.codec, clip.width, clip.height, _TICK, b"")
    decoder = Decoder(opened, Counts(), mask)
    shown = []
    for unit in clip.units:
        packet = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in unit.nals))
        packet.pts = packet.dts = unit.at
        packet.time_base = _TICK
        packet.is_keyframe = unit.key
        micros = unit.at * 1_000_000 // CLOCK_HZ
        stamp = Stamp(epoch, 1_700_000_000_000_000 + micros, micros, settled=True)
        shown += decoder.decode(Coded(packet, unit.at, stamp, opened))
    return shown


def decoded(coded: list[Coded]) -> list[av.VideoFrame]:
    data = io.BytesIO(b"".join(bytes(c.packet) for c in coded))
    with av.open(data, format="h264") as container:
        return list(container.decode(video=0))


def test_masked_pictures_are_coded_again_at_a_bounded_rate_with_their_instants(clip: Clip):
    shown = pictures(clip, Mask([_LOW]))
    encoder = Encoder(Counts())
    coded = [c for picture in shown for c in encoder.following(picture)]
    seen = [frame.to_ndarray(format="rgb24") for frame in decoded(coded)]

    assert len(shown) == PICTURES
    assert len(coded) == len(seen) == ENCODED_FPS * PICTURES // FPS
    assert [c.stamp.taken for c in coded] == sorted({c.stamp.taken for c in coded})
    assert all(number_of(image) * 1_000_000 // FPS == c.stamp.media for image, c in zip(seen, coded, strict=True))
    assert all(np.ptp(image[150:].reshape(-1, 3), axis=0).max() <= 6 for image in seen)


def test_a_clip_can_begin_each_second_and_says_its_size(clip: Clip):
    encoder = Encoder(Counts())
    coded = [c for picture in pictures(clip, Mask([_LOW])) for c in encoder.following(picture)]
    keys = [c.stamp.media for c in coded if c.key]

    assert coded[0].key
    assert {b - a for a, b in itertools.pairwise(keys)} == {1_000_000}
    assert {(c.opened.codec, c.opened.width, c.opened.height) for c in coded} == {("h264", 320, 240)}
    assert all(c.show_after == 0 for c in coded)


@pytest.mark.parametrize("height", [240, 120])
def test_a_new_epoch_begins_with_a_key_picture(clip: Clip, tmp_path: Path, height: int):
    then = numbered_clip(tmp_path / "then.mp4", height=height)
    encoder = Encoder(Counts())
    first = [c for picture in pictures(clip, Mask([_LOW]))[:7] for c in encoder.following(picture)]
    second = [c for picture in pictures(then, Mask([_LOW]), epoch=2) for c in encoder.following(picture)]

    assert [c.key for c in first] == [True, False, False]
    assert second[0].key
    assert second[0].opened.height == height
    assert len(decoded(second)) == len(second)
