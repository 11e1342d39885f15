"""Pictures into a clip that a simulated camera can loop: H.264 without B-frames, a key picture a second."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Final

import av

TIME_BASE: Final = Fraction(1, 90_000)
"""RTP's clock, so that no instant is rounded on its way to a viewer."""


class ClipWriter:
    """Encodes pictures one after the other into an mp4."""

    def __init__(self, path: Path, width: int, height: int, fps: Fraction, options: dict[str, str]) -> None:
        self._container = av.open(str(path), "w", format="mp4")
        stream = self._container.add_stream("libx264", rate=fps)
        gop = str(max(1, round(fps)))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.thread_count = 1  # more threads would make the bytes depend on the machine
        stream.options = {"bf": "0", "g": gop, "keyint_min": gop, "sc_threshold": "0", "forced-idr": "1", **options}
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
