"""`kanmen check --probe` says what is there and what is not, keeps a picture of each camera, and ends honestly."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from small_site import write_site

from config.read import read_site
from kanmen.probe_parts import look_at_database, look_at_disk, look_at_redis
from models.errors import KanmenError
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread
from scenes.sub import smaller


@pytest.fixture(autouse=True)
def unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated cameras send what a stall of the machine has delayed, so that no stream has holes of its own."""
    monkeypatch.setattr("scenes.camera._LATE_S", 30.0)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:  # bound and not listened on: nothing answers there
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def _probe(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "check", "--probe", "--config", str(config), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def test_good_and_bad_cameras_are_told_apart_with_pictures_of_the_good_ones(
    tmp_path: Path, footage: Path, assets: Path, closed_port: int
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    cameras = [SimulatedCamera(name, clip, ("viewer", "secret-word")) for name in ("gate-1", "gate-2")]
    with SimulatorThread(cameras) as simulator:
        urls = {
            "gate-1": simulator.url("gate-1"),
            "gate-2": simulator.url("gate-2").replace("secret-word", "wrong-word"),
            "gate-3": f"rtsp://viewer:secret-word@127.0.0.1:{closed_port}/3",
        }
        config = write_site(tmp_path, urls)
        machines, people = _probe(config, "--json"), _probe(config, "--pictures", str(tmp_path / "pictures"))
    said = json.loads(machines.stdout)
    found = {finding["what"]: finding for finding in said["probe"]}
    sheet = cv2.imread(str(tmp_path / "pictures" / "contact.jpg"))

    assert (machines.returncode, people.returncode, said["good"]) == (1, 1, False)
    assert {what: finding["good"] for what, finding in found.items()} == {
        "camera gate-1": True,
        "camera gate-2": False,
        "camera gate-3": False,
        "redis": True,
        "database": True,
        "detector": True,
        "disk": True,
    }
    assert found["camera gate-1"]["figures"]["codec"] == "h264"
    assert found["camera gate-1"]["figures"]["fps"] == pytest.approx(30, abs=0.5)
    assert "refuses the name or the password" in found["camera gate-2"]["says"]
    assert "nothing listens" in found["camera gate-3"]["says"]
    assert found["detector"]["figures"]["name"] == "yolo11n-int8"
    assert sorted(path.name for path in Path(said["pictures"]).iterdir()) == ["contact.jpg", "gate-1.jpg"]
    assert sheet.shape == (780, 1280, 3)
    assert "2 of 7 are bad." in people.stdout
    assert not [w for w in ("secret-word", "wrong-word") if w in machines.stdout + people.stdout + people.stderr]


def test_the_main_stream_is_looked_at_too_unless_the_camera_is_masked(
    tmp_path: Path, footage: Path, assets: Path, closed_port: int
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    names = ["gate-1", "gate-2", "gate-3"]
    small = smaller(clip, 240, tmp_path / "sub.mp4")
    with SimulatorThread([SimulatedCamera(name, clip, sub=small) for name in names]) as simulator:
        config = write_site(tmp_path, {name: simulator.url(f"{name}/sub") for name in names})
        text = config.read_text(encoding="utf-8")
        mains = {name: simulator.url(f"{name}/main") for name in names}
        mains["gate-2"] = f"rtsp://127.0.0.1:{closed_port}/2"
        for name, main in mains.items():
            text = text.replace(f"  entrance: {name}\n", f"  entrance: {name}\n  main: {main}\n")
        masks = "  masks: [[[0, 0], [0.3, 0], [0.3, 0.3]]]\n"
        config.write_text(text.replace("  entrance: gate-3\n", f"  entrance: gate-3\n{masks}"), encoding="utf-8")
        said = json.loads(_probe(config, "--json").stdout)
        viewers = simulator.counts("gate-3").viewers
    found = {finding["what"]: finding for finding in said["probe"] if finding["what"].startswith("camera")}
    main = found["camera gate-1 main"]

    assert {what: finding["good"] for what, finding in found.items()} == {
        "camera gate-1": True,
        "camera gate-1 main": True,
        "camera gate-2": True,
        "camera gate-2 main": False,
        "camera gate-3": True,
    }
    assert (main["figures"]["width"], main["figures"]["height"]) == (clip.width, clip.height)
    assert found["camera gate-1"]["figures"]["height"] == small.height
    assert f"h264 {clip.width}x{clip.height}, 30" in main["says"]
    assert "nothing listens" in found["camera gate-2 main"]["says"]
    assert viewers == 1


def test_a_redis_that_does_not_answer_is_told_without_its_password(tmp_path: Path, closed_port: int) -> None:
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    config.write_text(f"redis: redis://u:secret-word@127.0.0.1:{closed_port}/0\n" + config.read_text())

    with pytest.raises(KanmenError, match="does not answer") as refused:
        look_at_redis(read_site(config))
    assert "secret-word" not in str(refused.value)


def test_without_a_redis_of_its_own_a_site_is_told_which_one_kanmen_runs(tmp_path: Path) -> None:
    says, figures = look_at_redis(read_site(write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})))

    assert says.startswith("Kanmen runs its own: ")
    assert Path(figures["binary"]).exists()


def test_a_database_that_is_none_is_told_and_one_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    site = read_site(write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"}))
    absent, _ = look_at_database(site)
    made = site.data.exists()
    site.data.mkdir()
    (site.data / "kanmen.db").write_bytes(b"no database at all" * 99)

    assert (absent, made) == ("is made at the first start", False)
    with pytest.raises(KanmenError, match="cannot be read"):
        look_at_database(site)


def test_the_room_on_the_disk_is_told(tmp_path: Path) -> None:
    _, figures = look_at_disk(read_site(write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})))

    assert 0 < figures["free_gib"] <= figures["size_gib"]
