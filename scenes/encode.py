"""Pictures into a clip that a simulated camera can loop: no B-frames, a key picture a second."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final

import av

from scenes.nal import H264, Coding

TIME_BASE: Final = Fraction(1, 90_000)
"""RTP's clock, so that no instant is rounded on its way to a viewer."""


class ClipWriter:
    """Encodes pictures one after the other into an mp4."""

    def __init__(
        self, path: Path, width: int, height: int, fps: Fraction, options: dict[str, str], *, coding: Coding = H264
    ) -> None:
        self._container = av.open(str(path), "w", format="mp4")
        stream = self._container.add_stream("libx264" if coding is H264 else "libx265", rate=fps)
        gop = max(1, round(fps))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.thread_count = 1  # more threads would make the bytes depend on the machine
        stream.options = {**(_h264(gop) if coding is H264 else _h265(gop)), **options}
        self._stream = stream

    def write(self, picture: av.VideoFrame, at: int) -> None:
        """Add a picture, shown `at` 1/90000 s after the beginning; instants must grow."""
        picture.pts, picture.time_base = at, TIME_BASE
        picture.pict_type = 0
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def _h264(gop: int) -> dict[str, str]:
    return {"bf": "0", "g": str(gop), "keyint_min": str(gop), "sc_threshold": "0", "forced-idr": "1"}


def _h265(gop: int) -> dict[str, str]:
    kept = f"bframes=0:keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0"
    return {"x265-params": f"{kept}:frame-threads=1:pools=none:log-level=none"}


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to; it takes the place of `path` when all went well, else it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
