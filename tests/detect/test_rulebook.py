"""What holds for every rule that there is, and for all of them in their armed hours."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, after_restart, camera_of, held, person, seconds, sill, stand, timed

from config.hours import Hours
from config.rules import PLACE_KEYS
from detect.rulebook import Rulebook
from detect.rules import known_rules
from detect.rules.rule import Place, Said
from models.alert import Alert
from models.codes import CODES
from models.labels import FIGHT, FIRE, PERSON

_T0 = datetime(2026, 11, 22, 13, 58, tzinfo=UTC)  # 21:58 in Shanghai
_ZONE = ZoneInfo("Asia/Shanghai")
_QUICK: Mapping[str, Mapping[str, object]] = {
    "INTRUDE": {"dwell_s": 2.0, "gap_s": 1.0, "cooldown_s": 10.0},
    "LOITER": {"dwell_s": 4.0, "night_dwell_s": 3.0, "gap_s": 2.0, "escalate_s": 8.0, "cooldown_s": 10.0},
    "CROWD": {
        "persons": 2,
        "dwell_s": 3.0,
        "night_persons": 1,
        "night_dwell_s": 2.0,
        "clear_persons": 1,
        "clear_s": 2.0,
        "gap_s": 1.0,
        "cooldown_s": 10.0,
    },
    "CONGEST": {"labels": ("person",), "things": 1, "dwell_s": 3.0, "clear_s": 2.0, "gap_s": 1.0, "cooldown_s": 10.0},
    "TW_IN": {"labels": ("person",), "dwell_s": 1.0, "gap_s": 0.5, "cooldown_s": 10.0},
    "TW_PARK": {"labels": ("person",), "dwell_s": 2.0, "gap_s": 1.0, "bridged_s": 10.0, "cooldown_s": 10.0},
    "FIRELANE": {"labels": ("person",), "confirm_s": 1.0, "dwell_s": 1.0, "escalate_s": 4.0, "gap_s": 1.0},
    "PARK": {"labels": ("person",), "confirm_s": 1.0, "dwell_s": 1.5, "escalate_s": 4.0, "escalate_again_s": 5.0},
    "ABANDON": {"labels": ("person",), "dwell_s": 2.0, "gap_s": 1.0, "bridged_s": 10.0, "cooldown_s": 10.0},
    "FALL": {"dwell_s": 2.0, "flat": 0.5, "gap_s": 1.0, "bridged_s": 10.0, "cooldown_s": 10.0},
    "FIRE": {"hit_s": 1.0, "of_s": 2.0, "gap_s": 1.0, "cooldown_s": 10.0},
    "FIGHT": {"hit_s": 1.0, "of_s": 2.0, "gap_s": 1.0, "cooldown_s": 10.0},
    "LINE": {"cooldown_s": 10.0},
    "WRONGWAY": {"labels": ("person",), "against_s": 0.2, "lengths": 0.2, "cooldown_s": 10.0},
    "FLOW": {"limit": 2, "window_min": 1, "cooldown_s": 10.0},
    "NIGHT": {"hours": ("21:00-23:00",)},
}
"""A new rule is held to all of this once it stands here."""

Feet = Mapping[int, tuple[float, float]]
Picture = tuple[float, Feet]


def _book(armed: Sequence[str] = ("00:00-24:00",), kinds: Sequence[str] = tuple(_QUICK)) -> Rulebook:
    rules = [{"rule": k, PLACE_KEYS[k]: PLACE_KEYS[k], "armed": armed, **_QUICK[k]} for k in kinds]
    half = {**YARD, "id": "zone", "points": [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]}
    camera = camera_of(zones=[half], lines=[{**sill(bottom=1.0, top=0.0, direction="in"), "id": "line"}], rules=rules)
    return Rulebook(Place("gsdt", camera, 2.0, _ZONE, Hours.of(("22:00-06:00",), _ZONE)))


def _said(book: Rulebook, pictures: Sequence[Picture], start: datetime = _T0) -> list[tuple[datetime, Said]]:
    states, before, told = book.fresh(), None, []
    first: dict[int, datetime] = {}
    for since, feet in pictures:
        at = start + timedelta(seconds=since)
        tracks = [
            person(number, where, at, first.setdefault(number, at), label)
            for n, where in feet.items()
            for number, label in ((n, PERSON), (n + 10, FIRE), (n + 20, FIGHT))
        ]
        states = {name: after_restart(book.state_types[name], state) for name, state in states.items()}
        states, said = book.step(states, before, tracks, at)
        told += [(at, one) for one in said]
        before = at
    return told


def _alerts(told: Sequence[tuple[datetime, Said]]) -> list[Alert]:
    return [one for _, one in told if isinstance(one, Alert)]


_INSIDE = {1: (0.7, 0.8)}


def test_every_rule_has_its_name_its_maker_and_a_test() -> None:
    kinds = {kind.model_fields["rule"].annotation.__args__[0] for kind in known_rules()}

    assert kinds == set(PLACE_KEYS) == set(_QUICK)
    assert kinds <= set(CODES)


_FEET = st.tuples(st.sampled_from([0.3, 0.48, 0.52, 0.7]), st.just(0.8))
_SCENES = held(
    [0.1, 0.2, 0.2, 0.4, 0.4, 0.4, 1.0, 2.5, 9.0, 40.0],
    st.fixed_dictionaries({1: _FEET}, optional={2: _FEET, 3: _FEET})
    | st.dictionaries(st.integers(1, 3), _FEET, max_size=2),
    8,
    25,
)


_ARMED = st.sampled_from([("00:00-24:00",), ("22:00-06:00",), ("21:00-21:59", "22:00-22:01"), ("mon 00:00-24:00",)])


@pytest.mark.parametrize("kind", _QUICK)
@given(armed=_ARMED, steps=_SCENES)
@settings(max_examples=40)
def test_revisions_count_up_and_never_are_two_alerts_of_a_breach_open(kind: str, armed, steps) -> None:
    book, newest = _book(armed, (kind,)), {}
    for at, one in _said(book, timed(steps)):
        before = newest.get(one.id)
        newest[one.id] = one

        assert one.revision == (1 if before is None else before.revision + 1)
        if isinstance(one, Alert):
            assert one.began <= one.detected <= at
            assert one.ended is None or one.began <= one.ended <= at
            assert one.began == getattr(before, "began", one.began)
            assert sum(a.ended is None for a in newest.values() if isinstance(a, Alert)) <= 1


@pytest.mark.parametrize("kind", _QUICK)
@given(armed=_ARMED, steps=_SCENES)
@settings(max_examples=30)
def test_nothing_is_told_of_what_was_seen_off_schedule(kind: str, armed, steps) -> None:
    hours = Hours.of(armed, _ZONE)
    for at, one in _said(_book(armed, (kind,)), timed(steps)):
        if isinstance(one, Alert):
            assert hours.hold(one.detected)
            assert one.ended is None or hours.hold(one.ended)
            assert hours.hold(one.began) or kind == "FLOW"  # whose window begins with the clock
            assert hours.hold(at) or one.ended is not None


@pytest.mark.parametrize("kind", [k for k in _QUICK if k != "NIGHT"])
@given(steps=_SCENES, days=st.integers(-2000, 2000))
@settings(max_examples=20)
def test_days_later_the_same_is_told_as_many_days_later(kind: str, steps, days: int) -> None:
    moved, book = timedelta(days=days), _book(("21:00-22:00",), (kind,))
    here, there = (_alerts(_said(book, timed(steps), start)) for start in (_T0, _T0 + moved))

    assert [replace(a, id=b.id) for a, b in zip(here, there, strict=True)] == [
        replace(
            b,
            began=b.began - moved,
            detected=b.detected - moved,
            ended=None if b.ended is None else b.ended - moved,
        )
        for b in there
    ]


@pytest.mark.parametrize("kind", ["INTRUDE", "LOITER"])
def test_a_breach_that_is_open_when_the_armed_hours_end_ends_with_them(kind: str) -> None:
    alerts = _alerts(_said(_book(("09:00-22:00",), (kind,)), stand(100, 140, _INSIDE)))

    assert [(a.revision, seconds(a.ended, _T0)) for a in alerts if a.level == alerts[-1].level][-1] == (
        alerts[-1].revision,
        119.8,
    )
    assert alerts[-1].detected < _T0 + timedelta(seconds=120)


@pytest.mark.parametrize(("kind", "dwell_s"), [("INTRUDE", 2.0), ("LOITER", 3.0)])
def test_a_stay_counts_from_the_first_armed_picture_on(kind: str, dwell_s: float) -> None:
    first = _alerts(_said(_book(("22:00-06:00",), (kind,)), stand(60, 140, _INSIDE)))[0]

    assert (seconds(first.began, _T0), seconds(first.detected, _T0)) == (120.0, 120.0 + dwell_s)


def test_who_crosses_as_the_armed_hours_begin_must_be_seen_on_both_sides_within_them() -> None:
    def crossing(at: float) -> list[Picture]:
        return [*stand(at - 2, at, {1: (0.3, 0.8)}), *stand(at, at + 2, _INSIDE)]

    book = _book(("22:00-06:00",), ("LINE",))

    assert _alerts(_said(book, crossing(120.0))) == []
    assert len(_alerts(_said(book, crossing(121.0)))) == 1


def test_an_alert_does_not_go_on_from_one_armed_evening_to_the_next_whatever_its_cool_down() -> None:
    pictures = [*stand(100, 119, _INSIDE), *stand(119, 200, {}), *stand(200, 210, _INSIDE)]
    alerts = _alerts(_said(_book(("21:00-22:00", "22:01-23:00"), ("INTRUDE",)), pictures))

    assert len({a.id for a in alerts}) == 2
    assert [a.count for a in alerts] == [1] * len(alerts)


def test_hours_off_that_no_picture_showed_end_a_breach_too() -> None:
    """The camera was away from 21:59:30 until 22:01:10; the rule was off for a minute of that."""
    book = _book(("21:00-22:00", "22:01-23:00"), ("INTRUDE",))
    told = _said(book, [*stand(80, 90, _INSIDE), *stand(190, 200, _INSIDE)])

    assert [(a.revision, seconds(a.ended, _T0)) for a in _alerts(told)] == [(1, None), (2, 89.8), (1, None)]


def test_flow_counts_only_in_its_armed_hours_and_tells_all_that_it_counted() -> None:
    def crossing(track: int, at: float) -> list[Picture]:
        return [*stand(at - 1, at, {track: (0.48, 0.8)}), *stand(at, at + 1, {track: (0.52, 0.8)})]

    pictures = [p for n, at in enumerate((100.0, 105.0, 118.0, 125.0)) for p in crossing(n, at)]
    counts = [one for _, one in _said(_book(("09:00-22:00",), ("FLOW",)), pictures) if not isinstance(one, Alert)]

    assert [(c.revision, c.into, c.out) for c in counts] == [(1, 1, 0), (2, 2, 0), (3, 3, 0)]


def test_it_is_known_which_rules_are_off() -> None:
    book = _book(("22:00-06:00",), ("INTRUDE", "LINE"))

    assert book.off(_T0) == ["INTRUDE:zone", "LINE:line"]
    assert book.off(_T0 + timedelta(minutes=2)) == []
