"""How well a detector finds what Kanmen looks at: average precision on a folder of stills whose boxes are known."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from detect.detector import Detector
from models.clock import utc_now
from models.detection import Detections
from models.errors import FootageError
from models.frame import Frame
from models.labels import KEY_OF, KEYS

LOW: Final = 0.001
"""Average precision wants faint detections too."""

HEIGHTS: Final = (0, 32, 64, 128, 256)
"""Pixels of the still from which a person counts as so tall."""

_OVERLAP: Final = 0.5
"""A person counts as found by a box that overlaps so much (intersection over union)."""

_CLASSES: Final = {
    "person": "person",
    "bicycle": "two_wheeler",
    "motorcycle": "two_wheeler",
    "motorbike": "two_wheeler",
    "car": "vehicle",
    "bus": "vehicle",
    "truck": "vehicle",
    "backpack": "bag",
    "handbag": "bag",
    "suitcase": "bag",
}
"""COCO's names of what Kanmen looks at, and the key of each: car and truck on one thing are no mistake to us."""

_NUMBER: Final = {key: number for number, key in enumerate(KEYS, 1) if key in _CLASSES.values()}


@dataclass(frozen=True, slots=True)
class Precision:
    """Average precision of one key; None where the stills show none of it.

    Attributes:
        key: person, two_wheeler, vehicle or bag.
        boxes: Of this key in the stills.
        ap: COCO's: mean over overlaps 0.50 to 0.95.
        ap50: At overlap 0.50.
    """

    key: str
    boxes: int
    ap: float | None
    ap50: float | None


