"""Whatever INTRUDE and TW_IN see, they speak only with their definition met, and only what is seen decides it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intrusion import HOLE_S, T0, Picture, riders_rule_of, rule_of, s, said_of
from small_place import held, timed

from config.rules import IntrudeRule, TwoWheelerInRule
from detect.rules.intrude import Intrude
from detect.tracker import LIFE_S
from models.alert import Alert

_STEPS = held(
    [0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 8.0, 40.0], st.dictionaries(st.integers(1, 3), st.booleans(), max_size=3), 6, 24
)
_MADE = {"INTRUDE": rule_of, "TW_IN": riders_rule_of}
_RULES = st.sampled_from(sorted(_MADE)).flatmap(
    lambda code: st.builds(
        _MADE[code],
        dwell_s=st.sampled_from([0.0, 0.5, 2.0]),
        gap_s=st.sampled_from([0.0, 0.6]),
        cooldown_s=st.sampled_from([0.0, 5.0, 30.0]),
    )
)


@given(_RULES, _STEPS)
@settings(max_examples=70)
def test_revisions_count_up_and_never_are_two_alerts_open(rule: Intrude, steps) -> None:
    newest: dict[object, Alert] = {}
    for alert in said_of(rule, timed(steps)):
        before = newest.get(alert.id)
        assert alert.revision == (1 if before is None else before.revision + 1)
        assert alert.ended is None or (before is not None and before.ended is None and alert.ended >= alert.began)
        assert before is None or alert.count == before.count + (before.ended is not None)
        newest[alert.id] = alert

        assert sum(a.ended is None for a in newest.values()) <= 1


@given(_RULES, _STEPS)
@settings(max_examples=70)
def test_no_onset_without_somebody_who_was_inside_for_that_long(rule: Intrude, steps) -> None:
    pictures = timed(steps)
    config, ended = rule._config, {}
    for alert in said_of(rule, pictures):
        onset = alert.revision == 1 or (alert.ended is None and ended.get(alert.id) is not None)
        ended[alert.id] = alert.ended
        if not onset:
            continue
        now = alert.detected if alert.revision == 1 else None
        upto = [p for p in pictures if now is None or p[0] <= (s(now) or 0) + 1e-9]

        assert any(_stayed(upto[: k + 1], n, config) for k in range(len(upto)) for n in (1, 2, 3))


def _stayed(pictures: list[Picture], track: int, config: IntrudeRule | TwoWheelerInRule) -> bool:
    """Inside in the last of these, and before it for dwell_s without leaving for gap_s or a hole."""
    if not pictures or not pictures[-1][1].get(track):
        return False
    last, entered, left, after = pictures[-1][0], pictures[-1][0], False, pictures[-1][0]
    for t, seen in reversed(pictures[:-1]):
        if after - t > HOLE_S + 1e-9:
            break
        after = t
        left = left or seen.get(track) is False
        if seen.get(track):
            if entered - t > config.gap_s + (0 if left else LIFE_S) + 1e-9:
                break
            entered, left = t, False
    return last - entered >= config.dwell_s - 1e-9


@given(_RULES, _STEPS, st.integers(-(10**9), 10**9))
@settings(max_examples=40)
def test_it_does_not_matter_when_it_happens(rule: Intrude, steps, shift: int) -> None:
    moved = timedelta(microseconds=shift * 1001)
    here, there = said_of(rule, timed(steps)), said_of(rule, timed(steps), T0 + moved)
    ids = {a.id: b.id for a, b in zip(here, there, strict=True)}

    assert len(set(ids.values())) == len(ids)
    assert there == [
        replace(
            a,
            id=ids[a.id],
            began=a.began + moved,
            detected=a.detected + moved,
            ended=None if a.ended is None else a.ended + moved,
        )
        for a in here
    ]


_VISITS = st.lists(
    st.tuples(
        st.sampled_from([0.3, 1.0, 1.4, 1.8, 5.0, 7.0]),
        st.sampled_from([0.3, 2.2, 3.0, 6.0, 40.0]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("code", _MADE)
@given(visits=_VISITS)
@settings(max_examples=50)
def test_half_as_many_pictures_say_the_same_within_a_sample(code: str, visits) -> None:
    """Stays and absences keep clear of the thresholds (dwell 2.4, gap 1.3, cool-down 20) by more than a sample."""
    rule = _MADE[code](dwell_s=2.4, gap_s=1.3)
    spans, t = [], 0.05
    for stay, away in visits:
        spans.append((t, t + stay))
        t += stay + away
    told = []
    for step in (0.1, 0.2):
        pictures = [
            (round(k * step, 3), {1: any(a <= k * step < b for a, b in spans)}) for k in range(round((t + 3) / step))
        ]
        told.append([(s(a.began), s(a.detected), s(a.ended), a.count) for a in said_of(rule, pictures)])

    assert [(one[2] is None, one[3]) for one in told[0]] == [(other[2] is None, other[3]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        for a, b in zip(one[:3], other[:3], strict=True):
            assert a is b is None or abs(a - b) <= 0.2 + 1e-9
