"""Weights are tried with usual shapes and batches: what they accept is timed, what they refuse is named."""

import pytest

from detect.detector import Detector
from detect.scripted import ScriptedDetector
from detect.trials import BATCHES, shapes, trials
from models.detection import Detections
from models.errors import ModelError
from models.weights import Asset, Weights

SQUARE = Weights(Asset("made", "CC0-1.0", ()), "made for a test", "yolo8", "coco80", 640, 640, "onnx")


def test_shapes_are_the_manifest_s_own_and_those_of_cameras() -> None:
    assert shapes(SQUARE) == ((640, 640), (640, 544), (640, 384))


def test_what_is_accepted_is_timed_and_what_is_refused_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detect.trials._TIMED_S", 0.02)

    def open_(weights: Weights, batch: int) -> Detector:
        if weights.height != 640:
            raise ModelError("takes squares only")
        return ScriptedDetector(lambda _: Detections.none(), width=640, height=640, batch=min(batch, 2), takes_s=0.001)

    tried = list(trials(SQUARE, open_))

    assert len(tried) == 3 * len(BATCHES)
    assert [(one.batch, one.height) for one in tried if one.taken] == [(1, 640), (2, 640)]
    assert all(one.ms > 0 for one in tried if one.taken)
    assert {one.why_not for one in tried if not one.taken} == {"takes squares only", "takes 2 pictures at once"}
