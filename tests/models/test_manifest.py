"""The manifest of weights says what every file must hash to, and a mistake in it is named."""

import pytest

from models.errors import AssetError
from models.weights import manifest, parse

GOOD = """
best = ["tiny"]
[weights.tiny]
architecture = "Tiny"
head = "yolo8"
classes = "coco80"
input = [416, 352]
format = "onnx"
licence = "CC0-1.0"
[[weights.tiny.files]]
path = "tiny.onnx"
bytes = 3
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
[pictures]
"""


def test_the_best_weights_are_all_described() -> None:
    assert manifest().best == ("yolo11n-int8", "yolox-nano", "yolov3-tiny")
    assert set(manifest().best) <= set(manifest().weights)


def test_something_comes_to_a_machine_with_nothing_but_a_package_index() -> None:
    last = manifest().asset(manifest().best[-1])

    assert all(file.index is not None for file in last.files)
    assert all(file.index is not None for file in manifest().asset("street-photo").files)


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(AssetError, match="no asset 'yolo99'; it has street-photo, yolo11n-int8"):
        manifest().asset("yolo99")
    with pytest.raises(AssetError, match="choose best, yolo11n-int8, yolov3-tiny, yolox-nano"):
        manifest().detector("yolo99")


def test_a_manifest_is_read() -> None:
    weights = parse(GOOD).detector("tiny")

    assert (weights.name, weights.width, weights.height, weights.format) == ("tiny", 416, 352, "onnx")
    assert weights.asset.files[0].size == 3


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ('head = "yolo8"\n', "", "lacks 'head'"),
        ("ba7816", "zz7816", "is no sha256"),
        ("tiny.onnx", "../tiny.onnx", "would leave the folder"),
        ("input = [416, 352]", "input = [416]", "cannot be read"),
        ('format = "onnx"', 'format = "keras"', "'keras' is no format; known are openvino"),
        ('best = ["tiny"]', 'best = ["huge"]', "names 'huge'"),
        ("[weights.tiny]", "[weights.tiny", "cannot be read"),
    ],
)
def test_a_mistake_is_named(was: str, becomes: str, message: str) -> None:
    assert was in GOOD

    with pytest.raises(AssetError, match=message):
        parse(GOOD.replace(was, becomes))
