"""The verdict: what was missed, told twice, or told without a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from models.alert import Alert, BlindSpan
from scenes.breaches import Breach
from scenes.verdict import Expected, Footage, Verdict, compare

_START = datetime(2026, 1, 1, tzinfo=UTC)
_FOOTAGE = {
    "gate-1": Footage(_START, 36.0, (Breach("INTRUDE", "yard", 2.0, 3.0, 7.0), Breach("LINE", "sill", 9.0, 9.3, 9.0))),
    "gate-2": Footage(_START + timedelta(seconds=5), 36.0, (Breach("INTRUDE", "yard", 20.0, 21.0, 26.0),)),
}
_WINDOW = (_START, _START + timedelta(seconds=99))


def _at(seconds: float) -> datetime:
    return _START + timedelta(seconds=seconds)


def _alert(expected: Expected, shift_s: float = 0.2, *, minted: UUID | None = None) -> Alert:
    shift = timedelta(seconds=shift_s)
    return Alert(
        minted or uuid4(),
        1,
        expected.code,
        3,
        expected.camera,
        f"{expected.code}:{expected.place}",
        expected.place,
        expected.began + shift,
        expected.met + shift,
        expected.ended + shift,
        1,
        {},
        {},
    )


def _judged(alerts: list[Alert], blind: tuple[BlindSpan, ...] = ()) -> Verdict:
    return compare(_FOOTAGE, _WINDOW, alerts, blind)


ALL = _judged([]).expected


def test_every_loop_has_its_breaches():
    assert [(e.camera, e.code, (e.met - _START).total_seconds()) for e in ALL] == [
        ("gate-1", "INTRUDE", 3.0),
        ("gate-1", "LINE", 9.3),
        ("gate-1", "INTRUDE", 39.0),
        ("gate-1", "LINE", 45.3),
        ("gate-1", "INTRUDE", 75.0),
        ("gate-1", "LINE", 81.3),
        ("gate-2", "INTRUDE", 26.0),
        ("gate-2", "INTRUDE", 62.0),
    ]


def test_without_alerts_everything_is_missed():
    assert _judged([]).missed == ALL


@given(st.lists(st.floats(-1.5, 1.5), min_size=len(ALL), max_size=len(ALL)), st.sets(st.integers(0, len(ALL) - 1)))
def test_exactly_what_has_no_alert_is_missed(shifts: list[float], dropped: set[int]):
    alerts = [_alert(e, shift) for n, (e, shift) in enumerate(zip(ALL, shifts, strict=True)) if n not in dropped]
    verdict = _judged(alerts)

    assert verdict.missed == tuple(e for n, e in enumerate(ALL) if n in dropped)
    assert verdict.duplicated == ()
    assert verdict.unexplained == ()


@given(st.integers(0, len(ALL) - 1), st.floats(-1.0, 1.0))
def test_two_ids_for_one_breach_are_a_double(which: int, shift: float):
    verdict = _judged([*(_alert(e) for e in ALL), _alert(ALL[which], shift)])

    assert [e for e, _ in verdict.duplicated] == [ALL[which]]
    assert verdict.missed == ()


def test_revisions_of_one_alert_are_no_double():
    alert = _alert(ALL[0])
    verdict = _judged([alert, replace(alert, revision=2, count=2), *(_alert(e) for e in ALL[1:])])

    assert verdict == Verdict(ALL, (), (), ())


def test_an_alert_without_a_breach_is_unexplained():
    stray = replace(_alert(ALL[0]), began=_at(15), detected=_at(16), ended=_at(17))
    other_place = replace(_alert(ALL[0]), place="lawn")
    verdict = _judged([*(_alert(e) for e in ALL), stray, other_place])

    assert verdict.unexplained == (stray, other_place)


def _blind(camera: str, began: float, ended: float | None) -> BlindSpan:
    return BlindSpan(uuid4(), 1, camera, "stalled", _at(began), None if ended is None else _at(ended))


def test_what_a_blind_camera_could_not_see_is_not_missed():
    verdict = _judged([], (_blind("gate-1", 2.5, 4.0), _blind("gate-2", 60.0, None)))

    assert [e for e in ALL if e not in verdict.missed] == [ALL[0], ALL[7]]


def test_a_span_that_was_closed_later_counts_as_closed():
    opened = _blind("gate-2", 0.0, None)
    closed = replace(opened, revision=2, ended=_at(1.0))

    assert _judged([], (closed, opened)).missed == ALL


def test_two_ids_around_a_blind_span_are_no_double():
    late = replace(_alert(ALL[0]), began=_at(5.5), detected=_at(6.5))
    verdict = _judged([*(_alert(e) for e in ALL), late], (_blind("gate-1", 4.0, 5.0),))

    assert verdict.duplicated == ()


def test_what_began_before_the_window_or_is_met_at_its_end_is_not_expected_but_explained():
    window = (_at(2.5), _at(46.0))
    alerts = [_alert(ALL[0]), _alert(ALL[3])]
    verdict = compare(_FOOTAGE, window, alerts, ())

    assert [(e.camera, e.code, (e.met - _START).total_seconds()) for e in verdict.expected] == [
        ("gate-1", "LINE", 9.3),
        ("gate-1", "INTRUDE", 39.0),
        ("gate-2", "INTRUDE", 26.0),
    ]
    assert verdict.unexplained == ()


def test_an_alert_that_lasts_through_blind_time_into_the_next_breach_has_told_of_both():
    lasting, blind = replace(_alert(ALL[0]), ended=_at(42.0)), (_blind("gate-1", 20.0, 22.0),)

    assert ALL[2] in _judged([lasting]).missed
    assert ALL[2] not in _judged([lasting], blind).missed
    assert ALL[4] in _judged([lasting], blind).missed
    assert ALL[2] in _judged([replace(lasting, ended=_at(37.5))], blind).missed
