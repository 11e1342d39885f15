"""Each head's output is read as boxes of watched things, each thing once."""

import numpy as np
import pytest

from detect.heads import HEADS, Candidates, read
from detect.heads.nms import without_doubles
from models.labels import BICYCLE, CAR, MOTORCYCLE, PERSON, TRUCK

DOG = 16
BOX = (100.0, 60.0, 140.0, 160.0)
SIZE = (416, 352)


def _blank(head: str) -> np.ndarray:
    return np.zeros(HEADS[head].shape(*SIZE), np.float32)


def _plant(head: str, output: np.ndarray, row: int, label: int, score: float) -> None:
    """Write BOX into one place of an output, in the head's own terms."""
    x0, y0, x1, y1 = BOX
    centre, size = ((x0 + x1) / 2, (y0 + y1) / 2), (x1 - x0, y1 - y0)
    if head in ("yolo8", "yolov3-tiny"):
        output[:4, row] = (*centre, *size)
        output[4 + label, row] = score
    elif head == "yolo26":
        output[row] = (*BOX, score, label)
    else:
        # Row 52 of the stride 8 grid is the first cell of its second line; others of that grid likewise.
        x, y = row % (SIZE[0] // 8), row // (SIZE[0] // 8)
        output[row, :2] = centre[0] / 8 - x, centre[1] / 8 - y
        output[row, 2:4] = np.log(np.array(size) / 8)
        output[row, 4], output[row, 5 + label] = 0.9, score / 0.9


@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_person_is_read_where_the_network_says(name: str) -> None:
    output = _blank(name)
    _plant(name, output, 77, PERSON, 0.8)
    found = HEADS[name].decode(output, *SIZE, 0.35)

    assert np.allclose(found.xyxy, [BOX], atol=1e-3)
    assert np.allclose(found.score, [0.8])
    assert found.label.tolist() == [PERSON]


@pytest.mark.parametrize("name", sorted(HEADS))
def test_what_is_not_watched_or_not_sure_enough_is_dropped(name: str) -> None:
    output = _blank(name)
    _plant(name, output, 10, DOG, 0.9)
    _plant(name, output, 20, PERSON, 0.3)
    found = HEADS[name].decode(output, *SIZE, 0.35)

    assert len(found.score) == 0
    assert found.xyxy.shape == (0, 4)


@pytest.mark.parametrize("name", ["yolo8", "yolox", "yolov3-tiny"])
def test_a_dog_that_looks_a_little_like_a_person_is_no_person(name: str) -> None:
    output = _blank(name)
    _plant(name, output, 10, PERSON, 0.5)
    _plant(name, output, 10, DOG, 0.7)

    assert len(HEADS[name].decode(output, *SIZE, 0.35).score) == 0


@pytest.mark.parametrize("name", ["yolo8", "yolox", "yolov3-tiny"])
def test_one_person_seen_by_three_cells_is_one(name: str) -> None:
    output = _blank(name)
    for row, score in ((76, 0.6), (77, 0.8), (78, 0.7)):
        _plant(name, output, row, PERSON, score)
    found = read(HEADS[name], HEADS[name].decode(output, *SIZE, 0.35))

    assert np.allclose(found.score, [0.8])


def _candidates(*of: tuple[tuple[float, float, float, float], float, int]) -> Candidates:
    boxes, scores, labels = zip(*of, strict=True)
    return Candidates(np.array(boxes, np.float32), np.array(scores, np.float32), np.array(labels, np.int16))


def test_a_person_on_a_bicycle_stays_two_things() -> None:
    found = without_doubles(_candidates(((0, 0, 10, 20), 0.9, PERSON), ((0, 0, 10, 20), 0.8, BICYCLE)), 0.5)

    assert found.label.tolist() == [PERSON, BICYCLE]


@pytest.mark.parametrize(("one", "other"), [(CAR, TRUCK), (BICYCLE, MOTORCYCLE)])
def test_one_vehicle_called_by_two_names_is_one_thing(one: int, other: int) -> None:
    found = without_doubles(_candidates(((0, 0, 10, 10), 0.5, one), ((0, 0, 10, 11), 0.6, other)), 0.5)

    assert found.label.tolist() == [other]


def test_people_side_by_side_stay_two() -> None:
    found = without_doubles(_candidates(((0, 0, 10, 20), 0.9, PERSON), ((6, 0, 16, 20), 0.8, PERSON)), 0.4, 0.7)

    assert len(found.score) == 2


def test_a_head_inside_a_person_is_dropped_where_the_network_gives_such_doubles() -> None:
    candidates = _candidates(((0, 0, 10, 30), 0.9, PERSON), ((2, 0, 8, 8), 0.8, PERSON))

    assert len(without_doubles(candidates, 0.4).score) == 2
    assert len(without_doubles(candidates, 0.4, 0.7).score) == 1


def test_thousands_of_candidates_are_bounded() -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 600, (8000, 2))
    boxes = np.concatenate((corner, corner + 5), axis=1).astype(np.float32)
    found = without_doubles(Candidates(boxes, rng.random(8000).astype("f4"), np.zeros(8000, np.int16)), 0.5)

    assert len(found.score) <= 300
