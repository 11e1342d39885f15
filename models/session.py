"""A recorded session on disk: files of checked records that a slow disk cuts short but never stops a camera for."""

import json
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from queue import Empty, Full, Queue
from typing import BinaryIO, Final

from models.errors import FootageError

PACKETS: Final = "packets"
"""The file that the camera's ingest worker writes: the stream from a key picture on."""

LOOKS: Final = "looks"
"""The file that detect writes: what it remembered at the first picture, and every picture and word it took in."""

FACTS: Final = "session.json"
"""What `kanmen record` says of it all."""

LEASE_LIFE_S: Final = 6
"""`kanmen record` renews its lease once a second; when it dies, the recording ends this soon."""

_MAGIC: Final = b"KANMEN-SESSION-1\n"
_HEAD: Final = struct.Struct(">cII")
"""Kind, bytes and CRC-32 of the body."""

END: Final = b"E"
"""Kind of the last record; its body says why the recording ended."""

_LONGEST_BYTES: Final = 64 * 2**20
"""No record is longer: a torn length must not fill the memory."""

_TAIL_BYTES: Final = 512
"""The last record is shorter: why a recording ended is one sentence."""

_WAITING: Final = 512
"""Records that wait for the disk: some 20 s of a camera's packets."""

_LOOK_S: Final = 0.2
"""How soon the writer notices that it shall end, and how long others may not see what waits in its buffer."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def is_session_name(name: str) -> bool:
    """Whether a folder may be called so: it comes through Redis and must lead nowhere else."""
    return _NAME.fullmatch(name) is not None


class SessionWriter:
    """Writes records of one file in a thread of its own; every method returns at once.

    Attributes:
        ended: Why no more is written, None while it is.
    """

    def __init__(self, file: BinaryIO) -> None:
        """`file` is new and empty (mode `xb`: a recording is never written over another); it is closed at the end."""
        self.ended: str | None = None
        self._queue: Queue[bytes] = Queue(_WAITING)
        self._file = file
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)
        self._thread.start()

    def write(self, kind: bytes, body: bytes) -> None:
        """One more record; a disk that is so slow that there is no room for it ends the recording, never the camera."""
        if self.ended is None:
            try:
                self._queue.put_nowait(_record(kind, body))
            except Full:
                self.ended = "the disk is too slow for this camera"

    def end(self, reason: str) -> None:
        """No more records: what waits is still written, then why it ended."""
        self.ended = self.ended or reason

    def wait(self, timeout_s: float) -> None:
        """Wait until all is written after `end`."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            with self._file as file:
                file.write(_MAGIC)
                while self.ended is None or not self._queue.empty():
                    try:
                        file.write(self._queue.get(timeout=_LOOK_S))
                    except Empty:
                        file.flush()  # so that others see it grow
                file.write(_record(END, json.dumps(self.ended).encode()))
        except OSError as error:
            self.ended = f"the disk refuses: {error.strerror}"


class SessionReader:
    """Reads a file of records as far as it is whole.

    Attributes:
        ended: After the last record: why it was ended; None where the end is missing.
    """

    def __init__(self, path: Path) -> None:
        self.ended: str | None = None
        self._path = path

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Kind and body of each record, to the end or to the first that is torn.

        Raises:
            FootageError: it is no file of a session.
        """
        try:
            with self._path.open("rb") as file:
                if file.read(len(_MAGIC)) != _MAGIC:
                    raise FootageError(f"{self._path}: is no file of a session of this version")
                while len(head := file.read(_HEAD.size)) == _HEAD.size:
                    kind, size, check = _HEAD.unpack(head)
                    body = file.read(size) if size <= _LONGEST_BYTES else b""
                    if len(body) != size or zlib.crc32(body) != check:
                        return
                    if kind == END:
                        self.ended = str(json.loads(body))
                        return
                    yield kind, body
        except OSError as error:
            raise FootageError(f"{self._path}: cannot be read: {error.strerror}") from error


def ended(path: Path) -> str | None:
    """Why a file of a session ended; None where it is not there, still grows, or was torn. Reads its end only."""
    try:
        with path.open("rb") as file:
            file.seek(0, SEEK_END)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            tail = file.read()
    except OSError:
        return None
    for at in range(len(tail) - _HEAD.size):
        kind, size, check = _HEAD.unpack_from(tail, at)
        body = tail[at + _HEAD.size :]
        if kind == END and len(body) == size and zlib.crc32(body) == check:
            return str(json.loads(body))
    return None


def _record(kind: bytes, body: bytes) -> bytes:
    return _HEAD.pack(kind, len(body), zlib.crc32(body)) + body
