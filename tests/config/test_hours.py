"""Windows hold by the clock on the site's wall: across midnight, on their days, and through changes of that clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import ALWAYS, Hours, Window

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_BERLIN = ZoneInfo("Europe/Berlin")
_ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"])
_INSTANTS = st.integers(1_600_000_000, 2_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def _at(text: str, zone: ZoneInfo = _SHANGHAI, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "inside", "outside"),
    [
        ("09:00-17:00", ["2026-11-24T09:00", "2026-11-24T16:59:59"], ["2026-11-24T08:59:59", "2026-11-24T17:00"]),
        ("22:00-06:00", ["2026-11-24T22:00", "2026-11-24T23:59:59", "2026-11-24T00:00", "2026-11-24T05:59:59"], [
            "2026-11-24T06:00", "2026-11-24T21:59:59"]),
        ("fri 22:00-06:00", ["2026-11-27T22:00", "2026-11-28T05:59"], ["2026-11-27T05:59", "2026-11-28T22:00"]),
        ("sun 22:00-06:00", ["2026-11-29T23:00", "2026-11-30T01:00"], ["2026-11-28T23:00", "2026-11-29T01:00"]),
        ("sat,sun 00:00-24:00", ["2026-11-28T00:00", "2026-11-29T23:59:59"], ["2026-11-27T23:59", "2026-11-30T00:00"]),
        ("fri-mon 12:00-13:00", ["2026-11-30T12:30", "2026-11-27T12:30"], ["2026-12-01T12:30", "2026-11-26T12:30"]),
        ("22:00-24:00", ["2026-11-24T23:59:59"], ["2026-11-25T00:00"]),
    ],
)  # fmt: skip
def test_a_window_holds_from_its_first_minute_up_to_its_last(window: str, inside: list[str], outside: list[str]):
    hours = Hours.of((window,), _SHANGHAI)

    assert [at for at in inside if not hours.hold(_at(at))] == []
    assert [at for at in outside if hours.hold(_at(at))] == []


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ("22:00-22:00", "never holds"),
        ("24:00-06:00", "no time of day"),
        ("22:60-06:00", "no time of day"),
        ("22:00-25:00", "no time of day"),
        ("fry 22:00-06:00", "names no day"),
        ("mon- 22:00-06:00", "is no window"),
        ("mon-tue-wed 22:00-06:00", "names no day"),
        ("22-6", "is no window"),
        ("", "is no window"),
    ],
)
def test_what_is_no_window_is_told(window: str, says: str):
    with pytest.raises(ValueError, match=says):
        Window.of(window)


def test_by_the_wall_clock_a_night_is_an_hour_shorter_or_longer_when_it_is_changed():
    hours = Hours.of(("22:00-06:00",), _BERLIN)

    def minutes(first: str) -> int:
        noon = _at(first, _BERLIN)
        return sum(hours.hold(noon + timedelta(minutes=n)) for n in range(24 * 60))

    assert [minutes(day) for day in ("2026-03-28T12:00", "2026-06-01T12:00", "2026-10-24T12:00")] == [420, 480, 540]


def test_an_hour_that_there_is_twice_is_armed_twice_and_one_that_there_is_not_never():
    hours = Hours.of(("02:00-03:00",), _BERLIN)
    spring, autumn = _at("2026-03-29T00:00", _BERLIN), _at("2026-10-25T00:00", _BERLIN)

    assert not any(hours.hold(spring + timedelta(minutes=n)) for n in range(23 * 60))
    assert hours.hold(_at("2026-10-25T02:30", _BERLIN, fold=0))
    assert hours.hold(_at("2026-10-25T02:30", _BERLIN, fold=1))
    assert sum(hours.hold(autumn + timedelta(minutes=n)) for n in range(25 * 60)) == 120


def test_hours_hold_through_a_span_only_when_no_minute_of_it_is_off():
    hours = Hours.of(("22:00-06:00", "06:01-07:00"), _SHANGHAI)

    assert hours.hold_through(_at("2026-11-24T22:00"), _at("2026-11-25T05:59:59"))
    assert not hours.hold_through(_at("2026-11-25T05:59:59"), _at("2026-11-25T06:01:00"))
    assert not hours.hold_through(_at("2026-11-24T23:00"), _at("2026-11-25T23:00"))
    assert not hours.hold_through(_at("2026-11-24T23:00"), _at("2028-11-25T23:00"))
    assert Hours.of(("00:00-12:00", "12:00-24:00"), _SHANGHAI).hold_through(
        _at("2026-11-24T23:00"), _at("2026-12-25T23:00")
    )


@given(_ZONES, _INSTANTS, st.integers(0, 1439), st.integers(1, 1439))
def test_a_window_and_its_rest_share_the_day(zone: str, at: datetime, begins: int, lasts: int):
    def clock(minute: int) -> str:
        return f"{minute // 60 % 24:02}:{minute % 60:02}"

    ends = begins + lasts
    one, other = (
        Hours.of((f"{clock(a)}-{clock(b)}",), ZoneInfo(zone)) for a, b in ((begins, ends), (ends, begins + 1440))
    )

    assert one.hold(at) != other.hold(at)


@given(_ZONES, _INSTANTS, _INSTANTS)
def test_what_is_never_off_is_never_off(zone: str, since: datetime, until: datetime):
    hours = Hours.of(ALWAYS, ZoneInfo(zone))

    assert hours.hold(since)
    assert hours.hold_through(min(since, until), max(since, until))
