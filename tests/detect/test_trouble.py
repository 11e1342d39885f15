"""One alert per trouble, however it flickers; its revisions count up, it ends, and what comes again soon is counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import site_of

from detect.health.rules import HealthRules
from models.alert import Alert
from models.clock import from_micros, to_micros
from models.link import Health
from models.trouble import Sign, Trouble, TroubleRule

_S = 1_000_000
_RULE = TroubleRule("gsdt", "gate-1", "CAM_BLIND", 10 * _S, 5 * _S, 120 * _S, {"lasting_s": 10.0})
_T0 = to_micros(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))

_SIGNS = st.lists(st.tuples(st.integers(1, 400), st.sampled_from([True, False, None])), max_size=60)


def _told(signs: list[tuple[int, bool | None]]) -> list[Alert]:
    """What is told of a trouble that shows, or not, for so many tenths of a second each."""
    state, at, told = Trouble(), 0, list[Alert]()
    for tenths, shows in signs:
        for _ in range(max(1, tenths // 10)):
            at += min(tenths, 10) * _S // 10
            state, alert = _RULE.step(state, Sign(at, shows, {}))
            told += [alert] if alert else []
    return told


@given(_SIGNS)
@settings(max_examples=150)
def test_revisions_count_up_alerts_never_overlap_and_each_lasted(signs: list[tuple[int, bool | None]]) -> None:
    newest: dict[object, Alert] = {}
    for alert in _told(signs):
        before = newest.get(alert.id)

        assert alert.revision == (before.revision + 1 if before else 1)
        assert all(other.ended is not None for other in newest.values() if other.id != alert.id)
        assert alert.detected - alert.began >= timedelta(seconds=10)
        assert alert.ended is None or alert.ended >= alert.detected
        assert before is None or (alert.began, alert.detected) == (before.began, before.detected)
        newest[alert.id] = alert


@given(st.lists(st.integers(1, 4), min_size=12, max_size=30))
@settings(max_examples=60)
def test_a_trouble_that_flickers_is_one_alert(gaps: list[int]) -> None:
    told = _told([(120, True), *((n * 10, show) for gap in gaps for n, show in ((gap, False), (1, True)))])

    assert [(a.revision, a.ended) for a in told] == [(1, None)]


def test_what_was_seen_for_a_moment_is_forgotten_where_nothing_can_be_told_for_long() -> None:
    assert _told([(10, True), (3000, None), (10, True), (600, None)]) == []


def test_what_cannot_be_told_for_a_moment_is_no_interruption() -> None:
    assert [a.revision for a in _told([(50, True), (10, None), (60, True)])] == [1]


def test_what_comes_again_soon_is_counted_into_the_same_alert() -> None:
    told = _told([(150, True), (300, False), (150, True), (100, False), (3000, False), (150, True)])

    assert [(a.revision, a.count, a.ended is None) for a in told] == [
        (1, 1, True),
        (2, 1, False),
        (3, 2, True),
        (4, 2, False),
        (1, 1, True),
    ]
    assert len({a.id for a in told}) == 2


def test_nine_seconds_are_not_ten() -> None:
    assert _told([(95, True), (200, False), (95, True)]) == []


# What a worker says: offline and frozen.

SITE = site_of(Path("unused"), "redis://unused")


def _health(state: str, at: int, taken: int | None, since: int | None = None) -> Health:
    return Health(at, state, at if since is None else since, taken=taken)  # type: ignore[arg-type]


class Watched:
    """A camera's worker over time; seconds count from its last picture."""

    def __init__(self, started: float = -60) -> None:
        self.rules = HealthRules(SITE, SITE.cameras[0], _T0 + round(started * _S))
        self.state = self.rules.fresh()

    def hear(self, seconds: float, state: str | None, taken: float | None = 0, out: int = 1) -> list[Alert]:
        now = _T0 + round(seconds * _S)
        health = state and _health(state, now, None if taken is None else _T0 + round(taken * _S))
        self.state, told = self.rules.heard(self.state, health or None, _T0, now, out)
        return told


def test_a_camera_without_pictures_for_thirty_seconds_is_offline_since_its_last_picture() -> None:
    camera = Watched()
    told = [a for s in range(60) for a in camera.hear(s, "disconnected")]
    back = [a for s in range(60, 70) for a in camera.hear(s, "live", s)]

    assert [(a.code, a.level, a.place, a.rule, a.snapshot) for a in told] == [
        ("CAM_OFFLINE", 3, "", "CAM_OFFLINE", None)
    ]
    assert (told[0].began, told[0].detected) == (from_micros(_T0), from_micros(_T0 + 30 * _S))
    assert [(a.id, a.revision, a.ended) for a in back] == [(told[0].id, 2, from_micros(_T0 + 60 * _S))]


@pytest.mark.parametrize("state", ["disconnected", "unauthorised", "stalled", "connecting"])
def test_it_does_not_matter_why_there_are_no_pictures(state: str) -> None:
    camera = Watched()

    assert [a.code for s in range(40) for a in camera.hear(s, state)] == ["CAM_OFFLINE"]


def test_a_second_camera_without_pictures_raises_the_level_of_the_first_alert() -> None:
    camera = Watched()
    first = [a for s in range(40) for a in camera.hear(s, "stalled")]
    second = [a for s in range(40, 50) for a in camera.hear(s, "stalled", out=2)]
    third = [a for s in range(50, 60) for a in camera.hear(s, "stalled", out=1)]

    assert [(a.revision, a.level, a.observed["cameras"]) for a in first + second] == [(1, 3, 1), (2, 2, 2)]
    assert third == []


def test_our_own_absence_is_not_the_cameras() -> None:
    camera = Watched(started=3600)

    assert [a for s in range(3600, 3625) for a in camera.hear(s, "connecting", None)] == []


def test_a_camera_that_is_out_while_we_restart_stays_one_alert() -> None:
    before = Watched()
    told = [a for s in range(40) for a in before.hear(s, "disconnected")]
    after = Watched(started=45)
    after.state = before.state
    silent = [a for s in range(45, 47) for a in after.hear(s, None)]
    more = [a for s in range(47, 90) for a in after.hear(s, "disconnected", None)]

    assert len(told) == 1
    assert silent + more == []


def test_a_frozen_picture_is_an_alert_since_it_froze() -> None:
    camera = Watched()
    now = _T0 + 20 * _S
    camera.state, (alert,) = camera.rules.heard(camera.state, _health("frozen", now, now, now), _T0, now, 0)

    assert (alert.code, alert.level, alert.began) == ("CAM_FROZEN", 3, from_micros(_T0 + 5 * _S))
    assert camera.hear(21, "live", 21) == []
    assert [(a.id, a.ended) for a in camera.hear(27, "live", 27)] == [(alert.id, from_micros(_T0 + 21 * _S))]


def test_a_live_camera_whose_detector_is_behind_is_not_offline() -> None:
    camera = Watched()

    assert [a for s in range(100) for a in camera.hear(s, "live", s)] == []


def test_after_the_clock_was_set_back_silence_is_told_all_the_same() -> None:
    camera = Watched(started=-3600)
    rules = HealthRules(SITE, SITE.cameras[0], _T0 + 3600 * _S)
    told = []
    for s in range(40):
        now = _T0 + s * _S
        camera.state, said = rules.heard(camera.state, _health("disconnected", now, now + 3600 * _S), _T0, now, 1)
        told += said

    assert [a.code for a in told] == ["CAM_OFFLINE"]
