"""Points on a picture, in fractions of its width and height."""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.checked import ANumber


def _on_the_picture(value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError("lies off the picture; write a fraction of its width or height from 0 to 1, not pixels")
    return value


Fraction = Annotated[float, ANumber, AfterValidator(_on_the_picture)]
XY = tuple[Fraction, Fraction]
Polygon = Annotated[tuple[XY, ...], Field(min_length=3)]
