"""INTRUDE speaks once per breach, and remembers all it needs."""

from datetime import timedelta

import pytest
from intrusion import T0, rule_of, s, said_of, seen_at
from small_place import stand

from detect.tracker import LIFE_S
from models.labels import CAR


def test_who_stays_is_told_once_with_the_figures_and_once_more_at_the_end() -> None:
    first, last = said_of(rule_of(), [*stand(0, 1, {1: False}), *stand(1, 6, {1: True}), *stand(6, 9, {1: False})])

    assert (s(first.began), s(first.detected), first.ended) == (1.0, 4.0, None)
    assert first.observed == {"dwell_s": 3.0, "persons": 1}
    assert first.threshold == {"dwell_s": 3.0, "persons": 1}
    assert [subject.track for subject in first.subjects] == [1]
    assert (last.id, last.revision, s(last.ended), last.count) == (first.id, 2, 5.8, 1)
    assert last.observed == {"dwell_s": 4.8, "persons": 1}


def test_who_passes_through_is_not_told() -> None:
    assert said_of(rule_of(), [*stand(0, 2.8, {1: True}), *stand(2.8, 9, {1: False})]) == []


def test_a_short_step_outside_neither_resets_nor_ends() -> None:
    pictures = [*stand(0, 2, {1: True}), *stand(2, 2.8, {1: False}), *stand(2.8, 5, {1: True})]
    pictures += [*stand(5, 5.8, {1: False}), *stand(5.8, 9, {1: True})]

    assert [(s(a.began), s(a.detected)) for a in said_of(rule_of(), pictures)] == [(0.0, 3.0)]


def test_a_long_step_outside_resets() -> None:
    pictures = [*stand(0, 2, {1: True}), *stand(2, 3.4, {1: False}), *stand(3.4, 6.2, {1: True})]

    assert said_of(rule_of(), pictures) == []


def test_a_crowd_is_one_alert_that_counts_its_people() -> None:
    pictures = [*stand(0, 4, {1: True}), *stand(4, 9, {1: True, 2: True, 3: True})]
    alerts = said_of(rule_of(), pictures)

    assert {a.id for a in alerts} == {alerts[0].id}
    assert [a.revision for a in alerts] == [1, 2]
    assert alerts[-1].observed["persons"] == 3


def test_joiners_in_quick_succession_are_told_at_most_every_two_seconds() -> None:
    pictures = []
    for k in range(60):
        t = k * 0.2
        pictures.append((t, {n: True for n in range(1, 12) if t >= 0.4 * n}))
    alerts = said_of(rule_of(), pictures)
    told = [s(a.detected) if a.revision == 1 else None for a in alerts]

    assert told[0] == 3.4
    assert len(alerts) <= 1 + (60 * 0.2 - 3.4) / 2.0 + 1
    assert alerts[-1].observed["persons"] == 11


def test_another_id_for_the_same_person_is_the_same_alert() -> None:
    alerts = said_of(rule_of(), [*stand(0, 4, {1: True}), *stand(4.2, 9, {2: True})])

    assert {a.id for a in alerts} == {alerts[0].id}
    assert all(a.ended is None for a in alerts)


def test_a_track_that_dies_inside_ends_the_breach_after_gap_and_life() -> None:
    pictures = [*stand(0, 4, {1: True}), *stand(4, 9, {})]
    state, rule, when = rule_of().fresh(), rule_of(), None
    for seconds, seen in pictures:
        at = T0 + timedelta(seconds=seconds)
        state, said = rule.step(state, [seen_at(n, i, at) for n, i in seen.items()], at)
        if said and said[0].ended is not None:
            when = (seconds, s(said[0].ended))

    assert when == (pytest.approx(3.8 + 1.0 + LIFE_S + 0.2), 3.8)


def test_soon_after_its_end_a_new_breach_reopens_the_same_alert() -> None:
    pictures = [*stand(0, 4, {1: True}), *stand(4, 10, {1: False}), *stand(10, 14, {2: True})]
    alerts = said_of(rule_of(), pictures)

    assert {a.id for a in alerts} == {alerts[0].id}
    assert [(a.revision, a.count, a.ended is None) for a in alerts] == [(1, 1, True), (2, 1, False), (3, 2, True)]
    assert alerts[-1].began == alerts[0].began


def test_after_the_cool_down_a_new_breach_is_a_new_alert() -> None:
    pictures = [*stand(0, 4, {1: True}), *stand(4, 25, {1: False}), *stand(25, 29, {1: True})]
    alerts = said_of(rule_of(), pictures)

    assert len({a.id for a in alerts}) == 2
    assert (alerts[-1].revision, alerts[-1].count, s(alerts[-1].began)) == (1, 1, 25.0)


@pytest.mark.parametrize("hole", [3.0, 15.0, 29.0])
def test_a_hole_in_the_pictures_does_not_end_a_breach_whose_person_is_still_there(hole: float) -> None:
    alerts = said_of(rule_of(), [*stand(0, 4, {1: True}), *stand(4 + hole, 9 + hole, {7: True})])

    assert {a.id for a in alerts} == {alerts[0].id}
    assert all(a.ended is None for a in alerts)


def test_whoever_is_gone_after_a_hole_left_when_last_seen() -> None:
    alerts = said_of(rule_of(), [*stand(0, 4, {1: True}), *stand(12, 17, {})])

    assert [s(a.ended) for a in alerts] == [None, 3.8]


def test_after_a_long_hole_it_is_a_new_breach() -> None:
    alerts = said_of(rule_of(), [*stand(0, 4, {1: True}), *stand(64, 68, {1: True})])

    assert [(a.revision, s(a.ended)) for a in alerts] == [(1, None), (2, 3.8), (1, None)]
    assert alerts[2].id != alerts[0].id


def test_a_hole_does_not_count_as_a_stay() -> None:
    assert said_of(rule_of(), [*stand(0, 1, {1: True}), *stand(4, 6, {1: True})]) == []


def test_only_the_labels_of_the_rule_count() -> None:
    rule, state, alerts = rule_of(), rule_of().fresh(), []
    for k in range(30):
        at = T0 + timedelta(seconds=k * 0.2)
        state, said = rule.step(state, [seen_at(1, True, at, CAR)], at)
        alerts += said

    assert alerts == []


def test_everybody_inside_is_involved_while_it_lasts() -> None:
    rule, state = rule_of(), rule_of().fresh()
    for k in range(20):
        at = T0 + timedelta(seconds=k * 0.2)
        state, _ = rule.step(state, [seen_at(1, True, at), seen_at(2, False, at)], at)

    assert rule.involved(state) == {1}
    assert [a.ended for a in rule.end(state)] == [at]
