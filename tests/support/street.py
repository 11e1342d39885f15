"""A real street of a few seconds as the clip of a simulated camera, in any size and codec."""

from fractions import Fraction
from pathlib import Path

import av

from scenes.clip import CLOCK_HZ, Clip, read_clip
from scenes.encode import ClipWriter
from scenes.nal import H264, Coding

SOURCE = "mot15/TUD-Stadtmitte.mp4"
"""Below KANMEN_FOOTAGE: people who walk by in front of a shop, always some of them."""

_FPS = 25


def street(footage: Path, folder: Path, height: int, coding: Coding = H264) -> Clip:
    """Seven seconds with a key picture each second."""
    path = folder / f"street-{height}-{coding.codec}.mp4"
    with av.open(str(footage / SOURCE)) as source:
        video = source.streams.video[0]
        width = round(video.width * height / video.height) // 2 * 2
        writer = ClipWriter(path, width, height, Fraction(_FPS), {"preset": "ultrafast", "crf": "24"}, coding=coding)
        for number, frame in enumerate(source.decode(video)):
            writer.write(frame.reformat(width, height, "yuv420p"), number * CLOCK_HZ // _FPS)
        writer.close()
    return read_clip(path)
