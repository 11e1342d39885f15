"""Zones and lines mean the same at every place of the picture."""

from hypothesis import given
from hypothesis import strategies as st

from models.geometry import Line, Zone

_SQUARE = Zone("yard", ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)))
_FRACTION = st.floats(0, 1)


@given(_FRACTION, _FRACTION)
def test_a_square_contains_what_lies_between_its_sides(x: float, y: float) -> None:
    inside = 0.2 <= x < 0.6 and 0.2 <= y < 0.6

    assert _SQUARE.contains((x, y)) == inside


def test_a_notch_is_outside() -> None:
    zone = Zone("l", ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0)))

    assert zone.contains((0.25, 0.75))
    assert not zone.contains((0.75, 0.75))


def test_in_is_from_left_to_right_seen_from_start_to_end() -> None:
    upward = Line("gate", (0.5, 0.9), (0.5, 0.1))

    assert upward.side((0.6, 0.5), 1.6) > 0
    assert upward.side((0.4, 0.5), 1.6) < 0


@given(_FRACTION, _FRACTION, st.floats(0.5, 3))
def test_the_side_is_the_distance_from_the_line_in_heights(x: float, y: float, wide: float) -> None:
    line = Line("gate", (0.5, 0.9), (0.5, 0.1))

    assert abs(line.side((x, y), wide) - wide * (x - 0.5)) < 1e-12
    assert line.beside((x, y), wide) == (0.1 - 1e-12 <= y <= 0.9 + 1e-12) or min(abs(y - 0.1), abs(y - 0.9)) < 1e-9
