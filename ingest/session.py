"""The worker's part of a recorded session: the stream's packets as they came, from a key picture on."""

import json
import struct
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
from av.video.stream import VideoStream

from ingest.coded import Coded
from ingest.opened import Opened
from ingest.taken import Stamp
from models.errors import FootageError
from models.session import PACKETS, SessionWriter, is_session_name

OPENED: Final = b"O"
PACKET: Final = b"P"

_HEAD: Final = struct.Struct(">qqIqqB")
"""PTS, DTS, epoch, taken, media, flags."""

_NO_DTS: Final = -(2**63)
_KEY: Final = 1
_SETTLED: Final = 2


class SessionPackets:
    """Writes while detect asks for it; the demuxer never waits for the disk.

    Args:
        folder: Where sessions lie while they are recorded.
        wanted: Name of the session that is recorded now, empty for none.
        told: Told the session's name and `taken` of its first picture when it begins, and None when it ends.
    """

    def __init__(
        self, folder: Path, wanted: Callable[[], str], told: Callable[[tuple[str, int] | None], object]
    ) -> None:
        self._folder, self._wanted, self._told = folder, wanted, told
        self._lock = threading.Lock()
        self._name = ""
        self._writer: SessionWriter | None = None
        self._opened: Opened | None = None

    def offer(self, coded: Coded) -> None:
        """From the demuxer's thread: the next packet, before it is decoded."""
        with self._lock:
            self._follow()
            if self._name and self._writer is None and self._opened is None and coded.key and coded.stamp.settled:
                self._begin(coded)
            writer = self._writer
            if writer is None:
                return
            if coded.opened is not self._opened:
                self._opened = coded.opened
                writer.write(OPENED, _encode_opened(coded.opened))
            writer.write(PACKET, _encode_packet(coded))
            if writer.ended is not None:
                self._end(writer.ended)

    def look(self) -> None:
        """From any thread, once a second: a recording that nobody wants any more ends, also without packets."""
        with self._lock:
            self._follow()

    def end(self, wait_s: float) -> None:
        """The worker ends."""
        with self._lock:
            writer = self._writer
            self._end("the ingest worker ended")
        if writer is not None:
            writer.wait(wait_s)

    def _follow(self) -> None:
        name = self._wanted()
        if name != self._name:
            self._end("nobody asked for more")
            self._name = name if is_session_name(name) else ""
            self._opened = None

    def _begin(self, coded: Coded) -> None:
        self._opened = coded.opened
        try:
            self._writer = SessionWriter((self._folder / self._name / PACKETS).open("xb"))
        except OSError:
            return  # there is no such folder, or we began before and died; `kanmen record` says so
        self._writer.write(OPENED, _encode_opened(coded.opened))
        self._told((self._name, coded.stamp.taken))

    def _end(self, reason: str) -> None:
        if self._writer is not None:
            self._writer.end(reason)
            self._writer = None
            self._told(None)


def decode_opened(body: bytes) -> Opened:
    """What a stream was.

    Raises:
        FootageError: the record is not of this version.
    """
    try:
        raw: dict[str, Any] = json.loads(body)
        base = Fraction(raw["time_base"])
        return Opened(raw["codec"], raw["width"], raw["height"], base, bytes.fromhex(raw["extradata"]))
    except (ValueError, KeyError, TypeError) as error:
        raise FootageError(f"{PACKETS}: a record is not of this version") from error


def decode_packet(body: bytes, opened: Opened) -> Coded:
    """A packet as it came.

    Raises:
        FootageError: the record is not of this version.
    """
    if len(body) < _HEAD.size:
        raise FootageError(f"{PACKETS}: a record is not of this version")
    pts, dts, epoch, taken, media, flags = _HEAD.unpack_from(body)
    packet = cast("av.Packet[VideoStream]", av.Packet(body[_HEAD.size :]))
    packet.pts, packet.dts = pts, None if dts == _NO_DTS else dts
    packet.time_base = opened.time_base
    packet.is_keyframe = bool(flags & _KEY)
    return Coded(packet, pts, Stamp(epoch, taken, media, bool(flags & _SETTLED)), opened)


def _encode_opened(opened: Opened) -> bytes:
    return json.dumps(
        {
            "codec": opened.codec,
            "width": opened.width,
            "height": opened.height,
            "time_base": str(opened.time_base),
            "extradata": opened.extradata.hex(),
        }
    ).encode()


def _encode_packet(coded: Coded) -> bytes:
    stamp, dts = coded.stamp, coded.packet.dts
    flags = _KEY * coded.key | _SETTLED * stamp.settled
    head = _HEAD.pack(coded.pts, _NO_DTS if dts is None else dts, stamp.epoch, stamp.taken, stamp.media, flags)
    return head + bytes(coded.packet)
