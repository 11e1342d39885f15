"""Each entry of the stream is in the database exactly once, whatever happens on the way."""

import asyncio
import json
import time
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import (
    NOON,
    ORIGIN,
    Server,
    ask,
    desk_thread,
    entry_of,
    make_alert,
    make_span,
    publish,
    settled,
    wait_for,
)
from parts import Part
from sqlalchemy import func, select, text

from api.desk.admit import Admitted, Rejected, admit
from config.site import Site
from models import keys
from models.alert import Alert
from models.entry import Entry
from models.in_force import InForce, in_force_id
from models.tables import alert, alert_history, blind_span, configuration, feed, inbox, rejected
from models.tables_access import audit
from models.wire import encode_in_force


def many_alerts(count: int) -> list[Alert]:
    """`count` alerts, every third with a second revision."""
    made = []
    for number in range(count):
        first = make_alert(id=UUID(int=number + 1))
        made.append(first)
        if number % 3 == 0:
            made.append(make_alert(id=first.id, revision=2, count=2))
    return made


def test_an_entry_is_stored_settled_and_told(site: Site, server: Server) -> None:
    alert_made = make_alert()
    with desk_thread(site), server.client() as client:
        publish(client, [entry_of(alert_made, 1), entry_of(make_span(1), 2)])
        wait_for(lambda: settled(server) == {1, 2}, "both are settled")
        wait_for(lambda: client.get(keys.DESK), "the desk has said a word")
        desk = json.loads(client.get(keys.DESK))
        pending = client.xpending(keys.ALERTS, keys.DESK_GROUP)["pending"]

    assert [r.id for r in ask(site, select(alert))] == [str(alert_made.id)]
    assert [r.kind for r in ask(site, select(feed).order_by(feed.c.id))] == ["alert", "blind"]
    assert desk["fence"] == 1
    assert pending == 0


def test_a_configuration_that_came_into_force_is_remembered_once_by_number_and_sha256(
    site: Site, server: Server
) -> None:
    word = InForce(
        in_force_id(ORIGIN, 7, "ab" * 32), 7, "ab" * 32, NOON, "Asia/Shanghai", {"gate-1": [["22:00-06:00"]]}
    )
    with desk_thread(site), server.client() as client:
        publish(client, [Entry(ORIGIN, seq, "in_force", encode_in_force(word)) for seq in (1, 2)])
        wait_for(lambda: settled(server) == {1, 2}, "both are settled")
    kept = ask(site, select(configuration))
    noted = ask(site, select(audit).where(audit.c.action == "configuration.in_force"))

    assert [(r.origin, r.number, r.sha256, r.armed) for r in kept] == [(ORIGIN, 7, "ab" * 32, word.armed)]
    assert [(r.actor, r.subject) for r in noted] == [(ORIGIN, "7")]
    assert word.sha256 in noted[0].detail


def test_duplicates_and_reordered_revisions_change_nothing(site: Site, server: Server) -> None:
    made = many_alerts(30)
    entries = [entry_of(a, n + 1) for n, a in enumerate(made)]
    noisy = entries * 3
    Random(7).shuffle(noisy)

    with desk_thread(site), server.client() as client:
        publish(client, noisy)
        wait_for(lambda: len(settled(server)) == len(entries), "all are settled")

    stored = {r.id: r.revision for r in ask(site, select(alert))}
    newest = {str(a.id): max(b.revision for b in made if b.id == a.id) for a in made}
    assert stored == newest
    assert len(ask(site, select(alert_history))) == len(entries)
    assert len(ask(site, select(inbox))) == len(entries)
    assert ask(site, select(func.count()).select_from(audit).where(audit.c.action.like("alert.%")))[0][0] == len(made)


def test_what_people_did_outlives_a_new_revision(site: Site, server: Server) -> None:
    first = make_alert()
    with desk_thread(site), server.client() as client:
        publish(client, [entry_of(first, 1)])
        wait_for(lambda: settled(server) == {1}, "it is settled")
        ask(site, alert.update().values(state="ACKED", acked_by="op", acked_at=NOON, version=2))
        publish(client, [entry_of(make_alert(id=first.id, revision=2, count=5), 2)])
        wait_for(lambda: settled(server) == {1, 2}, "the second is settled")

    row = ask(site, select(alert))[0]
    assert (row.revision, row.times, row.state, row.acked_by, row.version) == (2, 5, "ACKED", "op", 2)


