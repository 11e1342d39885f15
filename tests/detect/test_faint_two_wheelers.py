"""A two-wheeler far away is found faintly: where it rides it is followed, where it stands or walks it is nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from detect.faint import Faint
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


_RACKS = [(5.0, 1.1, 0.3), (5.0, 1.1, 0.7), (3.0, 1.1, 0.6), (3.0, 0.6, 0.3), (12.5, 1.1, 0.5)]
"""Looks a second, lengths from one to the next, how often each of them is found."""


def _rides_of_a_rack(rack: tuple[float, float, float], seconds: float, hidden: Callable[[float], bool]) -> list[float]:
    """When anything was told of first among eight parked ones, each found now and then."""
    fps, apart, often = rack
    dice, began = Random(1), dict[int, float]()
    row = [0.1 + apart * _WIDE * n for n in range(8)]

    def seen(k: int) -> Detections:
        found = [_one(x + dice.gauss(0, 0.004), 0.2) for x in row if dice.random() < often]
        return detections(*([] if hidden(k / fps) else found))

    for k, tracks in enumerate(_followed(seen, fps, round(seconds * fps))):
        for track in tracks:
            began.setdefault(track.id, k / fps)
    return sorted(began.values())


@pytest.mark.parametrize("rack", _RACKS)
def test_a_row_of_parked_ones_found_now_here_now_there_is_none_that_rides(rack: tuple[float, float, float]) -> None:
    """They are found again where they were found before, and on the way of any of them others are."""
    assert _rides_of_a_rack(rack, 240, lambda _: False) == []


@pytest.mark.parametrize("rack", _RACKS)
def test_nor_do_they_ride_when_a_lorry_has_hidden_them(rack: tuple[float, float, float]) -> None:
    """For twenty seconds, ten times: longer than it is remembered what stands."""
    assert len(_rides_of_a_rack(rack, 400, lambda at: at % 40 > 20)) <= 1


def test_nor_after_pauses_in_which_it_was_forgotten_what_stands() -> None:
    """Reconnects of a quarter of a minute."""
    dice, tracker, at, rides = Random(3), Tracker(0.35), 0.0, set[int]()
    for _ in range(12):
        for _ in range(60):
            found = [_one(0.1 + 1.1 * _WIDE * n + dice.gauss(0, 0.004), 0.2) for n in range(8) if dice.random() < 0.5]
            rides |= {track.id for track in tracker.update(detections(*found), _T0 + timedelta(seconds=at))}
            at += 0.2
        at += 15

    assert rides == set()


def test_each_of_some_who_ride_one_after_the_other_is_followed() -> None:
    """Where one was found two seconds ago nothing stands."""

    def seen(k: int) -> Detections:
        return detections(*(_one(x, 0.25) for n in range(4) if -0.1 < (x := 0.05 * (k - 10 * n)) < 1.0))

    followed = _followed(seen, looks=50)

    assert len({track.id for tracks in followed for track in tracks}) == 4


def test_one_that_rides_past_parked_ones_is_followed() -> None:
    """All along its way some are found again and again: it is known that they stand."""
    dice = Random(1)

    def seen(k: int) -> Detections:
        parked = [_one(0.07 + 0.08 * n + dice.gauss(0, 0.003), 0.2) for n in range(11) if dice.random() < 0.4]
        ride = 0.047 * (k - 60)
        return detections(*parked, *([_one(ride, 0.3)] if 0.0 < ride < 1.0 else []))

    followed = _followed(seen, looks=81)

    assert not any(followed[:61])
    assert any(abs((track.box[0] + track.box[2]) / 2 - 0.047 * 15) < 0.02 for track in followed[75])


def test_a_trail_that_was_told_is_told_no_more() -> None:
    """Its track goes on from there."""
    faint, where = Faint(), _lengths_a_second(4.0, 5.0)
    told = [faint.trails(np.array([_one(where(k), 0.2)[2]]), 200_000 * k) for k in range(9)]

    assert [k for k, (trail,) in enumerate(told) if trail is not None] == [4]


def test_one_that_is_found_every_other_time_is_followed_from_where_it_was_first_found() -> None:
    where = _lengths_a_second(4.0, 5.0)
    followed = _followed(lambda k: detections(*([] if k % 2 else [_one(where(k), 0.2)])), looks=12)

    first = next(track for tracks in followed for track in tracks)
    assert (first.first_seen, first.last_seen) == (_T0, _T0 + timedelta(seconds=1.6))
    assert first.begun == pytest.approx(_one(where(0), 0.2)[2])


def test_no_more_is_remembered_than_can_be_told_apart() -> None:
    dice = Random(2)
    tracker = Tracker(0.35)
    for k in range(200):
        rain = [_one(dice.uniform(0.05, 0.95), dice.uniform(0.15, 0.3)) for _ in range(60)]
        tracker.update(detections(*rain), _T0 + timedelta(seconds=k / 5))

    assert len(tracker.state()["faint"]["at"]) == 16 * 30  # of six seconds


def test_what_is_looked_at_far_more_often_than_five_times_a_second_rides_as_well() -> None:
    where = _lengths_a_second(3.0, 25.0)
    followed = _followed(lambda k: detections(_one(where(k), 0.2)), 25.0, 60)

    assert {track.id for tracks in followed[35:] for track in tracks} == {1}


def test_what_is_remembered_is_the_same_after_it_was_written_down() -> None:
    """Boxes come as float32 and stand in the log of observations as such: when a ride began must not depend on it."""
    tracker, where = Tracker(0.35), _lengths_a_second(3.1, 5.0)
    for k in range(12):
        tracks = tracker.update(detections(_one(where(k), 0.2)), _T0 + timedelta(seconds=k / 5))
        state = json.dumps(tracker.state())
        tracker = Tracker.of(json.loads(state), 0.35, restarted=False)
        assert json.dumps(tracker.state()) == state

    (track,) = tracks
    assert track.begun is not None
    assert track.begun == tuple(float(np.float32(side)) for side in track.begun)
