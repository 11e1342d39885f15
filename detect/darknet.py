"""Darknet's YOLOv3-tiny as ONNX: one output (n, 84, boxes) in pixels, like that of YOLOv8."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.errors import ModelError

CONVERTER: Final = 2
"""Counted up when the converted graph changes, so that older conversions are made anew."""

STRIDE: Final = 32
"""Width and height of the input are multiples of this, pixels."""

_CLASSES: Final = 80
_EPSILON: Final = 1e-5
"""What Darknet adds to a variance before it takes the root."""

_ANCHORS: Final = ((10.0, 14.0), (23.0, 27.0), (37.0, 58.0), (81.0, 82.0), (135.0, 169.0), (344.0, 319.0))
"""Sizes from which boxes are scaled, pixels."""

_COARSE: Final = (3, 4, 5)
_FINE: Final = (1, 2, 3)
"""Which of them each map uses. The published description says 0, 1, 2 for the fine map; the weights were trained with
1, 2, 3 (pjreddie/darknet issue 851), and with the others people come out half as tall as they are."""

_HEADER_BYTES: Final = 20
"""Three int32 of version and one int64 of pictures seen, from version 0.2 on."""

_OLDEST: Final = [0, 2]
_NEWEST: Final = [10, 0]
"""Versions of the file whose header is that long; anything beyond is not a version but another file."""


def convert(weights: Path, onnx_path: Path, width: int, height: int) -> None:
    """Read YOLOv3-tiny's weights and write the network as ONNX for inputs (n, 3, height, width) float32 RGB 0..1.

    Raises:
        ModelError: the file is not YOLOv3-tiny for 80 classes, or the size is no multiple of 32.
        OSError: a file cannot be read or written.
    """
    if width % STRIDE or height % STRIDE or min(width, height) < STRIDE:
        raise ModelError(f"YOLOv3-tiny takes inputs of multiples of {STRIDE} pixels, not {width}x{height}")
    graph = _Graph(_Numbers(weights))
    coarse, fine = _network(graph)
    boxes = [
        _boxes(graph, coarse, _COARSE, stride=32, size=(width, height)),
        _boxes(graph, fine, _FINE, stride=16, size=(width, height)),
    ]
    graph.node("Concat", boxes, output="output0", axis=2)
    graph.numbers.finish()
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "yolov3-tiny",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, height, width])],
            [helper.make_tensor_value_info("output0", TensorProto.FLOAT, ["batch", 4 + _CLASSES, None])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    about = {"task": "detect", "stride": str(STRIDE), "imgsz": str([height, width]), "architecture": "yolov3-tiny"}
    helper.set_model_props(model, about)
    onnx.save(model, onnx_path)


class _Numbers:
    """The numbers of a weights file, taken in the order in which Darknet wrote them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        version = [int(number) for number in np.fromfile(path, np.int32, 2)]
        if len(version) < 2 or not _OLDEST <= version < _NEWEST:  # noqa: PLR2004 (major and minor)
            raise ModelError(f"{path.name} is no Darknet weights file of version 0.2 or later")
        self._all: NDArray[np.float32] = np.fromfile(path, np.float32, offset=_HEADER_BYTES)
        self._taken = 0

    def take(self, *shape: int) -> NDArray[np.float32]:
        count = int(np.prod(shape))
        numbers = self._all[self._taken : self._taken + count]
        if len(numbers) < count:
            raise ModelError(f"{self._path.name} ends early: it is not YOLOv3-tiny for {_CLASSES} classes")
        self._taken += count
        return numbers.reshape(shape)

    def finish(self) -> None:
        if self._taken != len(self._all):
            raise ModelError(
                f"{self._path.name} has {len(self._all) - self._taken} numbers too many: "
                f"it is not YOLOv3-tiny for {_CLASSES} classes"
            )


