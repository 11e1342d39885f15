"""Footage into the frames that detect would have been given, had it come from a camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest.choice import Choice
from ingest.decoder import Picture
from ingest.health import Counts
from ingest.sampler import pixel_aspect, scaled
from models.clock import from_micros
from models.frame import Frame


class Footage(Protocol):
    """A file or a folder of stills; attributes as in `ingest.footage.FootageFile`."""

    @property
    def name(self) -> str:
        """Of the file."""
        ...

    @property
    def seconds(self) -> float:
        """How long it says to be."""
        ...

    @property
    def ended(self) -> str:
        """Why it ended early."""
        ...

    def pictures(self) -> Iterator[Picture]:
        """Its pictures in the order shown."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A sample of footage.

    Attributes:
        frame: For the detector.
        picture: Which picture of the footage it is, from 1, in the order shown.
        width, height: Of that picture, pixels.
    """

    frame: Frame
    picture: int
    width: int
    height: int


class Samples:
    """Chooses and scales as the ingest worker does, for one camera.

    Args:
        camera: Id.
        fps: Samples a second.
        size: Width and height that the frames must fit into, pixels.
        freeze_s: Unchanged for so long is frozen.
        counts: Told what is passed over.
        tiles: Of its frames.

    Attributes:
        pictures: Seen so far.
        frozen: Samples left out so far because the picture stood still: they prove nothing.
    """

    def __init__(
        self, camera: str, fps: float, size: tuple[int, int], freeze_s: float, counts: Counts, *, tiles: int = 1
    ) -> None:
        self._tiles = tiles
        self._camera, self._fps, self._size = camera, fps, size
        self._choice = Choice(counts, freeze_s)
        self._number = 0
        self.pictures = 0
        self.frozen = 0

    def of(self, footage: Footage) -> Iterator[Chosen]:
        """The samples of the next file."""
        for picture in footage.pictures():
            self.pictures += 1
            if not self._choice.takes(picture, self._fps):
                continue
            if self._choice.frozen:
                self.frozen += 1
                continue
            self._number += 1
            image = scaled(picture.frame, *self._size, "rgb24")
            stamp = picture.stamp
            aspect = pixel_aspect(picture, image)
            frame = Frame(self._camera, self._number, stamp.epoch, from_micros(stamp.taken), image, aspect, self._tiles)
            yield Chosen(frame, self.pictures, picture.frame.width, picture.frame.height)
