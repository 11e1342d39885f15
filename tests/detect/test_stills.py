"""Stills with known boxes tell what a detector finds: precision by key, recall by the height of people."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detect.scripted import ScriptedDetector, detections
from detect.stills import Recall, appraise, read_stills
from models.detection import Detections
from models.errors import FootageError
from models.frame import Frame
from models.geometry import Box
from models.labels import BUS, CAR, PERSON

WIDTH, HEIGHT = 400, 400
# (category, left, top, width, height) by picture
KNOWN = {
    1: [("person", 10, 10, 20, 30), ("person", 50, 10, 30, 60), ("car", 200, 200, 100, 50)],
    2: [("person", 10, 10, 100, 300), ("dog", 0, 0, 50, 50), ("person", 150, 10, 25, 40)],
}


def _write(folder: Path, **changes: Any) -> Path:
    names = ["person", "car", "dog"]
    boxes = [(image, *box) for image, some in KNOWN.items() for box in some]
    raw = {
        "categories": [{"id": 10 + number, "name": name} for number, name in enumerate(names)],
        "images": [{"id": image, "file_name": f"{image}.png"} for image in KNOWN],
        "annotations": [
            {
                "id": number,
                "image_id": image,
                "category_id": 10 + names.index(name),
                "bbox": [left, top, width, height],
                "area": width * height,
                "iscrowd": 0,
            }
            for number, (image, name, left, top, width, height) in enumerate(boxes)
        ],
    }
    (folder / "pictures").mkdir()
    for image in KNOWN:
        cv2.imwrite(str(folder / "pictures" / f"{image}.png"), np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    (folder / "instances.json").write_text(json.dumps({**raw, **changes}), encoding="utf-8")
    return folder


def _box(left: float, top: float, width: float, height: float) -> Box:
    return left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT


def _finds(found: Callable[[int], Detections]) -> ScriptedDetector:
    def script(frame: Frame) -> Detections:
        return found(frame.number)

    return ScriptedDetector(script)


LABELS = {"person": PERSON, "car": CAR}


def _everything(score: float = 0.9) -> Callable[[int], Detections]:
    return lambda number: detections(
        *((LABELS[name], score, _box(*box)) for name, *box in KNOWN[number] if name in LABELS)
    )


def test_who_finds_everything_is_perfect(tmp_path: Path) -> None:
    told: list[int] = []
    found = appraise(_finds(_everything()), read_stills(_write(tmp_path)), 0.35, told.append)

    assert [(one.key, one.boxes) for one in found.precision] == [
        ("person", 4),
        ("two_wheeler", 0),
        ("vehicle", 1),
        ("bag", 0),
    ]
    assert found.precision[0].ap == pytest.approx(1.0)
    assert found.precision[1].ap is None
    assert [(one.people, one.found) for one in found.recall] == [(1, 1), (2, 2), (0, 0), (0, 0), (1, 1)]
    assert told == [1, 2]


def test_a_bus_where_a_car_is_known_is_a_vehicle_all_the_same(tmp_path: Path) -> None:
    found = appraise(
        _finds(lambda number: detections((BUS, 0.9, _box(200, 200, 100, 50))) if number == 1 else Detections.none()),
        read_stills(_write(tmp_path)),
        0.35,
    )

    assert found.precision[2].ap == pytest.approx(1.0)
    assert found.precision[0].ap == 0.0


def test_people_who_are_missed_are_missed_at_their_height(tmp_path: Path) -> None:
    def found(number: int) -> Detections:
        if number == 1:
            return detections((PERSON, 0.9, _box(50, 10, 30, 60)))
        # The tall one is found, fainter than a track would begin with; the small one is found in the wrong place.
        return detections((PERSON, 0.2, _box(10, 10, 100, 300)), (PERSON, 0.9, _box(300, 300, 25, 40)))

    recall = appraise(_finds(found), read_stills(_write(tmp_path)), 0.35).recall

    assert recall[0] == Recall(0, 32, people=1, found=0)
    assert recall[1] == Recall(32, 64, people=2, found=1)
    assert recall[4] == Recall(256, None, people=1, found=0)


def test_a_detector_that_finds_nothing_has_no_precision(tmp_path: Path) -> None:
    found = appraise(_finds(lambda _: Detections.none()), read_stills(_write(tmp_path)), 0.35)

    assert found.precision[0].ap == 0.0
    assert sum(one.found for one in found.recall) == 0


def test_a_folder_without_known_boxes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FootageError, match=r"holds 0 files instances\*\.json"):
        read_stills(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [{"images": [{"id": 1, "file_name": "3.png"}]}, {"annotations": [{"id": 1}]}, {"categories": None}],
    ids=["a picture that is not there", "a box of nothing", "no categories"],
)
def test_what_is_not_coco_s_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(FootageError, match=r"instances\.json: .*it is not COCO's"):
        read_stills(_write(tmp_path, **changes))


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    stills = read_stills(_write(tmp_path))
    (tmp_path / "pictures" / "2.png").write_bytes(b"no picture")

    with pytest.raises(FootageError, match=r"2\.png cannot be read"):
        appraise(_finds(_everything()), stills, 0.35)