@dataclass
class _Graph:
    numbers: _Numbers
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, values: Any, kind: type[np.generic] = np.float32) -> str:  # noqa: ANN401 (whatever numpy takes)
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:  # noqa: ANN401 (ONNX's)
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(self, of: str, channels: int, filters: int, size: int, *, last: bool = False) -> str:
        """A convolution; but for the last of a branch with its batch normalisation folded in, and leaky."""
        bias = self.numbers.take(filters)
        scale = np.ones(filters, np.float32)
        if not last:
            gamma, mean, variance = self.numbers.take(3, filters)
            scale = gamma / np.sqrt(variance + _EPSILON)
            bias = bias - mean * scale
        kernel = self.numbers.take(filters, channels, size, size) * scale[:, None, None, None]
        convolved = self.node(
            "Conv",
            [of, self.constant(kernel), self.constant(bias)],
            kernel_shape=[size, size],
            pads=[size // 2] * 4,
        )
        return convolved if last else self.node("LeakyRelu", [convolved], alpha=0.1)

    def pool(self, of: str, stride: int) -> str:
        after = 2 - stride  # Darknet pads right and below where the size stays
        return self.node("MaxPool", [of], kernel_shape=[2, 2], strides=[stride, stride], pads=[0, 0, after, after])


def _network(graph: _Graph) -> tuple[str, str]:
    """The layers of YOLOv3-tiny in Darknet's order; gives the raw maps at strides 32 and 16."""
    features, channels = "images", 3
    for filters in (16, 32, 64, 128):
        features, channels = graph.pool(graph.conv(features, channels, filters, 3), 2), filters
    branch = graph.conv(features, channels, 256, 3)
    last = graph.pool(graph.conv(graph.pool(branch, 2), 256, 512, 3), 1)
    deep = graph.conv(graph.conv(last, 512, 1024, 3), 1024, 256, 1)
    maps = 3 * (5 + _CLASSES)
    coarse = graph.conv(graph.conv(deep, 256, 512, 3), 512, maps, 1, last=True)
    narrow = graph.conv(deep, 256, 128, 1)
    wide = graph.node(
        "Resize",
        [narrow, "", graph.constant([1, 1, 2, 2])],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    joined = graph.node("Concat", [wide, branch], axis=1)
    return coarse, graph.conv(graph.conv(joined, 384, 256, 3), 256, maps, 1, last=True)


def _boxes(graph: _Graph, raw: str, mask: tuple[int, ...], *, stride: int, size: tuple[int, int]) -> str:
    """Raw maps (n, 3·85, h, w) as boxes (n, 84, 3·h·w): centre, size in pixels, objectness times class scores."""
    columns, rows = size[0] // stride, size[1] // stride
    boxes = graph.node("Reshape", [raw, graph.constant([0, len(mask), 5 + _CLASSES, rows * columns], np.int64)])

    def part(first: int, after: int) -> str:
        ends = (graph.constant([number], np.int64) for number in (first, after, 2))
        return graph.node("Slice", [boxes, *ends])

    y, x = np.mgrid[:rows, :columns]
    cell = graph.constant(np.stack((x.ravel(), y.ravel()))[None, None])
    centre = graph.node("Mul", [graph.node("Add", [graph.node("Sigmoid", [part(0, 2)]), cell]), graph.constant(stride)])
    anchors = graph.constant(np.array([_ANCHORS[number] for number in mask])[None, :, :, None])
    extent = graph.node("Mul", [graph.node("Exp", [part(2, 4)]), anchors])
    score = graph.node("Mul", [graph.node("Sigmoid", [part(4, 5)]), graph.node("Sigmoid", [part(5, 5 + _CLASSES)])])
    joined = graph.node("Concat", [centre, extent, score], axis=2)
    turned = graph.node("Transpose", [joined], perm=[0, 2, 1, 3])
    return graph.node("Reshape", [turned, graph.constant([0, 4 + _CLASSES, len(mask) * rows * columns], np.int64)])
