"""RTP: pictures cut into packets (RFC 6184 for H.264, RFC 7798 for H.265), and the sender's reports (RFC 3550)."""

import secrets
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from models.clock import to_micros
from scenes.clip import AccessUnit
from scenes.nal import H264, Coding

PAYLOAD_TYPE: Final = 96
"""The first dynamic one; the stream description names it."""

MAX_PAYLOAD_BYTES: Final = 1400
"""Fits an Ethernet frame with all headers, as a camera on a real network does it."""

REPORT_EVERY: Final = timedelta(seconds=5)
"""RFC 3550's smallest interval."""

_NTP_OFFSET_S: Final = 2_208_988_800
"""From 1900, where NTP counts from, to 1970."""

RTP: Final = 0
RTCP: Final = 1
"""The two channels of a stream: pictures, and reports about them."""

_FU_A: Final = 28
_FU_H265: Final = 49
_HEAD: Final = struct.Struct("!BBHII")
_REPORT: Final = struct.Struct("!BBHIIIIII")


def payloads(unit: AccessUnit, coding: Coding) -> Iterator[bytes]:
    """A picture's NAL units: whole where they fit into a packet, else in fragments (FU-A, or H.265's FU)."""
    for nal in unit.nals:
        if len(nal) <= MAX_PAYLOAD_BYTES:
            yield nal
            continue
        if coding is H264:
            head, body = bytes(((nal[0] & 0xE0) | _FU_A,)), nal[1:]
        else:
            head, body = bytes(((nal[0] & 0x81) | _FU_H265 << 1, nal[1])), nal[2:]
        step = MAX_PAYLOAD_BYTES - len(head) - 1
        for at in range(0, len(body), step):
            first = 0x80 if at == 0 else 0
            last = 0x40 if at + step >= len(body) else 0
            yield head + bytes((first | last | coding.kind_of(nal),)) + body[at : at + step]


class RtpStream:
    """One viewer's stream: numbers and stamps of its own, as a camera gives each session.

    Attributes:
        ssrc: Names the stream.
    """

    def __init__(self) -> None:
        self.ssrc = secrets.randbits(32)
        self._stamp_offset = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._packets = 0
        self._bytes = 0
        self._reported: datetime | None = None

    def picture(self, parts: tuple[bytes | None, ...], stamp: int, wall: datetime) -> Iterator[tuple[int, bytes]]:
        """(channel, packet) of what goes out for one picture: a report where one is due, then a packet per payload.

        A payload of None was lost on the way: its number is missing.

        `stamp` is the picture's instant in 1/90000 s on an endless time line, `wall` the same instant in UTC.
        """
        stamp32 = (stamp + self._stamp_offset) & 0xFFFFFFFF
        if self._reported is None or wall - self._reported >= REPORT_EVERY:
            self._reported = wall
            yield RTCP, self._report(stamp32, wall)
        for number, part in enumerate(parts, 1):
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._packets += 1
            if part is None:
                continue
            self._bytes += len(part)
            marker = 0x80 if number == len(parts) else 0
            yield RTP, _HEAD.pack(0x80, marker | PAYLOAD_TYPE, self._sequence, stamp32, self.ssrc) + part

    def _report(self, stamp32: int, wall: datetime) -> bytes:
        seconds, micros = divmod(to_micros(wall), 1_000_000)
        return _REPORT.pack(
            0x80,
            200,
            6,
            self.ssrc,
            (seconds + _NTP_OFFSET_S) & 0xFFFFFFFF,
            (micros << 32) // 1_000_000,
            stamp32,
            self._packets & 0xFFFFFFFF,
            self._bytes & 0xFFFFFFFF,
        )
