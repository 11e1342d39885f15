"""`kanmen replay`: what it writes, what it leaves alone, and the same bytes at every run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_site import write_site


def replay(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "replay", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=folder)


def test_it_says_which_cameras_there_are_when_none_is_named(tmp_path: Path) -> None:
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1", "gate-2": "rtsp://127.0.0.1/2"})
    unnamed, unknown = replay(tmp_path, "a.mp4", "-c", config), replay(tmp_path, "a.mp4", "--camera", "gate-3")

    assert (unnamed.returncode, unknown.returncode) == (1, 1)
    assert "say which with --camera: gate-1, gate-2" in unnamed.stderr
    assert "--camera gate-3: without --config the only camera is replay" in unknown.stderr


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "2026-11-22T23:30+99:00"])
def test_an_instant_that_is_none_is_refused_with_an_example(tmp_path: Path, at: str) -> None:
    done = replay(tmp_path, "a.mp4", "--at", at)

    assert done.returncode == 1
    assert f"--at {at}: is no instant; write e.g." in done.stderr


def test_a_clip_gives_the_same_bytes_three_times_and_leaves_no_trace_on_the_site(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    assert assets
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    clip = footage / "mot15" / "TUD-Campus.mp4"
    for run in range(3):
        words = ("--json", f"{run}.json", "--tracks", f"{run}.csv", "--at", "2026-11-22T23:30:00+08:00")
        done = replay(tmp_path, clip, "-c", config, *words)
        assert done.returncode == 0, done.stderr
    outcomes = [json.loads((tmp_path / f"{run}.json").read_text()) for run in range(3)]
    texts = [
        [line for line in (tmp_path / f"{run}.json").read_text().splitlines() if '"speed"' not in line]
        for run in range(3)
    ]
    tracks = [(tmp_path / f"{run}.csv").read_bytes() for run in range(3)]
    (first, *others) = outcomes

    assert texts[0] == texts[1] == texts[2]
    assert tracks[0] == tracks[1] == tracks[2]
    assert all(o["sha256"] == first["sha256"] for o in others)
    assert first["frames"] == 15
    assert first["speed"] > 0
    assert first["alerts"]
    assert {(a["code"], a["zone"], a["camera"], a["source"]) for a in first["alerts"]} == {
        ("INTRUDE", "yard", "gate-1", "replay")
    }
    assert {row.count(",") for row in tracks[0].decode().splitlines()} == {9}
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["models"]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is but one core")
def test_a_clip_gives_the_same_bytes_on_one_core_as_on_all(tmp_path: Path, footage: Path, assets: Path) -> None:
    """How many cores there are says how many pictures are detected at once, by how many threads."""
    assert assets
    clip = footage / "mot15" / "TUD-Campus.mp4"
    cores = sorted(os.sched_getaffinity(0))
    told = []
    for count in {1, len(cores)}:
        prefix = ["taskset", "--cpu-list", ",".join(map(str, cores[:count]))]
        words = ("replay", str(clip), "--json", "-", "--tracks", f"{count}.csv")
        command = [*prefix, sys.executable, "-m", "kanmen", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        outcome = json.loads(done.stdout)
        told.append((outcome["sha256"], outcome["alerts"], (tmp_path / f"{count}.csv").read_bytes()))

    assert told[0][1]
    assert told[0][2]
    assert all(one == told[0] for one in told)
