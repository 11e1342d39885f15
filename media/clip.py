"""A clip of coded pictures: it grows as fragmented MP4 without re-encoding, and is made whole once at its end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer
from av.error import FFmpegError

_TIME_BASE: Final = Fraction(1, 90_000)
_OPTIONS: Final = {
    # The moov waits for the first picture: parameter sets may come in it alone.
    "movflags": "frag_keyframe+delay_moov+default_base_moof",
    "frag_duration": "1000000",  # µs: a killed process leaves all but the last second, however long the camera's GOP
}
_START_CODES: Final = (b"\0\0\1", b"\0\0\0\1")
_NOTE: Final = "comment"
"""MP4's own place for a word about the file; players and FFmpeg show it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the pictures of a clip have in common; another shape is another clip.

    Attributes:
        codec: FFmpeg's name, e.g. `h264`, `hevc`.
        width, height: Pixels.
        extradata: Parameter sets with start codes, as the stream's description told them; empty where they come with
            the key pictures.
    """

    codec: str
    width: int
    height: int
    extradata: bytes


class GrowingClip:
    """A file that grows; what is written is on its way to the disk a second later at the latest.

    Args:
        path: The file; it is made anew.
        shape: Of its pictures.
        note: JSON values, kept in the file; see `told_of`.

    Raises:
        OSError: the disk refuses; each method raises it too.
    """

    def __init__(self, path: Path, shape: Shape, note: Mapping[str, Any]) -> None:
        self._file = path.open("wb", buffering=0)
        self._shape = shape
        self._failed: OSError | None = None
        try:
            self._container = av.open(self, "w", format="mp4", options=_OPTIONS)
            self._container.metadata[_NOTE] = json.dumps(note)
            self._stream = self._container.add_mux_stream(
                shape.codec, width=shape.width, height=shape.height, time_base=_TIME_BASE
            )
        except FFmpegError as error:
            self._file.close()
            raise OSError(error.errno, f"a clip of {shape.codec} cannot be written", str(path)) from error
        self._empty = True

    def add(self, data: bytes, *, shown_us: int, decoded_us: int, key: bool) -> None:
        """The next picture, in decoding order, the first one a key picture; instants in µs from the clip's start."""
        sets = self._shape.extradata
        if self._empty and sets.startswith(_START_CODES) and not data.startswith(sets):
            data = sets + data
        self._empty = False
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = _TIME_BASE
        packet.pts, packet.dts = (us * 9 // 100 for us in (shown_us, decoded_us))
        packet.is_keyframe = key
        self._do(lambda: self._container.mux(packet))

    def close(self) -> None:
        """Write what is held back, and let go of the file."""
        try:
            if not self._empty:
                self._do(self._container.close)
        finally:
            self._file.close()

    def write(self, data: bytes) -> int:
        """What the muxer calls; an error is kept, since the muxer would swallow which one it was."""
        try:
            return self._file.write(data)
        except OSError as error:
            self._failed = error
            raise

    def _do(self, act: Any) -> None:  # noqa: ANN401 (anything to call)
        try:
            act()
        except (FFmpegError, OSError) as error:
            raise self._failed or OSError(getattr(error, "errno", None) or 5, "the clip cannot be written") from error
        if self._failed is not None:
            raise self._failed


def make_whole(grown: Path, target: Path, note: Mapping[str, Any]) -> None:
    """Copy what has grown, to its last whole picture, into an MP4 that any player can open and search.

    Args:
        grown: A growing clip, complete or cut off anywhere.
        target: The new file.
        note: JSON values that are added to the note of the growing clip.

    Raises:
        ValueError: there is not one whole picture in it.
        OSError: the disk refuses.
    """
    empty = True
    try:
        with (
            av.open(str(grown)) as source,
            av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as made,
        ):
            made.metadata[_NOTE] = json.dumps({**_note(source), **note})
            stream = source.streams.video[0]
            copied = made.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.dts is not None and packet.size and not packet.is_corrupt:
                    packet.stream = copied
                    made.mux(packet)
                    empty = False
    except (av.error.InvalidDataError, av.error.EOFError, IndexError) as error:
        raise ValueError("there is no whole picture in it") from error
    except FFmpegError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    if empty:
        raise ValueError("there is no whole picture in it")


@dataclass(frozen=True, slots=True)
class Told:
    """What a whole clip says of itself.

    Attributes:
        note: The values that were put into it.
        seconds: From its first picture to the end of its last.
    """

    note: Mapping[str, Any]
    seconds: float


def told_of(path: Path) -> Told | None:
    """What a clip that `make_whole` made says of itself; None where it is no clip of ours.

    Raises:
        OSError: the disk refuses.
    """
    try:
        with av.open(str(path)) as source:
            return Told(_note(source), (source.duration or 0) / av.time_base)
    except (av.error.InvalidDataError, av.error.EOFError, ValueError):
        return None


def _note(source: InputContainer) -> dict[str, Any]:
    told = json.loads(source.metadata.get(_NOTE, "{}"))
    return told if isinstance(told, dict) else {}
