"""Any footage as a clip that loops: as it is where the file allows it, else transcoded once into a cache folder."""

import hashlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.error import FFmpegError

from models.errors import FootageError
from scenes.clip import CLOCK_HZ, Clip, UnservableError, read_clip
from scenes.encode import ClipWriter, whole
from scenes.nal import H264, H265

Progress = Callable[[float], None]
"""Told the share that is done, 0..1."""

_VERSION: Final = "t2"
"""Of the transcoding: another one has its own cached files."""

_OPTIONS: Final = {
    H264: {"preset": "veryfast", "profile": "main", "crf": "23"},
    H265: {"preset": "ultrafast", "profile": "main", "crf": "26"},
}
"""Close to what a camera sends; main profile because every decoder takes it. H.265 stays H.265."""

_HOLE_S: Final = 2.0
"""A longer hole in a file's time is an error of the file: it is closed to one picture's length."""

_MAX_SIDE: Final = 4096
"""Pixels; larger pictures are no camera's."""

_FALLBACK_FPS: Final = 25
"""Where a file does not say."""


def open_footage(path: Path, cache: Path, progress: Progress | None = None) -> Clip:
    """The clip in a file; `cache` keeps transcoded ones under the sha256 of their file.

    Raises:
        FootageError: the file cannot be served, in words for people.
    """
    if not path.is_file():
        raise FootageError(f"{path}: there is no such file")
    try:
        return read_clip(path)
    except UnservableError:
        pass  # its pictures can be had by decoding them
    cached = cache / f"{sha256_of(path)}-{_VERSION}.mp4"
    if not cached.is_file():
        _transcode(path, cached, progress)
    try:
        return read_clip(cached)
    except UnservableError as error:
        raise FootageError(f"{path.name}: too few of its pictures can be decoded to make a loop") from error


def sha256_of(path: Path) -> str:
    """The file's sha256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _transcode(path: Path, target: Path, progress: Progress | None) -> None:
    try:
        with av.open(str(path)) as source, whole(target) as part:
            if not source.streams.video:
                raise FootageError(f"{path.name}: there is no picture in it")
            stream = source.streams.video[0]
            if not 0 < max(stream.width, stream.height) <= _MAX_SIDE:
                raise FootageError(f"{path.name}: {stream.width}x{stream.height} is no camera's picture size")
            _encode(source, part, progress)
    except FFmpegError as error:
        raise FootageError(f"{path.name}: cannot be transcoded: {error.strerror}") from error


def _encode(source: InputContainer, part: Path, progress: Progress | None) -> None:
    stream = source.streams.video[0]
    fps = Fraction(stream.average_rate or stream.guessed_rate or _FALLBACK_FPS)
    width, height = (max(2, side // 2 * 2) for side in (stream.width, stream.height))
    length = (source.duration or 0) * CLOCK_HZ // av.time_base
    coding = H265 if stream.codec_context.name == H265.codec else H264
    writer = ClipWriter(part, width, height, fps, dict(_OPTIONS[coding]), coding=coding)
    stream.thread_type = "AUTO"
    try:
        for frame, at in _timed(source, round(CLOCK_HZ / fps)):
            writer.write(frame.reformat(width, height, "yuv420p"), at)
            if progress and length > 0:
                progress(min(1.0, at / length))
    finally:
        writer.close()
    if progress:
        progress(1.0)


def _timed(source: InputContainer, step: int) -> Iterator[tuple[av.VideoFrame, int]]:
    """The decoded pictures with instants that grow, in 1/90000 s; `step` is the usual distance of two."""
    at, offset = -step, 0
    for frame in source.decode(video=0):
        if frame.pts is None or frame.time_base is None:
            at += step
        else:
            told = round(float(frame.pts * frame.time_base) * CLOCK_HZ)
            if at < 0 or told - offset - at > _HOLE_S * CLOCK_HZ:
                offset = told - at - step
            at = max(told - offset, at + step // 2)
        yield frame, at
