"""Frame slots: a memfd that an ingest worker writes and detect reads; no lock that a killed process could hold."""

import mmap
import os
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.frame import Image

SLOTS: Final = 4
"""One being written, one announced, one being read, one to spare."""

SLOT_BYTES: Final = 1280 * 1280 * 3
"""The largest detector input that fits; memory is touched only as far as frames reach."""

_HEAD_BYTES: Final = 4096
"""One page for the sequence numbers, so that pictures begin page-aligned."""


def make_slots(name: str) -> int:
    """A new memfd of the right size; the caller owns the descriptor."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    os.ftruncate(fd, _HEAD_BYTES + SLOTS * SLOT_BYTES)
    return fd


class _Mapped:
    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, _HEAD_BYTES + SLOTS * SLOT_BYTES)
        self._seq: NDArray[np.uint64] = np.frombuffer(self._map, np.uint64, SLOTS)
        self._data: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8, offset=_HEAD_BYTES)

    def _image(self, slot: int, height: int, width: int) -> Image:
        start = slot * SLOT_BYTES
        return self._data[start : start + height * width * 3].reshape(height, width, 3)


class SlotWriter(_Mapped):
    """The ingest worker's end: fills slots in turn; a slot's number is odd while it is being written."""

    def __init__(self, fd: int) -> None:
        super().__init__(fd)
        self._next = 0

    def write(self, image: Image) -> tuple[int, int]:
        """Copy a picture into the next slot; returns (slot, seq) to announce.

        Raises:
            ValueError: the picture is larger than a slot.
        """
        height, width, _ = image.shape
        if height * width * 3 > SLOT_BYTES:
            raise ValueError(f"{width}x{height} does not fit into a slot")
        slot = self._next
        self._next = (slot + 1) % SLOTS
        seq = int(self._seq[slot]) // 2 * 2 + 2
        self._seq[slot] = seq - 1
        self._image(slot, height, width)[:] = image
        self._seq[slot] = seq
        return slot, seq


class SlotReader(_Mapped):
    """Detect's end."""

    def read(self, slot: int, seq: int, height: int, width: int, out: Image) -> bool:
        """Copy an announced picture into `out` (height, width, 3).

        Returns:
            False where the writer was faster: the picture is gone and `out` is worthless.
        """
        if not 0 <= slot < SLOTS or height * width * 3 > SLOT_BYTES or int(self._seq[slot]) != seq:
            return False
        out[:] = self._image(slot, height, width)
        return int(self._seq[slot]) == seq
