"""A recording that cannot be made, or that ends before its time, says so in plain words."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_site

from models.session import LOOKS
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = pytest.mark.timeout(170)

_MASK = "  masks: [[[0, 0], [0.3, 0], [0.3, 0.3], [0, 0.3]]]\n"


def kanmen(*words: object) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "kanmen", *map(str, words)], stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def site(tmp_path: Path, footage: Path, assets: Path) -> Iterator[small_site.RunningSite]:
    """A running site of one camera."""
    assert assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator:
        config = small_site.write_site(tmp_path, {"gate-1": simulator.url("gate-1")}, fps=2)
        with small_site.running(config) as running:
            running.until(lambda: running.camera("gate-1").get("taken"), 60, "live camera")
            yield running


def record(site: small_site.RunningSite, out: Path, seconds: float = 60) -> "subprocess.Popen[str]":
    words = ("--config", site.config, "--camera", "gate-1", "--seconds", seconds, "--out", out)
    return kanmen("record", *words)


def until_begun(site: small_site.RunningSite) -> None:
    site.until(lambda: list(site.site.sessions_path.glob(f"*/{LOOKS}")), 40, "recording")


def test_a_camera_masked_in_software_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    config = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    config.write_text(config.read_text().replace("  rules:", f"{_MASK}  rules:"))
    done = kanmen("record", "-c", config, "--camera", "gate-1", "--seconds", 1, "--out", tmp_path / "out")
    told = done.communicate(timeout=30)

    assert done.returncode == 1
    assert "--camera gate-1: is masked in software; its packets show what is masked" in told[1]
    assert "Mask it in the camera itself to record it" in told[1]
    assert {path.name for path in tmp_path.iterdir()} <= {"site.yaml", "data"}


def test_a_change_of_its_configuration_ends_a_recording_and_a_second_one_beside_it_is_refused(
    site: small_site.RunningSite, tmp_path: Path
) -> None:
    first = record(site, tmp_path / "first")
    until_begun(site)
    second = record(site, tmp_path / "second")
    refused = second.communicate(timeout=40)
    text = site.config.read_text()
    site.config.write_text(text.replace("[0.1, 0.2], [0.9, 0.2]", "[0.2, 0.3], [0.8, 0.3]"))
    reload = kanmen("reload", "--config", site.config)
    reloaded = reload.communicate(timeout=60)
    told = first.communicate(timeout=60)
    again = kanmen("replay", tmp_path / "first")
    replayed = again.communicate(timeout=90)

    assert second.returncode == 1
    assert "gate-1: somebody records it already; wait until they are done" in refused[1]
    assert not (tmp_path / "second").exists()
    assert reload.returncode == 0, reloaded
    assert first.returncode == 0, told
    assert "ended: its configuration was changed. Next: kanmen replay" in told[0]
    assert again.returncode == 0, replayed
    assert "the same alerts as live, id for id" in replayed[0]
    assert list(site.site.sessions_path.iterdir()) == []
