"""The control line, and files served until somebody says stop."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.control import obey
from scenes.serving import Serving, names, serve

from .conftest import draw_clip


@pytest.fixture
def cameras(clip: Clip) -> dict[str, SimulatedCamera]:
    return {name: SimulatedCamera(name, clip, ("demo", "a secret")) for name in ("gate-1", "gate-3")}


def test_a_line_switches_a_fault_on_and_off(cameras: dict[str, SimulatedCamera]):
    assert obey(cameras, "gate-3 stall on\n").endswith("faults=stall")
    assert cameras["gate-3"].faults.stall
    assert obey(cameras, "gate-3 stall off").endswith("faults=-")
    assert obey(cameras, "gate-3 corrupt 0.25").endswith("corrupt=0.25")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "error: say"),
        ("gate-9 stall on", "error: there is no camera 'gate-9'"),
        ("gate-1 dance on", "error: there is no fault"),
        ("gate-1 stall maybe", "error: 'maybe'"),
    ],
)
def test_a_line_that_means_nothing_is_answered_in_words(cameras: dict[str, SimulatedCamera], line: str, words: str):
    assert obey(cameras, line).startswith(words)


def test_status_tells_of_every_camera_and_of_no_password(cameras: dict[str, SimulatedCamera]):
    told = obey(cameras, "status")

    assert told.startswith("ok | gate-1 viewers=0")
    assert "gate-3" in told
    assert "secret" not in told


def test_cameras_are_named_after_their_files():
    files = [Path("a/Gate 3.mp4"), Path("b/gate-3.avi"), Path("消防.mp4")]

    assert names(files) == ["gate-3", "gate-3-2", "camera"]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for a unix socket, whose name has room for about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="km") as name:
        yield Path(name)


@pytest.mark.parametrize("by_socket", [False, True])
async def test_files_are_served_and_take_commands_until_stopped(
    clip_path: Path, tmp_path: Path, short: Path, by_socket: bool
):
    ready: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    command = short / "control.sock" if by_socket else 0
    task = asyncio.create_task(
        serve([clip_path], cache=tmp_path, port=0, command=command, ready=ready.set_result, stop=stop)
    )
    serving = await asyncio.wait_for(ready, 10)
    if isinstance(serving.control, Path):
        reader, writer = await asyncio.open_unix_connection(serving.control)
    else:
        reader, writer = await asyncio.open_connection("127.0.0.1", serving.control)
    writer.write(b"square down on\nstatus\n")
    answers = [(await reader.readline()).decode() for _ in range(2)]
    writer.close()
    stop.set()
    await asyncio.wait_for(task, 10)

    assert serving.urls == {"square": f"rtsp://127.0.0.1:{serving.port}/square"}
    assert [answer[:2] for answer in answers] == ["ok", "ok"]
    assert answers[1].strip().endswith("faults=down")


async def test_a_file_that_cannot_be_served_ends_it_before_it_begins(tmp_path: Path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nothing")

    with pytest.raises(FootageError, match=r"bad\.mp4"):
        await serve([draw_clip(tmp_path / "good.mp4", 0.5), bad], cache=tmp_path, port=0)
