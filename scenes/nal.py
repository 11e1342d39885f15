"""NAL units: the pieces of an H.264 stream, whichever way a file keeps them."""

import re
from collections.abc import Iterator
from typing import Final

from models.errors import FootageError

IDR: Final = 5
SPS: Final = 7
PPS: Final = 8

_START_CODE: Final = re.compile(rb"\x00\x00\x01")
_AVCC_HEAD_BYTES: Final = 7
"""avcC: version, profile (3), length size, number of SPS; then at least the number of PPS."""


def kind_of(nal: bytes) -> int:
    """nal_unit_type."""
    return nal[0] & 31


class NalReader:
    """Splits a stream's packets; parameter sets come from the file's header or from the packets themselves.

    Attributes:
        sps, pps: The parameter sets seen so far, the newest ones where a packet brought its own.
    """

    def __init__(self, extradata: bytes) -> None:
        self.sps: tuple[bytes, ...] = ()
        self.pps: tuple[bytes, ...] = ()
        self._length_bytes = 0
        if len(extradata) >= _AVCC_HEAD_BYTES and extradata[0] == 1:
            self._length_bytes = (extradata[4] & 3) + 1
            self._keep(_avcc_sets(extradata))
        else:
            self._keep(_annex_b(extradata))

    def split(self, packet: bytes) -> tuple[bytes, ...]:
        """The packet's NAL units without start codes or lengths.

        Raises:
            FootageError: a length points beyond the packet.
        """
        nals = tuple(_lengths(packet, self._length_bytes) if self._length_bytes else _annex_b(packet))
        self._keep(nals)
        return nals

    def _keep(self, nals: tuple[bytes, ...] | Iterator[bytes]) -> None:
        nals = tuple(nals)
        self.sps = tuple(dict.fromkeys(n for n in nals if kind_of(n) == SPS)) or self.sps
        self.pps = tuple(dict.fromkeys(n for n in nals if kind_of(n) == PPS)) or self.pps


def _lengths(data: bytes, length_bytes: int) -> Iterator[bytes]:
    at = 0
    while at + length_bytes < len(data):
        size = int.from_bytes(data[at : at + length_bytes], "big")
        at += length_bytes
        if at + size > len(data):
            raise FootageError("a picture's NAL unit is longer than the picture; the file is damaged")
        if size:
            yield data[at : at + size]
        at += size


def _annex_b(data: bytes) -> Iterator[bytes]:
    starts = [match.end() for match in _START_CODE.finditer(data)]
    ends = [*(start - 3 for start in starts[1:]), len(data)]
    for start, end in zip(starts, ends, strict=False):
        nal = data[start:end].rstrip(b"\0")
        if nal:
            yield nal


def _avcc_sets(data: bytes) -> Iterator[bytes]:
    at = 6
    count = data[5] & 31
    for _ in range(2):  # first the SPS, then the PPS
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            if size:
                yield data[at + 2 : at + 2 + size]
            at += 2 + size
        count = data[at] if at < len(data) else 0
        at += 1
