"""A detector's file made ready to run: asked what it accepts, given pictures as they come, compiled."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detect.heads import HEADS, Head
from detect.runtime import openvino, preprocess
from models.errors import ModelError
from models.weights import Weights

log = logging.getLogger("detect:model")

_CPU = {
    # One stream per core: as fast as all cores on one picture, and a preempted core holds up one picture, not all.
    "PERFORMANCE_HINT": "THROUGHPUT",
    # Cores are shared with the processes that decode: the scheduler must be free to move us.
    "ENABLE_CPU_PINNING": False,
}

_EXACT = {"INFERENCE_PRECISION_HINT": "f32"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A compiled model of uint8 pictures (batch, height, width, 3) RGB.

    Attributes:
        compiled: OpenVINO's compiled model.
        head: How its output is read.
        width, height: Of its input, pixels.
        batch: Pictures per inference.
    """

    compiled: Any
    head: Head
    width: int
    height: int
    batch: int


def load(path: Path, weights: Weights, batch: int = 1, *, exact: bool = False) -> Loaded:
    """Read an OpenVINO IR (.xml) or an ONNX file and compile it for the processor.

    Where the processor has it, OpenVINO computes in bfloat16: about twice as fast, and off by some per cent of a box.

    Args:
        path: The file.
        weights: What the manifest says of it.
        batch: Pictures per inference.
        exact: Compute in float32 on every processor.

    Raises:
        ModelError: the file cannot be read, or its head, classes or input are not what the manifest says.
    """
    head = head_of(weights)
    core = openvino.Core()
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise ModelError(f"{path} cannot be read as OpenVINO IR or ONNX: {last_line(error)}") from error
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ModelError(f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; one each is known")
    _reshape(model, path, [batch, 3, weights.height, weights.width])
    _check_head(model, path, head, weights, batch)
    try:
        compiled = core.compile_model(_taking_pictures(model, head), "CPU", {**_CPU, **(_EXACT if exact else {})})
    except RuntimeError as error:
        raise ModelError(f"{path} cannot be compiled for this processor: {last_line(error)}") from error
    log.info("%s: %dx%d, batch %d, head %s", weights.name, weights.width, weights.height, batch, head.name)
    return Loaded(compiled, head, weights.width, weights.height, batch)


def head_of(weights: Weights) -> Head:
    """How the output of the weights is read.

    Raises:
        ModelError: head or classes are unknown.
    """
    if weights.head not in HEADS:
        raise ModelError(f"{weights.name}: unknown head {weights.head!r}; known are {', '.join(sorted(HEADS))}")
    if weights.classes != "coco80":
        raise ModelError(f"{weights.name}: unknown classes {weights.classes!r}; known is coco80")
    return HEADS[weights.head]


def not_this_head(path: Path, found: object, weights: Weights, batch: int) -> ModelError:
    """The error for an output of another shape than the manifest's head has."""
    known = ", ".join(
        f"{known.name} {[batch, *known.shape(weights.width, weights.height)]}" for known in HEADS.values()
    )
    return ModelError(f"{path} gives {found}, which is not head {weights.head} of 80 classes; known are {known}")


def last_line(error: Exception) -> str:
    """What a library's long message ends with."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _reshape(model: Any, path: Path, wanted: list[int]) -> None:  # noqa: ANN401 (OpenVINO is untyped)
    shape = model.input().partial_shape
    if shape.is_static and list(shape.to_shape()) == wanted:
        return
    try:
        model.reshape(wanted)
    except RuntimeError as error:
        raise ModelError(f"{path} takes {shape} and refuses {wanted}: {last_line(error)}") from error


def _check_head(model: Any, path: Path, head: Head, weights: Weights, batch: int) -> None:  # noqa: ANN401 (see above)
    found = model.output().partial_shape
    wanted = [batch, *head.shape(weights.width, weights.height)]
    if not found.compatible(openvino.PartialShape(wanted)):
        raise not_this_head(path, found, weights, batch)


def _taking_pictures(model: Any, head: Head) -> Any:  # noqa: ANN401 (see above)
    steps = preprocess.PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    tensor.set_color_format(preprocess.ColorFormat.RGB)
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    prepared = steps.input().preprocess().convert_element_type(openvino.Type.f32)
    if head.colour == "BGR":
        prepared.convert_color(preprocess.ColorFormat.BGR)
    if head.divisor != 1.0:
        prepared.scale(head.divisor)
    steps.output().tensor().set_element_type(openvino.Type.f32)
    return steps.build()
