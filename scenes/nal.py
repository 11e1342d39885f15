"""NAL units: the pieces of an H.264 or H.265 stream, whichever way a file keeps them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from models.errors import FootageError

_START_CODE: Final = re.compile(rb"\x00\x00\x01")
_AVCC_HEAD_BYTES: Final = 7
"""avcC: version, profile (3), length size, number of SPS; then at least the number of PPS."""

_HVCC_HEAD_BYTES: Final = 23
"""hvcC: 21 bytes of profile and format, length size, number of arrays."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What the kinds of NAL units mean in a codec.

    Attributes:
        codec: FFmpeg's name.
        sets: Kinds of parameter sets, in the order in which a decoder needs them.
        begins: Kinds of pictures that forget all before them (IDR): a loop begins with one.
        keys: Kinds of pictures that decode by themselves.
        idle: Kinds that say nothing that a viewer needs: SEI, delimiters, ends, filler.
    """

    codec: str
    sets: tuple[int, ...]
    begins: frozenset[int]
    keys: frozenset[int]
    idle: frozenset[int]

    def kind_of(self, nal: bytes) -> int:
        """nal_unit_type."""
        return nal[0] & 31 if self is H264 else nal[0] >> 1 & 63


H264: Final = Coding("h264", (7, 8), frozenset({5}), frozenset({5}), frozenset({6, 9, 10, 11, 12}))
H265: Final = Coding("hevc", (32, 33, 34), frozenset({19, 20}), frozenset(range(16, 22)), frozenset(range(35, 41)))
CODINGS: Final = {coding.codec: coding for coding in (H264, H265)}


class NalReader:
    """Splits a stream's packets; parameter sets come from the file's header or from the packets themselves."""

    def __init__(self, extradata: bytes, coding: Coding = H264) -> None:
        self._coding = coding
        self._sets: dict[int, tuple[bytes, ...]] = {}
        self._length_bytes = 0
        if coding is H264 and len(extradata) >= _AVCC_HEAD_BYTES and extradata[0] == 1:
            self._length_bytes = (extradata[4] & 3) + 1
            self._keep(_avcc_sets(extradata))
        elif coding is H265 and len(extradata) >= _HVCC_HEAD_BYTES and extradata[0] == 1:
            self._length_bytes = (extradata[21] & 3) + 1
            self._keep(_hvcc_sets(extradata))
        else:
            self._keep(_annex_b(extradata))

    @property
    def sets(self) -> tuple[bytes, ...]:
        """The parameter sets seen so far, the newest ones where a packet brought its own; empty until all are known."""
        if len(self._sets) < len(self._coding.sets):
            return ()
        return tuple(nal for kind in self._coding.sets for nal in self._sets[kind])

    def split(self, packet: bytes) -> tuple[bytes, ...]:
        """The packet's NAL units without start codes or lengths.

        Raises:
            FootageError: a length points beyond the packet.
        """
        nals = tuple(_lengths(packet, self._length_bytes) if self._length_bytes else _annex_b(packet))
        self._keep(nals)
        return nals

    def _keep(self, nals: Iterable[bytes]) -> None:
        nals = tuple(nals)
        for kind in self._coding.sets:
            found = tuple(dict.fromkeys(nal for nal in nals if self._coding.kind_of(nal) == kind))
            if found:
                self._sets[kind] = found


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


def _hvcc_sets(data: bytes) -> Iterator[bytes]:
    at = _HVCC_HEAD_BYTES
    for _ in range(data[at - 1]):
        count = int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            if nal := data[at + 2 : at + 2 + size]:
                yield nal
            at += 2 + size
