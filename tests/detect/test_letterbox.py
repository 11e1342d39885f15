"""A box found in a detector's input means the same place on the picture, whatever the picture's shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.letterbox import Letterbox

SIDES = st.integers(16, 4000)
FRACTIONS = st.floats(0, 1, width=32)


@given(st.tuples(SIDES, SIDES), st.sampled_from([(640, 640), (416, 352)]), st.booleans(), FRACTIONS, FRACTIONS)
def test_fractions_survive_the_way_into_the_input_and_back(picture, box, centred, x, y) -> None:
    place = Letterbox.of(picture, box, centred=centred)
    fractions = np.array([[0, 0, x, y]], np.float32)

    assert np.allclose(place.fractions(place.pixels(fractions)), fractions, atol=1e-4)


@given(SIDES, SIDES, st.sampled_from([(640, 640), (416, 352)]), st.booleans())
def test_the_picture_lies_within_the_input_and_keeps_its_shape(width, height, box, centred) -> None:
    place = Letterbox.of((width, height), box, centred=centred)

    assert place.left >= 0
    assert place.top >= 0
    assert place.left + place.width <= box[0]
    assert place.top + place.height <= box[1]
    assert box[0] == place.width or box[1] == place.height
    assert abs(place.width * height - place.height * width) <= max(width, height)


def test_a_place_on_a_wide_picture_is_found_at_the_same_place_in_the_input() -> None:
    picture = np.zeros((576, 704, 3), np.uint8)
    picture[288:, 352:] = 255
    drawn = np.full((640, 640, 3), 114, np.uint8)
    place = Letterbox.of((704, 576), (640, 640), centred=True)
    place.draw(picture, drawn)
    left, top, right, bottom = place.pixels(np.array([[0.5, 0.5, 1, 1]], np.float32))[0].astype(int)

    assert (drawn[top + 2 : bottom - 2, left + 2 : right - 2] == 255).all()
    assert (drawn[place.top + 2 : top - 2] == 0).all()
    assert (drawn[: place.top] == 114).all()
    assert (drawn[bottom:] == 114).all()


def test_boxes_that_reach_into_the_padding_end_at_the_edge_of_the_picture() -> None:
    place = Letterbox.of((1280, 720), (640, 640), centred=True)

    assert place.fractions(np.array([[-5, 0, 700, 640]], np.float32)).tolist() == [[0, 0, 1, 1]]


def test_a_picture_without_area_is_refused() -> None:
    with pytest.raises(ValueError, match="0x10"):
        Letterbox.of((0, 10), (640, 640), centred=True)
