"""How a detector errs on real footage: the figures of `scenes.noise.Noise`, fitted, as one JSON object.

KANMEN_ASSETS=… .venv/bin/python bench/noise.py --truth CLIP TRUTH --without person,two_wheeler CLIP

`--truth`: people are marked (MOTChallenge); says how boxes tremble and what is missed. `--without`: the clip shows
none of these kinds, so whatever is found of them is not there.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from rich.console import Console

from detect.assignment import assign
from detect.detector import Detector
from detect.overlap import overlap
from detect.tracker import LOW_SCORE
from ingest.sampler import scaled
from kanmen.progress import progress_on
from kanmen.weights import open_detector, prepare
from models.detection import Detections
from models.frame import Frame
from models.labels import KEY_OF, PERSON

_FPS: Final = 5.0
_SAME: Final = 0.5
_IN_SIGHT: Final = 0.3
"""Of whom others hide more is not asked whether he was found."""

_T0: Final = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Look, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", nargs=2, type=Path, action="append", default=[], metavar=("CLIP", "TRUTH"))
    parser.add_argument("--without", nargs=2, action="append", default=[], metavar=("KINDS", "CLIP"))
    parser.add_argument("--model", default="best")
    words = parser.parse_args()
    with progress_on(Console(file=sys.stderr)) as progress:
        name, path = prepare(words.model, Path("var/bench"), progress)
    detector = open_detector(name, path, LOW_SCORE)
    marked = [person for clip, truth in words.truth for person in _people(detector, clip, truth)]
    not_there = [_not_there(detector, Path(clip), kinds.split(",")) for kinds, clip in words.without]
    detector.close()
    print(json.dumps({"model": name, **_marked(marked), **_false(not_there)}, indent=1))  # noqa: T201


def _people(detector: Detector, clip: Path, truth: Path) -> Iterator[list[Any]]:
    """Of each marked person, by each phase of the sampling grid: what was found of him while he was in sight.

    None where he was missed, else (errors of the four sides in shares of his box, score).
    """
    marked: dict[int, dict[int, list[float]]] = defaultdict(dict)
    for line in truth.read_text(encoding="ascii").splitlines():
        number, person, x, y, w, h = (float(value) for value in line.split(",")[:6])
        marked[int(number)][int(person)] = [x, y, x + w, y + h]
    pictures = list(_looked(detector, clip, 1))
    every = round(len(pictures) / _seconds(clip) / _FPS)
    for phase in range(every):
        people: dict[int, list[Any]] = defaultdict(list)
        for number, (found, size) in list(enumerate(pictures, 1))[phase::every]:
            persons = found.label == PERSON
            boxes = found.xyxy[persons].astype(np.float64) * np.array(size * 2)
            ids = list(marked[number])
            true = np.array([marked[number][person] for person in ids]).reshape(-1, 4)
            near = overlap(true, boxes)
            pairs = dict(assign(np.where(near >= _SAME, near, 0.0)))
            for k, person in enumerate(ids):
                if _hidden(true, k) > _IN_SIGHT:
                    continue
                if k not in pairs:
                    people[person].append(None)
                    continue
                wide, high = true[k, 2] - true[k, 0], true[k, 3] - true[k, 1]
                error = (boxes[pairs[k]] - true[k]) / np.array((wide, high) * 2)
                people[person].append((error, float(found.score[persons][pairs[k]])))
        yield from people.values()


def _hidden(boxes: Any, k: int) -> float:  # noqa: ANN401 (an array)
    """The largest share of a box that one whose feet are nearer covers."""
    most = 0.0
    for other in range(len(boxes)):
        if boxes[other, 3] > boxes[k, 3]:
            wide = min(boxes[k, 2], boxes[other, 2]) - max(boxes[k, 0], boxes[other, 0])
            high = min(boxes[k, 3], boxes[other, 3]) - max(boxes[k, 1], boxes[other, 1])
            area = (boxes[k, 2] - boxes[k, 0]) * (boxes[k, 3] - boxes[k, 1])
            most = max(most, max(wide, 0.0) * max(high, 0.0) / area)
    return most


def _marked(people: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """How boxes of those in sight tremble, and how often and for how long they are missed once they were found."""
    errors, follows, runs, scores, seen = [], [], list[int](), list[float](), 0
    for person in people:
        found = [k for k, one in enumerate(person) if one is not None]
        if not found:
            continue
        inner = person[found[0] : found[-1] + 1]
        seen += len(inner)
        scores += [one[1] for one in inner if one is not None]
        sides = np.array([one[0] for one in inner if one is not None])
        sides -= sides.mean(axis=0)  # annotators draw boxes wider or narrower than detectors: no tremble
        errors.append(sides)
        follows.append((sides[:-1], sides[1:]))
        gap = 0
        for one in inner:
            if one is None:
                gap += 1
            elif gap:
                runs.append(gap)
                gap = 0
    every = np.concatenate(errors)
    before, after = (np.concatenate([pair[k] for pair in follows]) for k in (0, 1))
    longer = [run for run in runs if run > 1]
    return {
        "persons_seen": seen,
        "jitter_by_side": [round(float(value), 4) for value in every.std(axis=0)],
        "jitter": round(float(np.sqrt((every**2).mean())), 4),
        "memory": round(float((before * after).mean() / (before**2).mean()), 3),
        "missed": round(sum(run == 1 for run in runs) / seen, 4),
        "lost_hz": round(len(longer) / seen * _FPS, 4),
        "lost_s": round(max(longer, default=0) / _FPS, 2),
        "score": round(float(np.mean(scores)), 3),
        "score_sd": round(float(np.std(scores)), 3),
    }


def _not_there(detector: Detector, clip: Path, kinds: Sequence[str]) -> tuple[float, list[list[Any]]]:
    """(seconds, things that are not there, each as what was found of it picture by picture)."""
    every = max(1, round(_pictures(clip) / _seconds(clip) / _FPS))
    things: list[list[Any]] = []
    open_things: list[list[Any]] = []
    looked = 0
    for found, _ in _looked(detector, clip, every):
        looked += 1
        wrong = np.array([KEY_OF[int(label)] in kinds for label in found.label], bool)
        boxes, scores = found.xyxy[wrong].astype(np.float64), found.score[wrong]
        last = np.array([thing[-1][0] for thing in open_things]).reshape(-1, 4)
        pairs = {j: i for i, j in assign(np.where(overlap(last, boxes) >= _SAME, overlap(last, boxes), 0.0))}
        still = []
        for j in range(len(boxes)):
            thing = open_things[pairs[j]] if j in pairs else []
            if not thing:
                things.append(thing)
            thing.append((boxes[j], float(scores[j])))
            still.append(thing)
        open_things = still
    return looked / _FPS, things


def _false(clips: Sequence[tuple[float, list[list[Any]]]]) -> dict[str, Any]:
    """How often something is found that is not there, once or for a while."""
    seconds = sum(one for one, _ in clips)
    if not seconds:
        return {}
    once = [thing for _, things in clips for thing in things if len(thing) == 1]
    stays = [thing for _, things in clips for thing in things if len(thing) > 1]
    return {
        "seconds_without": round(seconds, 1),
        "false_hz": round(len(once) / seconds, 4),
        "false_score_max": round(max((thing[0][1] for thing in once), default=0.0), 3),
        "ghost_hz": round(len(stays) / seconds, 4),
        "ghosts_s": sorted(len(thing) / _FPS for thing in stays),
        "ghost_scores": sorted(round(max(score for _, score in thing), 2) for thing in stays),
    }


def _looked(detector: Detector, clip: Path, every: int) -> Iterator[tuple[Detections, tuple[int, int]]]:
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % every == 0:
                image = scaled(picture, detector.width, detector.height, "rgb24")
                yield detector.detect([Frame("bench", 0, 0, _T0, image)])[0], (picture.width, picture.height)


def _seconds(clip: Path) -> float:
    with av.open(str(clip)) as container:
        return (container.duration or 0) / av.time_base


def _pictures(clip: Path) -> int:
    with av.open(str(clip)) as container:
        return sum(1 for _ in container.decode(video=0))


if __name__ == "__main__":
    main()
