"""The truth's breaches: where feet were, said as the rules say it."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from config.rules import FlowRule, IntrudeRule, LineRule, LoiterRule
from config.site import Camera, LineConfig, Name, ZoneConfig
from models.geometry import Box, Point
from scenes.breaches import Breach, Passage, breaches, passages
from scenes.truth import Seen, Truth, read_truth

_FPS = 10.0
_NAME = Name(zh="一", en="one")
_WHOLE: Box = (0.4, 0.4, 0.6, 0.9)


def _camera(*rules: FlowRule | IntrudeRule | LineRule | LoiterRule, direction: str = "in") -> Camera:
    return Camera(
        id="gate-1",
        name=_NAME,
        entrance="1号出入口",
        url="rtsp://127.0.0.1/gate-1",
        grid="PLACEHOLDER-01",
        position=(0.5, 0.5),
        zones=(ZoneConfig(id="yard", name=_NAME, points=((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))),),
        lines=(LineConfig(id="sill", name=_NAME, start=(0.2, 0.5), end=(0.8, 0.5), direction=direction),),
        rules=rules,
    )


def _intrude(**figures: float) -> IntrudeRule:
    return IntrudeRule(rule="INTRUDE", zone="yard", **({"dwell_s": 1.0, "gap_s": 0.5, "cooldown_s": 3.0} | figures))


def _line(**figures: float) -> LineRule:
    return LineRule(rule="LINE", line="sill", **({"settle_s": 0.3, "cooldown_s": 3.0} | figures))


def _seen(*feet: Point, first: int = 0, key: str = "person", hidden: tuple[int, ...] = ()) -> Seen:
    return Seen("somebody", key, first, feet, tuple(None if n in hidden else _WHOLE for n in range(len(feet))))


def _found(rule: IntrudeRule | LineRule, *seen: Seen, direction: str = "in") -> list[Breach]:
    return breaches(Truth("gate-1", _FPS, 400, seen), _camera(rule, direction=direction))


IN, OUT = (0.5, 0.5), (0.1, 0.5)
ABOVE, BELOW = (0.5, 0.4), (0.5, 0.6)


def test_a_stay_is_met_after_its_dwell_and_ends_with_the_last_foot_inside():
    assert _found(_intrude(), _seen(*[OUT] * 5, *[IN] * 20, *[OUT] * 5)) == [Breach("INTRUDE", "yard", 0.5, 1.5, 2.4)]


def test_a_short_stay_is_none():
    assert _found(_intrude(), _seen(*[OUT] * 5, *[IN] * 10, *[OUT] * 5)) == []


def test_a_step_out_shorter_than_the_gap_does_not_end_a_stay():
    (breach,) = _found(_intrude(), _seen(*[IN] * 8, *[OUT] * 4, *[IN] * 8))

    assert (breach.began_s, breach.ended_s, breach.count) == (0.0, 1.9, 1)


def test_somebody_else_at_once_or_soon_after_is_the_same_breach():
    first, second, third = _seen(*[IN] * 20), _seen(*[IN] * 30, first=10), _seen(*[IN] * 20, first=65)
    (breach,) = _found(_intrude(), first, second, third)

    assert (breach.began_s, breach.met_s, breach.ended_s, breach.count) == (0.0, 1.0, 8.4, 3)


def test_after_the_cool_down_it_is_another_breach():
    assert len(_found(_intrude(), _seen(*[IN] * 20), _seen(*[IN] * 20, first=60))) == 2


def test_others_than_the_rules_labels_are_none_of_its_business():
    assert _found(_intrude(), _seen(*[IN] * 30, key="vehicle")) == []


def test_who_cannot_be_seen_is_not_there():
    assert _found(_intrude(), _seen(*[IN] * 18, hidden=tuple(range(9)))) == []


def test_a_crossing_in_the_counted_direction_is_met_once_it_has_settled():
    crossing = Breach("LINE", "sill", 1.0, 1.3, 1.0, before_s=0.3)

    assert _found(_line(), _seen(*[ABOVE] * 10, *[BELOW] * 10)) == [crossing]


def test_the_other_direction_counts_only_where_it_is_asked_for():
    back = _seen(*[BELOW] * 10, *[ABOVE] * 10)

    assert _found(_line(), back) == []
    assert len(_found(_line(), back, direction="out")) == 1
    assert len(_found(_line(), back, direction="both")) == 1


def test_a_step_over_the_line_and_back_is_no_crossing():
    assert _found(_line(), _seen(*[ABOVE] * 10, *[BELOW] * 2, *[ABOVE] * 10), direction="both") == []


def test_past_the_lines_end_is_no_crossing():
    assert _found(_line(), _seen(*[(0.9, 0.4)] * 10, *[(0.9, 0.6)] * 10)) == []


def test_crossings_soon_after_each_other_are_one_breach():
    one, two, three = (_seen(*[ABOVE] * 10, *[BELOW] * 10, first=first) for first in (0, 20, 90))
    found = _found(_line(), one, two, three)

    assert [(breach.began_s, breach.count) for breach in found] == [(1.0, 2), (10.0, 1)]


def test_who_stays_for_long_is_a_breach_of_its_own():
    rule = LoiterRule(rule="LOITER", zone="yard", dwell_s=5.0, gap_s=1.0, cooldown_s=3.0)
    found = breaches(
        Truth("gate-1", _FPS, 400, (_seen(*[IN] * 40, *[OUT] * 8, *[IN] * 20),)), _camera(_intrude(gap_s=1.0), rule)
    )

    assert [(b.code, b.began_s, b.met_s, b.ended_s) for b in found] == [
        ("INTRUDE", 0.0, 1.0, 6.7),
        ("LOITER", 0.0, 5.0, 6.7),
    ]


def test_a_counted_line_is_passed_in_both_directions_whatever_it_alerts_for():
    camera = _camera(FlowRule(rule="FLOW", line="sill"), direction="in")
    seen = (_seen(*[ABOVE] * 10, *[BELOW] * 10), _seen(*[BELOW] * 10, *[ABOVE] * 10, first=20))

    assert breaches(Truth("gate-1", _FPS, 400, seen), camera) == []
    assert passages(Truth("gate-1", _FPS, 400, seen), camera) == [
        Passage("sill", True, 1.0, 1.3),
        Passage("sill", False, 3.0, 3.3),
    ]


@given(st.lists(st.sampled_from([IN, OUT]), min_size=1, max_size=120), st.floats(0.2, 2.0), st.floats(0.0, 1.0))
def test_breaches_are_long_enough_and_apart(feet: list[Point], dwell_s: float, gap_s: float):
    found = _found(_intrude(dwell_s=dwell_s, gap_s=gap_s), _seen(*feet))

    assert all(breach.began_s + dwell_s == breach.met_s <= breach.ended_s + 1e-9 for breach in found)
    assert all(after.began_s - before.ended_s > 3.0 for before, after in pairwise(found))


def test_a_truth_is_read_as_it_was_written(tmp_path: Path):
    truth = Truth("gate-1", 12.5, 450, (_seen((0.25, 0.5), (0.5, 0.125), hidden=(1,)),))
    path = tmp_path / "gate-1.truth.json"
    path.write_text(truth.dumps(), encoding="utf-8")

    assert read_truth(path) == truth
