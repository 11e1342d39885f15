"""A two-wheeler far away is found faintly: where it rides it is followed, where it stands or walks it is nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from detect.scripted import detections
from detect.tracker import Tracker
from models.detection import Detections
from models.labels import BICYCLE, CAR, MOTORCYCLE, PERSON
from models.track import Track

_T0 = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
_WIDE = 0.06


def _one(x: float, score: float, label: int = BICYCLE) -> tuple[int, float, tuple[float, float, float, float]]:
    return label, score, (x - _WIDE / 2, 0.3, x + _WIDE / 2, 0.38)


def _followed(seen: Callable[[int], Detections], fps: float = 5.0, looks: int = 20) -> list[list[Track]]:
    tracker = Tracker(0.35)
    return [list(tracker.update(seen(k), _T0 + timedelta(seconds=k / fps))) for k in range(looks)]


def _lengths_a_second(pace: float, fps: float) -> Callable[[int], float]:
    return lambda k: 0.1 + pace * _WIDE * k / fps


@pytest.mark.parametrize(("fps", "pace"), [(5.0, 1.6), (5.0, 5.0), (3.0, 2.0), (3.0, 3.2)])
def test_one_that_rides_is_followed_soon_and_as_one(fps: float, pace: float) -> None:
    """10 to 30 km/h are 1.6 to 5 of its lengths a second."""
    where = _lengths_a_second(pace, fps)
    followed = _followed(lambda k: detections(_one(where(k), 0.2 if k % 2 else 0.3)), fps, 12)

    assert [len(tracks) for tracks in followed[6:]] == [1] * 6
    assert {track.id for tracks in followed for track in tracks} == {1}
    assert followed[-1][0].label == BICYCLE


@pytest.mark.parametrize(("pace", "score"), [(0.0, 0.3), (0.8, 0.3), (3.0, 0.13)])
def test_one_that_stands_or_goes_at_a_walkers_pace_is_nothing_nor_is_noise(pace: float, score: float) -> None:
    where = _lengths_a_second(pace, 5.0)

    assert not any(_followed(lambda k: detections(_one(where(k), score))))


@pytest.mark.parametrize("label", [CAR, PERSON])
def test_nothing_else_that_is_faint_begins_a_track(label: int) -> None:
    where = _lengths_a_second(2.0, 5.0)

    assert not any(_followed(lambda k: detections(_one(where(k), 0.3, label))))


def test_a_part_of_a_car_is_no_two_wheeler() -> None:
    def seen(k: int) -> Detections:
        x = 0.1 + 0.03 * k
        return detections((CAR, 0.8, (x - 0.1, 0.25, x + 0.1, 0.4)), _one(x + 0.05, 0.3, MOTORCYCLE))

    followed = _followed(seen)

    assert [[track.label for track in tracks] for tracks in followed[1:]] == [[CAR]] * 19


def test_one_that_is_found_surely_twice_needs_not_ride() -> None:
    """As ever; and that it was found faintly before changes nothing."""
    followed = _followed(lambda k: detections(_one(0.5, 0.3 if k < 5 else 0.5)), looks=8)

    assert [len(tracks) for tracks in followed] == [0] * 6 + [1] * 2


def test_one_that_is_found_surely_every_other_time_is_followed_though_it_stands() -> None:
    """As ever: what it is found faintly in between counts for no less than if it were missed."""
    followed = _followed(lambda k: detections(_one(0.5, 0.3 if k % 2 else 0.4)), looks=8)

    assert [len(tracks) for tracks in followed] == [0] * 2 + [1] * 6


@pytest.mark.parametrize("waits", range(44, 56))
def test_one_that_waits_for_long_and_then_rides_is_followed_once_it_does(waits: int) -> None:
    """Whenever that is."""
    followed = _followed(lambda k: detections(_one(0.1 + 0.03 * max(0, k - waits), 0.25)), looks=waits + 15)

    assert not any(followed[: waits + 4])
    assert [len(tracks) for tracks in followed[waits + 6 :]] == [1] * 9


def test_one_box_that_is_far_off_costs_a_ride_no_more_than_a_few_looks() -> None:
    followed = _followed(lambda k: detections(_one(0.1 + 0.03 * k + (0.03 if k == 2 else 0.0), 0.25)), looks=12)

    assert [len(tracks) for tracks in followed[8:]] == [1] * 4


def test_one_of_which_two_boxes_are_found_is_one() -> None:
    where = _lengths_a_second(2.5, 5.0)

    def seen(k: int) -> Detections:
        _, _, (x0, y0, x1, y1) = _one(where(k), 0.25)
        return detections((BICYCLE, 0.25, (x0, y0, x1, y1)), (MOTORCYCLE, 0.2, (x0, y0 + 0.03, x1, y1 + 0.02)))

    assert max(len(tracks) for tracks in _followed(seen)) == 1


def test_what_turns_out_to_be_a_car_is_called_one_at_once_and_was_nothing_before() -> None:
    car = (CAR, 0.7, (0.45, 0.29, 0.55, 0.39))
    followed = _followed(lambda k: detections(_one(0.5, 0.3, MOTORCYCLE) if k < 10 else car), looks=12)

    (track,) = followed[-1]
    assert (track.label, track.first_seen) == (CAR, _T0 + timedelta(seconds=2))
    assert track.begun == pytest.approx(car[2])
    assert not any(followed[:11])


def test_one_that_flickers_about_the_confidence_and_stands_is_nothing() -> None:
    assert not any(_followed(lambda k: detections(_one(0.5, 0.4 if k % 4 == 0 else 0.3))))


def test_one_whose_box_shrank_as_it_was_lost_is_found_again() -> None:
    """Small boxes tremble: taken for what shrinks on, it would have been nothing two pictures later."""
    wide = [0.06] * 8 + [0.05, 0.042, 0.035] + [0.0] * 2 + [0.06] * 5

    def seen(k: int) -> Detections:
        x = 0.1 + 0.05 * k
        return detections(*[(BICYCLE, 0.3, (x - wide[k] / 2, 0.3, x + wide[k] / 2, 0.38))] if wide[k] else [])

    followed = _followed(seen, looks=len(wide))

    assert {track.id for tracks in followed[5:] for track in tracks} == {1}
    assert [len(tracks) for tracks in followed[13:]] == [1] * 5


@pytest.mark.parametrize("often", [0.3, 0.5])
def test_a_row_of_parked_ones_found_now_here_now_there_is_hardly_ever_one_that_rides(often: float) -> None:
    """Twenty minutes of six; where any four sightings made a ride, it was 107 and 30 of them."""
    rides = 0
    for seed in range(20):
        dice = Random(seed)
        row = [0.2 + 1.1 * _WIDE * n for n in range(6)]
        looks = [[_one(x + dice.gauss(0, 0.004), 0.2) for x in row if dice.random() < often] for _ in range(300)]
        followed = _followed(lambda k, looks=looks: detections(*looks[k]), looks=300)
        rides += len({track.id for tracks in followed for track in tracks})

    assert rides <= 12
