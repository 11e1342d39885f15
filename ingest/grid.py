"""Which pictures of a stream are analysed: the first at or after each point of a grid on its PTS."""

from fractions import Fraction
from typing import Final

_FINEST: Final = 1000
"""Samples a second are taken as a fraction with at most this denominator: 29.97 stays itself, 0.1 is exact."""


class Grid:
    """Sample n is the first picture at or after n / fps; the same stream gives the same samples on every machine."""

    def __init__(self, fps: float) -> None:
        """Samples a second, above 0."""
        self.fps: Final = fps
        self._step = Fraction(fps).limit_denominator(_FINEST) or Fraction(1, _FINEST)
        self._epoch: int | None = None
        self._last = 0

    def is_sample(self, epoch: int, pts: int, time_base: Fraction) -> bool:
        """Whether the next picture in the order shown is a sample; `pts` in units of `time_base` seconds.

        The first picture of an epoch is one only where it lies on the grid: what came before it is not known.
        """
        # Whole numbers: this is asked of every packet, and a Fraction takes ten times as long.
        step = self._step
        number, beyond = divmod(pts * time_base.numerator * step.numerator, time_base.denominator * step.denominator)
        if epoch != self._epoch:
            self._epoch, self._last = epoch, number
            return beyond == 0
        if number <= self._last:
            return False
        self._last = number
        return True

    def until_us(self, pts: int, time_base: Fraction) -> int:
        """Whole µs of the stream's time from this picture to the next point of the grid, more than 0."""
        scale = time_base.denominator * self._step.denominator
        beyond = pts * time_base.numerator * self._step.numerator % scale
        return -(-(scale - beyond) * 1_000_000 // (time_base.denominator * self._step.numerator))
