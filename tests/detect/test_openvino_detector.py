"""The detector finds people and vehicles in real pictures, in any order asked, and says clearly what it cannot use."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from detect.openvino import OpenVinoDetector
from models.clock import utc_now
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame, Image
from models.labels import BUS, CAR, KEYS, PERSON, TRUCK
from models.weights import Asset, Weights, manifest

SMALL = Weights(Asset("made", "CC0-1.0", ()), "made for a test", "yolo26", "coco80", 64, 64, "onnx")


def _frame(image: Image, number: int = 0) -> Frame:
    return Frame("gate-1", number, 0, utc_now(), image)


def _grey(value: int, width: int = 64, height: int = 64) -> Image:
    return np.full((height, width, 3), value, np.uint8)


def _write(path: Path, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], shape: list[int | str]) -> Path:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, 64, 64])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


@pytest.fixture
def brightness(tmp_path: Path) -> Path:
    """A network that sees one person in the upper left quarter, as surely as the first channel's top left is bright."""
    row = np.zeros((1, 300, 6), np.float32)
    row[0, 0, :4] = 0, 0, 32, 32
    mask = np.zeros((1, 300, 6), np.float32)
    mask[0, 0, 4] = 1
    nodes = [
        helper.make_node("Slice", ["images", "from", "to", "axes"], ["pixel"]),
        helper.make_node("Reshape", ["pixel", "shape"], ["score"]),
        helper.make_node("Mul", ["score", "mask"], ["scored"]),
        helper.make_node("Add", ["scored", "row"], ["out"]),
    ]
    constants = {
        "from": np.array([0, 32, 32]),
        "to": np.array([1, 33, 33]),
        "axes": np.array([1, 2, 3]),
        "shape": np.array([-1, 1, 1]),
        "mask": mask,
        "row": row,
    }
    return _write(tmp_path / "brightness.onnx", nodes, constants, ["n", 300, 6])


@pytest.fixture
def detector(brightness: Path) -> Iterator[OpenVinoDetector]:
    made = OpenVinoDetector(brightness, SMALL, 0.35)
    yield made
    made.close()


def test_results_come_in_the_order_asked(detector: OpenVinoDetector) -> None:
    values = [100 + i for i in range(40)]
    found = detector.detect([_frame(_grey(value), i) for i, value in enumerate(values)])

    assert np.allclose([d.score[0] for d in found], np.array(values) / 255, atol=1e-3)


def test_each_frame_submitted_is_done_once_with_its_own_result(detector: OpenVinoDetector) -> None:
    done: dict[int, float] = {}
    lock = threading.Lock()

    def on_done(frame: Frame, found: Detections) -> None:
        with lock:
            assert frame.number not in done
            done[frame.number] = float(found.score[0])

    for number in range(100, 200):
        detector.submit([_frame(_grey(number), number)], on_done)
    detector.close()

    assert done == pytest.approx({number: number / 255 for number in range(100, 200)}, abs=1e-3)
    assert detector.failed == 0


def test_no_more_frames_are_taken_than_there_are_requests(brightness: Path) -> None:
    detector = OpenVinoDetector(brightness, SMALL, 0.35, requests=2)
    go_on = threading.Event()
    for _ in range(2):
        assert detector.ready()
        detector.submit([_frame(_grey(200))], lambda *_: go_on.wait(10) and None)

    assert not detector.ready()
    go_on.set()
    detector.close()


def test_batches_give_what_single_frames_give(brightness: Path) -> None:
    detector = OpenVinoDetector(brightness, SMALL, 0.35, batch=3)
    found = detector.detect([_frame(_grey(value)) for value in (110, 120, 130, 140)])
    detector.close()

    assert np.allclose([d.score[0] for d in found], np.array([110, 120, 130, 140]) / 255, atol=1e-3)
    with pytest.raises(ValueError, match="4 frames for a batch of 3"):
        detector.submit([_frame(_grey(1))] * 4, lambda *_: None)


