"""What a replay saw, kept small enough for a page: pictures, and where tracks went."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Final, Generic, TypeVar

import cv2
import numpy as np

from detect.watch import Looked
from ingest.samples import Chosen
from kanmen.replay_pictures import middle
from media.snapshot import encode_jpeg
from models.frame import Image
from models.score import Event
from models.track import Track

T = TypeVar("T")

_STILLS: Final = 240
"""Pictures spread evenly over the footage, at most: with them the page has some 5 MB."""
_STILL_PX: Final = 480
_STILL_QUALITY: Final = 65
"""JPEG quality 0..100: enough to see who does what."""

_CLOSE_UPS: Final = 200
"""Pictures of instants that matter, at most: as large as the detector saw them."""
_CLOSE_UP_QUALITY: Final = 82

_SAMPLES: Final = 9000
"""Samples whose tracks are kept, at most: half an hour at 5 a second."""


@dataclass(frozen=True, slots=True)
class Still:
    """A picture of the footage.

    Attributes:
        at_s: Seconds from the beginning of the footage.
        jpeg: The picture.
        tracks: Seen in it.
    """

    at_s: float
    jpeg: bytes
    tracks: tuple[Track, ...]


class Thinned(Generic[T]):
    """Of things that come one after the other, at most so many, evenly apart, however many come."""

    def __init__(self, most: int) -> None:
        self.kept: list[T] = []
        self._most, self._step, self._number = most, 1, 0

    def wants(self) -> bool:
        """Whether the next one is to be kept; to be asked once for each."""
        wanted = self._number % self._step == 0
        self._number += 1
        return wanted

    def keep(self, thing: T) -> None:
        """Keep it; where there are too many, every second one goes, and fewer are wanted."""
        self.kept.append(thing)
        if len(self.kept) > self._most:
            self.kept = self.kept[::2]
            self._step *= 2


class Film:
    """Looks on while footage is replayed.

    Args:
        began: The first instant of the footage.
        events: What happens in it; the middle of each is kept in full, and so is each alert's first word.

    Attributes:
        size: Width and height of the footage's first picture, pixels.
        subjects: Ids of the tracks that an alert was ever about, by its id.
        took_s: What it cost, seconds.
    """

    def __init__(self, began: datetime, events: Sequence[Event] = ()) -> None:
        self.size = (16, 9)
        self.subjects: dict[str, set[int]] = {}
        self.took_s = 0.0
        self._began, self._to_come = began, deque(sorted(middle(event) for event in events))
        self._stills: Thinned[Still] = Thinned(_STILLS)
        self._close_ups: dict[float, Still] = {}
        self._samples: Thinned[tuple[float, tuple[Track, ...]]] = Thinned(_SAMPLES)

    def see(self, chosen: Chosen, looked: Looked) -> None:
        """The next sample, and what it led to."""
        begun = perf_counter()
        if not self._samples.kept:
            self.size = (chosen.width, chosen.height)
        at_s = (chosen.frame.taken - self._began).total_seconds()
        image = chosen.frame.image
        if self._matters(at_s, looked) and len(self._close_ups) < _CLOSE_UPS:
            self._close_ups[at_s] = Still(at_s, encode_jpeg(image, _CLOSE_UP_QUALITY), looked.tracks)
        if self._stills.wants():
            self._stills.keep(Still(at_s, encode_jpeg(_small(image), _STILL_QUALITY), looked.tracks))
        if self._samples.wants():
            self._samples.keep((at_s, looked.tracks))
        self.took_s += perf_counter() - begun

    @property
    def stills(self) -> list[Still]:
        """The pictures that were kept, in their order."""
        kept = {still.at_s: still for still in self._stills.kept} | self._close_ups
        return [kept[at_s] for at_s in sorted(kept)]

    @property
    def samples(self) -> list[tuple[float, tuple[Track, ...]]]:
        """Seconds from the beginning, and the tracks then."""
        return self._samples.kept

    def _matters(self, at_s: float, looked: Looked) -> bool:
        due = False
        while self._to_come and self._to_come[0] <= at_s:
            self._to_come.popleft()
            due = True
        fresh = any(str(alert.id) not in self.subjects for alert in looked.alerts)
        for alert in looked.alerts:
            self.subjects.setdefault(str(alert.id), set()).update(subject.track for subject in alert.subjects)
        return due or fresh


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= _STILL_PX:
        return image
    size = (_STILL_PX, max(1, round(height * _STILL_PX / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
