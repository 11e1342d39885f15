"""YOLOv3-tiny's weights become a network that says what Darknet's would."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detect.darknet import convert
from detect.heads import HEADS
from detect.runtime import openvino
from models.errors import ModelError

# (filters, channels, size, normalised) of every convolution, in Darknet's order.
LAYERS = (
    (16, 3, 3, True),
    (32, 16, 3, True),
    (64, 32, 3, True),
    (128, 64, 3, True),
    (256, 128, 3, True),
    (512, 256, 3, True),
    (1024, 512, 3, True),
    (256, 1024, 1, True),
    (512, 256, 3, True),
    (255, 512, 1, False),
    (128, 256, 1, True),
    (256, 384, 3, True),
    (255, 256, 1, False),
)


def _sigmoid(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


@pytest.fixture
def weights(tmp_path: Path) -> Callable[..., Path]:
    """Writes a weights file of empty kernels whose two output maps are the biases given."""

    def write(coarse: np.ndarray | None = None, fine: np.ndarray | None = None, extra: int = 0) -> Path:
        biases = [np.zeros(255) if coarse is None else coarse, np.zeros(255) if fine is None else fine]
        parts = []
        for filters, channels, size, normalised in LAYERS:
            parts += [np.zeros(3 * filters), np.ones(filters)] if normalised else [biases.pop(0)]
            parts.append(np.zeros(filters * channels * size * size))
        path = tmp_path / "yolov3-tiny.weights"
        numbers = np.concatenate((*parts, np.zeros(extra))).astype(np.float32)
        path.write_bytes(np.array([0, 2, 0], np.int32).tobytes() + np.int64(0).tobytes() + numbers.tobytes())
        return path

    return write


def _run(path: Path, batch: int = 1) -> np.ndarray:
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}  # a processor that has bfloat16 would use it, and round
    compiled = core.compile_model(core.read_model(path), "CPU", exact)
    return np.array(compiled(np.zeros((batch, 3, 352, 416), np.float32))[0])


def test_a_box_comes_out_where_its_cell_and_anchor_say(weights, tmp_path: Path) -> None:
    fine = np.full(255, -20.0)
    fine[85 : 85 + 5] = (0.3, -0.4, 0.1, 0.2, 4.0)  # the second anchor of the fine map, 37x58
    fine[85 + 5 + 2] = 3.0  # class 2
    convert(weights(fine=fine), tmp_path / "out.onnx", 416, 352)
    output = _run(tmp_path / "out.onnx")[0]
    coarse_boxes, columns = 3 * 13 * 11, 26
    box = output[:, coarse_boxes + 26 * 22 + 7 * columns + 5]  # second anchor, row 7, column 5

    assert output.shape == HEADS["yolov3-tiny"].shape(416, 352)
    assert np.allclose(box[:2], [(5 + _sigmoid(0.3)) * 16, (7 + _sigmoid(-0.4)) * 16], atol=1e-3)
    assert np.allclose(box[2:4], [37 * np.exp(0.1), 58 * np.exp(0.2)], atol=1e-3)
    assert box[4 + 2] == pytest.approx(_sigmoid(4.0) * _sigmoid(3.0), abs=1e-5)


def test_the_network_takes_batches(weights, tmp_path: Path) -> None:
    convert(weights(), tmp_path / "out.onnx", 416, 352)

    assert _run(tmp_path / "out.onnx", batch=3).shape == (3, 84, 2145)


@pytest.mark.parametrize("cut", [-400, 12])
def test_a_file_of_another_length_is_refused(weights, tmp_path: Path, cut: int) -> None:
    path = weights(extra=max(cut, 0))
    if cut < 0:
        path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(ModelError, match="not YOLOv3-tiny for 80 classes"):
        convert(path, tmp_path / "out.onnx", 416, 352)


@pytest.mark.parametrize("content", [b"", b"<html>no such page</html>"])
def test_what_is_no_weights_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "yolov3-tiny.weights"
    path.write_bytes(content)

    with pytest.raises(ModelError, match="no Darknet weights file"):
        convert(path, tmp_path / "out.onnx", 416, 352)


def test_a_size_that_is_no_multiple_of_32_is_refused(weights, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="multiples of 32 pixels, not 416x340"):
        convert(weights(), tmp_path / "out.onnx", 416, 340)
