"""Ids stay with people through jitter, gaps, faint pictures and restarts, and are never given twice."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detect.scripted import detections
from detect.tracker import LIFE_S, Tracker
from models.detection import Detections
from models.geometry import Box
from models.labels import BICYCLE, CAR, FIRE, MOTORCYCLE, PERSON, SUITCASE, TRUCK
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return _T0 + timedelta(seconds=seconds)


def _box(x: float, y: float = 0.5, w: float = 0.06, h: float = 0.2) -> Box:
    return (x - w / 2, y - h / 2, x + w / 2, y + h / 2)


def _seen(x: float, score: float = 0.9, label: int = PERSON, y: float = 0.5) -> Detections:
    return detections((label, score, _box(x, y)))


def _ids(tracks: tuple[Track, ...]) -> list[int]:
    return [track.id for track in tracks]


@given(
    fps=st.sampled_from([3, 5, 10]),
    speed=st.floats(0.0, 0.12),
    seed=st.integers(0, 1000),
    dropped=st.floats(0.0, 0.25),
)
@settings(max_examples=60)
def test_one_walker_is_one_track_through_jitter_lost_frames_and_misses(
    fps: int, speed: float, seed: int, dropped: float
) -> None:
    random, tracker, ids = Random(seed), Tracker(0.35), set()
    missed = 0.0
    for k in range(int(6 * fps)):
        t = k / fps + random.uniform(-0.02, 0.02)
        if k > 2 and missed < 1.0 and random.random() < dropped:
            missed += 1 / fps
            if random.random() < 0.5:
                tracker.update(Detections.none(), _at(t))
            continue
        missed = 0.0
        found = _seen(0.1 + speed * t + random.uniform(-0.004, 0.004), random.uniform(0.4, 0.95))
        ids.update(_ids(tracker.update(found, _at(t))))

    assert len(ids) == 1


@pytest.mark.parametrize("fps", [3, 5, 10])
def test_two_who_cross_keep_their_ids(fps: int) -> None:
    tracker, first, last = Tracker(0.35), {}, {}
    for k in range(int(8 * fps)):
        t = k / fps
        here, there = _box(0.2 + 0.07 * t, 0.5), _box(0.76 - 0.07 * t, 0.56)
        tracks = tracker.update(detections((PERSON, 0.9, here), (PERSON, 0.8, there)), _at(t))
        where = {track.id: track.box[1] for track in tracks}
        first, last = first or where, where

    assert len(last) == 2
    assert first == pytest.approx(last)


def test_a_thing_seen_once_is_not_shown() -> None:
    tracker = Tracker(0.35)

    assert tracker.update(_seen(0.5), _at(0.0)) == ()
    assert _ids(tracker.update(_seen(0.5), _at(0.2))) == [1]


def test_a_faint_detection_carries_a_track_on_but_begins_none() -> None:
    tracker = Tracker(0.35)
    for k in range(3):
        tracker.update(_seen(0.5), _at(k * 0.2))
    for k in range(3, 15):
        tracks = tracker.update(
            detections((PERSON, 0.15, _box(0.5)), (PERSON, 0.2, _box(0.8))),
            _at(k * 0.2),
        )

        assert _ids(tracks) == [1]


def test_a_track_unseen_for_its_life_is_gone_and_its_id_with_it() -> None:
    tracker = Tracker(0.35)
    for k in range(3):
        tracker.update(_seen(0.5), _at(k * 0.2))
    for k in range(3, 5 + int(LIFE_S / 0.2)):
        tracker.update(Detections.none(), _at(k * 0.2))
    tracker.update(_seen(0.5), _at(4.0))

    assert _ids(tracker.update(_seen(0.5), _at(4.2))) == [2]


@pytest.mark.parametrize(("off", "misses"), [(-0.12, 0), (-0.08, 0), (0.08, 0), (0.12, 0), (-0.12, 3), (0.12, 3)])
def test_what_is_found_above_or_below_somebody_who_is_missed_is_not_he(off: float, misses: int) -> None:
    tracker, seen = Tracker(0.35), {}
    for k in range(20):
        he, other = (PERSON, 0.8, _box(0.3 + 0.012 * k)), (PERSON, 0.6, _box(0.3 + 0.012 * k, 0.5 + off, h=0.16))
        found = [other] if k >= 10 + misses and k < 13 + misses else ([he] if k < 10 or k >= 13 + misses else [])
        seen |= {track.id: track.box for track in tracker.update(detections(*found), _at(k * 0.2))}

    assert {found_id: box[1] for found_id, box in seen.items()} == pytest.approx({1: 0.4, 2: 0.42 + off})


@pytest.mark.parametrize(
    "hidden", [(0.0, 0.0, 0.0, 0.11), (0.0, 0.11, 0.0, 0.0), (0.0, 0.0, 0.03, 0.0), (0.03, 0.0, 0.0, 0.0)]
)
def test_whoever_is_hidden_by_half_is_followed_on(hidden: Box) -> None:
    tracker = Tracker(0.35)
    for k in range(20):
        x0, y0, x1, y1 = _box(0.3 + 0.012 * k)
        left, top, right, bottom = hidden if 8 <= k < 14 else (0.0, 0.0, 0.0, 0.0)
        tracks = tracker.update(detections((PERSON, 0.8, (x0 + left, y0 + top, x1 - right, y1 - bottom))), _at(k * 0.2))

    assert _ids(tracks) == [1]


@pytest.mark.parametrize(("gap", "moved"), [(3.0, 0.0), (8.0, 0.0), (25.0, 0.01), (4.0, 0.04)])
def test_after_a_gap_without_pictures_whoever_has_hardly_moved_keeps_the_id(gap: float, moved: float) -> None:
    tracker = Tracker(0.35)
    for k in range(10):
        tracker.update(_seen(0.5 + 0.01 * k), _at(k * 0.2))

    assert _ids(tracker.update(_seen(0.59 + moved), _at(1.8 + gap))) == [1]


@pytest.mark.parametrize("moved", [-0.14, 0.14])
def test_who_stood_and_set_off_in_a_gap_keeps_the_id_though_another_one_came_in(moved: float) -> None:
    tracker = Tracker(0.35)
    before = [_ids(tracker.update(_seen(0.5), _at(k / 5))) for k in range(10)]

    after = tracker.update(
        detections((PERSON, 0.9, _box(0.5 + moved)), (PERSON, 0.9, _box(0.5 - moved, h=0.26))), _at(2.8)
    )

    assert [(track.id, round(track.box[0] + 0.03, 2)) for track in after] == [(before[-1][0], 0.5 + moved)]


def test_who_has_walked_out_in_a_gap_is_not_taken_for_the_next_one_who_comes_in() -> None:
    tracker = Tracker(0.35)
    before = {i for k in range(10) for i in _ids(tracker.update(_seen(0.72 + 0.12 * k / 5), _at(k / 5)))}

    after = [_ids(tracker.update(_seen(0.94 - 0.1 * k / 5), _at(2.8 + k / 5))) for k in range(3)]

    assert len(before) == 1
    assert before.isdisjoint(after[-1])


@pytest.mark.parametrize("step", [0.4, 0.5, 0.8])
def test_who_comes_in_a_hurry_is_followed_from_his_second_picture_on_where_pictures_are_few(step: float) -> None:
    tracker = Tracker(0.35)
    seen = [tracker.update(_seen(0.1 + 0.25 * step * k), _at(step * k)) for k in range(4)]

    assert [len(tracks) for tracks in seen] == [0, 1, 1, 1]
    assert {track.id for tracks in seen for track in tracks} == {1}
    assert seen[1][0].begun == pytest.approx(_box(0.1), abs=1e-6)


@pytest.mark.parametrize(
    ("label", "box", "after"),
    [
        (PERSON, _box(0.42, h=0.3), 0.5),
        (PERSON, _box(0.5), 0.5),
        (PERSON, _box(0.42), 0.3),
        (PERSON, _box(0.42), 1.1),
        (SUITCASE, _box(0.42), 0.5),
        (FIRE, _box(0.42), 0.5),
    ],
    ids=["of another height", "farther off than anybody runs", "too soon", "too late", "a bag", "a fire"],
)
def test_what_is_found_aside_of_who_was_seen_once_is_another_one(label: int, box: Box, after: float) -> None:
    tracker = Tracker(0.35)
    tracker.update(_seen(0.3, label=label), _at(0))

    assert tracker.update(detections((label, 0.9, box)), _at(after)) == ()


def test_each_of_two_who_come_in_where_pictures_are_few_is_the_nearer_one() -> None:
    tracker = Tracker(0.35)
    tracker.update(detections((PERSON, 0.9, _box(0.3)), (PERSON, 0.9, _box(0.5))), _at(0))
    both = tracker.update(detections((PERSON, 0.9, _box(0.57)), (PERSON, 0.9, _box(0.4))), _at(0.5))

    assert [(t.id, round(t.box[0] + 0.03, 3)) for t in both] == [(1, 0.4), (2, 0.57)]


def test_after_half_a_minute_nobody_can_say_that_it_is_the_same() -> None:
    tracker = Tracker(0.35)
    for t in (0.0, 0.2, 60.0, 60.2):
        tracks = tracker.update(_seen(0.5), _at(t))

    assert _ids(tracks) == [2]


def test_a_vehicle_that_is_called_another_one_for_a_moment_stays_the_same_and_keeps_its_name() -> None:
    tracker = Tracker(0.35)
    for k, label in enumerate([MOTORCYCLE, MOTORCYCLE, BICYCLE, MOTORCYCLE, CAR, MOTORCYCLE]):
        tracks = tracker.update(_seen(0.5, label=label), _at(k * 0.2))

    assert [(track.id, track.label) for track in tracks] == [(1, MOTORCYCLE)]


def test_the_name_follows_the_votes() -> None:
    tracker = Tracker(0.35)
    for k, label in enumerate([CAR, CAR, TRUCK, TRUCK, TRUCK, TRUCK, TRUCK]):
        tracks = tracker.update(_seen(0.5, label=label), _at(k * 0.2))

    assert tracks[0].label == TRUCK


def test_a_person_never_becomes_a_vehicle() -> None:
    tracker = Tracker(0.35)
    for k in range(3):
        tracker.update(_seen(0.5, label=PERSON), _at(k * 0.2))
    tracker.update(_seen(0.5, label=MOTORCYCLE), _at(0.6))

    assert _ids(tracker.update(_seen(0.5, label=MOTORCYCLE), _at(0.8))) == [2]


@pytest.mark.parametrize("other", [PERSON, CAR, MOTORCYCLE])
def test_a_bag_never_becomes_who_carries_it_and_is_followed_beside_them(other: int) -> None:
    tracker = Tracker(0.35)
    for k in range(5):
        tracks = tracker.update(detections((SUITCASE, 0.8, _box(0.5)), (other, 0.9, _box(0.501))), _at(k * 0.2))

    assert [(t.id, t.label) for t in tracks] == [(1, other), (2, SUITCASE)]

    for k in range(5, 8):
        tracks = tracker.update(detections((other, 0.9, _box(0.501))), _at(k * 0.2))

    assert [(t.id, t.label) for t in tracks] == [(1, other)]


def test_a_thing_found_twice_in_one_picture_is_one_track() -> None:
    tracker = Tracker(0.35)
    for k in range(5):
        tracks = tracker.update(detections((PERSON, 0.9, _box(0.5)), (PERSON, 0.6, _box(0.502))), _at(k * 0.2))

    assert len(tracks) == 1


def test_a_new_epoch_forgets_tracks_but_not_which_ids_were_given() -> None:
    tracker = Tracker(0.35)
    for k in range(3):
        tracker.update(_seen(0.5), _at(k * 0.2))
    tracker.reset()
    tracker.update(_seen(0.5), _at(0.6))

    assert _ids(tracker.update(_seen(0.5), _at(0.8))) == [2]


def test_after_a_restart_the_same_one_keeps_its_id_and_a_new_one_gets_an_unused_one() -> None:
    tracker = Tracker(0.35)
    for k in range(5):
        tracker.update(_seen(0.5), _at(k * 0.2))
    checkpoint = json.dumps(tracker.state())
    tracker.update(detections((PERSON, 0.9, _box(0.5)), (PERSON, 0.9, _box(0.2))), _at(1.0))
    given_later = _ids(tracker.update(detections((PERSON, 0.9, _box(0.5)), (PERSON, 0.9, _box(0.2))), _at(1.2)))
    again = Tracker.of(json.loads(checkpoint), 0.35, restarted=True)
    again.update(detections((PERSON, 0.9, _box(0.51)), (PERSON, 0.9, _box(0.8))), _at(5.0))
    ids = _ids(again.update(detections((PERSON, 0.9, _box(0.51)), (PERSON, 0.9, _box(0.8))), _at(5.2)))

    assert given_later == [1, 2]
    assert ids[0] == 1
    assert ids[1] > 2


_PICTURES = st.lists(
    st.tuples(
        st.floats(0.05, 1.5),
        st.lists(
            st.tuples(
                st.sampled_from([PERSON, CAR, BICYCLE]),
                st.floats(0.0, 1.0, width=32),
                st.tuples(st.floats(0.1, 0.9), st.floats(0.2, 0.8)),
            ),
            max_size=5,
        ),
    ),
    max_size=12,
)


@given(_PICTURES)
@settings(max_examples=60)
def test_written_down_and_read_again_at_any_picture_it_goes_on_the_same(pictures) -> None:
    plain, written, t = Tracker(0.35), Tracker(0.35), 0.0
    for step, found in pictures:
        t += step
        seen = detections(*((label, score, _box(x, y)) for label, score, (x, y) in found))
        written = Tracker.of(json.loads(json.dumps(written.state())), 0.35, restarted=False)
        one, other = plain.update(seen, _at(t)), written.update(seen, _at(t))

        assert one == other
        assert len({track.id for track in one}) == len(one)


def test_what_is_no_state_is_refused() -> None:
    with pytest.raises(ValueError, match="not a tracker's state"):
        Tracker.of({"next_id": 1}, 0.35, restarted=True)


def test_a_place_that_is_none_in_a_state_is_refused_too() -> None:
    tracker = Tracker(0.35)
    tracker.update(_seen(0.5), _at(0.0))
    state = tracker.state()
    state["known"][0]["way"] = [1]

    with pytest.raises(ValueError, match="not a tracker's state"):
        Tracker.of(state, 0.35, restarted=True)
