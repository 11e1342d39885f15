"""The last seconds of a stream as it came, in memory: whole groups of pictures, bounded in bytes and in time."""

import threading
from collections import deque
from itertools import islice
from typing import Final

from ingest.coded import Coded

MOST_BYTES: Final = 32 * 2**20
"""16 s of a main stream at 16 Mbit/s; the eight cameras of a site stay within 256 MiB at the very worst."""

_SECOND: Final = 1_000_000
"""µs."""


class Ring:
    """Written by the thread that drains the stream, read by the one that keeps evidence; nobody waits for long.

    Args:
        seconds: So much is kept before the newest picture, and what belongs to its first group of pictures.
        most_bytes: But never more than this.
    """

    def __init__(self, seconds: float, most_bytes: int = MOST_BYTES) -> None:
        self._kept = round(seconds * _SECOND)
        self._most = most_bytes
        self._lock = threading.Lock()
        self._pictures: deque[Coded] = deque()
        self._keys: deque[int] = deque()  # numbers of the key pictures in it
        self._first = 0  # number of the oldest picture; they count up for ever
        self._bytes = 0

    def add(self, coded: Coded) -> int:
        """The next picture; returns how many had to go for want of room rather than by age."""
        with self._lock:
            if not self._pictures and not coded.key:
                return 0
            if coded.key:
                self._keys.append(self._first + len(self._pictures))
            self._pictures.append(coded)
            self._bytes += coded.packet.size
            while len(self._keys) > 1 and self._at(self._keys[1]).stamp.taken <= coded.stamp.taken - self._kept:
                self._drop_group()
            before = len(self._pictures)
            while self._bytes > self._most:
                self._drop_group()
            return before - len(self._pictures)

    @property
    def bytes(self) -> int:
        """Of all pictures in it."""
        return self._bytes

    def newest(self) -> Coded | None:
        """The newest picture."""
        with self._lock:
            return self._pictures[-1] if self._pictures else None

    def start(self, taken: int) -> int | None:
        """Number of the key picture from which all pictures taken since `taken` (µs) can be shown.

        The oldest one where it reaches back less far; None where the ring is empty.
        """
        with self._lock:
            before = [number for number in self._keys if self._at(number).stamp.taken <= taken]
            return before[-1] if before else self._keys[0] if self._keys else None

    def since(self, number: int) -> tuple[int, list[Coded]]:
        """The pictures from that number on, and the number of the first of them; later where it was dropped."""
        with self._lock:
            first = max(number, self._first)
            return first, list(islice(self._pictures, first - self._first, None))

    def _at(self, number: int) -> Coded:
        return self._pictures[number - self._first]

    def _drop_group(self) -> None:
        """Forget the oldest group of pictures."""
        self._keys.popleft()
        end = self._keys[0] if self._keys else self._first + len(self._pictures)
        while self._first < end:
            self._bytes -= self._pictures.popleft().packet.size
            self._first += 1
