"""The desk's own alerts reach the database by their own journal, also while Redis is away, each exactly once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from neighbourhood import Server, ask, desk_thread, make_alert, wait_for
from parts import Part
from sqlalchemy import select

from api.reconcile import reconcile, stored
from config.health import Health
from config.site import Site
from models import keys
from models.alert import Alert
from models.clock import to_micros, utc_now
from models.dialect import AWAY
from models.errors import KanmenError
from models.journal import Draft, Journal
from models.tables import alert, feed

pytestmark = pytest.mark.database("sqlite")  # they come into the database as all others do


def impatient(site: Site) -> Site:
    """Silence of five seconds is too long."""
    return site.model_copy(update={"health": Health(silent_s=5.0, clear_s=1.0)})


@contextmanager
def speaking(server: Server) -> Iterator[threading.Event]:
    """Detection says a word each 200 ms until the event is set."""
    hushed, ended = threading.Event(), threading.Event()

    def speak() -> None:
        with server.client() as client:
            while not ended.wait(0.2):
                if not hushed.is_set():
                    words = {"at": to_micros(utc_now()), "unsettled": 0, "cameras": {}}
                    client.set(keys.STATUS, json.dumps(words), ex=keys.STATUS_LIFE_S)

    thread = threading.Thread(target=speak)
    thread.start()
    yield hushed
    ended.set()
    thread.join()


def told(site: Site) -> dict[str, Alert]:
    """Newest alert of each code."""
    try:
        return {a.code: a for a in stored(site.database_url).alerts}
    except KanmenError:
        return {}


def is_open(site: Site, code: str) -> bool:
    found = told(site).get(code)
    return found is not None and found.ended is None


def test_silent_detection_is_an_alert_on_the_feed_and_ends_when_it_speaks_again(site: Site, server: Server) -> None:
    site = impatient(site)
    with speaking(server) as hushed, desk_thread(site):
        wait_for(site.desk_journal_path.is_file, "the desk looks")
        threading.Event().wait(8)
        before = told(site)
        hushed.set()
        wait_for(lambda: is_open(site, "SYS_DETECT"), "the alert is stored")
        hushed.clear()
        wait_for(lambda: not is_open(site, "SYS_DETECT"), "the alert has ended")
    on_feed = [row.body for row in ask(site, select(feed.c.body).where(feed.c.kind == "alert"))]
    report = reconcile([site.desk_journal_path], site.database_url)

    assert before == {}
    assert [json.loads(body)["code"] for body in on_feed] == ["SYS_DETECT", "SYS_DETECT"]
    assert (report.clean, report.entries, report.unaudited) == (True, 2, {})


def test_a_dead_redis_is_an_alert_in_the_database_all_the_same(site: Site, server: Server) -> None:
    site = impatient(site)
    with desk_thread(site):
        wait_for(site.desk_journal_path.is_file, "the desk looks")
        server.kill()
        wait_for(lambda: is_open(site, "SYS_DELIVERY"), "the alert is stored")
        server.start()
        wait_for(lambda: not is_open(site, "SYS_DELIVERY"), "the alert has ended")

    assert reconcile([site.desk_journal_path], site.database_url).clean


@pytest.mark.database("sqlite", "postgresql")
def test_what_was_written_before_a_death_is_taken_over_by_the_next_desk(site: Site, server: Server) -> None:
    del server
    journal = Journal(site.desk_journal_path, writer="desk")
    made = make_alert(code="SYS_CLOCK", camera="", rule="SYS_CLOCK", place="", subjects=())
    (entry,) = journal.append([Draft.of_alert(made, to_micros(utc_now()))], {})
    journal.close()
    with desk_thread(site):
        wait_for(lambda: "SYS_CLOCK" in told(site), "the alert is stored")
    report = reconcile([site.desk_journal_path], site.database_url)

    assert entry.origin.startswith("desk-")
    assert (report.clean, report.unsettled, report.alerts_in_database) == (True, (), 1)


def test_a_killed_desk_neither_loses_nor_doubles_its_own_alerts(site: Site, server: Server) -> None:
    del server
    made = [make_alert(code="SYS_CLOCK", camera="", rule="SYS_CLOCK", place="", subjects=()) for _ in range(12)]
    journal = Journal(site.desk_journal_path, writer="desk")
    for some in range(0, 12, 6):
        journal.append([Draft.of_alert(a, to_micros(utc_now())) for a in made[some : some + 6]], {})
        desk = Part(site, "desk")
        wait_for(lambda n=some: len(_ids(site)) > n, "some are stored", 60)
        desk.kill()
    journal.close()
    with desk_thread(site):
        wait_for(lambda: len(_ids(site)) == 12, "all are stored")

    assert reconcile([site.desk_journal_path], site.database_url).clean


def _ids(site: Site) -> list[str]:
    try:
        return [row.id for row in ask(site, select(alert.c.id))]
    except AWAY:  # the desk is just making it
        return []