@dataclass(frozen=True, slots=True)
class Recall:
    """How many people of some height are found, at the confidence at which a detection begins a track.

    Attributes:
        at_least, below: Height of the person's box, pixels of the still; `below` None for the tallest.
        people: Of that height.
        found: Of those.
    """

    at_least: int
    below: int | None
    people: int
    found: int


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What the stills say of a detector."""

    stills: int
    confidence: float
    precision: tuple[Precision, ...]
    recall: tuple[Recall, ...]


@dataclass(frozen=True, slots=True)
class Stills:
    """A folder of stills with what is to be found in them.

    Attributes:
        paths: Picture's number to its file.
        known: As COCO writes it, with keys for categories.
    """

    paths: dict[int, Path]
    known: dict[str, Any]


def read_stills(folder: Path) -> Stills:
    """Read a folder with one COCO `instances*.json` and its pictures, beside it or in folders below.

    Raises:
        FootageError: there is none or more than one, it is not COCO's, or a picture is missing.
    """
    found = sorted(folder.glob("instances*.json"))
    if len(found) != 1:
        raise FootageError(f"{folder} holds {len(found)} files instances*.json; one is wanted, with COCO's boxes")
    files = {path.name: path for path in folder.rglob("*.*")}
    try:
        raw = json.loads(found[0].read_text(encoding="utf-8"))
        names = {category["id"]: category["name"] for category in raw["categories"]}
        paths = {image["id"]: files[image["file_name"]] for image in raw["images"]}
        boxes = [
            {
                "id": number,
                "image_id": box["image_id"],
                "category_id": _NUMBER[_CLASSES[names[box["category_id"]]]],
                "bbox": box["bbox"],
                "area": box["area"],
                "iscrowd": box["iscrowd"],
            }
            for number, box in enumerate(raw["annotations"], 1)
            if names[box["category_id"]] in _CLASSES and box["image_id"] in paths
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FootageError(f"{found[0]}: {error!r}: it is not COCO's, or a picture that it names is missing") from error
    categories = [{"id": number, "name": key} for key, number in _NUMBER.items()]
    images = [{"id": number} for number in paths]
    return Stills(paths, {"images": images, "annotations": boxes, "categories": categories})


def appraise(
    detector: Detector, stills: Stills, confidence: float, looked: Callable[[int], None] = lambda _: None
) -> Appraisal:
    """Let the detector look at every still.

    Args:
        detector: Opened at `LOW` confidence.
        stills: From `read_stills`.
        confidence: For the recall by height, 0..1.
        looked: Told how many stills are through.

    Raises:
        FootageError: a picture cannot be read.
        ModelError: the detector fails.
    """
    results: list[dict[str, Any]] = []
    for done, (number, path) in enumerate(stills.paths.items(), 1):
        frame = Frame("stills", number, 0, utc_now(), _picture(path))
        results += _as_coco(frame, detector.detect([frame])[0])
        looked(done)
    with redirect_stdout(io.StringIO()):  # pycocotools tells its progress there
        known = _indexed(stills.known)
        every = _evaluated(known, results)
        every.accumulate()
        sure = _evaluated(known, [result for result in results if result["score"] >= confidence])
    precision = tuple(_precision(stills, every, key) for key in _NUMBER)
    return Appraisal(len(stills.paths), confidence, precision, tuple(_recalls(stills, sure)))


def _picture(path: Path) -> Any:  # noqa: ANN401 (OpenCV is untyped)
    picture = cv2.imread(str(path))
    if picture is None:
        raise FootageError(f"{path} cannot be read as a picture")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def _as_coco(frame: Frame, found: Detections) -> Iterator[dict[str, Any]]:
    height, width = frame.image.shape[:2]
    for box, score, label in zip(found.xyxy, found.score, found.label, strict=True):
        if int(label) not in KEY_OF:
            continue
        left, top, right, bottom = (float(v) for v in box * np.array((width, height) * 2, np.float32))
        yield {
            "image_id": frame.number,
            "category_id": _NUMBER[KEY_OF[int(label)]],
            "bbox": [left, top, right - left, bottom - top],
            "score": float(score),
        }


def _indexed(known: dict[str, Any]) -> Any:  # noqa: ANN401 (pycocotools is untyped)
    truth = COCO()
    truth.dataset = known
    truth.createIndex()
    return truth


def _evaluated(truth: Any, results: Sequence[dict[str, Any]]) -> Any:  # noqa: ANN401 (as above)
    found = truth.loadRes(list(results)) if results else COCO()
    evaluation = COCOeval(truth, found, "bbox")
    evaluation.evaluate()
    return evaluation


def _precision(stills: Stills, evaluation: Any, key: str) -> Precision:  # noqa: ANN401 (as above)
    boxes = sum(box["category_id"] == _NUMBER[key] and not box["iscrowd"] for box in stills.known["annotations"])
    # (overlaps, recalls, categories, areas, most detections): all areas, 100 detections
    values = evaluation.eval["precision"][:, :, _NUMBER[key] - 1, 0, -1]
    if not boxes:
        return Precision(key, 0, None, None)
    return Precision(key, boxes, float(values.mean()), float(values[0].mean()))


def _recalls(stills: Stills, evaluation: Any) -> Iterator[Recall]:  # noqa: ANN401 (as above)
    """Recall of persons by height, out of the matches that pycocotools made."""
    tall = {box["id"]: box["bbox"][3] for box in stills.known["annotations"]}
    areas, overlaps = evaluation.params.areaRng, evaluation.params.iouThrs
    overlap = int(np.argmin(np.abs(overlaps - _OVERLAP)))
    people: list[tuple[float, bool]] = []
    for match in evaluation.evalImgs:
        if match is None or match["category_id"] != _NUMBER["person"] or match["aRng"] != areas[0]:
            continue
        people += [
            (tall[number], bool(matched))
            for number, matched, ignored in zip(
                match["gtIds"], match["gtMatches"][overlap], match["gtIgnore"], strict=True
            )
            if not ignored
        ]
    for at_least, below in zip(HEIGHTS, (*HEIGHTS[1:], None), strict=True):
        seen = [found for height, found in people if height >= at_least and (below is None or height < below)]
        yield Recall(at_least, below, len(seen), sum(seen))
