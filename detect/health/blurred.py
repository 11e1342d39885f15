"""CAM_BLUR 虚焦: edges are wider than they used to be; the lens is out of focus, fogged or smeared."""

from typing import Final

from detect.health.look import Look
from detect.health.reference import Reference

_SHARP: Final = 0.5
"""Of the way from the usual width to the limit: sharper than this is sharp again."""


def is_blurred(look: Look, usual: Reference | None, times: float) -> bool | None:
    """Whether the picture is blurred; None where nothing is known, or where it is between yes and no.

    Args:
        look: At this picture.
        usual: What the camera usually shows, None while that is not known.
        times: Edges so many times as wide as usual are blurred.
    """
    if usual is None or not usual.settled or usual.width is None or look.width is None:
        return None
    wider = look.width / usual.width
    if wider >= times:
        return True
    return False if wider < 1 + _SHARP * (times - 1) else None
