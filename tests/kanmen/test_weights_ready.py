"""The best weights that can be had are chosen, converted once, and never opened when their bytes have changed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kanmen.channels import LocalFolder
from kanmen.own_weights import entry
from kanmen.weights import _as_onnx, detector_of, open_detector, prepare
from models.clock import utc_now
from models.errors import AssetError, ModelError
from models.frame import Frame
from models.weights import Asset, AssetFile, manifest

NUMBERS = 8_858_734
"""Of YOLOv3-tiny for 80 classes."""


def _ignore(_what: str, _done: float, _total: float) -> None:
    """Nobody watches the progress."""


def test_the_best_of_a_folder_is_chosen_and_opens(assets: Path, tmp_path: Path) -> None:
    name, path = prepare("best", tmp_path, _ignore, [LocalFolder(str(assets))])
    detector = open_detector(name, path, 0.35)
    (found,) = detector.detect([Frame("gate-1", 0, 0, utc_now(), np.full((524, 640, 3), 90, np.uint8))])
    detector.close()

    assert name == detector.name == "yolo11n-int8"
    assert len(found) == 0


def test_the_next_best_is_chosen_where_the_best_is_incomplete(assets: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    (half / "yolo11n_int8_openvino_model").mkdir(parents=True)
    for name in ("yolo11n_int8_openvino_model/yolo11n.xml", "yolox_nano.onnx"):
        (half / name).write_bytes((assets / name).read_bytes())

    assert prepare("best", tmp_path / "var", _ignore, [LocalFolder(str(half))])[0] == "yolox-nano"


def test_where_nothing_can_be_had_every_try_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError) as told:
        prepare("best", tmp_path, _ignore, [LocalFolder(str(tmp_path / "nowhere"))])

    for name in manifest().best:
        assert f"{name}: " in str(told.value)
    assert str(told.value).count("Remedy") == 3


def test_a_model_that_is_not_in_the_manifest_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no detector weights 'yolo99'; choose best"):
        prepare("yolo99", tmp_path, _ignore, [])


def test_weights_that_changed_on_disk_are_not_opened(assets: Path, tmp_path: Path) -> None:
    name, path = prepare("yolo11n-int8", tmp_path, _ignore, [LocalFolder(str(assets))])
    weights = path.with_suffix(".bin")
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")

    with pytest.raises(AssetError, match="not the file that was fetched; start Kanmen again"):
        open_detector(name, path, 0.35)


@pytest.fixture
def darknet(tmp_path: Path) -> Path:
    """A file as long as YOLOv3-tiny's that detects nothing."""
    path = tmp_path / "yolov3-tiny.weights"
    numbers = np.full(NUMBERS, 1e-3, np.float32)
    path.write_bytes(np.array([0, 2, 0], np.int32).tobytes() + np.int64(0).tobytes() + numbers.tobytes())
    return path


def test_darknet_weights_are_converted_once_and_open(darknet: Path) -> None:
    told: list[str] = []
    weights = manifest().detector("yolov3-tiny")
    path = _as_onnx(weights, darknet, lambda what, _done, _total: told.append(what))
    converted = path.stat().st_mtime_ns
    again = _as_onnx(weights, darknet, lambda what, _done, _total: told.append(what))
    detector = open_detector("yolov3-tiny", path, 0.35)
    detector.close()

    assert again == path
    assert path.stat().st_mtime_ns == converted
    assert told == ["Converting yolov3-tiny.weights"] * 2


def test_a_conversion_that_rotted_is_not_opened_but_made_anew(darknet: Path) -> None:
    weights = manifest().detector("yolov3-tiny")
    path = _as_onnx(weights, darknet, _ignore)
    good = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(b"rotten")
    with pytest.raises(AssetError, match="not the file that was fetched"):
        open_detector("yolov3-tiny", path, 0.35)

    assert hashlib.sha256(_as_onnx(weights, darknet, _ignore).read_bytes()).hexdigest() == good


def test_other_weights_are_another_conversion(darknet: Path) -> None:
    weights = manifest().detector("yolov3-tiny")
    file = AssetFile("yolov3-tiny.weights", 1, "0" * 64)
    other = replace(weights, asset=Asset("yolov3-tiny", "CC0-1.0", (file,)))

    assert _as_onnx(weights, darknet, _ignore) != _as_onnx(other, darknet, _ignore)


def test_weights_that_cannot_be_converted_leave_nothing_behind(darknet: Path) -> None:
    darknet.write_bytes(darknet.read_bytes()[:1000])
    with pytest.raises(ModelError, match="ends early"):
        _as_onnx(manifest().detector("yolov3-tiny"), darknet, _ignore)

    assert [path.name for path in darknet.parent.iterdir()] == ["yolov3-tiny.weights"]


def test_weights_that_openvino_cannot_read_are_refused_by_name(tmp_path: Path) -> None:
    weights = replace(manifest().detector("yolox-nano"), format="pytorch")

    with pytest.raises(ModelError, match="the openvino backend reads no pytorch; use ultralytics"):
        detector_of(weights, tmp_path / "x.pt", 0.35, backend="openvino")


def test_own_weights_are_prepared_and_opened_like_any(assets: Path, tmp_path: Path) -> None:
    shipped = manifest().detector("yolox-nano")
    (tmp_path / "weights.toml").write_text(entry(shipped).replace("yolox-nano", "ours"), encoding="utf-8")
    name, path = prepare("ours", tmp_path, _ignore, [LocalFolder(str(assets))])
    detector = open_detector(name, path, 0.35)
    detector.close()

    assert detector.name == "ours"
    assert (detector.width, detector.height) == (shipped.width, shipped.height)
