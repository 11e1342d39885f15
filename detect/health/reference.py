"""What a camera usually shows: learnt from its first pictures, followed slowly, and kept over restarts."""

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from detect.health.edges import COLUMNS, ROWS, Edges
from detect.health.look import Look

_LEARNING: Final = 30
"""Looks (one a second) until a reference is used: passers-by have gone, the exposure has settled."""

_STEPS: Final = (48, 32, 24, 16, 12, 8, 8, 6, 6, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2)
"""By how much each point goes towards the newest picture while learning, look by look; by 1 in the end. Steps instead
of a mean: the result is a median, on which a passer-by leaves no trace, and whole numbers are the same everywhere."""

_FOLLOW_EVERY: Final = 10
"""Looks between two steps of 1 afterwards: it follows shadows and seasons within a quarter of an hour."""

_STEADY: Final = 0.6
"""Share in place on average while learning; below this the picture never stood still, and learning begins anew."""

_SHARE: Final = 1 / 64
_SLOWLY: Final = 1 / 16384
"""Shares by which figures follow. Edges that get wider are followed over hours only, or a lens that goes out of focus
within minutes would be followed, too."""

_PACKED: Final = 128
"""Packed edges that are kept: they stand in every checkpoint and seldom change, two a camera at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What a camera usually shows, by day or by night.

    Attributes:
        edges: A running median of its edges.
        contrast: Usual share of cells with contrast, 0..1.
        width: Usual width of its edges in pixels, None where there are none.
        looks: Taken into it, counted up to the end of learning and then on in a circle of _FOLLOW_EVERY.
        steady: Mean share in place while learning.
    """

    edges: Edges
    contrast: float
    width: float | None
    looks: int = 1
    steady: float = 1.0

    @property
    def settled(self) -> bool:
        """Whether it may be used."""
        return self.looks >= _LEARNING


def learnt(usual: Reference | None, look: Look, found: tuple[float, float] | None) -> Reference:
    """The reference after one more picture of which nobody complains.

    Args:
        usual: So far; None: the first picture.
        look: At this picture.
        found: Shares of the reference in place and displaced, None where that cannot be told.
    """
    if usual is None:
        return Reference(look.edges, look.contrast, look.width)
    learning = not usual.settled
    looks = usual.looks + 1 if usual.looks < _LEARNING + _FOLLOW_EVERY - 1 else _LEARNING
    step = _STEPS[min(usual.looks, len(_STEPS)) - 1] if usual.looks <= len(_STEPS) else 1
    edges = _towards(usual.edges, look.edges, step) if learning or looks == _LEARNING else usual.edges
    share = 1 / usual.looks if learning else _SHARE
    steady = usual.steady
    if learning and found is not None:
        steady += (found[0] - steady) * share
    contrast = usual.contrast + (look.contrast - usual.contrast) * share
    width = usual.width if look.width is None else look.width
    if usual.width is not None and look.width is not None:
        share = share if learning or look.width < usual.width else _SLOWLY
        width = usual.width + (look.width - usual.width) * share
    after = Reference(edges, contrast, width, looks, steady)
    if learning and after.settled and steady < _STEADY:
        return replace(after, looks=1, steady=1.0)
    return after


def _towards(edges: Edges, now: Edges, step: int) -> Edges:
    difference = now.astype(np.int16) - edges
    stepped: Edges = (edges + np.clip(difference, -step, step)).astype(np.uint8)
    return stepped


def encode_reference(usual: Reference) -> dict[str, Any]:
    """As it stands in a checkpoint; some 4 KB."""
    return {
        "edges": _packed(usual.edges.tobytes()),
        "contrast": usual.contrast,
        "width": usual.width,
        "looks": usual.looks,
        "steady": usual.steady,
    }


@lru_cache(_PACKED)
def _packed(edges: bytes) -> str:
    return b64encode(zlib.compress(edges, 1)).decode()


def decode_reference(raw: dict[str, Any]) -> Reference:
    """The reference of `encode_reference`.

    Raises:
        ValueError: it is none of this version.
    """
    try:
        data = zlib.decompress(b64decode(raw["edges"], validate=True))
        edges = np.frombuffer(data, np.uint8).reshape(ROWS, COLUMNS)
        return Reference(edges, float(raw["contrast"]), raw["width"], int(raw["looks"]), float(raw["steady"]))
    except (KeyError, TypeError, zlib.error) as error:
        raise ValueError(f"no reference picture of this version: {type(error).__name__}") from error
