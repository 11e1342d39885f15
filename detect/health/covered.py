"""CAM_BLIND 遮挡: nothing is to be seen, because the lens is covered or because it is too dark to see."""

from typing import Final

from detect.health.look import Look
from detect.health.reference import Reference

_HIDDEN: Final = 0.35
"""Of the usual contrast; less of it, and next to nothing in its place, is a cover with a gap at its edge."""

_NOWHERE: Final = 0.3
"""Share of the reference that may still be found, in place or displaced, behind such a cover."""

_CLEAR: Final = 2.0
"""So many times the limit must be seen again before the cover counts as gone."""


def is_covered(look: Look, usual: Reference | None, found: tuple[float, float] | None, below: float) -> bool | None:
    """Whether the camera sees nothing; None where it is between yes and no.

    Args:
        look: At this picture.
        usual: What the camera usually shows, None while that is not known.
        found: Shares of it in place and displaced, None where that cannot be told.
        below: With contrast in a smaller share of the picture than this nothing is to be seen; 0 switches the check
            off.
    """
    if below <= 0:
        return False
    if look.contrast < below:
        return True
    if usual is not None and usual.settled and found is not None:
        in_place, displaced = found
        if look.contrast < _HIDDEN * usual.contrast and in_place < _NOWHERE and displaced < _NOWHERE:
            return True
    return False if look.contrast >= _CLEAR * below else None
