"""The head of YOLO26, end to end: 300 rows of box, score and class, each thing once."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.heads.head import WATCHED_INDEX, Candidates, Head

_ROWS: Final = 300
_COLUMNS: Final = 6


def _decode(output: NDArray[np.float32], _width: int, _height: int, confidence: float) -> Candidates:
    label = output[:, 5].round().astype(np.int16)
    few = (output[:, 4] >= confidence) & np.isin(label, WATCHED_INDEX)
    return Candidates(output[few, :4].copy(), output[few, 4].copy(), label[few])


YOLO26: Final = Head(
    name="yolo26",
    shape=lambda _width, _height: (_ROWS, _COLUMNS),
    decode=_decode,
    colour="RGB",
    divisor=255.0,
    padding=114,
    centred=True,
    overlap=None,
)
