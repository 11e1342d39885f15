"""NIGHT counts who crosses a line in its hours of the night, and raises no alert."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import camera_of, person, said_at, sill, two_wheeler

from config.rules import NightRule
from detect.rules.night import Night
from detect.rules.rule import Place
from models.flow import FlowCount

_MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # in Shanghai
_FIVE = _MIDNIGHT + timedelta(hours=5)

Walk = tuple[float, bool]
"""When somebody crosses, seconds from the start, and whether inwards; each is seen for a second before and after."""


def _told(walks: Sequence[Walk], start: datetime, *, step: float = 0.2, seen=person) -> list[FlowCount]:
    """Every word, from two seconds before the start on."""
    config = NightRule.model_validate({"rule": "NIGHT", "line": "sill"})
    rule = Night(config, Place("gsdt", camera_of(lines=[sill()]), 2.0, ZoneInfo("Asia/Shanghai")))
    pictures = []
    for k in range(round((max((at for at, _ in walks), default=0) + 5) / step)):
        t, at = k * step - 2, start + timedelta(seconds=k * step - 2)
        there = [(n, (t - crosses) * (1 if inwards else -1)) for n, (crosses, inwards) in enumerate(walks)]
        pictures.append((at, [seen(n, (0.5 + 0.1 * d + 0.001, 0.5), at) for n, d in there if abs(d) <= 1.0]))
    told, state = said_at(rule, pictures)
    return [one for one in [*(one for _, one in told), *rule.end(state)] if isinstance(one, FlowCount)]


def _sums(counts: Sequence[FlowCount]) -> list[tuple[datetime, int, int]]:
    newest = {count.id: count for count in counts}
    return [(count.minute, count.into, count.out) for count in newest.values()]


def test_who_crosses_at_night_is_counted_by_the_minute_and_by_direction() -> None:
    counts = _told([(5, True), (9, False), (70, True)], _MIDNIGHT)

    assert _sums(counts) == [(_MIDNIGHT, 1, 1), (_MIDNIGHT + timedelta(minutes=1), 1, 0)]
    assert {(c.rule, c.line) for c in counts} == {("NIGHT:sill", "sill")}


def test_by_day_nobody_is_counted() -> None:
    assert _told([(5, True), (9, False)], _FIVE + timedelta(seconds=30)) == []
    assert _told([(5, True), (9, False)], _MIDNIGHT - timedelta(minutes=1)) == []


def test_who_crosses_as_the_night_begins_or_ends_counts_where_it_settles() -> None:
    assert _sums(_told([(0.2, True)], _MIDNIGHT)) == [(_MIDNIGHT, 1, 0)]
    assert _told([(0.0, True)], _FIVE) == []
    assert _sums(_told([(-0.8, True)], _FIVE)) == [(_FIVE - timedelta(minutes=1), 1, 0)]


def test_who_walks_up_to_the_line_or_trembles_on_it_is_not_counted() -> None:
    config = NightRule.model_validate({"rule": "NIGHT", "line": "sill"})
    rule = Night(config, Place("gsdt", camera_of(lines=[sill()]), 2.0, ZoneInfo("Asia/Shanghai")))
    instants = [_MIDNIGHT + timedelta(seconds=0.2 * k) for k in range(100)]
    told, _ = said_at(rule, [(at, [person(1, (0.48 + 0.04 * (k % 2), 0.5), at)]) for k, at in enumerate(instants)])

    assert told == []


def test_a_two_wheeler_is_not_counted_unless_it_is_asked_for() -> None:
    assert _told([(5, True)], _MIDNIGHT, seen=two_wheeler) == []


_WALKS = st.lists(st.tuples(st.integers(0, 20).map(lambda n: 5.1 + 3 * n), st.booleans()), max_size=6)


@given(_WALKS, st.integers(-2000, 2000))
@settings(max_examples=30, deadline=None)
def test_days_later_and_with_half_as_many_pictures_the_same_are_counted(walks, days: int) -> None:
    later = timedelta(days=days)
    here = _sums(_told(walks, _MIDNIGHT))

    assert [(minute - later, *both) for minute, *both in _sums(_told(walks, _MIDNIGHT + later))] == here
    assert sum(into + out for _, into, out in _sums(_told(walks, _MIDNIGHT, step=0.1))) == len(walks)
    assert sum(into + out for _, into, out in here) == len(walks)
