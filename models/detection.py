"""What a detector found in one frame, as a struct of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detections:
    """Detections of one frame.

    Attributes:
        xyxy: (n, 4) float32, fractions of the picture 0..1.
        score: (n,) float32, 0..1.
        label: (n,) int16, COCO-80 class numbers.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    label: NDArray[np.int16]

    def __post_init__(self) -> None:
        """Check the shapes once, here.

        Raises:
            ValueError: the arrays do not describe the same detections.
        """
        n = len(self.score)
        if self.xyxy.shape != (n, 4) or self.label.shape != (n,):
            raise ValueError(f"{self.xyxy.shape} boxes, {self.score.shape} scores, {self.label.shape} labels")

    def __len__(self) -> int:
        return len(self.score)

    def of(self, labels: NDArray[np.int16]) -> "Detections":
        """Those of these labels."""
        some = np.isin(self.label, labels)
        return self if some.all() else Detections(self.xyxy[some], self.score[some], self.label[some])

    @staticmethod
    def none() -> "Detections":
        """Nothing found."""
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int16))
