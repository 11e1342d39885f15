"""H.264 as cameras send it: parameter sets, and pictures rewritten from start codes to lengths."""

from dataclasses import dataclass
from typing import Final

_SPS: Final = 7
_PPS: Final = 8
_DELIMITER: Final = 9
_KIND_MASK: Final = 0x1F
_AVCC: Final = 1
"""The first byte of extradata in avcC form; with start codes it is 0."""

_SHORTEST_SPS: Final = 4
"""Bytes: type, profile, constraints, level."""


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """What a decoder must know before the first picture: the first SPS and PPS, without start codes."""

    sps: bytes
    pps: bytes

    @property
    def codec(self) -> str:
        """As browsers name it (RFC 6381), e.g. `avc1.42c01e`."""
        return f"avc1.{self.sps[1:4].hex()}"


def nal_units(data: bytes) -> list[bytes]:
    """The NAL units of a byte stream with start codes (3 or 4 bytes long)."""
    # Emulation prevention keeps 00 00 01 out of a unit, and no unit ends in 00: what trails is the next start code.
    return [unit for unit in (part.rstrip(b"\0") for part in data.split(b"\0\0\1")[1:]) if unit]


def parameter_sets(data: bytes) -> ParameterSets | None:
    """The parameter sets in a byte stream or in avcC extradata; None where it has none."""
    units = _avcc_units(data) if data[:1] == bytes([_AVCC]) else nal_units(data)
    sps = next((u for u in units if u[0] & _KIND_MASK == _SPS and len(u) >= _SHORTEST_SPS), None)
    pps = next((u for u in units if u[0] & _KIND_MASK == _PPS), None)
    return ParameterSets(sps, pps) if sps and pps else None


def picture(data: bytes) -> bytes:
    """The access unit with each NAL unit behind its length in 4 bytes, without parameter sets and delimiters."""
    kept = (u for u in nal_units(data) if u[0] & _KIND_MASK not in (_SPS, _PPS, _DELIMITER))
    return b"".join(len(u).to_bytes(4, "big") + u for u in kept)


def _avcc_units(data: bytes) -> list[bytes]:
    """The units of an AVCDecoderConfigurationRecord; those that are cut short are left out."""
    units: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = data[at] & mask if at < len(data) else 0
        at += 1
        for _ in range(count):
            size = int.from_bytes(data[at : at + 2], "big")
            unit = data[at + 2 : at + 2 + size]
            at += 2 + size
            if unit and len(unit) == size:
                units.append(unit)
    return units
