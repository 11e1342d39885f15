"""A .pt and what is exported from it compute the same numbers, in batches too, and the entry printed makes it known."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from detect.export import Format, describe, export
from detect.model import load
from detect.openvino import OpenVinoInference
from detect.ultralytics import Plan, UltralyticsDetector, UltralyticsInference, plan
from kanmen.own_weights import entry
from kanmen.weights import open_detector, prepare
from models.errors import ModelError
from models.frame import Frame
from models.weights import manifest, parse

PIXELS = 1e-2
"""Largest difference of a box in the raw output, of an input of 640 pixels."""

SCORES = 1e-4
"""Largest difference of a class's score."""


def _ignore(_what: str, _done: float, _total: float) -> None:
    """Nobody watches the progress."""


def _raw(request: OpenVinoInference | UltralyticsInference, frames: list[Frame]) -> NDArray[np.float32]:
    request.sheet.draw(frames)
    return request.outputs(len(frames)).copy()


@pytest.mark.parametrize("form", ["openvino", "onnx"])
def test_the_raw_output_stays_the_same(seeded: Path, tmp_path: Path, pictures: list[Frame], form: Format) -> None:
    weights = export(seeded, tmp_path, form, dynamic=False)
    path = tmp_path / weights.asset.files[0].path
    before = UltralyticsInference(seeded, describe(seeded), 0.1, 1)
    after = OpenVinoInference(load(path, weights, exact=True), 0.1)
    for frame in pictures[:4]:
        apart = np.abs(_raw(before, [frame]) - _raw(after, [frame]))

        assert apart.shape == (1, 84, 8400)
        assert apart[:, :4].max() <= PIXELS
        assert apart[:, 4:].max() <= SCORES


def test_a_batch_gives_what_single_pictures_give(seeded: Path, pictures: list[Frame]) -> None:
    single, four = (UltralyticsInference(seeded, describe(seeded), 0.1, batch) for batch in (1, 4))
    alone = np.concatenate([_raw(single, [frame]) for frame in pictures[:4]])
    together = _raw(four, pictures[:4])
    part = _raw(four, pictures[:3])

    assert np.abs(alone[:, :4] - together[:, :4]).max() <= PIXELS
    assert np.abs(alone[:, 4:] - together[:, 4:]).max() <= SCORES
    assert np.abs(alone[:3] - part).max() <= PIXELS


def test_an_exported_shape_other_than_square_is_kept(seeded: Path, tmp_path: Path, pictures: list[Frame]) -> None:
    weights = export(seeded, tmp_path, "onnx", (640, 384), dynamic=False)
    request = UltralyticsInference(tmp_path / weights.asset.files[0].path, weights, 0.1, 8)

    assert request.sheet.pixels.shape == (1, 384, 640, 3)
    assert _raw(request, pictures[:1]).shape == (1, 84, 5040)


def test_a_dynamic_export_takes_true_batches(seeded: Path, tmp_path: Path, pictures: list[Frame]) -> None:
    weights = export(seeded, tmp_path, "onnx", dynamic=True)
    detector = UltralyticsDetector(tmp_path / weights.asset.files[0].path, weights, 0.1, batch=4)
    found = detector.detect(pictures[:6])
    detector.close()

    assert detector.batch == 4
    assert len(found) == 6


def test_the_entry_printed_makes_the_weights_known(seeded: Path, tmp_path: Path) -> None:
    weights = export(seeded, tmp_path, "openvino", dynamic=False)
    (tmp_path / "weights.toml").write_text(entry(weights), encoding="utf-8")
    name, path = prepare(weights.name, tmp_path, _ignore, [])
    open_detector(name, path, 0.35).close()

    assert parse(entry(weights)).detector(weights.name) == weights
    assert weights.name in manifest(tmp_path).weights
    assert weights.name not in manifest().weights


def test_a_gpu_is_used_where_the_file_can_and_precision_is_halved_for_a_pt_alone() -> None:
    assert plan(Path("x.pt"), gpu=True) == Plan("cuda:0", half=True)
    assert plan(Path("x.onnx"), gpu=True) == Plan("cuda:0", half=False)
    assert plan(Path("x.xml"), gpu=True) == Plan("cpu", half=False)
    assert plan(Path("x.engine"), gpu=False) == Plan("cuda:0", half=False)
    assert plan(Path("x.pt"), gpu=False) == Plan("cpu", half=False)


def test_a_network_of_other_classes_is_refused(tmp_path: Path, seeded: Path) -> None:
    from detect.runtime import ultralytics

    model = ultralytics().YOLO(str(seeded))
    model.model.names[0] = "helmet"
    path = tmp_path / "helmets.pt"
    model.save(str(path))

    with pytest.raises(ModelError, match="finds helmet where COCO has person"):
        describe(path)


def _models(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "models", *words, "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_pt_is_exported_only_when_somebody_says_that_it_may_be_trusted(seeded: Path, tmp_path: Path) -> None:
    refused = _models("export", str(seeded), "--format", "pytorch", folder=tmp_path)
    accepted = _models("export", str(seeded), "--format", "pytorch", "--trust", folder=tmp_path)

    assert refused.returncode == 1
    assert "is not in the manifest" in refused.stderr
    assert "is a pickle: to read it can run code" in refused.stderr
    assert "add --trust" in refused.stderr
    assert accepted.returncode == 0, accepted.stderr
    assert tomllib.loads(accepted.stdout)["weights"]["seeded"]["format"] == "pytorch"
    # What stands in the manifest needs no further word, whether it is named or its file is.
    (tmp_path / "weights.toml").write_text(accepted.stdout, encoding="utf-8")
    by_file = _models("export", str(seeded), "--format", "pytorch", "--json", folder=tmp_path)
    assert by_file.returncode == 0, by_file.stderr
    assert json.loads(by_file.stdout)["asset"]["name"] == "seeded"


def test_a_pickle_that_would_run_a_program_runs_none_even_when_trusted(tmp_path: Path) -> None:
    from detect.runtime import of_ultralytics

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            import os

            return os.system, (f"touch {tmp_path / 'ran'}",)

    path = tmp_path / "evil.pt"
    of_ultralytics("torch").save({"model": Evil()}, path)
    answer = _models("export", str(path), "--trust", folder=tmp_path / "models")

    assert answer.returncode == 1
    assert "cannot be read as weights of ultralytics" in answer.stderr
    assert not (tmp_path / "ran").exists()
