"""The tally of a run: whether what was counted on a line is what passed there, as far as anybody could see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final

from models.alert import BlindSpan
from models.flow import FlowCount
from scenes.breaches import Passage

EDGE_S: Final = 2.0
"""So near to the ends of a run, or to a blind span, a crossing may or may not have been counted."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What one camera showed, loop after loop.

    Attributes:
        camera: Its id.
        started_at: UTC of media time 0 of loop 0.
        loop_s: Length of a loop.
        passages: Of one loop.
    """

    camera: str
    started_at: datetime
    loop_s: float
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Tally:
    """One direction of one line: how many were counted, and how many must and may have been."""

    camera: str
    line: str
    inwards: bool
    counted: int
    least: int
    most: int

    @property
    def right(self) -> bool:
        """Whether nobody was lost and nobody counted twice."""
        return self.least <= self.counted <= self.most


def tallies(
    walked: Walked, window: tuple[datetime, datetime], counts: Iterable[FlowCount], blind: Iterable[BlindSpan]
) -> list[Tally]:
    """Every counted line and direction of a camera in a run.

    Args:
        walked: What it showed.
        window: The span that it was watched in.
        counts: Newest revisions, of all cameras.
        blind: Newest revisions, of all cameras.
    """
    edge = timedelta(seconds=EDGE_S)
    dark = [(s.began - edge, (s.ended or window[1]) + edge) for s in blind if s.camera == walked.camera]
    dark += [(datetime.min.replace(tzinfo=window[0].tzinfo), window[0] + edge), (window[1] - edge, window[1] + edge)]
    own = [c for c in counts if c.camera == walked.camera]
    found = []
    for line, inwards in dict.fromkeys((p.line, way) for p in walked.passages for way in (True, False)):
        passed = [
            (at, met)
            for at, met, passage in _shown(walked, window)
            if (passage.line, passage.inwards) == (line, inwards) and at <= window[1]
        ]
        sure = [1 for at, met in passed if not any(since <= met and at <= until for since, until in dark)]
        counted = sum(c.into if inwards else c.out for c in own if c.line == line)
        found.append(Tally(walked.camera, line, inwards, counted, len(sure), len(passed)))
    return found


def _shown(walked: Walked, window: tuple[datetime, datetime]) -> Iterable[tuple[datetime, datetime, Passage]]:
    """(crossed, met, passage) of every loop that touches the window."""
    first, last = (floor((at - walked.started_at).total_seconds() / walked.loop_s) for at in window)
    for loop in range(max(0, first), last + 1):
        begun = walked.started_at + timedelta(seconds=loop * walked.loop_s)
        for passage in walked.passages:
            met = begun + timedelta(seconds=passage.met_s)
            if met >= window[0]:
                yield begun + timedelta(seconds=passage.at_s), met, passage
