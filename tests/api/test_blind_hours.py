"""Blind time by hour: nothing counted twice, nothing lost, not armed shown apart, silence of detection counted."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from neighbourhood import NOON, Server, desk_thread, entry_of, make_alert, make_span, publish, settled, wait_for
from wall_client import serving, signed_in

from api.blind import by_hour
from api.reconcile import blind_time
from api.views_time import BlindView
from config.site import Site
from models.entry import Entry
from models.in_force import InForce, in_force_id
from models.wire import encode_in_force

_FIRST = datetime(2026, 11, 22, tzinfo=UTC)
_LAST = _FIRST + timedelta(days=1)
_MOMENT = st.integers(-3600, 90_000)


def _span(began: int, ended: int | None, reason: str = "stalled") -> BlindView:
    end = None if ended is None else _FIRST + timedelta(seconds=ended)
    return BlindView(
        id="x", revision=1, camera="gate-1", reason=reason, began=_FIRST + timedelta(seconds=began), ended=end
    )


@given(st.lists(st.tuples(_MOMENT, st.integers(0, 20_000)), max_size=8), st.integers(1, 86_400))
@settings(max_examples=100)
def test_the_hours_add_up_to_the_seconds_that_were_blind(spans: list[tuple[int, int]], until: int) -> None:
    hours = by_hour([_span(a, a + n) for a, n in spans], _FIRST, _LAST, _FIRST + timedelta(seconds=until))
    blind = {second for a, n in spans for second in range(max(a, 0), min(a + n, until, 86_400))}

    assert len(hours) == 24
    assert sum(hour.seconds for hour in hours) == len(blind)
    assert [hour.seconds for hour in hours] == [sum(s // 3600 == n for s in blind) for n in range(24)]
    assert all(abs(sum(hour.reasons.values()) - hour.seconds) < 0.01 for hour in hours)


def test_a_span_that_lasts_counts_until_now_and_reasons_stand_apart() -> None:
    spans = [_span(1800, 5400, "covered"), _span(9000, None, "disconnected")]
    hours = by_hour(spans, _FIRST, _LAST, _FIRST + timedelta(seconds=10_800))

    assert [(h.seconds, h.reasons) for h in hours[:4]] == [
        (1800, {"covered": 1800}),
        (1800, {"covered": 1800}),
        (1800, {"disconnected": 1800}),
        (0, {}),
    ]


def _word(number: int, since: datetime, armed: dict[str, list[list[str]]]) -> InForce:
    return InForce(in_force_id("watch-1", number, "ab" * 32), number, "ab" * 32, since, "Asia/Shanghai", armed)


async def test_the_wall_serves_a_day_by_camera_and_hour(site: Site, server: Server) -> None:
    entries = [entry_of(make_span(1), 1), entry_of(make_span(1, 2), 2)]
    with desk_thread(site), server.client() as client:
        publish(client, entries)
        wait_for(lambda: settled(server) == {1, 2}, "both are settled")
    async with serving(site) as wall, signed_in(wall, site) as client:
        told = (await client.get("/api/v1/blind/hours", params={"day": "2026-11-22"})).json()
        today = (await client.get("/api/v1/blind/hours")).json()
    seen, blind = told["cameras"]

    assert (seen["camera"], seen["seconds"], blind["seconds"]) == ("gate-1", 0, 30)
    assert (blind["hours"][12]["reasons"], blind["reasons"]) == ({"stalled": 30}, {"stalled": 30})
    assert [len(row["hours"]) for row in today["cameras"]] == [24, 24]
    assert today["recorded"] is not None


def test_whether_a_rule_was_armed_is_judged_by_the_configuration_that_was_in_force_then(
    site: Site, server: Server
) -> None:
    shift = {"gate-1": [["06:00-13:00"], ["20:30-21:00"]]}
    words = [
        _word(1, NOON - timedelta(days=2), {"gate-1": [["08:00-09:00"]]}),
        _word(2, NOON, {**shift, "gate-2": [["00:00-24:00"]]}),
        _word(3, NOON + timedelta(hours=6, minutes=30), {**shift, "gate-2": []}),
    ]
    with desk_thread(site), server.client() as client:
        publish(client, [Entry("watch-1", word.number, "in_force", encode_in_force(word)) for word in words])
        wait_for(lambda: settled(server, "watch-1") == {1, 2, 3}, "all are settled")
    days = [blind_time(site, date(2026, 11, day))[0] for day in (19, 21, 22)]
    told, then, changed = [[[hour.unarmed_s for hour in camera.hours] for camera in day.cameras] for day in days]

    assert told == [[0.0] * 24] * 2
    assert then == [[3600.0] * 8 + [0.0] + [3600.0] * 15, [3600.0] * 24]
    assert changed == [
        [3600.0] * 8 + [0.0] + [3600.0] * 3 + [0.0] + [3600.0] * 7 + [1800.0] + [3600.0] * 3,
        [3600.0] * 12 + [0.0] * 6 + [1800.0] + [3600.0] * 5,
    ]


def test_while_detection_is_silent_every_camera_is_blind_though_no_ledger_says_so(site: Site, server: Server) -> None:
    silent = make_alert(code="SYS_DETECT", camera="", rule="SYS_DETECT", place="", began=NOON + timedelta(hours=1))
    with desk_thread(site), server.client() as client:
        publish(client, [entry_of(silent, 1), entry_of(make_span(1), 2), entry_of(make_span(1, 2), 3)])
        wait_for(lambda: settled(server) == {1, 2, 3}, "all are settled")
    found, spans = blind_time(site, date(2026, 11, 22))

    assert len(spans) == 1
    assert [(c.hours[13].seconds, c.hours[13].reasons) for c in found.cameras] == [(3600, {"process_down": 3600})] * 2
    assert [c.seconds for c in found.cameras] == [11 * 3600, 11 * 3600 + 30]
