"""The worker's end of the socket to detect: it never blocks, and silence is nothing unusual."""

import select
import socket
import threading
from collections.abc import Callable
from typing import Final

from ingest.health import Counts
from models.clock import Monotonic, monotonic_now
from models.link import MESSAGE_BYTES, Health, Message, Request, Want, decode, encode

WANT_LIFE_S: Final = 5.0
"""Detect repeats its wish once a second; unasked for so long, nothing is sampled."""

_HEALTH_S: Final = 1.0
_LOOK_S: Final = 0.25
"""How soon the thread notices that it shall stop."""

_MOST_SIDE: Final = 1280
"""Pixels; a slot holds no larger picture."""

_MOST_FPS: Final = 60.0


class Link:
    """Sends samples, health and answers, knows what detect wants, and hands its requests on."""

    def __init__(self, fd: int, counts: Counts, ask: Callable[[Request], None]) -> None:
        """`fd` stays the caller's: the link works on a copy; `ask` is called on the thread of `run`."""
        self._ask = ask
        self._socket = socket.socket(fileno=socket.dup(fd))
        self._counts = counts
        self._want: Want | None = None
        self._asked = Monotonic(0.0)

    def want(self) -> Want | None:
        """What detect asks for, None where it has not asked for a while."""
        return self._want if monotonic_now() - self._asked < WANT_LIFE_S else None

    def send(self, message: Message) -> bool:
        """Send at once or not at all; False where the buffer is full or nobody is there (counted)."""
        try:
            self._socket.send(encode(message), socket.MSG_DONTWAIT)
        except OSError:
            self._counts.add("link_full")
            return False
        return True

    def run(self, stop: threading.Event, health: Callable[[], Health]) -> None:
        """Tell the health once a second and take in wishes until `stop`."""
        due = monotonic_now()
        while not stop.is_set():
            if monotonic_now() >= due:
                self.send(health())
                due = Monotonic(due + _HEALTH_S * (1 + (monotonic_now() - due) // _HEALTH_S))
            wait = min(_LOOK_S, max(0.0, due - monotonic_now()))
            if select.select([self._socket], [], [], wait)[0] and not self._take_in():
                stop.wait(wait)  # a closed peer is readable for ever

    def close(self) -> None:
        """Give the copy of the descriptor back."""
        self._socket.close()

    def _take_in(self) -> bool:
        """All messages that lie there; False where the peer is gone."""
        while True:
            try:
                data = self._socket.recv(MESSAGE_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._understand(data)

    def _understand(self, data: bytes) -> None:
        try:
            message = decode(data)
        except ValueError:
            message = None
        if isinstance(message, Request):
            self._ask(message)
            return
        if not isinstance(message, Want) or not _is_usable(message):
            self._counts.add("link_unread")
            return
        size = (min(message.width, _MOST_SIDE), min(message.height, _MOST_SIDE))
        self._want = Want(*size, message.fps, message.record)
        self._asked = monotonic_now()


def _is_usable(want: Want) -> bool:
    try:
        return want.width >= 2 and want.height >= 2 and 0 < want.fps <= _MOST_FPS  # noqa: PLR2004 (an even picture)
    except TypeError:
        return False
