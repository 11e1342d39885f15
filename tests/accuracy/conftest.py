"""What tests of accuracy share: the gates, and where figures are kept between runs."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from detect.detector import Detector
from detect.openvino import OpenVinoDetector
from kanmen.weights import described, prepare

_GATES = Path(__file__).parent / "gates.yaml"

_WEIGHTS = ("yolo11n-int8", "yolox-nano", "yolov3-tiny")


@pytest.fixture(scope="session")
def gates() -> dict[str, Any]:
    """`gates.yaml`."""
    read: dict[str, Any] = YAML(typ="safe").load(_GATES)
    return read


@pytest.fixture(scope="session")
def kept() -> Path | None:
    """The folder in which figures are kept, so that a run that was cut off goes on; everything is run, then.

    None where `KANMEN_ACCURACY` is not set: only a small fixed part is run.
    """
    value = os.environ.get("KANMEN_ACCURACY")
    if not value:
        return None
    folder = Path(value)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module", params=_WEIGHTS)
def weights(request: pytest.FixtureRequest, assets: Path, demo_cache: Path) -> tuple[str, Path]:
    """Name and file of each of the weights that have gates."""
    del assets  # whence the better ones come
    return prepare(request.param, demo_cache / "weights", lambda *_: None)


@pytest.fixture(scope="module")
def exact(weights: tuple[str, Path]) -> Callable[[float], AbstractContextManager[Detector]]:
    """Opens the weights in float32: where a few boxes decide, no processor shall round its own way."""
    name, path = weights
    return lambda confidence: closing(OpenVinoDetector(path, described(name, path), confidence, exact=True))
