"""Any footage becomes a clip that loops: as it is, or transcoded once."""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.clip import UnservableError, read_clip
from scenes.footage import open_footage
from scenes.nal import H264, H265, Coding
from scenes.simulator import SimulatorThread

from .conftest import draw_clip, pictures, watched


def test_h264_is_served_without_touching_a_picture(clip_path: Path, tmp_path: Path):
    clip = open_footage(clip_path, tmp_path / "cache")
    with av.open(str(clip_path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert not (tmp_path / "cache").exists()
    assert [unit.nals[-1] for unit in clip.units] == [
        packet[-len(unit.nals[-1]) :] for packet, unit in zip(packets, clip.units, strict=True)
    ]


def test_every_key_picture_begins_with_its_parameter_sets(clip_path: Path):
    keys = [unit for unit in read_clip(clip_path).units if unit.key]

    assert len(keys) == 3
    assert all([H264.kind_of(nal) for nal in unit.nals[:3]] == [*H264.sets, 5] for unit in keys)


def test_h265_is_served_without_touching_a_picture(tmp_path: Path):
    path = draw_clip(tmp_path / "square.mp4", coding=H265)
    clip = open_footage(path, tmp_path / "cache", pytest.fail)
    keys = [unit for unit in clip.units if unit.key]

    assert (clip.coding, clip.width, clip.height, len(clip.units), len(keys)) == (H265, 320, 160, 25, 3)
    assert all([H265.kind_of(nal) for nal in unit.nals[:4]] in ([*H265.sets, 19], [*H265.sets, 20]) for unit in keys)


@pytest.mark.parametrize("coding", [H264, H265], ids=["h264", "h265"])
def test_a_viewer_gets_the_codec_of_the_file(tmp_path: Path, coding: Coding):
    clip = read_clip(draw_clip(tmp_path / "square.mp4", coding=coding))
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as running, watched(running.url("gate-1")) as container:
        codec = container.streams.video[0].codec_context.name
        seen = [frame.to_ndarray(format="gray")[55] for frame in pictures(container, 40)]

    lefts = [round((row > 180).argmax() / 5) for row in seen]
    assert codec == coding.codec
    assert all((after - before) % 25 == 1 for before, after in pairwise(lefts))


def test_annex_b_is_served_as_it_is(clip_path: Path, tmp_path: Path):
    raw = tmp_path / "raw.h264"
    wanted = read_clip(clip_path)
    raw.write_bytes(b"".join(b"\0\0\0\1" + nal for unit in wanted.units for nal in unit.nals))

    clip = read_clip(raw)
    assert [unit.nals for unit in clip.units] == [unit.nals for unit in wanted.units]


def _mpeg4(path: Path, codec: str = "mpeg4", **options: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            picture = np.full((72, 64), 40 + 8 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "options", "becomes"),
    [
        ("a.avi", "mpeg4", {}, H264),
        ("b.mp4", "libx264", {"bf": "2", "b_adapt": "0"}, H264),
        ("c.mkv", "libx265", {"x265-params": "log-level=none"}, H265),
    ],
)
def test_what_cannot_loop_is_transcoded_once(
    tmp_path: Path, name: str, codec: str, options: dict[str, str], becomes: Coding
):
    path, cache, told = _mpeg4(tmp_path / name, codec, **options), tmp_path / "cache", []
    with pytest.raises(UnservableError):
        read_clip(path)
    first = open_footage(path, cache, told.append)
    again = open_footage(path, cache, pytest.fail)

    assert first == again
    assert first.coding is becomes
    assert len(first.units) == 20
    assert first.seconds == pytest.approx(2.0, abs=0.01)
    assert told[-1] == 1.0
    assert [file.suffix for file in cache.iterdir()] == [".mp4"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"not a film at all" * 50, "cannot be read"),
        (b"\0\0\0\1\x67" + b"\0" * 99, "cannot|too few|no picture"),
    ],
)
def test_a_file_that_is_no_footage_is_named(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)

    with pytest.raises(FootageError, match=rf"holiday\.mp4.*({words})"):
        open_footage(path, tmp_path / "cache")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FootageError, match="no such file"):
        open_footage(tmp_path / "gone.mp4", tmp_path / "cache")


def test_a_sound_is_no_footage(tmp_path: Path):
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8192), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(FootageError, match="no picture in it"):
        open_footage(path, tmp_path / "cache")


def test_real_h264_footage_is_served_without_transcoding(footage: Path, tmp_path: Path):
    clip = open_footage(footage / "intel_car-detection.mp4", tmp_path, pytest.fail)

    assert (clip.width, clip.height, len(clip.units)) == (768, 432, 377)
    assert list(tmp_path.iterdir()) == []


def test_real_mpeg4_footage_is_transcoded_and_watched(footage: Path, tmp_path: Path):
    clip = open_footage(footage / "mot15" / "TUD-Campus.mp4", tmp_path)
    with (
        SimulatorThread([SimulatedCamera("campus", clip, begins="viewer")]) as running,
        watched(running.url("campus")) as container,
    ):
        seen = list(pictures(container, 5))

    assert len(clip.units) == 71
    assert (seen[0].width, seen[0].height) == (640, 480)


@pytest.mark.parametrize(
    "name",
    [
        "fate_h264_brokensps.mp4",
        "fate_h264_frag_overlap.mp4",
        "fate_h264_1242-small.mkv",
        "fate_mpeg4_invalid_elst_entry_count.mp4",
        "mediamtx_offline_vp9.mp4",
    ],
)
def test_odd_files_are_served_or_refused_in_words(footage: Path, tmp_path: Path, name: str):
    try:
        clip = open_footage(footage / "robust" / name, tmp_path)
    except FootageError as error:
        said = str(error)
    else:
        said = name
        assert clip.units[0].key
        assert all(after.at > before.at for before, after in pairwise(clip.units))

    assert name in said
