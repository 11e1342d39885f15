"""The detector on OpenVINO: this machine's processor, every core kept busy."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.inference import Inference, InferenceDetector
from detect.model import Loaded, load
from detect.sheet import Sheet
from models.weights import Weights

SPARE_REQUESTS: Final = 2
"""Requests beyond those that run at once: they are filled and read while the others run. With one, 3 to 6 % of two busy
cores stood idle whenever its thread had to wait for its turn on them."""


class OpenVinoDetector(InferenceDetector):
    """A `detect.detector.Detector` of an OpenVINO .xml or an ONNX file."""

    def __init__(
        self,
        path: Path,
        weights: Weights,
        confidence: float,
        *,
        batch: int = 1,
        requests: int | None = None,
        exact: bool = False,
    ) -> None:
        """Load the model and start its threads.

        Args:
            path: An OpenVINO .xml or an ONNX file.
            weights: What the manifest says of it.
            confidence: Scores below it are dropped, 0..1.
            batch: Frames per request; on a processor more than 1 gains nothing.
            requests: Inferences under way at once; by default what OpenVINO finds best, and one.
            exact: Compute in float32, also where the processor would be faster with less.

        Raises:
            ModelError: the file cannot be used; says what was found and what is known.
        """
        loaded = load(path, weights, batch, exact=exact)
        count = requests or int(loaded.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + SPARE_REQUESTS
        super().__init__(weights.name, [OpenVinoInference(loaded, confidence) for _ in range(count)])


class OpenVinoInference(Inference):
    """One of OpenVINO's requests; its input tensor is the sheet."""

    def __init__(self, loaded: Loaded, confidence: float) -> None:
        self._request: Any = loaded.compiled.create_infer_request()
        super().__init__(Sheet(loaded.head, confidence, self._request.get_input_tensor().data))

    def outputs(self, count: int) -> NDArray[np.float32]:  # noqa: ARG002 (the whole batch is computed in any case)
        """The raw output, valid until the next call."""
        self._request.start_async()  # with `wait`, unlike `infer`, makes no copy of the output
        self._request.wait()
        outputs: NDArray[np.float32] = self._request.get_output_tensor().data
        return outputs
