"""The queue of one camera's live picture to one browser, and the newest group of pictures for whoever comes late."""

from collections import deque
from typing import Final

from models.live import Fragment, Kind

MOST_FRAGMENTS: Final = 150
"""Six seconds at 25 pictures a second; who is further behind wants the present, not the past."""
MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_JPEGS: Final = 2


class Lane:
    """Bounded; on overflow it skips to the next key fragment and counts what it left out."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Kind, bytes]] = deque()
        self._bytes = 0
        self._skipping = True  # nothing can be shown before the first key fragment
        self.skipped = 0

    def __len__(self) -> int:
        return len(self._queue)

    def offer(self, kind: Kind, message: bytes) -> None:
        """Queue a message, or skip it."""
        if kind == "jpeg":
            while len(self._queue) >= _MOST_JPEGS:
                self._drop()
            self._put(kind, message)
            return
        if len(self._queue) >= MOST_FRAGMENTS or self._bytes + len(message) > MOST_BYTES:
            self._overflow()
        if kind == "key":
            self._skipping = False
        elif kind == "delta" and self._skipping:
            self.skipped += 1
            return
        self._put(kind, message)

    def take(self) -> bytes | None:
        """The next message; None where there is none."""
        if not self._queue:
            return None
        _, message = self._queue.popleft()
        self._bytes -= len(message)
        return message

    def _overflow(self) -> None:
        inits = [message for kind, message in self._queue if kind == "init"]
        self.skipped += len(self._queue) - len(inits[-1:])
        self._queue.clear()
        self._bytes = 0
        self._skipping = True
        for message in inits[-1:]:
            self._put("init", message)

    def _put(self, kind: Kind, message: bytes) -> None:
        self._queue.append((kind, message))
        self._bytes += len(message)

    def _drop(self) -> None:
        self.take()
        self.skipped += 1


class Group:
    """The newest group of pictures of one camera, so that a newcomer begins with a picture at once."""

    def __init__(self) -> None:
        self._init: bytes | None = None
        self._parts: list[tuple[Kind, bytes]] = []
        self._bytes = 0
        self._next: tuple[int, int] | None = None
        self.holes = 0

    def admit(self, fragment: Fragment, message: bytes) -> bool:
        """Keep a fragment; False where one before it is missing, so that nobody could show it."""
        if fragment.kind == "init":
            self._init = message
            return True
        if fragment.kind == "jpeg":
            self._parts = [("jpeg", message)]
            return True
        if fragment.kind == "delta" and (fragment.epoch, fragment.number) != self._next:
            self._next = None
            self._parts.clear()
            self.holes += 1
            return False
        if fragment.kind == "key":
            self._parts.clear()
            self._bytes = 0
        self._next = (fragment.epoch, (fragment.number + 1) % 2**32)
        self._keep(fragment.kind, message)
        return True

    def replay(self) -> list[tuple[Kind, bytes]]:
        """What a newcomer needs first, in order; empty before the first whole picture."""
        if not self._parts:
            return []
        init: list[tuple[Kind, bytes]] = [] if self._init is None else [("init", self._init)]
        return init + self._parts

    def _keep(self, kind: Kind, message: bytes) -> None:
        self._bytes += len(message)
        if kind == "delta" and not self._parts:
            return  # given up earlier: too long to be worth replaying
        if self._bytes > MOST_BYTES or len(self._parts) >= MOST_FRAGMENTS - 1:
            self._parts.clear()
            return
        self._parts.append((kind, message))
