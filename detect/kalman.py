"""Where a box will be: a constant-velocity filter per axis, for all boxes of a picture at once."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MEASURED: Final = 0.1
"""A detector's box trembles by about this share of its own size: a walker's width does so with every step."""

_JERKY: Final = 1.0
"""A walker changes speed by about this many box sizes per second, each second."""

_UNKNOWN_SPEED: Final = 2.0
"""A new box may move at up to about this many of its own sizes per second."""

_RESIZED: Final = 1.6
"""A small box is taken for at most so many times as large, or as small, as it was when it was seen last."""


def boxes_to_axes(xyxy: Floats) -> Floats:
    """(n, 4) corners to (n, 4) centre x, centre y, width, height."""
    return np.concatenate(((xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]), axis=1)


def axes_to_boxes(axes: Floats) -> Floats:
    """The inverse of `boxes_to_axes`; a negative size counts as none."""
    half = np.maximum(axes[:, 2:], 0.0) / 2
    return np.concatenate((axes[:, :2] - half, axes[:, :2] + half), axis=1)


class Motion:
    """Place and speed of n boxes, each of their four axes on its own.

    Attributes:
        place, speed: (n, 4) float64, fractions and fractions per second of centre x, centre y, width, height.
        spread: (n, 4, 3) float64, variance of place, covariance, variance of speed.
    """

    def __init__(self, place: Floats, speed: Floats, spread: Floats) -> None:
        self.place, self.speed, self.spread = place, speed, spread

    @staticmethod
    def at(axes: Floats) -> "Motion":
        """Boxes seen for the first time: place known, speed not."""
        size = _sizes(axes)
        spread = np.zeros((*axes.shape, 3))
        spread[..., 0] = (_MEASURED * size) ** 2
        spread[..., 2] = (_UNKNOWN_SPEED * size) ** 2
        spread[:, 2:, 2] *= 0.1  # sizes change far slower than places
        return Motion(axes.copy(), np.zeros_like(axes), spread)

    def predict(self, dt: float) -> None:
        """Move on by `dt` seconds."""
        size = _sizes(self.place)
        self.place = self.place + self.speed * dt
        here, both, pace = self.spread[..., 0], self.spread[..., 1], self.spread[..., 2]
        push = (_JERKY * size) ** 2
        self.spread = np.stack(
            (
                here + 2 * dt * both + dt * dt * pace + push * dt**4 / 4,
                both + dt * pace + push * dt**3 / 2,
                pace + push * dt * dt,
            ),
            axis=-1,
        )

    def correct(self, which: NDArray[np.intp], axes: Floats) -> None:
        """Take measured boxes into account: row k of `axes` (k, 4) is that of box `which[k]`."""
        noise = (_MEASURED * _sizes(axes)) ** 2
        here, both, pace = np.moveaxis(self.spread[which], -1, 0)
        of_place, of_speed = here / (here + noise), both / (here + noise)
        missed = axes - self.place[which]
        self.place[which] += of_place * missed
        self.speed[which] += of_speed * missed
        self.spread[which] = np.stack((here - of_place * here, both - of_place * both, pace - of_speed * both), axis=-1)

    def goes(self, k: int, pace: Floats) -> None:
        """Box `k` goes at `pace` (2,), as was measured over several pictures."""
        self.speed[k, :2] = pace
        self.spread[k, :2, 2] = (_JERKY * _sizes(self.place[k : k + 1])[0, :2]) ** 2

    def unsure_upright(self) -> Floats:
        """(n,): sigma of how high each box will be measured, fractions."""
        sigma: Floats = np.sqrt(self.spread[:, 1, 0] + (_MEASURED * np.maximum(self.place[:, 3], 1e-3)) ** 2)
        return sigma

    def hold_sizes(self, which: NDArray[np.bool_], seen: Floats) -> None:
        """These are never far larger or smaller than they were `seen`, (n, 2): a small box that trembled as it was lost
        would soon be nothing.
        """
        least, most = seen / _RESIZED, seen * _RESIZED
        self.place[which, 2:] = np.clip(self.place[:, 2:], least, most)[which]

    def stop(self) -> None:
        """Forget all speeds: too long has passed to believe in them."""
        self.speed = np.zeros_like(self.speed)
        self.spread = Motion.at(self.place).spread

    def keep(self, which: NDArray[np.intp]) -> None:
        """Only these boxes, in this order."""
        self.place, self.speed, self.spread = self.place[which], self.speed[which], self.spread[which]

    def add(self, axes: Floats) -> None:
        """New boxes at the end."""
        new = Motion.at(axes)
        self.place = np.concatenate((self.place, new.place))
        self.speed = np.concatenate((self.speed, new.speed))
        self.spread = np.concatenate((self.spread, new.spread))


def _sizes(axes: Floats) -> Floats:
    """(n, 4): the width for the x axes, the height for the y axes; never quite nothing."""
    size: Floats = np.maximum(axes[:, [2, 3, 2, 3]], 1e-3)
    return size