def test_boxes_are_fractions_of_the_frame_not_of_the_padded_input(detector: OpenVinoDetector) -> None:
    # The box covers rows and columns 0..32 of the input; a picture of 160x64 lies in its rows 19..45.
    (found,) = detector.detect([_frame(_grey(200, width=160, height=64))])

    assert np.allclose(found.xyxy, [[0, 0, 0.5, 13 / 26]], atol=1e-3)


def test_padding_beside_a_tall_picture_is_taken_off(brightness: Path) -> None:
    # A picture of 48x64 lies in columns 8..56 of the input; the box covers columns 0..32.
    detector = OpenVinoDetector(brightness, SMALL, 0.35)
    (found,) = detector.detect([_frame(_grey(200, width=48, height=64))])
    detector.close()

    assert np.allclose(found.xyxy, [[0, 0, 24 / 48, 0.5]], atol=1e-3)


def test_frames_of_changing_shape_leave_nothing_of_each_other_behind(detector: OpenVinoDetector) -> None:
    wide, square = _frame(_grey(200, 128, 64)), _frame(_grey(120))
    found = detector.detect([wide, square] * 10)

    assert np.allclose([d.score[0] for d in found], [200 / 255, 120 / 255] * 10, atol=1e-3)
    assert [d.xyxy[0, 1:].tolist() for d in found] == [[0, 0.5, 0.5]] * 20


@pytest.mark.parametrize(("colour", "seen"), [((200, 0, 0), 1), ((0, 0, 200), 0)])
def test_a_head_of_rgb_sees_red_first(detector: OpenVinoDetector, colour: tuple[int, int, int], seen: int) -> None:
    image = np.broadcast_to(np.array(colour, np.uint8), (64, 64, 3)).copy()
    (found,) = detector.detect([_frame(image)])

    assert len(found) == seen


def test_a_done_that_fails_is_counted_and_raised_by_the_next_call(brightness: Path) -> None:
    detector = OpenVinoDetector(brightness, SMALL, 0.35)

    def fail(_frame: Frame, _found: Detections) -> None:
        raise RuntimeError("no room left")

    detector.submit([_frame(_grey(200))], fail)

    with pytest.raises(ModelError, match="an inference failed: no room left"):
        detector.close()
    assert detector.failed == 1


def test_a_picture_that_cannot_be_detected_fails_by_name_and_never_looks_empty(brightness: Path) -> None:
    detector = OpenVinoDetector(brightness, SMALL, 0.35)

    with pytest.raises(ModelError, match="0x64"):
        detector.detect([_frame(np.zeros((64, 0, 3), np.uint8))])
    with pytest.raises(ModelError, match="an inference failed"):
        detector.close()


def test_a_closed_detector_takes_nothing(brightness: Path) -> None:
    detector = OpenVinoDetector(brightness, SMALL, 0.35)
    detector.close()

    with pytest.raises(ModelError, match="closed"):
        detector.submit([_frame(_grey(1))], lambda *_: None)


def test_an_unknown_head_is_named_with_the_known_ones(brightness: Path) -> None:
    with pytest.raises(ModelError, match="unknown head 'detr'; known are yolo26, yolo8, yolov3-tiny, yolox"):
        OpenVinoDetector(brightness, replace(SMALL, head="detr"), 0.35)


def test_an_output_of_another_head_is_named_with_its_shape(brightness: Path) -> None:
    with pytest.raises(ModelError, match=r"gives \[1,300,6\], which is not head yolox of 80 classes"):
        OpenVinoDetector(brightness, replace(SMALL, head="yolox"), 0.35)


def test_an_output_of_other_classes_is_refused(tmp_path: Path) -> None:
    # A yolo8 head of 64x64 has 84 cells; this one knows a single class.
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Add", ["mean", "zeros"], ["out"]),
    ]
    path = _write(tmp_path / "one.onnx", nodes, {"zeros": np.zeros((1, 5, 84), np.float32)}, [1, 5, 84])

    with pytest.raises(ModelError, match=r"gives \[1,5,84\], which is not head yolo8 of 80 classes"):
        OpenVinoDetector(path, replace(SMALL, head="yolo8"), 0.35)


