"""A measurement names what it was made with, counts what it saw, and sets the limit beside it; no time is asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kanmen.bench_costs import Costs
from kanmen.bench_footage import sub_stream
from scenes.clip import read_clip


def _bench(*words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "bench", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=dict(os.environ))


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("assets")
def test_two_cameras_are_measured_through_the_whole_product(footage: Path, tmp_path: Path) -> None:
    clip = footage / "pedestrian_survaillance.mp4"
    words = ("--cameras", "2", "--seconds", "3", "--fps", "2", "--model", "yolo11n-int8", "--data", str(tmp_path / "b"))
    done = _bench(*words, "--json", str(clip))

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (run,) = said["runs"]
    assert said["model"] == "yolo11n-int8"
    assert {"processor", "cores", "memory_mib", "kernel", "python"} <= said["machine"].keys()
    assert said["footage"][0]["title"] == "pedestrian_survaillance"
    assert len(said["footage"][0]["sha256"]) == 64
    assert (run["cameras"], run["raises_alerts"]) == (2, True)
    assert run["frames"] > 0
    assert run["late"] >= 0
    assert run["memory_mib"] > 0
    assert run["taken_to_redis_ms"].keys() == {"alerts", "p50", "p95", "p99"}
    stages = run["cpu_ms_per_camera_frame"]
    assert stages["total"] == pytest.approx(sum(ms for name, ms in stages.items() if name != "total"), abs=0.05)
    assert min(stages["ingest"], stages["infer"], stages["track_rules"], stages["rest"]) > 0
    assert 0 < run["limit"]["ratio"] <= run["limit"]["ratio_of_cores_left"]
    assert "2 cameras at 2 frames/s" in done.stderr  # progress


def test_the_limit_decodes_every_stream_whole_before_it_infers() -> None:
    costs = Costs(decode_s=0.1, scale_s=0.01, infer_s=0.03)

    assert costs.limit(cameras=0, cores=2) == pytest.approx(50)
    assert costs.limit(cameras=8, cores=2) == pytest.approx(30)
    assert costs.limit(cameras=30, cores=2) == 0


def test_footage_becomes_a_sub_stream_of_its_own_length(footage: Path, tmp_path: Path) -> None:
    whole = footage / "pedestrian_survaillance.mp4"
    told: list[str] = []
    made = sub_stream(whole, tmp_path, lambda what, *_: told.append(what))
    clip = read_clip(made)

    assert (clip.width, clip.height, round(clip.fps, 3)) == (704, 576, 25)
    assert clip.seconds == pytest.approx(242 / 30, abs=0.1)  # 242 pictures, 30 a second
    assert told
    assert sub_stream(whole, tmp_path, lambda *_: None) == made


@pytest.mark.parametrize("cameras", ["", "none", "0", "1,65", "1,,2"])
def test_numbers_of_cameras_that_make_no_sense_are_refused_in_words(cameras: str, tmp_path: Path) -> None:
    done = _bench("--cameras", cameras, "--data", str(tmp_path / "b"), timeout=60)

    assert done.returncode == 1
    assert "--cameras" in done.stderr
    assert "write numbers from 1 to 64" in done.stderr
    assert "Traceback" not in done.stderr
