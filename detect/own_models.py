"""Models that a site brings, beside its detector: each says of a picture, or of the last few, what it alone knows."""

import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detect.detector import Detector, Done
from detect.model import last_line
from detect.runtime import openvino
from models.detection import Detections
from models.errors import ColumnsError, ModelError
from models.frame import Frame, Image

_APART: Final = timedelta(seconds=2)
"""Pictures farther apart are no motion."""

_SAME: Final = 0.5
"""Two boxes that overlap so much are one thing; intersection over union."""

_KNOWN: Final = (
    "known are pictures [1, 3, height, width] or [1, pictures, 3, height, width], and scores [1, n] or boxes "
    "[1, 4 + n, cells]"
)


Taken = NDArray[np.float32]
"""What a model is given, as it takes it."""


class OwnModel:
    """One ONNX file.

    It takes the newest picture, RGB 0..1 as [1, 3, height, width], or the last few, oldest first, as
    [1, pictures, 3, height, width]; pictures are stretched to its size. It gives scores [1, n], of the picture as a
    whole, or boxes [1, 4 + n, cells] as YOLOv8 does: centre and size in its pixels, then scores.

    Args:
        path: The file.
        label: What is said to be seen, a number of `models.labels`.
        columns: Which of the n scores mean it.
        score: A lower one is not told.

    Raises:
        ColumnsError: it gives fewer scores.
        ModelError: the file cannot be read, or takes or gives something else.
    """

    def __init__(self, path: Path, label: int, columns: Sequence[int], score: float) -> None:
        self._label, self._columns, self._score = label, list(columns), score
        core = openvino.Core()
        try:
            model = core.read_model(path)
            shape, out = _static(model.input()), _static(model.output())
            self._compiled: Any = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        except RuntimeError as error:
            raise ModelError(f"{path} cannot be read as ONNX: {last_line(error)}") from error
        given = out[1] - (4 if len(out) == 3 else 0) if len(out) > 1 else 0  # noqa: PLR2004 (see the class)
        fits = len(shape) in (4, 5) and shape[0] == 1 and shape[-3] == 3 and len(out) in (2, 3)  # noqa: PLR2004 (as above)
        if not fits or min(*shape, *out) < 1 or given < 1:
            raise ModelError(f"{path} takes {shape} and gives {out}; {_KNOWN}")
        if given <= max(columns):
            some = "only column 0" if given == 1 else f"columns from 0 to {given - 1}"
            what = f"column {max(columns)} is asked for; name {some}"
            raise ColumnsError(f"{path} takes {shape} and gives {out}, {what}")
        self._height, self._width = shape[-2:]
        self._length = shape[1] if len(shape) == 5 else 0  # noqa: PLR2004 (as above)
        self._lock = threading.Lock()
        self._clips: dict[str, deque[tuple[datetime, NDArray[np.float32]]]] = {}

    def take(self, frame: Frame) -> Taken | None:
        """What it looks at: this picture, or the last few of that camera; None while there are too few.

        Pictures of a camera come in their order, and from one thread.
        """
        picture = self._picture(frame.image)
        if not self._length:
            return picture[None]
        clip = self._clips.setdefault(frame.camera, deque(maxlen=self._length))
        if clip and not timedelta() < frame.taken - clip[-1][0] <= _APART:
            clip.clear()
        clip.append((frame.taken, picture))
        return np.stack([one for _, one in clip])[None] if len(clip) == self._length else None

    def look(self, taken: Taken | None) -> Detections:
        """What it sees there with the score that is asked for; for any thread."""
        if taken is None:
            return Detections.none()
        with self._lock:
            found = np.array(self._compiled(taken)[0][0], np.float32)
        return self._boxes(found) if found.ndim > 1 else self._whole(found)

    def _picture(self, image: Image) -> NDArray[np.float32]:
        small = cv2.resize(image, (self._width, self._height), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(small.transpose(2, 0, 1), np.float32) / np.float32(255)

    def _whole(self, scores: NDArray[np.float32]) -> Detections:
        best = scores[self._columns].max()
        if not best >= self._score:  # nor what is no number
            return Detections.none()
        return self._told(np.array([[0, 0, 1, 1]], np.float32), np.array([best], np.float32))

    def _boxes(self, found: NDArray[np.float32]) -> Detections:
        score = found[4:][self._columns].max(axis=0)
        sure = np.flatnonzero((score >= self._score) & np.isfinite(found[:4]).all(axis=0))
        size = np.array([self._width, self._height], np.float32)
        centre, half = found[:2, sure].T / size, found[2:4, sure].T / size / 2
        corners = np.clip(np.concatenate((centre - half, centre + half), axis=1), 0, 1)
        wide_high = [[x0, y0, x1 - x0, y1 - y0] for x0, y0, x1, y1 in corners.tolist()]
        kept = np.array(cv2.dnn.NMSBoxes(wide_high, score[sure].tolist(), self._score, _SAME), np.intp).reshape(-1)
        return self._told(corners[kept].astype(np.float32), score[sure][kept])

    def _told(self, xyxy: NDArray[np.float32], score: NDArray[np.float32]) -> Detections:
        return Detections(xyxy, score, np.full(len(score), self._label, np.int16))


class Accompanied:
    """A `detect.detector.Detector` with models of the site's own beside it: they look at the same pictures."""

    def __init__(self, detector: Detector, models: Sequence[OwnModel]) -> None:
        self._detector, self._models = detector, models
        self.name, self.width, self.height = detector.name, detector.width, detector.height
        self.batch = detector.batch

    def ready(self) -> bool:
        """As the detector."""
        return self._detector.ready()

    def submit(self, frames: list[Frame], done: Done) -> None:
        """As the detector; the models look once it has, in its thread."""
        taken = {(frame.camera, frame.number): self._taken(frame) for frame in frames}
        self._detector.submit(
            frames, lambda frame, found: done(frame, self._with(taken[frame.camera, frame.number], found))
        )

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """As the detector."""
        taken = [self._taken(frame) for frame in frames]
        return [self._with(one, found) for one, found in zip(taken, self._detector.detect(frames), strict=True)]

    def close(self) -> None:
        """As the detector."""
        self._detector.close()

    def _taken(self, frame: Frame) -> list[Taken | None]:
        return [model.take(frame) for model in self._models]

    def _with(self, taken: Sequence[Taken | None], found: Detections) -> Detections:
        all_found = [found, *(model.look(one) for model, one in zip(self._models, taken, strict=True))]
        return Detections(
            np.concatenate([one.xyxy for one in all_found]),
            np.concatenate([one.score for one in all_found]),
            np.concatenate([one.label for one in all_found]),
        )


def _static(port: Any) -> list[int]:  # noqa: ANN401 (OpenVINO is untyped)
    return [side.get_length() if side.is_static else -1 for side in port.partial_shape]
