"""`kanmen film` writes footage of a script with its truth and its camera, and a replay of it is scored by them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kanmen.film import listed, script_of
from models.errors import FootageError
from scenes.script_files import truth_of


def kanmen(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", *words]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=240)


@pytest.mark.timeout(300)
def test_what_a_script_says_is_told_of_its_footage(tmp_path: Path, assets: Path, demo_cache: Path) -> None:
    """With the better weights: the people of a script are small."""
    del assets
    done = kanmen(tmp_path, "film", "INTRUDE/stands/0", "out/scene.mp4", "--cache", str(demo_cache))
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    beside = ("--config", "out/scene.site.yaml", "--truth", "out/scene.truth.yaml", "--json", "-")
    replayed = kanmen(tmp_path, "replay", "out/scene.mp4", *beside)
    assert replayed.returncode == 0, replayed.stderr
    score = json.loads(replayed.stdout)["score"]

    assert written == ["scene.mp4", "scene.site.yaml", "scene.truth.yaml"]
    assert "kanmen replay out/scene.mp4 --config out/scene.site.yaml" in done.stderr
    assert (score["codes"]["INTRUDE"]["recall"], score["codes"]["INTRUDE"]["precision"]) == (1.0, 1.0)


def test_a_look_alike_is_silent_by_its_truth() -> None:
    truth = YAML(typ="safe").load(truth_of(script_of("INTRUDE/corner/0"), "corner.mp4"))

    assert truth == {"clip": "corner.mp4", "silent": True}


@pytest.mark.parametrize("name", ["INTRUDE", "INTRUDE/flies/1", "INTRUDE/stands/x", "../stands/1"])
def test_what_is_no_script_is_told_with_where_they_are_listed(name: str) -> None:
    with pytest.raises(FootageError, match="is no script; write CODE/KIND/SEED"):
        script_of(name)


def test_a_part_that_nobody_can_play_is_named() -> None:
    with pytest.raises(FootageError, match=r"nobody can play .*; Kanmen ships pictures of people and of a bus only"):
        script_of("PARK/stands/0")


@pytest.mark.parametrize("out", ["taken", "taken/file/scene.mp4"])
def test_where_nothing_can_be_written_it_says_so(out: str, tmp_path: Path, demo_cache: Path) -> None:
    """A folder of that name, or a file where a folder must be."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    done = kanmen(tmp_path, "film", "INTRUDE/corner/0", out, "--cache", str(demo_cache))

    assert done.returncode == 1
    assert f"{out}: cannot be written: " in done.stderr
    assert "Traceback" not in done.stderr


def test_every_kind_is_listed() -> None:
    assert any(line.startswith("FALL/lies/SEED") for line in listed())
    assert len(listed()) == len(set(listed())) > 80
