"""Real people who pass and hide each other keep their ids: marked footage, at a few pictures a second."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from detect.overlap import overlap
from detect.scripted import detections
from detect.tracker import Tracker
from models.labels import PERSON

_CLIPS = {"TUD-Campus": (640, 480, 25), "TUD-Stadtmitte": (640, 480, 25)}
_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _truth(path: Path, width: int, height: int) -> dict[int, dict[int, tuple[float, float, float, float]]]:
    """Boxes in fractions by person, by frame."""
    frames: dict[int, dict[int, tuple[float, float, float, float]]] = {}
    for line in path.read_text().splitlines():
        frame, person, x, y, w, h = (float(value) for value in line.split(",")[:6])
        box = (x / width, y / height, (x + w) / width, (y + h) / height)
        frames.setdefault(int(frame), {})[int(person)] = box
    return frames


@pytest.mark.parametrize("clip", sorted(_CLIPS))
@pytest.mark.parametrize("fps", [5, 10])
def test_marked_people_change_ids_rarely(footage: Path, clip: str, fps: int) -> None:
    width, height, clip_fps = _CLIPS[clip]
    path = footage / "mot15" / f"{clip}.gt.txt"
    if not path.is_file():
        pytest.fail(f"KANMEN_FOOTAGE lacks {path.name}")
    random, tracker, ids, seen, switches = Random(3), Tracker(0.35), dict[int, int](), 0, 0
    for number, people in sorted(_truth(path, width, height).items()):
        if number % (clip_fps // fps):
            continue
        found = [(PERSON, random.uniform(0.4, 0.9), box) for box in people.values() if random.random() < 0.95]
        at = _T0 + timedelta(seconds=number / clip_fps)
        for track in tracker.update(detections(*found), at):
            who = max(people, key=lambda person: _same(people[person], track.box))
            seen += 1
            switches += ids.setdefault(who, track.id) != track.id
            ids[who] = track.id

    assert seen > 20
    assert switches / seen < 0.04


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(overlap(np.array([one]), np.array([other]))[0, 0])
