"""A running process is handed the next revision of its configuration, and the descriptors of cameras that are new."""

import array
import json
import os
import select
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

from config.read import read_site
from config.revisions import Revision
from config.site import Site
from models.errors import ConfigError

_LOOK_S: Final = 0.1
"""How soon the thread notices that it shall end."""

_MESSAGE_BYTES: Final = 65536
_MOST_FDS: Final = 128
"""Two for each of 64 cameras; the kernel passes 253 at most."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over.

    Attributes:
        revision: Which one.
        site: What it says.
        links: Camera to (descriptor of its slots, descriptor of our end of its socket), for cameras that are new to
            us; the descriptors are the receiver's own.
    """

    revision: Revision
    site: Site
    links: Mapping[str, tuple[int, int]]


def hand_over(end: socket.socket, revision: Revision, links: Mapping[str, tuple[int, int]]) -> None:
    """Tell the process at the other end of a SOCK_SEQPACKET pair; the descriptors stay the caller's too.

    Raises:
        OSError: it does not listen.
    """
    words = {
        "number": revision.number,
        "sha256": revision.sha256,
        "path": str(revision.path),
        "cameras": list(links),
    }
    fds = array.array("i", [fd for pair in links.values() for fd in pair])
    extra = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)] if fds else []
    end.sendmsg([json.dumps(words).encode()], extra, socket.MSG_DONTWAIT)


class Handover:
    """The process's end: a thread reads what comes, so that whoever asks for it never waits.

    Args:
        fd: Of the socket; stays the caller's.
        config: The file that revisions are kept copies of.
        revision: What the process was started with; what is older lay in the socket and is passed over.
        can: What the process can do of what a revision's site asks for; all of it by default.
    """

    def __init__(
        self, fd: int, config: Path, revision: Revision, can: Callable[[Site], Site] = lambda site: site
    ) -> None:
        self.revision = revision
        self._can = can
        self._socket = socket.socket(fileno=socket.dup(fd))
        self._config = config
        self._queue: SimpleQueue[Handed | ConfigError] = SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read, name="handover", daemon=True)
        self._thread.start()

    def next(self) -> Handed | None:
        """What was handed over and not yet asked for, the oldest first; None where there is nothing.

        Raises:
            ConfigError: a revision that was good a moment ago is not any more; the process should start anew.
        """
        try:
            handed = self._queue.get_nowait()
        except Empty:
            return None
        if isinstance(handed, ConfigError):
            raise handed
        return handed

    def close(self) -> None:
        """Listen no more."""
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _read(self) -> None:
        newest = self.revision.number
        while not self._ending.is_set():
            # Not by a time-out of the socket: that would be one for every process that holds this end.
            if not select.select([self._socket], [], [], _LOOK_S)[0]:
                continue
            space = socket.CMSG_SPACE(4 * _MOST_FDS)
            data, extra, _, _ = self._socket.recvmsg(_MESSAGE_BYTES, space, socket.MSG_CMSG_CLOEXEC)
            if not data:
                return
            fds = _descriptors(extra)
            words: dict[str, Any] = json.loads(data)
            revision = Revision(words["number"], words["sha256"], Path(words["path"]))
            if revision.number <= newest:
                for fd in fds:
                    os.close(fd)
                continue
            newest = revision.number
            try:
                site = read_site(revision.path, self._config, opens=())  # workers open cameras
            except ConfigError as error:
                self._queue.put(error)
                return
            links = dict(zip(words["cameras"], zip(fds[::2], fds[1::2], strict=True), strict=True))
            self._queue.put(Handed(revision, self._can(site), links))


def _descriptors(extra: list[tuple[int, int, bytes]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in extra:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)
