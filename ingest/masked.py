"""What a masked camera has in place of its own stream: its covered pictures, coded again, in the ring."""

from typing import Final

from ingest.decoder import Picture
from ingest.encoder import Encoder
from ingest.health import Counts
from ingest.mask import Mask
from ingest.ring import Ring


class Masked:
    """One masked camera; used by the thread that decodes.

    Attributes:
        mask: What covers its pictures.
    """

    def __init__(self, mask: Mask, ring: Ring, counts: Counts) -> None:
        self.mask: Final = mask
        self._ring, self._counts = ring, counts
        self._encoder = Encoder(counts)

    def take(self, picture: Picture) -> None:
        """The next covered picture: evidence may need it."""
        for coded in self._encoder.following(picture):
            self._counts.add("ring_overflow", self._ring.add(coded))
