"""`kanmen models` as people and machines use it: list, get, validate, and what export refuses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kanmen.own_weights import entry
from models.errors import AssetError
from models.weights import OWN, manifest, parse

WITHOUT_EXTRA = """
import sys
sys.modules["ultralytics"] = None
from kanmen.main import main
sys.argv[0] = "kanmen"
main()
"""


def _models(*words: str, folder: Path, code: str | None = None) -> subprocess.CompletedProcess[str]:
    begin = ["-m", "kanmen"] if code is None else ["-c", code]
    command = [sys.executable, *begin, "models", *words, "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _json(*words: str, folder: Path) -> Any:
    answer = _models(*words, "--json", folder=folder)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.usefixtures("assets")
def test_list_says_what_is_here_and_what_is_damaged(tmp_path: Path) -> None:
    before = {one["name"]: one["state"] for one in _json("list", folder=tmp_path)["weights"]}
    got = _json("get", folder=tmp_path)
    Path(_json("get", "yolox-nano", folder=tmp_path)["path"]).write_bytes(b"rotten")
    after = {one["name"]: one["state"] for one in _json("list", folder=tmp_path)["weights"]}

    assert set(before.values()) == {"not here"}
    assert got["name"] == "yolo11n-int8"
    assert after == {"yolo11n-int8": "here", "yolox-nano": "damaged", "yolov3-tiny": "not here"}
    assert "yolo11n-int8" in _models("list", folder=tmp_path).stdout


def test_weights_that_do_not_exist_are_answered_with_those_that_do(tmp_path: Path) -> None:
    answer = _models("get", "yolo99", folder=tmp_path)

    assert answer.returncode == 1
    assert "choose best, yolo11n-int8" in answer.stderr


@pytest.mark.usefixtures("assets")
def test_validate_says_what_is_accepted_and_what_is_found(footage: Path, tmp_path: Path) -> None:
    told = _json("validate", "yolox-nano", "--stills", str(footage / "tinycoco"), folder=tmp_path)
    taken = [(one["width"], one["height"], one["batch"]) for one in told["trials"] if one["taken"]]
    precision = {one["key"]: one for one in told["appraisal"]["precision"]}
    recall = told["appraisal"]["recall"]

    assert {(416, 352, batch) for batch in (1, 2, 4, 8)} <= set(taken)
    assert (416, 256, 1) in taken
    assert precision["person"]["boxes"] == sum(one["people"] for one in recall) == 96
    assert precision["person"]["ap"] > 0.3
    assert precision["person"]["ap50"] > 0.7
    # Whoever is taller is found more often.
    assert recall[0]["found"] / recall[0]["people"] < 0.5
    assert recall[-1]["found"] / recall[-1]["people"] > 0.9


@pytest.mark.usefixtures("assets")
def test_validate_prints_tables_for_people(tmp_path: Path) -> None:
    told = _models("validate", "yolo11n-int8", folder=tmp_path)

    assert told.returncode == 0, told.stderr
    assert "640x640" in told.stdout
    assert "refused" in told.stdout


def test_a_pt_that_is_not_in_the_manifest_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "gift.pt"
    path.write_bytes(b"whatever")
    for command in ("export", "validate"):
        answer = _models(command, str(path), folder=tmp_path)

        assert answer.returncode == 1
        assert "is not in the manifest (sha256 85738f8f9a7f1b04b5329c590ebcb9e425925c6d0984089c43a022de4f19c281)" in (
            answer.stderr
        )
        assert "A .pt is a pickle: to read it can run code" in answer.stderr
        assert "--trust" in answer.stderr


def test_without_the_extra_a_trusted_pt_says_how_to_have_it(tmp_path: Path) -> None:
    path = tmp_path / "gift.pt"
    path.write_bytes(b"whatever")
    answer = _models("export", str(path), "--trust", folder=tmp_path, code=WITHOUT_EXTRA)

    assert answer.returncode == 1
    assert "the ultralytics backend is not installed here" in answer.stderr
    assert "make ultralytics" in answer.stderr


@pytest.mark.parametrize("size", ["640", "641x640", "0x0"])
def test_a_size_that_no_network_takes_is_refused(tmp_path: Path, size: str) -> None:
    answer = _models("export", "gift.pt", "--size", size, folder=tmp_path)

    assert answer.returncode == 1
    assert "multiples of 32" in answer.stderr


@pytest.mark.usefixtures("assets")
def test_what_is_no_pt_is_not_exported(tmp_path: Path) -> None:
    answer = _models("export", "yolox-nano", folder=tmp_path)

    assert answer.returncode == 1
    assert "only a .pt of ultralytics can be exported" in answer.stderr


def test_an_entry_reads_as_what_it_was_written_of() -> None:
    for weights in manifest().weights.values():
        again = parse(entry(weights)).detector(weights.name)

        assert (again.head, again.width, again.height, again.format) == (
            weights.head,
            weights.width,
            weights.height,
            weights.format,
        )
        assert [file.sha256 for file in again.asset.files] == [file.sha256 for file in weights.asset.files]


def test_own_weights_stand_beside_the_shipped_ones_and_never_in_their_place(tmp_path: Path) -> None:
    text = entry(manifest().detector("yolox-nano"))
    (tmp_path / OWN).write_text(text.replace("yolox-nano", "ours"), encoding="utf-8")

    assert set(manifest(tmp_path).weights) == {*manifest().weights, "ours"}

    (tmp_path / OWN).write_text(text, encoding="utf-8")
    with pytest.raises(AssetError, match="Kanmen has weights 'yolox-nano' of its own"):
        manifest(tmp_path)

    (tmp_path / OWN).write_text("[weights", encoding="utf-8")
    with pytest.raises(AssetError, match=r"weights\.toml: the manifest of weights cannot be read"):
        manifest(tmp_path)
