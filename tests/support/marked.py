"""Footage whose people are marked, what a detector finds in it, and how well tracks follow them (MOTChallenge)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import av
import numpy as np
import supervision
from trackers import ByteTrackTracker
from trackers.eval import evaluate_mot_sequence

from detect.detector import Detector
from detect.tracker import Tracker
from ingest.sampler import scaled
from models.detection import Detections
from models.frame import Frame
from models.labels import PERSON

SURE: Final = 0.35
"""A site's default confidence: what begins a track."""

_T0: Final = datetime(2026, 1, 1, tzinfo=UTC)

Tracks = Callable[[Detections, int], Iterator[tuple[int, Sequence[float]]]]
"""From persons found in a picture, and its number, to (id, corners in fractions) of each track that is seen in it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A piece of footage with its truth.

    Attributes:
        name: MOTChallenge's.
        fps: Pictures a second, of which each `every`-th is looked at.
        every: 1: all of them.
        path: A clip, or a folder of stills.
    """

    name: str
    fps: float
    every: int
    path: Path

    @property
    def truth(self) -> Path:
        """MOTChallenge's CSV beside it."""
        return self.path.with_name(f"{self.name}.gt.txt")


@dataclass(frozen=True, slots=True)
class Found:
    """The persons that a detector found in one picture that is looked at."""

    persons: Detections
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Score:
    """MOTChallenge's figures, each at most 1, and how often an id changed."""

    hota: float
    idf1: float
    mota: float
    switches: int


def footage_marked(footage: Path, *, all_pictures: bool = False) -> list[Marked]:
    """Two clips at 5 pictures a second, or at all of their 25, and the stills of two more."""
    every = 1 if all_pictures else 5
    clips = [Marked(name, 25.0, every, footage / "mot15" / f"{name}.mp4") for name in ("TUD-Campus", "TUD-Stadtmitte")]
    stills = [Marked(name, 30.0, 1, footage / "mot17mini" / name) for name in ("MOT17-02", "MOT17-04")]
    return [*clips, *stills]


def found_in(marked: Marked, detector: Detector) -> list[Found]:
    """What the detector finds in each picture that is looked at; the first is the first."""
    found = []
    for picture in list(_pictures(marked.path))[:: marked.every]:
        image = scaled(picture, detector.width, detector.height, "rgb24")
        seen = detector.detect([Frame("marked", 0, 0, _T0, image)])[0]
        persons = seen.label == PERSON
        kept = Detections(seen.xyxy[persons], seen.score[persons], seen.label[persons])
        found.append(Found(kept, picture.width, picture.height))
    return found


def ours(marked: Marked) -> Tracks:
    """Kanmen's tracker."""
    tracker = Tracker(SURE)

    def follow(persons: Detections, number: int) -> Iterator[tuple[int, Sequence[float]]]:
        at = _T0 + timedelta(seconds=number * marked.every / marked.fps)
        for track in tracker.update(persons, at):
            yield track.id, track.box

    return follow


def public(marked: Marked, **settings: float) -> Tracks:
    """The ByteTrack of the public library; `settings` are its own, by default those that it comes with."""
    tracker = ByteTrackTracker(frame_rate=marked.fps / marked.every, **settings)

    def follow(persons: Detections, number: int) -> Iterator[tuple[int, Sequence[float]]]:
        del number
        # It works in pixels: a thousand to the picture's side, either way.
        given = supervision.Detections(persons.xyxy * 1000, confidence=persons.score, class_id=persons.label)
        tracked = tracker.update(given)
        ids = [] if tracked.tracker_id is None else tracked.tracker_id.tolist()
        for track, box in zip(ids, (tracked.xyxy / 1000).tolist(), strict=True):
            if track >= 0:
                yield track, box

    return follow


def score(marked: Marked, found: Sequence[Found], follow: Tracks, folder: Path) -> Score:
    """How well the tracks of what was found follow the marked people; `folder` is for the two CSVs."""
    truth, told = folder / "truth.txt", folder / "told.txt"
    truth.write_text("".join(_truth(marked, len(found))), encoding="ascii")
    lines = []
    for number, one in enumerate(found):
        size = np.array((one.width, one.height) * 2)
        for track, box in follow(one.persons, number):
            x0, y0, x1, y1 = np.array(box) * size
            lines.append(f"{number + 1},{track},{x0:.2f},{y0:.2f},{x1 - x0:.2f},{y1 - y0:.2f},1,1,1\n")
    told.write_text("".join(lines), encoding="ascii")
    figures = evaluate_mot_sequence(truth, told, ["CLEAR", "HOTA", "Identity"])
    return Score(figures.HOTA.HOTA, figures.Identity.IDF1, figures.CLEAR.MOTA, figures.CLEAR.IDSW)


def _truth(marked: Marked, pictures: int) -> Iterator[str]:
    """The lines of the pictures that are looked at; in MOTChallenge 2015 all are pedestrians, and no column says so."""
    lines: Mapping[int, list[str]] = defaultdict(list)
    for line in marked.truth.read_text(encoding="ascii").splitlines():
        number, rest = line.split(",", 1)
        lines[int(number)].append(rest)
    for picture in range(pictures):
        for rest in lines[picture * marked.every + 1]:
            columns = rest.split(",")
            last = columns[6:7] if marked.name.startswith("MOT17") else ["1"]
            yield ",".join([str(picture + 1), *columns[:6], *last, "1"]) + "\n"


def _pictures(path: Path) -> Iterator[av.VideoFrame]:
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with av.open(str(file)) as container:
            yield from container.decode(video=0)
