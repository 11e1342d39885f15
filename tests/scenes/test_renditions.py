"""A camera that serves its scene twice, large and small, on one time line."""

import asyncio
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from kanmen.commands import app
from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.footage import open_footage
from scenes.serving import Serving, Subs, serve
from scenes.simulator import SimulatorThread
from scenes.sub import smaller

from .conftest import draw_clip, pictures, watched


@pytest.fixture(scope="session")
def sub(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """The drawn clip, half as high."""
    return smaller(clip, 80, tmp_path_factory.mktemp("sub") / "sub.mp4")


def _shown(container: av.container.InputContainer, started_s: float) -> list[tuple[int, int]]:
    """(picture of the clip by the camera's own clock, picture of the clip by what it shows), ten times."""
    found: list[tuple[int, int]] = []
    for packet in container.demux(video=0):
        for frame in packet.decode():
            wall = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True) / 1e6
            luma = frame.to_ndarray(format="gray")
            bright = luma[round(luma.shape[0] * 55 / 160)] > 180
            left = bright.argmax() * 320 / luma.shape[1]
            found.append((round((wall - started_s) * 12.5) % 25, round((left - 8) / 5)))
        if len(found) >= 10:
            break
    return found


def test_the_sub_stream_has_the_same_instants_and_keeps_the_shape(clip: Clip, sub: Clip):
    assert (sub.width, sub.height) == (160, 80)
    assert [unit.at for unit in sub.units] == [unit.at for unit in clip.units]
    assert sub.duration == clip.duration


def test_it_is_encoded_once(clip: Clip, tmp_path: Path):
    path = tmp_path / "kept.mp4"
    first = smaller(clip, 80, path)
    written = path.stat().st_mtime_ns

    assert smaller(clip, 80, path) == first
    assert path.stat().st_mtime_ns == written


def test_main_and_sub_show_the_same_instant_at_the_same_time(clip: Clip, sub: Clip):
    with SimulatorThread([SimulatedCamera("gate-1", clip, ("a", "b"), sub=sub)]) as running:
        started = running.started_at("gate-1")
        assert started is not None
        with watched(running.url("gate-1/main")) as large, watched(running.url("gate-1/sub")) as small:
            seen = [_shown(stream, started.timestamp()) for stream in (large, small)]
            widths = large.streams.video[0].width, small.streams.video[0].width

    assert widths == (320, 160)
    assert all(by_clock == by_picture for by_clock, by_picture in (*seen[0], *seen[1]))


def test_without_a_name_the_main_stream_is_meant(clip: Clip, sub: Clip):
    with SimulatorThread([SimulatedCamera("gate-1", clip, sub=sub)]) as running, watched(running.url("gate-1")) as one:
        frame = next(pictures(one, 1))

    assert frame.width == 320


@pytest.mark.parametrize("path", ["gate-1/sub", "gate-1/third", "gate-1/main/sub"])
def test_a_stream_that_a_camera_does_not_have_is_not_found(clip: Clip, path: str):
    with (
        SimulatorThread([SimulatedCamera("gate-1", clip)]) as running,
        pytest.raises(av.error.HTTPNotFoundError),
        watched(running.url(path)),
    ):
        pass


def test_a_fault_strikes_both_streams(clip: Clip, sub: Clip):
    with (
        SimulatorThread([SimulatedCamera("gate-1", clip, sub=sub)]) as running,
        watched(running.url("gate-1/main")) as large,
        watched(running.url("gate-1/sub")) as small,
    ):
        next(pictures(large, 1))
        next(pictures(small, 1))
        running.fault("gate-1", "down")
        left = [len(list(stream.demux(video=0))) for stream in (large, small)]

    assert max(left) < 100


def test_streams_of_different_length_are_refused(clip: Clip, tmp_path: Path):
    longer = read_clip(draw_clip(tmp_path / "longer.mp4", seconds=3.0))

    with pytest.raises(FootageError, match=r"gate-1.*main stream lasts 2\.00 s and its sub-stream 3\.\d+ s; cut both"):
        SimulatedCamera("gate-1", clip, sub=longer)


@pytest.mark.parametrize("height", [10, 161])
def test_a_height_that_is_no_sub_streams_is_refused(clip: Clip, tmp_path: Path, height: int):
    with pytest.raises(FootageError, match=f"{height} pixels high; from 64 to the main stream's 160"):
        smaller(clip, height, tmp_path / "no.mp4")


def test_files_become_cameras_with_second_files_and_made_sub_streams(clip_path: Path, tmp_path: Path):
    other = draw_clip(tmp_path / "other.mp4", side=96)
    told: list[Serving] = []

    async def run() -> None:
        stop = asyncio.Event()

        def ready(serving: Serving) -> None:
            told.append(serving)
            stop.set()

        subs = Subs((other,), 80)
        await serve([clip_path, clip_path], subs=subs, cache=tmp_path / "cache", port=0, ready=ready, stop=stop)

    asyncio.run(run())

    assert list(told[0].urls) == ["square/main", "square/sub", "square-2/main", "square-2/sub"]
    assert told[0].urls["square-2/sub"] == f"rtsp://127.0.0.1:{told[0].port}/square-2/sub"
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_more_sub_streams_than_cameras_are_refused_by_the_command(clip_path: Path):
    files = [str(clip_path), "--sub", str(clip_path), "--sub", str(clip_path), "--port", "0"]
    result = CliRunner().invoke(app, ["simulate", *files])

    assert isinstance(result.exception, FootageError)
    assert "2 sub-streams for 1 cameras" in str(result.exception)


def test_real_footage_gets_a_sub_stream_and_its_main_stream_stays_untouched(footage: Path, tmp_path: Path):
    path = footage / "intel_car-detection.mp4"
    main = open_footage(path, tmp_path, pytest.fail)
    sub = smaller(main, 216, tmp_path / "sub.mp4")

    camera = SimulatedCamera("lot", main, sub=sub)
    assert camera.paths == ("lot/main", "lot/sub")
    assert (sub.width, sub.height) == (384, 216)
    assert len(sub.units) == len(main.units) == 377
