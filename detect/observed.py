"""How a log of observations stands on disk: records, each with its length and its checksum, one file per hour.

A file begins with `MAGIC`. Each record is its length (u32), the CRC-32 of what follows (u32), and a body: a letter,
then

* `S`, a picture that was looked at: `taken` in µs (i64), how many before it could not be written down (u32), heights to
  its width as it is shown (f64), number of tracks (u16); per track id (u64), COCO class (u8), box in fractions
  (4 × f32), score (f32), first seen in µs (i64), and where (4 × f32, all 0: not known);
* `R`, what the camera remembered: `taken` in µs of the picture up to which it did (i64, -1 for none), then its
  checkpoint as UTF-8.

All numbers are little-endian. Boxes and scores are the detector's own 32 bits, so nothing is rounded. An hour that is
over is compressed with gzip.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from models.clock import from_micros, to_micros
from models.track import Track

MAGIC: Final = b"KANMEN OBSERVED 3\n"

_ENVELOPE: Final = struct.Struct("<II")
_SEEN: Final = struct.Struct("<cqIdH")
_TRACK: Final = struct.Struct("<QB4ffq4f")
_REMEMBERED: Final = struct.Struct("<cq")
_UNKNOWN: Final = (0.0, 0.0, 0.0, 0.0)
_MOST_BYTES: Final = 1 << 24
"""No record is longer; a length beyond it is no length."""

_PIECE_BYTES: Final = 1 << 8
"""A packed hour is unpacked by pieces, so that what stands before damage is kept."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture that was looked at.

    Attributes:
        taken: When, µs.
        missed: So many pictures before it could not be written down.
        wide: Heights to its width, as it is shown.
        tracks: Seen in it.
    """

    taken: int
    missed: int
    wide: float
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a camera remembered at that point: where a file begins, and where detect was started again.

    Attributes:
        taken: Of the newest picture in it, µs; None where there was none.
        body: As in models.journal.Checkpoint.
    """

    taken: int | None
    body: str


Record = Seen | Remembered


def encode(record: Record) -> bytes:
    """The record with its length and checksum."""
    if isinstance(record, Remembered):
        taken = -1 if record.taken is None else record.taken
        body = _REMEMBERED.pack(b"R", taken) + record.body.encode()
    else:
        parts = [_SEEN.pack(b"S", record.taken, record.missed, record.wide, len(record.tracks))]
        parts += [
            _TRACK.pack(t.id, t.label, *t.box, t.score, to_micros(t.first_seen), *(t.begun or _UNKNOWN))
            for t in record.tracks
        ]
        body = b"".join(parts)
    return _ENVELOPE.pack(len(body), zlib.crc32(body)) + body


def whole_bytes(data: bytes) -> int:
    """How much of a file's content is whole records; 0 where it is no such file."""
    if not data.startswith(MAGIC):
        return 0
    return len(MAGIC) + sum(_ENVELOPE.size + len(body) for body in _bodies(data))


def records(data: bytes) -> Iterator[Record]:
    """The whole records of a file's content."""
    if data.startswith(MAGIC):
        yield from (_record(body) for body in _bodies(data))


def read(folder: Path) -> Iterator[Record]:
    """All records of a camera's folder, oldest first; what is torn is passed over."""
    for path in files(folder):
        yield from read_hour(path).records


@dataclass(frozen=True, slots=True)
class Hour:
    """The content of one file.

    Attributes:
        records: As many as are whole.
        torn: Whether there was more, which is damaged, or which is being written just now.
        gone: Whether there is no such file any more.
    """

    records: tuple[Record, ...]
    torn: bool
    gone: bool = False


def read_hour(path: Path) -> Hour:
    """The file's records, as far as they are whole; none of a file that was too old and is gone meanwhile.

    One that was packed since somebody listed it is read as it is now.

    Raises:
        OSError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        packed = path.with_name(f"{path.name}.gz")
        return Hour((), torn=False, gone=True) if path.suffix == ".gz" else read_hour(packed)
    complete = True
    if path.suffix == ".gz":
        data, complete = _unpacked(data)
    return Hour(tuple(records(data)), torn=not complete or whole_bytes(data) < len(data))


def hour_of(path: Path) -> datetime:
    """The first instant of the hour that a file is of."""
    return datetime.strptime(path.name.partition("-")[2].partition(".")[0] + "+0000", "%Y%m%dT%H%z")


def _unpacked(data: bytes) -> tuple[bytes, bool]:
    """As much as can be unpacked, and whether that is all."""
    unpacker = zlib.decompressobj(wbits=31)  # gzip's header and checksum
    parts = []
    try:
        for at in range(0, len(data), _PIECE_BYTES):
            parts.append(unpacker.decompress(data[at : at + _PIECE_BYTES]))  # noqa: PERF401 (kept up to the damage)
    except zlib.error:
        return b"".join(parts), False
    return b"".join(parts), unpacker.eof


def files(folder: Path) -> Sequence[Path]:
    """The files of a camera's folder in the order in which they were written."""
    found = {path.name.removesuffix(".gz"): path for path in sorted(folder.glob("*.obs*")) if not _is_draft(path)}
    return [found[name] for name in sorted(found)]


def _is_draft(path: Path) -> bool:
    return path.suffix not in (".obs", ".gz")


def _bodies(data: bytes) -> Iterator[memoryview]:
    at, view = len(MAGIC), memoryview(data)
    while at + _ENVELOPE.size <= len(data):
        length, checksum = _ENVELOPE.unpack_from(data, at)
        body = view[at + _ENVELOPE.size : at + _ENVELOPE.size + length]
        if length > _MOST_BYTES or len(body) < length or zlib.crc32(body) != checksum:
            return
        yield body
        at += _ENVELOPE.size + length


def _record(body: memoryview) -> Record:
    if body[0] == ord("R"):
        _, taken = _REMEMBERED.unpack_from(body)
        return Remembered(None if taken < 0 else taken, bytes(body[_REMEMBERED.size :]).decode())
    _, taken, missed, wide, count = _SEEN.unpack_from(body)
    tracks = []
    for n in range(count):
        track, label, x0, y0, x1, y1, score, first, *begun = _TRACK.unpack_from(body, _SEEN.size + n * _TRACK.size)
        where = None if tuple(begun) == _UNKNOWN else (begun[0], begun[1], begun[2], begun[3])
        tracks.append(Track(track, label, (x0, y0, x1, y1), score, from_micros(first), from_micros(taken), where))
    return Seen(taken, missed, wide, tuple(tracks))
