"""What the cameras of a measurement show: the demo's scenes, or footage, as it is or as a sub-stream would send it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.error import FFmpegError
from av.video.frame import VideoFrame

from kanmen.assets import fetch
from kanmen.progress import Report
from models.errors import FootageError
from scenes.clip import CLOCK_HZ, Clip
from scenes.compose import SCENES, compose
from scenes.encode import ClipWriter, whole
from scenes.footage import sha256_of

_WIDTH: Final = 704
_HEIGHT: Final = 576
_FPS: Final = 25
_OPTIONS: Final = {"preset": "veryfast", "profile": "main", "crf": "27", "maxrate": "800k", "bufsize": "800k"}
"""As cameras are delivered: a sub-stream of 704x576 at 25 pictures a second, below a megabit; they squeeze 16:9 too."""


def demo_clips(cache: Path, progress: Report) -> list[Path]:
    """The demo's scenes, composed once.

    Raises:
        AssetError: the photograph from which actors are cut cannot be had.
    """
    photo = fetch("street-photo", cache, progress)
    shares: dict[str, float] = {}

    def tell(scene: str, share: float) -> None:
        shares[scene] = share
        progress("Composing the scenes", sum(shares.values()), len(SCENES))

    return [scene.video for scene in compose(photo, cache / "scenes", SCENES, tell)]


def sub_stream(path: Path, cache: Path, progress: Report) -> Path:
    """The footage as a sub-stream: 704x576, 25 pictures a second; encoded once into `cache`.

    Raises:
        FootageError: it cannot be read.
    """
    if not path.is_file():
        raise FootageError(f"{path}: there is no such file")
    target = cache / f"{sha256_of(path)}-{_WIDTH}x{_HEIGHT}-{_FPS}.mp4"
    if target.is_file():
        return target
    try:
        with av.open(str(path)) as source, whole(target) as part:
            if not source.streams.video:
                raise FootageError(f"{path.name}: there is no picture in it")
            length_s = (source.duration or 0) / av.time_base
            writer = ClipWriter(part, _WIDTH, _HEIGHT, Fraction(_FPS), dict(_OPTIONS))
            try:
                for number, frame in enumerate(_evenly(source.decode(video=0))):
                    writer.write(frame.reformat(_WIDTH, _HEIGHT, "yuv420p"), number * CLOCK_HZ // _FPS)
                    progress(f"Encoding {path.name}", number / _FPS, length_s)
            finally:
                writer.close()
    except FFmpegError as error:
        raise FootageError(f"{path.name}: cannot be encoded: {error.strerror}") from error
    return target


def described(path: Path, clip: Clip) -> dict[str, Any]:
    """A clip by name and sha256, and what is served of it."""
    bits = 8 * sum(len(nal) for unit in clip.units for nal in unit.nals)
    return {
        "title": path.stem,
        "sha256": sha256_of(path),
        "width": clip.width,
        "height": clip.height,
        "fps": round(clip.fps, 2),
        "kbit_per_s": round(bits / clip.seconds / 1000),
    }


def _evenly(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """25 pictures a second of frames at any rate: the newest of each instant; a hole in the time is left out."""
    first: float | None = None
    shown = 0
    for number, frame in enumerate(frames):
        at = number / _FPS if frame.pts is None else frame.time
        first = at if first is None else first
        due = int((at - first) * _FPS) + 1
        if due - shown > _FPS:
            first -= (shown + 1 - due) / _FPS
            due = shown + 1
        for _ in range(due - shown):
            yield frame
        shown = max(shown, due)
