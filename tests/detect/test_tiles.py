"""Looked at in tiles, everybody is found once and whole, wherever the tiles' borders lie."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.detector import Done
from detect.scripted import ScriptedDetector, detections
from detect.tiles import OVERLAP, Tiled, merged, size_wanted, tiles_of
from models.detection import Detections
from models.errors import ModelError
from models.frame import Frame
from models.geometry import Box
from models.labels import CAR, PERSON
from models.slots import SLOT_BYTES

_T0 = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_TILES = st.sampled_from([2, 3])

Thing = tuple[int, float, Box]


@st.composite
def _people(draw: st.DrawFn) -> list[Box]:
    """A handful of people as high as a 50th of the picture or up to all of it, side by side or one behind another."""
    people: list[Box] = []
    for _ in range(draw(st.integers(1, 6))):
        high = draw(st.floats(0.02, 0.9))
        wide = high * draw(st.floats(0.2, 0.5))
        x, y = draw(st.floats(0, 1 - wide)), draw(st.floats(0, 1 - high))
        people.append((x, y, x + wide, y + high))
    return people


def _seen(people: list[Box], window: Box, dice: np.random.Generator) -> Iterator[Thing]:
    """What a detector makes of a part of the picture: of whom it sees half or more, the part that it sees, trembling.

    Who is lower than a twelfth of what it is shown is too small for it.
    """
    x0, y0, x1, y1 = window
    for box in people:
        u0, v0, u1, v1 = max(box[0], x0), max(box[1], y0), min(box[2], x1), min(box[3], y1)
        whole = (box[2] - box[0]) * (box[3] - box[1])
        if u1 <= u0 or v1 <= v0 or (u1 - u0) * (v1 - v0) < whole / 2 or (v1 - v0) < (y1 - y0) / 12:
            continue
        sides = np.array((u0 - x0, v0 - y0, u1 - x0, v1 - y0)) / np.array((x1 - x0, y1 - y0) * 2)
        size = np.tile(sides[2:] - sides[:2], 2)
        inside = (sides > 0) & (sides < 1)  # a border cuts sharply
        sides = np.clip(sides + inside * dice.normal(0, 0.02, 4) * size, 0, 1)
        yield PERSON, float(dice.uniform(0.3, 0.9)), (*sides.tolist(),)


def _apart(people: list[Box]) -> bool:
    return all(_overlap(one, other) < 0.3 for k, one in enumerate(people) for other in people[k + 1 :])


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return wide * high / (areas - wide * high)


@settings(max_examples=200)
@given(_people().filter(_apart), _TILES, st.integers(0, 2**32 - 1))
def test_nobody_is_found_twice_and_nobody_half(people: list[Box], tiles: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    whole = list(_seen(people, (0, 0, 1, 1), dice))
    parts = [(tile, detections(*_seen(people, tile, dice))) for tile in tiles_of(tiles)]
    found = merged(detections(*whole), parts)
    boxes = [(*box,) for box in found.xyxy.tolist()]

    for person in people:
        small = person[3] - person[1] < 1.001 * tiles_of(tiles)[0][3] / 12  # nobody else may be missed
        same = [box for box in boxes if _overlap(person, box) >= 0.7]
        assert len(same) == 1 or (small and not same)
    assert all(max(_overlap(person, box) for person in people) >= 0.7 for box in boxes)


def test_of_two_boxes_of_one_thing_the_surer_stays_and_a_crowd_stays_a_crowd() -> None:
    close = [(PERSON, 0.6, (0.20, 0.2, 0.26, 0.35)), (PERSON, 0.5, (0.215, 0.2, 0.275, 0.35))]
    tile = tiles_of(2)[0]
    again = [(PERSON, 0.9, (0.201 / 0.6, 0.2 / 0.6, 0.261 / 0.6, 0.35 / 0.6))]
    other = [(CAR, 0.8, (0.20 / 0.6, 0.2 / 0.6, 0.26 / 0.6, 0.35 / 0.6))]
    found = merged(detections(*close), [(tile, detections(*again, *other))])

    assert sorted(zip(found.label.tolist(), found.score.round(2).tolist(), strict=True)) == [
        (PERSON, pytest.approx(0.5)),
        (PERSON, pytest.approx(0.9)),
        (CAR, pytest.approx(0.8)),
    ]


@pytest.mark.parametrize("tiles", [2, 3])
def test_tiles_cover_the_picture_and_overlap_by_a_fifth_of_it(tiles: int) -> None:
    across = sorted({(x0, x1) for x0, _, x1, _ in tiles_of(tiles)})

    assert across[0][0] == 0
    assert across[-1][1] == pytest.approx(1)
    assert [a[1] - b[0] for a, b in pairwise(across)] == [pytest.approx(OVERLAP)] * (tiles - 1)


@pytest.mark.parametrize("tiles", [1, 2, 3])
def test_what_is_asked_for_fits_into_a_frame_slot(tiles: int) -> None:
    width, height = size_wanted(1280, 1280, tiles)

    assert width * height * 3 <= SLOT_BYTES
    assert size_wanted(640, 640, 1) == (640, 640)
    assert size_wanted(640, 640, 2) == (1067, 1067)


def _frame(tiles: int, number: int = 7) -> Frame:
    image = np.zeros((480, 640, 3), np.uint8)
    image[96:144, 128:160] = 255  # somebody, far away
    return Frame("gate-1", number, 1, _T0, image, tiles=tiles)


def _bright(frame: Frame) -> Detections:
    """Finds what is bright and at least 15 pixels wide once it is fitted into 160 x 160."""
    rows, columns = np.nonzero(frame.image[:, :, 0] > 127)
    height, width = frame.image.shape[:2]
    if not len(rows) or (columns.max() - columns.min() + 1) * 160 / max(width, height) < 10:
        return Detections.none()
    box = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
    return detections((PERSON, 0.8, box))


@pytest.mark.parametrize("batch", [1, 3])
def test_frames_with_tiles_and_without_go_through_one_detector_and_come_back_as_they_were(batch: int) -> None:
    told: list[tuple[Frame, Detections]] = []
    frames = [_frame(1), _frame(2, 8), _frame(3, 9)][: max(1, batch)]
    detector = Tiled(ScriptedDetector(_bright, width=160, height=160, batch=batch))
    if batch == 1:
        frames = [_frame(2, 8)]
    detector.submit(frames, lambda frame, found: told.append((frame, found)))
    detector.close()

    assert {frame.number: len(found) for frame, found in told} == {f.number: int(f.tiles > 1) for f in frames}
    assert all(any(frame is sent for sent in frames) for frame, _ in told)
    for _, found in told[1:]:
        np.testing.assert_allclose(found.xyxy, [(0.2, 0.2, 0.25, 0.3)], atol=0.01)
    waited = Tiled(ScriptedDetector(_bright, width=160, height=160)).detect([_frame(1), _frame(2)])
    assert [len(found) for found in waited] == [0, 1]


def test_a_piece_that_fails_is_never_a_frame_without_anybody() -> None:
    def fails(frame: Frame) -> Detections:
        if frame.number == 3:
            raise ModelError("the third tile")
        return Detections.none()

    told: list[Frame] = []
    done: Done = lambda frame, _: told.append(frame)  # noqa: E731 (one line says it)
    detector = Tiled(ScriptedDetector(fails))

    detector.submit([_frame(2)], done)
    with pytest.raises(ModelError, match="third tile"):
        detector.close()
    assert told == []
