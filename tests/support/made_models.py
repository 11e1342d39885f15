"""Tiny networks that a test makes: they see red, in a picture, in its quarters, or growing from picture to picture."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 32


def _write(
    path: Path, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], takes: list[int], gives: list[int]
) -> str:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, takes)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, gives)],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def red_picture(path: Path) -> str:
    """Scores [1, 2]: how red the picture is, and how green; returns the file's sha256."""
    nodes = [
        helper.make_node("ReduceMean", ["in", "sides"], ["means"], keepdims=0),
        helper.make_node("Slice", ["means", "from", "to", "axis"], ["out"]),
    ]
    constants = {"sides": np.array([2, 3]), "from": np.array([0]), "to": np.array([2]), "axis": np.array([1])}
    return _write(path, nodes, constants, [1, 3, SIDE, SIDE], [1, 2])


def undefined_in_the_dark(path: Path) -> str:
    """Scores [1, 1]: of a picture without any red, no number; of others 1."""
    nodes = [
        helper.make_node("ReduceMean", ["in", "sides"], ["means"], keepdims=0),
        helper.make_node("Slice", ["means", "from", "to", "axis"], ["red"]),
        helper.make_node("Div", ["red", "red"], ["out"]),
    ]
    constants = {"sides": np.array([2, 3]), "from": np.array([0]), "to": np.array([1]), "axis": np.array([1])}
    return _write(path, nodes, constants, [1, 3, SIDE, SIDE], [1, 1])


def undefined_boxes(path: Path) -> str:
    """Boxes [1, 4 + 1, 1]: its score is 1, and where it lies is no number in the dark."""
    nodes = [
        helper.make_node("ReduceMean", ["in", "sides"], ["means"], keepdims=0),
        helper.make_node("Slice", ["means", "from", "to", "axis"], ["red"]),
        helper.make_node("Div", ["red", "red"], ["one"]),
        helper.make_node("Reshape", ["one", "shape"], ["cell"]),
        helper.make_node("Mul", ["cell", "box"], ["there"]),
        helper.make_node("Concat", ["there", "sure"], ["out"], axis=1),
    ]
    constants = {
        "sides": np.array([2, 3]),
        "from": np.array([0]),
        "to": np.array([1]),
        "axis": np.array([1]),
        "shape": np.array([1, 1, 1]),
        "box": np.array([16, 16, 16, 16], np.float32).reshape(1, 4, 1),
        "sure": np.ones((1, 1, 1), np.float32),
    }
    return _write(path, nodes, constants, [1, 3, SIDE, SIDE], [1, 5, 1])


def red_quarters(path: Path) -> str:
    """Boxes [1, 4 + 1, 4] as YOLOv8 gives them: each quarter of the picture, as surely as it is red."""
    half = SIDE / 2
    middles = [(half * (x + 0.5), half * (y + 0.5), half, half) for y in (0, 1) for x in (0, 1)]
    nodes = [
        helper.make_node("AveragePool", ["in"], ["quarters"], kernel_shape=[SIDE // 2] * 2, strides=[SIDE // 2] * 2),
        helper.make_node("Slice", ["quarters", "from", "to", "axis"], ["red"]),
        helper.make_node("Reshape", ["red", "shape"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["out"], axis=1),
    ]
    constants = {
        "from": np.array([0]),
        "to": np.array([1]),
        "axis": np.array([1]),
        "shape": np.array([1, 1, 4]),
        "boxes": np.array(middles, np.float32).T[None],
    }
    return _write(path, nodes, constants, [1, 3, SIDE, SIDE], [1, 5, 4])


def reddening(path: Path, pictures: int) -> str:
    """Scores [1, 1]: how much redder the newest of so many pictures is than the oldest."""
    weights = np.zeros((1, pictures, 3, 1, 1), np.float32)
    weights[0, -1, 0], weights[0, 0, 0] = 1, -1
    nodes = [
        helper.make_node("Mul", ["in", "weights"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed", "sums"], ["summed"], keepdims=0),
        helper.make_node("ReduceMean", ["summed", "sides"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "shape"], ["out"]),
    ]
    constants = {"weights": weights, "sums": np.array([1, 2]), "sides": np.array([1, 2]), "shape": np.array([1, 1])}
    return _write(path, nodes, constants, [1, pictures, 3, SIDE, SIDE], [1, 1])