BAD = [
    {"nonsense": "1"},
    {"origin": ORIGIN, "seq": "x", "kind": "alert", "body": "{}"},
    {"origin": ORIGIN, "seq": "1", "kind": "alert", "body": "{}"},
    {"origin": ORIGIN, "seq": "1", "kind": "alert", "body": "[" * 5000},
    {"origin": ORIGIN, "seq": "1", "kind": "story", "body": "{}"},
    {"origin": ORIGIN, "seq": "-4", "kind": "blind", "body": "{}"},
    {"origin": ORIGIN, "seq": "1", "kind": "alert", "body": b"\xff\xfe"},
    {
        "origin": ORIGIN,
        "seq": "1",
        "kind": "alert",
        "body": entry_of(make_alert(), 1).body.replace('"level":3', '"level":9'),
    },
    {"origin": ORIGIN, "seq": "1", "kind": "alert", "body": entry_of(make_alert(), 1).body.replace("3.2", "NaN")},
    {
        "origin": ORIGIN,
        "seq": "1",
        "kind": "alert",
        "body": entry_of(make_alert(), 1).body.replace('"label":0', '"label":[]'),
    },
    {"origin": ORIGIN, "seq": "1", "kind": "alert", "body": entry_of(make_alert(), 1).body.replace("yard", "\\ud800")},
]


def test_malformed_messages_are_written_down_once_and_block_nobody(site: Site, server: Server) -> None:
    good = entry_of(make_alert(), 1)
    with desk_thread(site), server.client() as client:
        for fields in BAD * 2:
            client.xadd(keys.ALERTS, fields)
        publish(client, [good])
        wait_for(lambda: settled(server) == {1}, "the good one is settled")
        wait_for(lambda: client.xpending(keys.ALERTS, keys.DESK_GROUP)["pending"] == 0, "all are acknowledged")

    assert len(ask(site, select(rejected))) == len(BAD)
    assert len(ask(site, select(audit).where(audit.c.action == "entry.rejected"))) == len(BAD)
    assert len(ask(site, select(alert))) == 1


def test_another_entry_under_a_known_number_is_rejected_and_not_settled(site: Site, server: Server) -> None:
    first, other = make_alert(), make_alert()
    with desk_thread(site), server.client() as client:
        publish(client, [entry_of(first, 1), entry_of(other, 1), entry_of(make_alert(), 2)])
        wait_for(lambda: settled(server) == {1, 2}, "the others are settled")

    assert str(other.id) not in {r.id for r in ask(site, select(alert))}
    assert len(ask(site, select(rejected))) == 1


POISON = {
    "sqlite": [
        "CREATE TRIGGER poison BEFORE INSERT ON alert WHEN NEW.code = 'POISON' BEGIN SELECT RAISE(ABORT, 'no'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        (
            "CREATE TRIGGER poison BEFORE INSERT ON alert FOR EACH ROW "
            "WHEN (NEW.code = 'POISON') EXECUTE FUNCTION poison()"
        ),
    ],
}


def test_an_entry_that_the_database_refuses_blocks_nobody(site: Site, server: Server) -> None:
    made = [make_alert(), make_alert(code="POISON"), make_alert()]
    with desk_thread(site), server.client() as client:
        wait_for(lambda: client.get(keys.DESK), "the desk is at work")
        ask(site, *map(text, POISON["postgresql" if site.database else "sqlite"]))
        publish(client, [entry_of(a, n + 1) for n, a in enumerate(made)])
        wait_for(lambda: settled(server) == {1, 3}, "the others are settled")
        wait_for(lambda: client.xpending(keys.ALERTS, keys.DESK_GROUP)["pending"] == 0, "all are acknowledged")

    assert {r.id for r in ask(site, select(alert))} == {str(made[0].id), str(made[2].id)}
    assert "the database refuses it" in ask(site, select(rejected))[0].reason


def test_entries_that_a_dead_desk_held_and_deleted_ones_are_dealt_with(site: Site, server: Server) -> None:
    with server.client() as client:
        client.xgroup_create(keys.ALERTS, keys.DESK_GROUP, id="0", mkstream=True)
        publish(client, [entry_of(a, n + 1) for n, a in enumerate(many_alerts(150))])
        held = client.xreadgroup(keys.DESK_GROUP, "a-dead-desk", {keys.ALERTS: ">"}, count=120)
        client.xdel(keys.ALERTS, held[0][1][5][0])
        with desk_thread(site):
            wait_for(lambda: len(settled(server)) == 199, "all but the deleted one are settled")
            wait_for(lambda: client.xpending(keys.ALERTS, keys.DESK_GROUP)["pending"] == 0, "nothing is pending")

    assert {r.seq for r in ask(site, select(inbox))} == set(range(1, 201)) - {6}