def test_classes_other_than_coco_are_refused(brightness: Path) -> None:
    with pytest.raises(ModelError, match="unknown classes 'visdrone'"):
        OpenVinoDetector(brightness, replace(SMALL, classes="visdrone"), 0.35)


@pytest.mark.parametrize("name", ["broken.onnx", "broken.xml"])
def test_a_corrupt_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is no network" * 10)

    with pytest.raises(ModelError, match=f"{name} cannot be read as OpenVINO IR or ONNX"):
        OpenVinoDetector(path, SMALL, 0.35)


def test_an_input_that_the_graph_refuses_is_named(assets: Path) -> None:
    weights = replace(manifest().detector("yolo11n-int8"), width=416, height=352)

    with pytest.raises(ModelError, match=r"takes \[1,3,640,640\] and refuses \[1, 3, 352, 416\]"):
        OpenVinoDetector(assets / weights.asset.files[0].path, weights, 0.35)


def test_importing_the_detector_tells_nobody() -> None:
    code = (
        "import sys\n"
        "def watch(event, args):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'subprocess.Popen'): sys.exit(f'{event} {args}')\n"
        "sys.addaudithook(watch)\n"
        "import detect.openvino\n"
        "sys.exit(0 if sys.modules['openvino_telemetry'] is None else 'telemetry is loaded')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr


def _pictures(path: Path, every: int, count: int, first: int = 0) -> list[Frame]:
    frames: list[Frame] = []
    with av.open(str(path)) as container:
        for index, picture in enumerate(container.decode(video=0)):
            if index >= first and (index - first) % every == 0:
                frames.append(_frame(picture.to_ndarray(format="rgb24"), index))
            if len(frames) == count:
                break
    return frames


@pytest.fixture(params=["yolo11n-int8", "yolox-nano"])
def real(request: pytest.FixtureRequest, assets: Path) -> Iterator[OpenVinoDetector]:
    """Each detector of the assets folder."""
    weights = manifest().detector(request.param)
    detector = OpenVinoDetector(assets / weights.asset.files[0].path, weights, 0.35, exact=True)
    yield detector
    detector.close()


def test_people_are_found_on_campus_and_pavement(real: OpenVinoDetector, footage: Path) -> None:
    for clip, at_least in (("mot15/TUD-Campus.mp4", 4), ("pedestrian_survaillance.mp4", 2)):
        found = real.detect(_pictures(footage / clip, every=10, count=6))

        assert all(np.isin(d.label, (PERSON, *KEYS["bag"])).all() for d in found)
        assert np.mean([(d.label == PERSON).sum() for d in found]) >= at_least


def test_vehicles_are_found_on_the_road_and_from_above(real: OpenVinoDetector, footage: Path) -> None:
    # Seen from straight above, a car is at the limit of what these small networks know: a few frames must do.
    for clip, every, first, at_least in (("highway_cars.avi", 8, 0, 20), ("intel_car-detection.mp4", 1, 214, 3)):
        found = real.detect(_pictures(footage / clip, every, 23, first))
        labels = np.concatenate([d.label for d in found])

        assert np.isin(labels, (CAR, BUS, TRUCK)).sum() >= at_least
        assert (labels != PERSON).mean() > 0.9


def test_the_same_people_are_found_whatever_the_shape_of_the_frame(real: OpenVinoDetector, footage: Path) -> None:
    (square,) = _pictures(footage / "mot15/TUD-Campus.mp4", every=1, count=1)
    wide = cv2.copyMakeBorder(square.image, 0, 0, 0, square.image.shape[1] // 3, cv2.BORDER_CONSTANT, value=(90,) * 3)
    (of_square, of_wide) = real.detect([square, _frame(wide)])
    best = of_square.xyxy[of_square.score.argmax()]
    scaled = of_wide.xyxy * np.array([wide.shape[1] / square.image.shape[1], 1] * 2, np.float32)

    assert np.abs(scaled - best).max(axis=1).min() < 0.03
