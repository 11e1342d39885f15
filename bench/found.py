"""Who was found: tracks against the marked people of clips, detections against marked stills, as one JSON object.

KANMEN_ASSETS=… .venv/bin/python bench/found.py --clip CLIP TRUTH --stills FOLDER INSTANCES

A thing is found where a box of its key overlaps it by at least half (intersection over union); each box finds one.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from rich.console import Console

from detect.assignment import assign
from detect.detector import Detector
from detect.overlap import overlap
from detect.tracker import LOW_SCORE, Tracker
from ingest.sampler import scaled
from kanmen.progress import progress_on
from kanmen.weights import open_detector, prepare
from models.frame import Frame
from models.labels import KEY_OF, KEYS, PERSON, WATCHED

_EVERY: Final = 5
"""Pictures from one looked at to the next: 5 a second of the clips' 25."""

_CONFIDENCE: Final = 0.35
"""A site's default."""

_SAME: Final = 0.5
_T0: Final = datetime(2026, 1, 1, tzinfo=UTC)
_COCO: Final = dict(zip((1, 2, 3, 4, 6, 8, 27, 31, 33), WATCHED, strict=True))
"""COCO's own category numbers, which begin at 1, and our labels."""

Boxes = dict[str, list[tuple[float, ...]]]
"""By key: corners in fractions of the picture."""


def main() -> None:
    """Look, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", nargs=2, type=Path, action="append", default=[], metavar=("CLIP", "TRUTH"))
    parser.add_argument("--stills", nargs=2, type=Path, action="append", default=[], metavar=("FOLDER", "INSTANCES"))
    parser.add_argument("--model", default="best")
    words = parser.parse_args()
    with progress_on(Console(file=sys.stderr)) as progress:
        name, path = prepare(words.model, Path("var/bench"), progress)
    detector = open_detector(name, path, LOW_SCORE)
    found: dict[str, Any] = {clip.name: _tally(_clip(detector, clip, truth)) for clip, truth in words.clip}
    found |= {folder.name: _tally(_stills(detector, folder, truth)) for folder, truth in words.stills}
    detector.close()
    print(json.dumps({"model": name, "found": found}, indent=1))  # noqa: T201


def _tally(pictures: Iterator[tuple[Boxes, Boxes]]) -> dict[str, dict[str, float]]:
    """Of each picture's (truth, what was said): sums, recall and precision by key."""
    counts = {key: Counter[str]() for key in KEYS}
    for truth, said in pictures:
        for key, count in counts.items():
            marked, boxes = (np.array(some.get(key, ()), np.float64).reshape(-1, 4) for some in (truth, said))
            same = overlap(marked, boxes)
            hits = len(assign(np.where(same >= _SAME, same, 0.0)))
            count.update(marked=len(marked), found=hits, false=len(boxes) - hits)
    return {key: {**count, **_rates(count)} for key, count in counts.items() if count.total()}


def _rates(count: Counter[str]) -> dict[str, float]:
    said = count["found"] + count["false"]
    return {
        "recall": round(count["found"] / max(count["marked"], 1), 3),
        "precision": round(count["found"] / max(said, 1), 3),
    }


def _clip(detector: Detector, clip: Path, truth: Path) -> Iterator[tuple[Boxes, Boxes]]:
    """The people of a MOTChallenge truth, and the tracks of persons; what is not yet a track is not said."""
    tracker = Tracker(_CONFIDENCE)
    marked: dict[int, list[list[float]]] = defaultdict(list)
    for line in truth.read_text().splitlines():
        number, _, *box = (float(value) for value in line.split(",")[:6])
        marked[int(number)].append(box)
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0), 1):
            if number % _EVERY == 0:
                found = _look(detector, picture)
                tracks = tracker.update(found, _T0 + timedelta(seconds=number / 25))
                people = [track.box for track in tracks if track.label == PERSON]
                yield {"person": [_fractions(box, picture) for box in marked[number]]}, {"person": [*people]}


def _stills(detector: Detector, folder: Path, truth: Path) -> Iterator[tuple[Boxes, Boxes]]:
    """The things of COCO's instances (crowds are not marked one by one, and are left out), and the sure detections."""
    coco = json.loads(truth.read_text())
    marked: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for thing in coco["annotations"]:
        if thing["category_id"] in _COCO and not thing["iscrowd"]:
            marked[thing["image_id"]].append(thing)
    for image in coco["images"]:
        with av.open(str(folder / image["file_name"])) as container:
            picture = next(container.decode(video=0))
        there, said = defaultdict(list), defaultdict(list)
        for thing in marked[image["id"]]:
            there[KEY_OF[_COCO[thing["category_id"]]]].append(_fractions(thing["bbox"], picture))
        found = _look(detector, picture)
        for box, score, label in zip(found.xyxy.tolist(), found.score, found.label.tolist(), strict=True):
            if score >= _CONFIDENCE:
                said[KEY_OF[label]].append(tuple(box))
        yield there, said


def _look(detector: Detector, picture: av.VideoFrame) -> Any:  # noqa: ANN401 (see `detect.detector`)
    image = scaled(picture, detector.width, detector.height, "rgb24")
    return detector.detect([Frame("bench", 0, 0, _T0, image)])[0]


def _fractions(box: list[float], picture: av.VideoFrame) -> tuple[float, ...]:
    """Corners in fractions of a box of left, top, width, height in pixels."""
    x, y, w, h = box
    return x / picture.width, y / picture.height, (x + w) / picture.width, (y + h) / picture.height


if __name__ == "__main__":
    main()
