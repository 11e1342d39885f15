"""The desk says when detection, the way of the alerts or the clock fail, once each, and when they are well again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from api.desk.vigil import Reading, Vigil
from config.health import Health
from models.alert import Alert
from models.clock import Monotonic

_S = 1_000_000
_START = 1_800_000_000 * _S


class Machine:
    """A machine of which a test says second by second how it is."""

    def __init__(self) -> None:
        self.wall, self.mono, self.word, self.taken = _START, 100.0, 0, 0
        self.vigil = Vigil("test", Health(), {}, self._reading(redis=True, speaks=False, unsettled=0))

    def _reading(self, *, redis: bool, speaks: bool, unsettled: int) -> Reading:
        self.word += speaks
        return Reading(
            self.wall, Monotonic(self.mono), redis, self.word if self.word and redis else None, unsettled, self.taken
        )

    def go(
        self, seconds: int, *, redis: bool = True, speaks: bool = True, unsettled: int = 0, taking: bool = False
    ) -> list[Alert]:
        told = []
        for _ in range(seconds):
            self.wall, self.mono, self.taken = self.wall + _S, self.mono + 1.0, self.taken + taking
            told += self.vigil.look(self._reading(redis=redis, speaks=speaks, unsettled=unsettled))
        return told


def _said(alerts: list[Alert]) -> list[tuple[str, int, bool]]:
    return [(a.code, a.revision, a.ended is None) for a in alerts]


def test_detection_that_falls_silent_is_told_after_ten_seconds_and_ends_by_itself() -> None:
    machine = Machine()
    machine.go(30)
    early, told, back = machine.go(9, speaks=False), machine.go(20, speaks=False), machine.go(7)

    assert early == []
    assert _said(told) == [("SYS_DETECT", 1, True)]
    assert (told[0].level, told[0].camera, told[0].place, told[0].observed["silent_s"]) == (2, "", "", 10.0)
    assert (told[0].detected - told[0].began).total_seconds() == 10
    assert _said(back) == [("SYS_DETECT", 2, False)]


def test_detection_may_take_a_minute_to_say_its_first_word() -> None:
    machine = Machine()
    loading, never = machine.go(58, speaks=False), machine.go(5, speaks=False)

    assert loading == []
    assert _said(never) == [("SYS_DETECT", 1, True)]


def test_a_redis_that_is_away_is_a_matter_of_delivery_not_of_detection() -> None:
    machine = Machine()
    machine.go(30)
    away, back = machine.go(60, redis=False), machine.go(30)

    assert _said(away) == [("SYS_DELIVERY", 1, True)]
    assert _said(back) == [("SYS_DELIVERY", 2, False)]


def test_rows_that_never_settle_are_a_matter_of_delivery() -> None:
    machine = Machine()
    machine.go(30)
    busy, stuck = machine.go(60, unsettled=3, taking=True), machine.go(20, unsettled=3)

    assert busy == []
    assert _said(stuck) == [("SYS_DELIVERY", 1, True)]


def test_a_clock_that_jumps_is_told_with_the_step_and_ends_by_itself() -> None:
    for step_s in (3600, -3600, 3):
        machine = Machine()
        machine.go(30)
        machine.wall += step_s * _S
        told = machine.go(20)

        assert _said(told) == [("SYS_CLOCK", 1, True), ("SYS_CLOCK", 2, False)]
        assert told[0].observed["step_s"] == step_s


def test_a_clock_that_is_slewed_is_well() -> None:
    machine = Machine()
    told = []
    for _ in range(60):
        machine.wall += _S // 10
        told += machine.go(1)

    assert told == []


def test_trouble_that_lasts_over_the_desks_own_restart_stays_one_alert() -> None:
    machine = Machine()
    machine.go(30)
    (told,) = machine.go(15, speaks=False)
    remembered = machine.vigil.troubles
    again = Machine()
    again.wall = machine.wall
    again.vigil = Vigil("test", Health(), remembered, again._reading(redis=True, speaks=False, unsettled=0))
    waiting, back = again.go(30, speaks=False), again.go(8)

    assert waiting == []
    assert [(a.id, a.revision) for a in back] == [(told.id, 2)]


_PHASES = st.lists(
    st.tuples(st.integers(1, 40), st.booleans(), st.booleans(), st.integers(0, 2), st.sampled_from([0, 0, 0, 10, -10])),
    max_size=12,
)


@given(_PHASES)
@settings(max_examples=100)
def test_whatever_happens_each_alert_is_told_in_order_and_all_end_when_all_is_well(
    phases: list[tuple[int, bool, bool, int, int]],
) -> None:
    machine, told = Machine(), list[Alert]()
    for seconds, redis, speaks, unsettled, step_s in phases:
        machine.wall += step_s * _S
        told += machine.go(seconds, redis=redis, speaks=speaks, unsettled=unsettled)
    told += machine.go(90)
    newest: dict[object, Alert] = {}
    for alert in told:
        assert alert.revision == (newest[alert.id].revision + 1 if alert.id in newest else 1)
        newest[alert.id] = alert

    assert all(alert.ended is not None for alert in newest.values())
