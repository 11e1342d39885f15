"""Fragmented MP4, one picture per fragment, as a browser's MediaSource takes it (ISO/IEC 14496-12 and -15)."""

import struct
from typing import Final

from ingest.h264 import ParameterSets

TIMESCALE: Final = 1_000_000
"""Ticks a second of every time in the file: µs."""

_TRACK: Final = 1
_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_RESOLUTION: Final = 0x480000
"""72 dpi, which everybody writes and nobody reads."""

_KEY_FLAGS: Final = 0x02000000
"""Depends on no other picture."""

_DELTA_FLAGS: Final = 0x01010000
"""Depends on others, and is no place to begin."""

_HIGH: Final = 100
_HIGH_FORMAT: Final = b"\xfd\xf8\xf8\0"
"""High profile says its format again: 4:2:0 in 8 bits, as cameras send it."""

_BASE_IS_MOOF: Final = 0x020000
_HAS_OFFSET: Final = 0x001
_HAS_DURATION: Final = 0x100
_HAS_SIZE: Final = 0x200
_HAS_FLAGS: Final = 0x400
_HAS_COMPOSITION: Final = 0x800


def init(sets: ParameterSets, width: int, height: int) -> bytes:
    """`ftyp` and `moov` of a stream of that size in pixels."""
    ftyp = _box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41")
    mvhd = _full(b"mvhd", 0, 0, struct.pack(">4I", 0, 0, TIMESCALE, 0), _RATE_AND_VOLUME, _MATRIX, bytes(24), _NEXT)
    trex = _full(b"trex", 0, 0, struct.pack(">5I", _TRACK, 1, 0, 0, 0))
    return ftyp + _box(b"moov", mvhd, _trak(sets, width, height), _box(b"mvex", trex))


def fragment(number: int, data: bytes, *, key: bool, decode_at: int, show_after: int, duration: int) -> bytes:
    """`moof` and `mdat` of one picture.

    `decode_at`, `duration` and `show_after` (how long after decoding it is shown) are in ticks of TIMESCALE; `data`
    has its NAL units behind lengths.
    """
    flags = _KEY_FLAGS if key else _DELTA_FLAGS
    mfhd = _full(b"mfhd", 0, 0, struct.pack(">I", number % 2**32))
    tfhd = _full(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", _TRACK))
    tfdt = _full(b"tfdt", 1, 0, struct.pack(">Q", decode_at))
    has = _HAS_OFFSET | _HAS_DURATION | _HAS_SIZE | _HAS_FLAGS | _HAS_COMPOSITION

    def moof(offset: int) -> bytes:
        entry = struct.pack(">IiIIIi", 1, offset, duration, len(data), flags, show_after)
        return _box(b"moof", mfhd, _box(b"traf", tfhd, tfdt, _full(b"trun", 1, has, entry)))

    head = moof(0)
    return moof(len(head) + 8) + _box(b"mdat", data)


_RATE_AND_VOLUME: Final = struct.pack(">IHHII", 0x10000, 0x100, 0, 0, 0)
_NEXT: Final = struct.pack(">I", _TRACK + 1)


def _trak(sets: ParameterSets, width: int, height: int) -> bytes:
    tkhd = _full(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">5I", 0, 0, _TRACK, 0, 0),
        bytes(16),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
    )
    mdhd = _full(b"mdhd", 0, 0, struct.pack(">4I2H", 0, 0, TIMESCALE, 0, 0x55C4, 0))
    hdlr = _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"vide"), b"camera\0")
    vmhd = _full(b"vmhd", 0, 1, bytes(8))
    dinf = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
    empty = (_full(b"stts", 0, 0, bytes(4)), _full(b"stsc", 0, 0, bytes(4)), _full(b"stsz", 0, 0, bytes(8)))
    stsd = _full(b"stsd", 0, 0, struct.pack(">I", 1), _avc1(sets, width, height))
    stbl = _box(b"stbl", stsd, *empty, _full(b"stco", 0, 0, bytes(4)))
    return _box(b"trak", tkhd, _box(b"mdia", mdhd, hdlr, _box(b"minf", vmhd, dinf, stbl)))


def _avc1(sets: ParameterSets, width: int, height: int) -> bytes:
    sps, pps = (struct.pack(">H", len(unit)) + unit for unit in (sets.sps, sets.pps))
    record = b"\1" + sets.sps[1:4] + b"\xff\xe1" + sps + b"\1" + pps
    if sets.sps[1] == _HIGH:
        record += _HIGH_FORMAT
    size = struct.pack(">HHIIIH", width, height, _RESOLUTION, _RESOLUTION, 0, 1)
    head = struct.pack(">6xH16x", 1) + size + bytes(32) + struct.pack(">Hh", 24, -1)
    return _box(b"avc1", head, _box(b"avcC", record))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)
