"""What only other rules ask for is followed beside a camera's own tracks, and never under one of their numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from small_place import YARD, camera_of

from config.site import Camera
from detect.beside import Beside
from detect.scripted import detections
from models.labels import PERSON, SUITCASE

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_FOUND = detections((PERSON, 0.9, (0.1, 0.2, 0.2, 0.8)), (SUITCASE, 0.9, (0.5, 0.6, 0.6, 0.8)))


def _camera(*codes: str) -> Camera:
    return camera_of(zones=[YARD], rules=[{"rule": code, "zone": "yard"} for code in codes])


def _at(beside: Beside, *seconds: float) -> list[list[tuple[int, int]]]:
    told = []
    for second in seconds:
        tracks = beside.tracks(_FOUND, _T0 + timedelta(seconds=second))
        told.append([(track.id, track.label) for track in tracks])
    return told


@pytest.mark.parametrize("own", [("ABANDON",), ("ABANDON", "INTRUDE")])
def test_what_the_camera_follows_itself_is_not_followed_twice(own: tuple[str, ...]) -> None:
    assert _at(Beside(_camera(*own), _camera("ABANDON"), 0.35), 0.0, 0.2) == [[], []]


def test_only_what_the_other_rules_ask_for_is_followed_under_a_number_of_no_track_of_the_camera() -> None:
    (_, [(number, label)]) = _at(Beside(_camera("INTRUDE"), _camera("ABANDON"), 0.35), 0.0, 0.2)

    assert label == SUITCASE
    assert number > 10**9


def test_where_our_clock_was_set_back_it_begins_anew_and_no_number_is_used_again() -> None:
    (_, [(first, _)], anew, [(second, _)]) = _at(Beside(_camera(), _camera("ABANDON"), 0.35), 0.0, 0.2, -60.0, -59.8)

    assert anew == []
    assert second > first
