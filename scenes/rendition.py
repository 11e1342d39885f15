"""One of the streams that a camera serves of the same scene: the main one, or a smaller one beside it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from models.errors import FootageError
from scenes.clip import CLOCK_HZ, Clip
from scenes.rtp import payloads

if TYPE_CHECKING:
    from scenes.viewer import Viewer

MAIN: Final = "main"
SUB: Final = "sub"

_MOST_APART: Final = CLOCK_HZ // 5
"""Loops that differ by more do not show the same scene: a sub-stream of 5 pictures a second ends this much earlier."""


class Rendition:
    """A clip ready to be sent.

    Attributes:
        name: The last part of its address.
        clip: What it shows.
        packets: The payloads of each picture.
        viewers: Who watches it now.
    """

    def __init__(self, name: str, clip: Clip) -> None:
        self.name = name
        self.viewers: set[Viewer] = set()
        self.show(clip)

    def show(self, clip: Clip) -> None:
        """Send this clip from now on; who watches goes on at its next key picture, if the codec stays the same."""
        self.clip = clip
        self.packets = [tuple(payloads(unit, clip.coding)) for unit in clip.units]
        for viewer in tuple(self.viewers):
            viewer.begin_anew()


def renditions(camera: str, main: Clip, sub: Clip | None) -> dict[str, Rendition]:
    """What a camera serves, by name; the loops of both take the same time, so that they never part.

    Raises:
        FootageError: the two clips cannot show the same scene, one lasts longer.
    """
    served = {MAIN: Rendition(MAIN, main)}
    if sub is None:
        return served
    if abs(sub.duration - main.duration) > _MOST_APART or sub.units[-1].at >= main.duration:
        raise FootageError(
            f"camera {camera}: its main stream lasts {main.seconds:.2f} s and its sub-stream {sub.seconds:.2f} s;"
            " cut both to the same length"
        )
    served[SUB] = Rendition(SUB, replace(sub, duration=main.duration))
    return served
