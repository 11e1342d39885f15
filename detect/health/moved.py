"""CAM_MOVED 移位: the camera looks elsewhere than it used to, so zones and lines no longer lie where they should."""

from typing import Final

from detect.health.reference import Reference

MOVED_POINTS: Final = 2
"""Of 80 across, 2.5 % of the picture's width: less than this a camera trembles in the wind."""

_DISPLACED: Final = 0.45
"""Share of the blocks found displaced that is a move, too: a turn about the middle leaves the middle in place.
Measured: a turn of 5 degrees 0.45 to 0.7, traffic and rain of real scenes up to 0.3, a bus over two thirds 0.33."""

_BACK: Final = 0.2
"""By so much more than the limit must be in place again before the camera counts as back."""


def has_moved(usual: Reference | None, found: tuple[float, float] | None, below: float) -> bool | None:
    """Whether the camera looks elsewhere; None where nothing is known, or where it is between yes and no.

    Args:
        usual: What the camera usually shows, None while that is not known.
        found: Shares of it in place and displaced, None where that cannot be told.
        below: With a smaller share of the usual picture in place than this it has moved; 0 switches the check off.
    """
    if below <= 0:
        return False
    if usual is None or not usual.settled or found is None:
        return None
    in_place, displaced = found
    if in_place < below or displaced >= _DISPLACED:
        return True
    return False if in_place >= below + _BACK and displaced < _DISPLACED - _BACK else None
