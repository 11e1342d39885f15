"""A zone that is drawn anew while something stands there: what now stands outside is told of no longer."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from small_place import YARD, after_restart, camera_of, person, seconds, stand

from detect.rules import rules_of
from detect.rules.rule import Place, Rule
from models.alert import Alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

_QUICK: dict[str, dict[str, Any]] = {
    "PARK": {"confirm_s": 3.0, "dwell_s": 7.0, "escalate_s": 30.0},
    "FIRELANE": {"confirm_s": 3.0, "dwell_s": 7.0, "escalate_s": 30.0},
    "TW_PARK": {"dwell_s": 10.0},
    "ABANDON": {"dwell_s": 10.0, "beside_s": 5.0},
    "FALL": {"dwell_s": 10.0, "flat": 0.5},
}
"""Each is told of what has stood for 10 s; here all of them are about people."""

_LEFT = [(0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0)]
_RIGHT = [(0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0)]
_WHOLE = YARD["points"]

Picture = tuple[float, dict[int, float]]
"""When, and where the feet of each are, by their track."""


def _rule(kind: str, points: Any) -> Rule:
    config = {"rule": kind, "zone": "yard", "labels": ("person",), "gap_s": 5.0, "cooldown_s": 0.0, **_QUICK[kind]}
    (rule,) = rules_of(Place("gsdt", camera_of(zones=[{**YARD, "points": points}], rules=[config]), 2.0))
    return rule


def _said(kind: str, *parts: tuple[Any, Iterable[Picture]]) -> list[Alert]:
    """What it says of pictures, each part of them with the zone as drawn then."""
    state, alerts, first = None, list[Alert](), dict[int, datetime]()
    for points, pictures in parts:
        rule = _rule(kind, points)
        for t, seen in pictures:
            at = _T0 + timedelta(seconds=t)
            tracks = [person(n, (x, 0.8), at, first.setdefault(n, at)) for n, x in seen.items()]
            before = rule.fresh() if state is None else after_restart(rule.state_type, state)
            state, said = rule.step(before, tracks, at)
            alerts += [one for one in said if isinstance(one, Alert)]
    return alerts


def _brief(alerts: Sequence[Alert]) -> list[tuple[int, float | None, float | None]]:
    return [(a.revision, seconds(a.began, _T0), seconds(a.ended, _T0)) for a in alerts]


@pytest.mark.parametrize("kind", _QUICK)
def test_an_alert_ends_when_the_zone_no_longer_holds_what_stands_there(kind: str) -> None:
    alerts = _said(kind, (_WHOLE, stand(0, 12, {1: 0.7})), (_LEFT, stand(12, 40, {1: 0.7})))

    assert _brief(alerts) == [(1, 0.0, None), (2, 0.0, 11.8)]


@pytest.mark.parametrize("kind", _QUICK)
def test_who_stands_in_the_zone_as_it_is_now_is_another_alert(kind: str) -> None:
    alerts = _said(kind, (_WHOLE, stand(0, 12, {1: 0.7})), (_LEFT, stand(12, 40, {1: 0.7, 2: 0.2})))

    assert _brief(alerts) == [(1, 0.0, None), (2, 0.0, 11.8), (1, 12.0, None)]
    assert [s.track for s in alerts[-1].subjects] == [2]


@pytest.mark.parametrize("kind", _QUICK)
def test_what_had_settled_there_but_was_not_told_of_never_is(kind: str) -> None:
    assert _said(kind, (_WHOLE, stand(0, 8, {1: 0.7})), (_LEFT, stand(8, 40, {1: 0.7}))) == []


@pytest.mark.parametrize("kind", _QUICK)
def test_an_alert_goes_on_where_the_new_zone_holds_it_as_well_though_its_boxes_tremble_over_the_border(
    kind: str,
) -> None:
    trembling = [(t, {1: 0.505 + 0.015 * (-1) ** round(t / 0.2)}) for t, _ in stand(12, 18, None)]
    alerts = _said(kind, (_WHOLE, stand(0, 12, {1: 0.505})), (_RIGHT, trembling))

    assert _brief(alerts) == [(1, 0.0, None)]
