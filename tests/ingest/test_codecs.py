"""Streams that the simulator does not serve: B-frames, H.265, pictures that are no pictures."""

import io
import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from numbered import FPS, HEIGHT, PICTURES, WIDTH, number_of, numbered

from ingest.coded import Coded, micros
from ingest.decoder import Decoder
from ingest.fragments import JpegFragments, Mp4Fragments
from ingest.health import Counts
from ingest.live import Live
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.taken import TakenClock
from models.errors import StreamError

NOW = 1_800_000_000_000_000


def stream_of(path: Path, codec: str, **options: str) -> list[Coded]:
    """Numbered pictures coded with B-frames, as packets of a camera that delivers them in time."""
    chance = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20", "bf": "3", "g": "25", **options}
        for number in range(PICTURES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number, chance))))
        container.mux(stream.encode(None))
    clock = TakenClock(1)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context, base = video.codec_context, video.time_base or Fraction(1)
        # Over RTSP the parameter sets come with start codes too; here the filter repeats them before key pictures.
        opened = Opened(context.name, context.width, context.height, base, b"")
        name = "h264_mp4toannexb" if opened.codec == "h264" else "hevc_mp4toannexb"
        start_codes = av.BitStreamFilterContext(name, video)
        coded = []
        for packet in container.demux(video):
            for out in start_codes.filter(packet) if packet.size else ():
                assert out.pts is not None
                assert out.dts is not None
                stamp = clock.stamp(micros(out.pts, base), NOW + micros(out.dts, base) + 80_000)
                coded.append(Coded(out, out.pts, stamp, opened))
    return coded


def test_b_frames_are_sampled_and_played_in_the_order_shown(tmp_path: Path):
    coded = stream_of(tmp_path / "b.mp4", "libx264", **{"b-adapt": "0"})
    decoder, fragments = Decoder(coded[0].opened, Counts(), Mask(())), Mp4Fragments()
    pictures = [p for c in coded for p in decoder.decode(c)]
    made = [f for c in coded for f in fragments.following(c)]

    data = made[0].payload.split(b"\0", 1)[1] + b"".join(f.payload for f in made if f.kind != "init")
    with av.open(io.BytesIO(data)) as container:
        played = [(number_of(p.to_ndarray(format="rgb24")), p.pts) for p in container.decode(video=0)]
    decoded = [number_of(p.frame.to_ndarray(format="rgb24")) for p in pictures]
    assert any(c.show_after for c in coded)
    assert decoded == list(range(len(decoded)))
    assert len(decoded) > 40
    assert [number for number, _ in played][:40] == list(range(40))
    assert {(b or 0) - (a or 0) for (_, a), (_, b) in itertools.pairwise(played[:40])} == {40_000}
    taken = [p.stamp.taken for p in pictures if p.stamp.settled]
    assert taken == sorted(set(taken))


def test_h265_is_decoded_and_shown_as_jpeg_but_never_offered_as_mp4(tmp_path: Path):
    coded = stream_of(tmp_path / "h265.mp4", "libx265", **{"x265-params": "log-level=none:bframes=0"})
    counts = Counts()
    live = Live("gate-1", f"unix://{tmp_path / 'none.sock'}", counts)
    live._leased = frozenset({"mp4"})
    for c in coded:
        live.offer_coded(c)
    decoder, jpeg = Decoder(coded[0].opened, counts, Mask(())), JpegFragments()
    pictures = [p for c in coded for p in decoder.decode(c)]
    shown = [f for p in pictures for f in jpeg.of(p)]

    assert live._queue.empty()
    assert coded[0].opened.codec == "hevc"
    assert len(shown) > 40
    assert shown[0].payload[:3] == b"\xff\xd8\xff"


def test_after_a_packet_that_makes_no_sense_decoding_goes_on_at_the_next_key_picture(tmp_path: Path):
    coded = stream_of(tmp_path / "broken.mp4", "libx264", bf="0", tune="zerolatency")
    broken = av.Packet(bytes(coded[5].packet)[:4] + b"\xff" * 200)
    broken.pts = broken.dts = coded[5].pts
    broken.time_base = coded[5].opened.time_base
    coded[5] = Coded(broken, coded[5].pts, coded[5].stamp, coded[5].opened)
    counts = Counts()
    decoder = Decoder(coded[0].opened, counts, Mask(()))
    numbers = [number_of(p.frame.to_ndarray(format="rgb24")) for c in coded for p in decoder.decode(c)]

    assert counts.now()["corrupt"] == 1
    assert numbers == [0, 1, 2, 3, 4, *range(25, 50)]


def test_a_codec_that_is_not_known_is_named():
    with pytest.raises(StreamError, match="'dirac_of_mars'"):
        Decoder(Opened("dirac_of_mars", 1, 1, Fraction(1), b""), Counts(), Mask(()))
