"""The pictures of a recorded session that detect looked at, decoded again from the packets that the camera sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.decoder import Decoder, Picture
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.sampler import pixel_aspect, scaled
from ingest.samples import Chosen
from ingest.session import OPENED, PACKET, decode_opened, decode_packet
from models.clock import from_micros
from models.frame import Frame
from models.session import PACKETS, SessionReader


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture that detect looked at, as both files of a session name it: its epoch and `taken` in µs."""

    epoch: int
    taken: int


class SessionFootage:
    """One session's packets; read once.

    Args:
        folder: Of the session.
        camera: Its id.
        looks: What detect looked at, with its numbers.
        size: Width and height that detect wanted, pixels.
        tiles: Of its frames.

    Attributes:
        ended: After the last picture: why the packets end; None where their end is missing.
    """

    def __init__(
        self, folder: Path, camera: str, looks: Mapping[Looked, int], size: tuple[int, int], tiles: int
    ) -> None:
        self._reader = SessionReader(folder / PACKETS)
        self._camera, self._looks, self._size, self._tiles = camera, looks, size, tiles

    @property
    def ended(self) -> str | None:
        """See above."""
        return self._reader.ended

    def chosen(self) -> Iterator[Chosen]:
        """The pictures that were looked at, in the order shown, scaled as they were.

        Raises:
            FootageError: the file is no session's.
            StreamError: this FFmpeg cannot decode the stream's codec.
        """
        for number, picture in enumerate(self._pictures(), 1):
            key = Looked(picture.stamp.epoch, picture.stamp.taken)
            if key in self._looks:
                image = scaled(picture.frame, *self._size, "rgb24")
                taken, aspect = from_micros(key.taken), pixel_aspect(picture, image)
                frame = Frame(self._camera, self._looks[key], key.epoch, taken, image, aspect, self._tiles)
                yield Chosen(frame, number, picture.frame.width, picture.frame.height)

    def _pictures(self) -> Iterator[Picture]:
        counts = Counts()
        opened: Opened | None = None
        decoder: Decoder | None = None
        for kind, body in self._reader:
            if kind == OPENED:
                opened = decode_opened(body)
                decoder = Decoder(opened, counts, Mask(()))  # a masked camera is never recorded
            elif kind == PACKET and opened is not None and decoder is not None:
                yield from decoder.decode(decode_packet(body, opened))
