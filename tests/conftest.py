"""Fixtures that every room's tests share: the footage and the assets that a machine may or may not have."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

_FOOTAGE = ("manifest.json", "pedestrian_survaillance.mp4", "intel_car-detection.mp4", "mot15/TUD-Campus.mp4")
_ASSETS = ("yolo11n_int8_openvino_model/yolo11n.xml", "yolo11n_int8_openvino_model/yolo11n.bin", "yolox_nano.onnx")


def pytest_report_header() -> str | None:
    """Says what is left out without the extra."""
    return (
        None
        if find_spec("ultralytics")
        else "left out: tests/ultralytics, which needs the extra (make test-ultralytics)"
    )


def _folder(variable: str, wanted: tuple[str, ...]) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set")
    folder = Path(value)
    missing = [name for name in wanted if not (folder / name).is_file()]
    if missing:
        pytest.fail(f"{variable} is set, but lacks {', '.join(missing)}")
    return folder


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real clips; skips by name where unset, fails where set and incomplete."""
    return _folder("KANMEN_FOOTAGE", _FOOTAGE)


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of real detector weights; skips by name where unset, fails where set and incomplete."""
    return _folder("KANMEN_ASSETS", _ASSETS)


@pytest.fixture(scope="session")
def demo_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of weights and composed scenes for all demos of a test run."""
    return tmp_path_factory.mktemp("demo-cache")
