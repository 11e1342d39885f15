"""Journal and database are compared entry by entry; whatever differs is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from neighbourhood import Server, ask, desk_thread, make_alert, make_evidence, make_span, publish, settled, wait_for
from sqlalchemy import delete, insert, update

from api.reconcile import reconcile, stored, verify_chain
from config.site import Site
from models.alert import Alert, BlindSpan
from models.clock import to_micros, utc_now
from models.entry import Entry
from models.errors import KanmenError
from models.evidence import Evidence
from models.journal import Draft, Journal
from models.tables import alert_history, blind_span, evidence, inbox


def write(site: Site, *subjects: Alert | BlindSpan | Evidence) -> list[Entry]:
    drafts = [_draft(subject) for subject in subjects]
    journal = Journal(site.journal_path)
    try:
        return journal.append(drafts, {})
    finally:
        journal.close()


def _draft(subject: Alert | BlindSpan | Evidence) -> Draft:
    if isinstance(subject, Alert):
        return Draft.of_alert(subject, to_micros(utc_now()))
    return Draft.of_evidence(subject) if isinstance(subject, Evidence) else Draft.of_blind(subject)


def deliver(site: Site, server: Server, entries: list[Entry]) -> None:
    with desk_thread(site), server.client() as client:
        publish(client, entries)
        wait_for(lambda: settled(server, entries[0].origin) == {e.seq for e in entries}, "all are settled")


def test_what_was_delivered_is_the_same_on_both_sides(site: Site, server: Server) -> None:
    first = make_alert()
    entries = write(site, first, make_span(1), make_alert(id=first.id, revision=2), make_span(1, 2), make_alert())
    deliver(site, server, entries)
    report = reconcile([site.journal_path], site.database_url)
    held = stored(site.database_url)

    assert report.clean
    assert (report.entries, report.alerts_in_database, report.spans_in_database) == (5, 2, 1)
    assert {(a.id, a.revision) for a in held.alerts} >= {(first.id, 2)}
    assert held.spans == (make_span(1, 2),)
    assert verify_chain(site.database_url).whole


def test_each_missing_extra_and_changed_entry_is_named(site: Site, server: Server) -> None:
    made = [make_alert() for _ in range(4)]
    entries = write(site, *made, make_span(5))
    deliver(site, server, entries)
    ids = [str(a.id) for a in made]
    now = utc_now()
    row = {"origin": entries[0].origin, "seq": 99, "kind": "alert", "subject_id": "x", "revision": 1, "at": now}
    ask(
        site,
        delete(inbox).where(inbox.c.seq == 2),
        delete(alert_history).where(alert_history.c.alert_id.in_(ids[1:3])),
        update(alert_history).where(alert_history.c.alert_id == ids[3]).values(body="{}"),
        delete(blind_span),
        insert(inbox).values(row),
        insert(inbox).values({**row, "origin": "elsewhere"}),
    )
    report = reconcile([site.journal_path], site.database_url)

    assert [(n.seq, n.id) for n in report.missing] == [(2, ids[1]), (3, ids[2]), (5, str(make_span(5).id))]
    assert report.unsettled == report.missing
    assert [n.seq for n in report.extra] == [99]
    assert [n.id for n in report.changed] == [ids[3]]
    assert report.unaudited == {"elsewhere": 1}
    assert not report.clean


def test_without_a_database_it_says_so(site: Site) -> None:
    write(site, make_alert())
    with pytest.raises(KanmenError, match="no database"):
        reconcile([site.journal_path], site.database_url)


def test_without_a_journal_it_says_so(site: Site, tmp_path: Path) -> None:
    with pytest.raises(KanmenError, match="no journal"):
        reconcile([tmp_path / "none.db"], site.database_url)


def test_evidence_is_compared_as_alerts_are(site: Site, server: Server) -> None:
    made = [make_alert() for _ in range(3)]
    asked = [make_evidence(alert) for alert in made]
    ended = replace(asked[0], revision=2, state="ready", bytes=3, sha256="a" * 64)
    entries = write(site, *made, *asked, ended)
    deliver(site, server, entries)
    clean = reconcile([site.journal_path], site.database_url)
    ask(
        site,
        delete(evidence).where(evidence.c.id == str(asked[1].id)),
        update(evidence).where(evidence.c.id == str(asked[2].id)).values(body="{}"),
    )
    report = reconcile([site.journal_path], site.database_url)

    assert clean.clean
    assert clean.evidence_in_database == 3
    assert [(n.kind, n.id, n.revision) for n in report.missing] == [("evidence", str(asked[1].id), 1)]
    assert [(n.kind, n.id, n.revision) for n in report.changed] == [("evidence", str(asked[2].id), 1)]
    assert report.extra == ()
