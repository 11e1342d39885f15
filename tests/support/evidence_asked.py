"""Evidence that is asked for of an ingest worker, and what a clip shows."""

from pathlib import Path
from uuid import uuid4

import av
from numbered import number_of

from models.clock import to_micros, utc_now
from models.link import Request

MICROS = 1_000_000


def clip_at(at: int, before_s: float = 2.0, after_s: float = 2.0) -> Request:
    key = f"2026/11/24/{uuid4()}-clip.mp4"
    return Request(str(uuid4()), "clip", key, at, at - round(before_s * MICROS), at + round(after_s * MICROS))


def still_at(at: int) -> Request:
    return Request(str(uuid4()), "snapshot", f"2026/11/24/{uuid4()}-snapshot.jpg", at, at, at)


def shown(path: Path) -> list[tuple[float, int]]:
    """(seconds from the beginning, number that the picture shows) of every picture of a clip."""
    with av.open(str(path)) as source:
        return [(float(f.time or 0), number_of(f.to_ndarray(format="rgb24"))) for f in source.decode(video=0)]


def now() -> int:
    return to_micros(utc_now())