@pytest.mark.database("sqlite")
def test_a_wiped_redis_gets_its_group_again(site: Site, server: Server) -> None:
    entries = [entry_of(a, n + 1) for n, a in enumerate(many_alerts(60))]
    with desk_thread(site), server.client() as client:
        publish(client, entries[:40])
        wait_for(lambda: len(settled(server)) > 0, "the desk is at work")
        client.flushall()
        publish(client, entries)
        wait_for(lambda: len(ask(site, select(inbox))) == len(entries), "all are in the inbox")

    assert {r.seq for r in ask(site, select(inbox))} == {e.seq for e in entries}


@pytest.mark.database("sqlite")
def test_a_killed_redis_comes_back_and_nothing_is_lost(site: Site, server: Server) -> None:
    entries = [entry_of(a, n + 1) for n, a in enumerate(many_alerts(60))]
    with desk_thread(site):
        with server.client() as client:
            publish(client, entries[:40])
        server.kill()
        server.start()
        with server.client() as client:
            publish(client, entries)
            wait_for(lambda: settled(server) == {e.seq for e in entries}, "all are settled")
            wait_for(lambda: client.get(keys.DESK), "the heartbeat is back")

    assert {r.seq for r in ask(site, select(inbox))} == {e.seq for e in entries}


@pytest.mark.fault
@pytest.mark.timeout(400)
def test_a_desk_killed_at_any_moment_loses_and_doubles_nothing(site: Site, server: Server) -> None:
    made = many_alerts(375)
    entries = [entry_of(a, n + 1) for n, a in enumerate(made)]
    assert len(entries) == 500
    random = Random(11)
    desk = Part(site, "desk")
    for start in range(0, 500, 100):
        with server.client() as client:
            before = len(settled(server))
            for chunk in range(start, start + 100, 10):
                publish(client, entries[chunk : chunk + 10])
            wait_for(lambda: len(settled(server)) > before, "the desk is in the middle of it", 60)  # noqa: B023 (used at once)
        time.sleep(random.uniform(0, 0.05))
        desk.kill()
        desk = Part(site, "desk")
    try:
        wait_for(lambda: settled(server) == set(range(1, 501)), "all are settled", 40)
    finally:
        desk.end()

    stored = {(r.alert_id, r.revision) for r in ask(site, select(alert_history))}
    assert stored == {(str(a.id), a.revision) for a in made}
    assert len(ask(site, select(inbox))) == 500
    raised = ask(site, select(audit).where(audit.c.action.in_(("alert.raised", "alert.revised"))))
    assert len(raised) == 500


def test_a_blind_span_closes_and_does_not_open_again(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as client:
        publish(client, [entry_of(make_span(9, 2), 2), entry_of(make_span(9, 1), 1)])
        wait_for(lambda: settled(server) == {1, 2}, "both are settled")

    spans = ask(site, select(blind_span))
    assert [(s.revision, s.ended is not None) for s in spans] == [(2, True)]


@given(st.dictionaries(st.binary(max_size=20), st.binary(max_size=200), max_size=6))
def test_no_bytes_whatever_get_past_the_door(fields: dict[bytes, bytes]) -> None:
    assert isinstance(admit(fields), Rejected)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), lambda c: st.lists(c, max_size=3)))
def test_an_entry_with_any_figure_is_admitted_or_rejected_but_never_raises(value: object) -> None:
    body = json.loads(entry_of(make_alert(), 1).body) | {"observed": {"x": value}}
    fields = Entry(ORIGIN, 1, "alert", json.dumps(body)).fields()

    assert isinstance(admit({k.encode(): v.encode() for k, v in fields.items()}), (Admitted, Rejected))


@pytest.mark.database("sqlite")
def test_the_desk_keeps_its_lease_and_comes_back_while_redis_is_away(site: Site, server: Server) -> None:
    with desk_thread(site) as _:
        wait_for(lambda: server.client().get(keys.DESK), "the desk is at work")
        server.kill()
        asyncio.run(asyncio.sleep(1.5))
        server.start()
        with server.client() as client:
            client.delete(keys.DESK)
            wait_for(lambda: client.get(keys.DESK), "the heartbeat is back")
            fence = json.loads(client.get(keys.DESK))["fence"]

    assert fence == 1
