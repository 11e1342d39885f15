"""The detector on ultralytics: a GPU where there is one, else the processor; reads what it and torch can load."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.heads import Head
from detect.inference import Inference, InferenceDetector
from detect.model import head_of, last_line, not_this_head
from detect.runtime import of_ultralytics
from detect.sheet import Sheet
from models.errors import ModelError
from models.weights import Weights

log = logging.getLogger("detect:ultralytics")

_IR: Final = "_openvino_model"

_ANY: Final = 1 << 10
"""A batch that nobody asks for."""

_WAITING: Final = 1
"""Batches taken while one runs: the GPU finds the next one there when it is through."""


class UltralyticsDetector(InferenceDetector):
    """A `detect.detector.Detector` of a .pt, a TensorRT .engine, an ONNX file or an OpenVINO .xml.

    Only the network runs on ultralytics. Frames are fitted and boxes read as with every other backend, so the same
    weights find the same things.
    """

    def __init__(self, path: Path, weights: Weights, confidence: float, *, batch: int = 1) -> None:
        """Load the weights and run them once.

        Args:
            path: The file; a .pt is a pickle: whoever calls has made sure that it may be trusted.
            weights: What the manifest says of it.
            confidence: Scores below it are dropped, 0..1.
            batch: The most frames worth taking at once; on a processor more than 1 gains nothing. A network of
                fewer takes fewer.

        Raises:
            ModelError: the extra is not installed, or the file cannot be used; says what was found.
        """
        request = UltralyticsInference(path, weights, confidence, batch)
        super().__init__(weights.name, [request], waiting=_WAITING)
        log.info("%s: %dx%d, batch %d, %s", self.name, self.width, self.height, self.batch, request.where)


class UltralyticsInference(Inference):
    """The one request: torch and TensorRT want one thread.

    Attributes:
        where: The device and the precision, for people.
    """

    def __init__(self, path: Path, weights: Weights, confidence: float, batch: int) -> None:
        self._head: Head = head_of(weights)
        self._torch = of_ultralytics("torch")
        where = plan(path, gpu=on_gpu())
        self._device = self._torch.device(where.device)
        self._network = self._loaded(path, half=where.half)
        self._half = bool(self._network.fp16)
        self.where = f"{self._device}, {'half' if self._half else 'single'} precision"
        batch = min(batch, _takes(self._network))
        super().__init__(Sheet(self._head, confidence, np.empty((batch, weights.height, weights.width, 3), np.uint8)))
        try:
            found = self.outputs(batch).shape
        except Exception as error:  # each runtime behind it raises its own, some straight from Exception
            raise ModelError(
                f"{path} refuses {batch} pictures of {weights.width}x{weights.height}: {last_line(error)}"
            ) from error
        if found != (batch, *self._head.shape(weights.width, weights.height)):
            raise not_this_head(path, list(found), weights, batch)

    def outputs(self, count: int) -> NDArray[np.float32]:
        """The raw output for the first `count` pictures."""
        with self._torch.inference_mode():
            pictures = self._torch.from_numpy(self.sheet.pixels[:count]).to(self._device).permute(0, 3, 1, 2)
            if self._head.colour == "BGR":
                pictures = pictures.flip(1)
            pictures = pictures.contiguous().to(self._torch.half if self._half else self._torch.float)
            if self._head.divisor != 1.0:
                pictures = pictures / self._head.divisor
            output = self._network(pictures)
            if isinstance(output, (list, tuple)):  # a .pt gives its maps too
                output = output[0]
            raw: NDArray[np.float32] = output.float().cpu().numpy()
        return raw

    def _loaded(self, path: Path, *, half: bool) -> Any:  # noqa: ANN401 (ultralytics is untyped)
        of = of_ultralytics("ultralytics.nn.autobackend")
        file = path.parent if path.suffix == ".xml" else path
        if file != path and not file.name.endswith(_IR):
            raise ModelError(f"{path}: ultralytics knows an OpenVINO IR by its folder; its name must end in {_IR}")
        try:
            network = of.AutoBackend(str(file), device=self._device, fp16=half, verbose=False)
        except Exception as error:  # as above
            raise ModelError(f"{path} cannot be loaded by ultralytics: {last_line(error)}") from error
        network.eval()
        return network


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a file runs: torch's name of the device, and whether in half precision."""

    device: str
    half: bool


def plan(path: Path, *, gpu: bool) -> Plan:
    """A GPU where it can be used; OpenVINO has none of NVIDIA's, and TensorRT nothing else."""
    if path.suffix == ".engine" or (gpu and path.suffix != ".xml"):
        return Plan("cuda:0", half=path.suffix == ".pt")  # other files have their precision in them
    return Plan("cpu", half=False)


def on_gpu() -> bool:
    """Whether a batch is worth its while here.

    Raises:
        ModelError: the extra is not installed.
    """
    return bool(of_ultralytics("torch").cuda.is_available())


def _takes(network: Any) -> int:  # noqa: ANN401 (see above)
    """The most pictures that the network takes at once."""
    if network.format == "pt" or (network.dynamic and network.format != "engine"):
        return _ANY
    return int(network.batch)
