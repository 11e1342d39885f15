"""What was pushed reaches the police whole, in order and once by its id, however they and we fail."""

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from handed_over import SIXTIETH, confirm, hand_over, move, pushes
from neighbourhood import desk_thread, enter, make_alert, make_evidence, make_site, ready, wait_for
from police_station import SECRET, Station, open_station, police
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.desk.sending import Sender, is_allowed
from api.links import Links
from api.pushing import again
from api.refusals import RefusalError
from config.filled import GONE
from config.site import Site
from models.alert import Alert
from models.clock import from_micros, utc_now
from models.dialect import serialised
from models.errors import LeaseLostError
from models.tables import desk_lease
from models.tables_access import audit

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]
each_database = pytest.mark.database("sqlite", "postgresql")

Police = Callable[..., Site]
NOW = (0.05,) * 5


@pytest.fixture
def station() -> Iterator[Station]:
    with open_station(Station()) as it:
        yield it


@pytest.fixture
def site(folder: Path, station: Station, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(station.target()))


async def until(condition: Callable[[], object], patience_s: float = 15.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def until_states(engine: AsyncEngine, *states: str, patience_s: float = 15.0) -> None:
    deadline = time.monotonic() + patience_s
    while [row.state for row in await pushes(engine)] != list(states):
        assert time.monotonic() < deadline, await pushes(engine)
        await asyncio.sleep(0.02)


async def until_held(engine: AsyncEngine) -> None:
    while True:
        async with engine.connect() as connection:
            if (await connection.execute(select(desk_lease.c.fence))).first():
                return
        await asyncio.sleep(0.02)


@each_database
async def test_an_incident_arrives_as_the_contract_says(engine: AsyncEngine, site: Site, station: Station) -> None:
    one = await confirm(engine, site, 1, level=2)

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DELIVERED")

    (call,) = station.calls
    (row,) = await pushes(engine)
    event = json.loads(call.body)
    data = event["data"]
    assert call.genuine
    assert (event["id"], event["specversion"], event["type"]) == (row.id, "1.0", "cn.sipailou.incident.pushed.v1")
    assert (event["source"], event["subject"]) == ("/kanmen/test", f"incident/{data['incident_no']}")
    assert data["alert"] == {
        "code": "INTRUDE",
        "name_zh": "区域入侵",
        "level": 2,
        "evidence_basis": "detector+tracker+zone",
        "params": {"dwell_s": 3.0},
        "observed": {"dwell_s": 3.2, "persons": 1},
    }
    assert data["place"] == {"camera_id": "gate-1", "entrance": "1", "grid_code": "G1"}
    assert (data["revision"], data["state"], data["source_kind"], data["test"]) == (1, "DISPATCHED", "live", False)
    assert (data["verification"]["by"], data["verification"]["verdict"]) == ("op", "confirmed")
    assert data["evidence"] == []
    assert data["pushed"].endswith("+08:00")
    asked = datetime.fromisoformat(data["ask"]["ack_deadline"]) - datetime.fromisoformat(data["pushed"])
    assert asked == timedelta(seconds=120)


@pytest.mark.parametrize("public", [None, "https://wall.example:8443"])
async def test_evidence_goes_by_its_hash_and_by_a_link_only_where_the_police_can_follow_it(
    engine: AsyncEngine, site: Site, station: Station, public: str | None
) -> None:
    site = site.model_copy(update={"police": site.police.model_copy(update={"public_url": public})})
    one = make_alert(began=utc_now(), detected=utc_now())
    await enter(engine, make_evidence(one), ready(one), first=10)
    one = await confirm(engine, site, 1, id=one.id)

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DELIVERED")

    (evidence,) = station.calls[0].data["evidence"]
    assert (evidence["kind"], evidence["sha256"], evidence["masked"]) == ("clip", ready(one).sha256, False)
    assert ("url" in evidence) is (public is not None)
    if public:
        token = evidence["url"].removeprefix(f"{public}/api/v1/links/")
        link = Links(site.links_path).read(token, utc_now())
        expires = datetime.fromisoformat(evidence["expires"])
        assert (link.by, link.sha256) == ("police:station", ready(one).sha256)
        assert abs(from_micros(link.expires) - expires) < timedelta(seconds=1)


async def test_a_receiver_that_comes_late_gets_the_same_bytes_under_the_same_id(
    engine: AsyncEngine, site: Site, station: Station
) -> None:
    station.answers = [500, 503, 429]
    one = await confirm(engine, site, 1)

    with desk_thread(site, (*SIXTIETH[:2], 0.3, 10.0, 60.0)):
        await hand_over(engine, site, one)
        await until_states(engine, "DELIVERED")

    assert [call.answer for call in station.calls] == [500, 503, 429, 204]
    assert len({(call.id, call.body) for call in station.calls}) == 1
    gaps = [b.at - a.at for a, b in zip(station.calls, station.calls[1:], strict=False)]
    assert [gap >= wait for gap, wait in zip(gaps, (5 / 60, 0.5, 0.3), strict=True)] == [True] * 3
    assert max(gaps) < 8  # the next step would have been ten


@each_database
async def test_after_the_last_attempt_a_person_must_look_and_can_try_again(
    engine: AsyncEngine, site: Site, station: Station
) -> None:
    station.answers = [500] * 6
    one = await confirm(engine, site, 1)

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DEAD")
        (dead,) = await pushes(engine)
        async with writing(engine) as books:
            await again(books, dead.id, "op")
        await until_states(engine, "DELIVERED")

    assert (dead.attempts, dead.error) == (6, "status:500")
    assert len(station.calls) == 7
    assert len(station.accepted) == 1
    async with engine.connect() as connection:
        rows = (await connection.execute(select(audit.c.actor, audit.c.action).order_by(audit.c.id))).all()
    told = [(row.actor, row.action) for row in rows if row.action.startswith(("push.", "incident.pushed"))]
    assert told == [
        ("op", "incident.pushed"),
        *[("desk", "push.failed")] * 5,
        ("desk", "push.dead"),
        ("op", "push.again"),
        ("desk", "push.delivered"),
    ]


@pytest.mark.parametrize(("answer", "calls"), [(410, 1), (400, 1), (302, 6), (401, 6), (404, 6)])
async def test_what_a_receiver_will_never_take_is_given_up_at_once_and_redirects_lead_nowhere(
    engine: AsyncEngine, site: Site, station: Station, answer: int, calls: int
) -> None:
    station.answers = [answer] * 6
    one = await confirm(engine, site, 1)

    with desk_thread(site, (0.01,) * 5):
        await hand_over(engine, site, one)
        await until_states(engine, "DEAD")

    (row,) = await pushes(engine)
    assert len(station.calls) == calls
    assert row.error == f"{'redirect' if answer == 302 else 'status'}:{answer}"


async def test_a_wrong_key_is_refused_by_the_receiver_and_shown_without_a_secret_in_any_log(
    engine: AsyncEngine, site: Site, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    station.key = b"f" * 32
    one = await confirm(engine, site, 1)

    with desk_thread(site, (0.02,) * 5):
        await hand_over(engine, site, one)
        await until_states(engine, "DEAD")

    assert [call.genuine for call in station.calls] == [False] * 6
    assert (await pushes(engine))[0].error == "status:401"
    assert "status:401" in caplog.text
    assert SECRET.removeprefix("whsec_") not in caplog.text
    assert "/hook" not in caplog.text


async def test_a_receiver_that_is_down_or_slow_holds_no_other_up(
    engine: AsyncEngine, folder: Path, station: Station
) -> None:
    with open_station(Station(delay_s=15)) as slow:
        down = Station(port=1)
        targets = (station.target(), slow.target("slow", timeout_s=5), down.target("down"))
        site = make_site(folder, police=police(*targets))
        many = [await confirm(engine, site, n) for n in range(1, 7)]

        with desk_thread(site, (30.0,) * 5):
            for one in many:
                await hand_over(engine, site, one)
            begun = time.monotonic()
            await until(lambda: len(station.accepted) == 6, 60)
            took = time.monotonic() - begun
            told = {
                ("station", "DELIVERED", ""),
                ("slow", "WAITING", "timeout"),
                ("down", "WAITING", "refused"),
            }
            while {(row.target, row.state, row.error) for row in await pushes(engine)} != told:
                assert time.monotonic() - begun < 60, await pushes(engine)
                await asyncio.sleep(0.1)

    assert took < 20  # one after the other they would wait for the slow one six times, which takes 30


@each_database
async def test_a_later_revision_waits_for_the_earlier_one_and_every_change_is_told(
    engine: AsyncEngine, site: Site, station: Station
) -> None:
    station.answers = [500, 500]
    one = await confirm(engine, site, 1)

    with desk_thread(site, (1.5, 0.2, 0.1, 0.1, 0.1)):
        await hand_over(engine, site, one)
        await until(lambda: len(station.calls) == 1)
        await move(engine, one, "ON_SITE")
        await until_states(engine, "DELIVERED", "DELIVERED")
        await move(engine, one, "HANDLED")
        await until_states(engine, "DELIVERED", "DELIVERED", "DELIVERED")

    assert [call.data["revision"] for call in station.calls] == [1, 1, 1, 2, 3]
    assert [call.data["state"] for call in station.accepted] == ["DISPATCHED", "ON_SITE", "HANDLED"]
    assert len({call.data["ask"]["ack_deadline"] for call in station.calls}) == 1
    assert [row.by for row in await pushes(engine)] == ["op", "desk", "desk"]


async def test_a_dead_revision_is_not_sent_after_a_newer_one(engine: AsyncEngine, site: Site, station: Station) -> None:
    station.answers = [410]
    one = await confirm(engine, site, 1)

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DEAD")
        await move(engine, one, "CLOSED")
        await until_states(engine, "DEAD", "DELIVERED")

    (dead, _) = await pushes(engine)
    with pytest.raises(RefusalError) as refused:
        async with writing(engine) as books:
            await again(books, dead.id, "op")
    assert refused.value.key == "newer"


async def test_a_target_that_is_configured_no_more_gets_nothing(
    engine: AsyncEngine, site: Site, folder: Path, station: Station
) -> None:
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)

    with desk_thread(make_site(folder), NOW):
        await until_states(engine, "DEAD")

    assert station.calls == []
    assert (await pushes(engine))[0].error == "unconfigured"


async def _hand_over_to_a_robbed_desk(engine: AsyncEngine, site: Site, one: Alert) -> None:
    with desk_thread(site, NOW):
        await until_held(engine)
        async with serialised(engine).begin() as connection:
            await connection.execute(update(desk_lease).values(holder="another", fence=desk_lease.c.fence + 1))
        await hand_over(engine, site, one)
        await asyncio.to_thread(wait_for, lambda: "desk" not in {t.name for t in threading.enumerate()}, "it has ended")


@each_database
async def test_a_desk_that_has_lost_its_lease_sends_nothing_more(
    engine: AsyncEngine, site: Site, station: Station
) -> None:
    one = await confirm(engine, site, 1)

    with pytest.raises(LeaseLostError):
        await _hand_over_to_a_robbed_desk(engine, site, one)

    assert station.calls == []
    assert (await pushes(engine))[0].state == "WAITING"


async def test_exercises_say_so_and_replayed_footage_reaches_no_real_target(
    engine: AsyncEngine, folder: Path, station: Station
) -> None:
    real, drill = station.target(), station.target("drill", test=True)
    site = make_site(folder, police=police(real, drill))
    one = await confirm(engine, site, 1)
    async with writing(engine) as books:  # no dispatch of a replayed alert exists: as if one had come to be
        await books.connection.exec_driver_sql("UPDATE alert SET source = 'replay'")

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DELIVERED")
        with pytest.raises(RefusalError) as refused:
            await hand_over(engine, make_site(folder, police=police(real)), one)

    event = json.loads(station.calls[0].body)
    assert [(call.data["source_kind"], call.data["test"]) for call in station.calls] == [("replay", True)]
    assert event["type"] == "cn.sipailou.incident.pushed.test.v1"
    assert (await pushes(engine))[0].target == "drill"
    assert refused.value.key == "replayed_push"


async def test_a_site_of_exercises_marks_all_that_it_sends(engine: AsyncEngine, folder: Path, station: Station) -> None:
    site = make_site(folder, police=police(station.target(), test=True))
    one = await confirm(engine, site, 1)

    with desk_thread(site, NOW):
        await hand_over(engine, site, one)
        await until_states(engine, "DELIVERED")
    with desk_thread(make_site(folder, police=police(station.target())), NOW):  # and what began so stays so
        await move(engine, one, "CLOSED")
        await until_states(engine, "DELIVERED", "DELIVERED")

    assert [call.data["test"] for call in station.calls] == [True, True]


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1", True, True),
        ("10.1.2.3", False, True),
        ("192.168.1.1", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("100.64.0.1", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("224.0.0.1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 (judged, not bound)
        ("::", False, False),
        ("not an address", False, False),
    ],
)
def test_an_address_is_judged_by_where_it_lies(address: str, outside: bool, inside: bool) -> None:
    assert is_allowed(address, private=False) is outside
    assert is_allowed(address, private=True) is inside


async def test_a_lost_key_file_sends_nothing_and_is_waited_for(station: Station) -> None:
    sender = Sender(station.target(key=GONE), ssl.create_default_context())

    outcome = await sender.send("m1", b"{}")
    await sender.close()

    assert (outcome.kind, outcome.error, station.calls) == ("again", "key", [])


async def test_a_name_that_leads_inside_is_found_out_when_it_is_looked_up(station: Station) -> None:
    target = station.target(url=f"http://localhost:{station.port}/hook", private=False)
    sender = Sender(target, ssl.create_default_context())

    outcome = await sender.send("m1", b"{}")
    allowed = Sender(target.model_copy(update={"private": True}), ssl.create_default_context())
    there = await allowed.send("m1", b"{}")
    nowhere = Sender(station.target(url="http://no-such-name.invalid/"), ssl.create_default_context())
    lost = await nowhere.send("m1", b"{}")
    plain = Sender(station.target(url=f"https://127.0.0.1:{station.port}/"), ssl.create_default_context())
    untrusted = await plain.send("m1", b"{}")
    for one in (sender, allowed, nowhere, plain):
        await one.close()

    assert (outcome.kind, outcome.error) == ("again", "address")
    assert there.kind == "delivered"
    assert (lost.kind, lost.error) == ("again", "unresolved")
    assert (untrusted.kind, untrusted.error) == ("again", "tls")
    assert len(station.calls) == 1
