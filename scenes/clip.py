"""A clip of H.264 or H.265 pictures, cut into what RTP carries, ready to be served in a loop without re-encoding."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext

from models.errors import FootageError
from scenes.nal import CODINGS, Coding, NalReader

CLOCK_HZ: Final = 90_000
"""RTP's clock for video."""

MAX_CLIP_BYTES: Final = 512 * 2**20
"""A clip is held in memory, once for all its viewers: longer footage must be cut first."""


class UnservableError(FootageError):
    """The file's pictures cannot be looped as they are; transcoded they can."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture.

    Attributes:
        at: When it is shown, in 1/90000 s since the beginning of the clip.
        key: Whether a decoder can begin here.
        nals: Its NAL units without start codes; a key picture begins with the parameter sets.
    """

    at: int
    key: bool
    nals: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """Footage that loops.

    Attributes:
        coding: Its codec.
        width, height: Pixels.
        sets: Parameter sets as the stream description announces them.
        units: In the order of showing; the first is a key picture at 0.
        duration: Of one loop, in 1/90000 s.
    """

    coding: Coding
    width: int
    height: int
    sets: tuple[bytes, ...]
    units: tuple[AccessUnit, ...]
    duration: int

    @property
    def seconds(self) -> float:
        """The length of one loop."""
        return self.duration / CLOCK_HZ

    @property
    def fps(self) -> float:
        """Mean pictures a second."""
        return len(self.units) / self.seconds


def read_clip(path: Path) -> Clip:
    """The clip in a file of H.264 or H.265 (mp4, mkv, annex B and what else carries it), without decoding all of it.

    Raises:
        UnservableError: it has pictures, but not of these codecs, or with B-frames, or they begin without an IDR.
        FootageError: it cannot be read, or is too large to be held in memory.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise FootageError(f"{path.name}: there is no picture in it")
            return _clip(path, container)
    except (FFmpegError, OSError) as error:
        raise FootageError(f"{path.name}: cannot be read as footage: {_reason(error)}") from error


def _clip(path: Path, container: InputContainer) -> Clip:
    stream = container.streams.video[0]
    coding = CODINGS.get(stream.codec_context.name)
    if coding is None:
        raise UnservableError(f"{path.name}: is {stream.codec_context.name}, neither H.264 nor H.265")
    reader = NalReader(bytes(stream.codec_context.extradata or b""), coding)
    units: list[tuple[int, bool, tuple[bytes, ...]]] = []
    size = 0
    for number, (at, nals) in enumerate(_pictures(path, container, reader)):
        size += sum(map(len, nals))
        if size > MAX_CLIP_BYTES:
            raise FootageError(f"{path.name}: more than {MAX_CLIP_BYTES >> 20} MiB of pictures; cut it shorter")
        kinds = {coding.kind_of(nal) for nal in nals}
        if not units and kinds.isdisjoint(coding.begins):
            if number > _SEEK_UNITS:
                raise UnservableError(f"{path.name}: no IDR picture near its beginning")
            continue
        key = not kinds.isdisjoint(coding.keys)
        slices = tuple(nal for nal in nals if coding.kind_of(nal) not in (*coding.idle, *coding.sets))
        if slices:
            units.append((at, key, (*reader.sets, *slices) if key else slices))
    if len(units) < _FEWEST_UNITS:
        raise UnservableError(f"{path.name}: has {len(units)} pictures after its first IDR picture")
    if not reader.sets:
        raise UnservableError(f"{path.name}: has no parameter sets")
    gaps = [after[0] - before[0] for before, after in pairwise(units)]
    if min(gaps) <= 0:
        raise UnservableError(f"{path.name}: its time goes backwards")
    _check_decodes(path, coding, units[0][2])
    first = units[0][0]
    return Clip(
        coding,
        stream.codec_context.width,
        stream.codec_context.height,
        reader.sets,
        tuple(AccessUnit(at - first, key, nals) for at, key, nals in units),
        units[-1][0] - first + round(median(gaps)),
    )


_SEEK_UNITS: Final = 50
"""Pictures that may be left out before the first IDR: two seconds' worth at most cameras' rate."""

_FEWEST_UNITS: Final = 2
"""With fewer pictures there is no frame rate."""


def _pictures(path: Path, container: InputContainer, reader: NalReader) -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """(instant in 1/90000 s, NAL units) of each packet."""
    stream = container.streams.video[0]
    rate = float(stream.average_rate or stream.guessed_rate or 25)
    sets: tuple[bytes, ...] = ()
    for number, packet in enumerate(p for p in container.demux(stream) if p.size):
        if packet.pts is not None and packet.dts is not None and packet.pts != packet.dts:
            raise UnservableError(f"{path.name}: has B-frames, whose order a loop would break")
        if packet.has_sidedata("new_extradata"):
            raise UnservableError(f"{path.name}: changes its parameter sets on the way")
        at = packet.pts if packet.pts is not None else packet.dts
        seconds = number / rate if at is None or stream.time_base is None else float(at * stream.time_base)
        try:
            nals = reader.split(bytes(packet))
        except FootageError as error:
            raise UnservableError(f"{path.name}: {error}") from error
        if sets and reader.sets != sets:
            raise UnservableError(f"{path.name}: changes its parameter sets on the way")
        sets = reader.sets
        yield round(seconds * CLOCK_HZ), nals


def _check_decodes(path: Path, coding: Coding, nals: tuple[bytes, ...]) -> None:
    """The first picture must decode by itself, as a viewer will have to do it."""
    decoder = new_decoder(coding)
    packet = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in nals))
    try:
        frames = [*decoder.decode(packet), *decoder.decode(None)]
    except FFmpegError as error:
        raise UnservableError(f"{path.name}: its first picture does not decode: {_reason(error)}") from error
    if not frames:
        raise UnservableError(f"{path.name}: its first picture does not decode")


def new_decoder(coding: Coding) -> VideoCodecContext:
    """A decoder for pictures of this codec."""
    decoder = av.CodecContext.create(coding.codec, "r")
    if not isinstance(decoder, VideoCodecContext):
        raise TypeError(f"{coding.codec} is no codec of pictures")
    return decoder


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
