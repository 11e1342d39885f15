"""Takes admitted entries over into the database, each exactly once, however often and in whatever order they come."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, select

from api.books import Books
from api.desk.admit import Admitted, Rejected, raw, reject
from api.desk.evidence import enter_evidence
from api.desk.raising import raise_again, raised_again, shelve, standing
from api.desk.upsert import upsert
from api.shelf_reading import in_force_at
from models.alert import Alert, BlindSpan
from models.evidence import Evidence
from models.flow import FlowCount
from models.in_force import InForce
from models.tables import alert, alert_history, blind_span, configuration, flow, inbox, rejected

log: Final = logging.getLogger("desk")


async def take_over(books: Books, messages: Sequence[Admitted | Rejected]) -> dict[str, list[int]]:
    """Store a batch; returns the numbers by origin that are safe now, whether new or long known.

    A lower or equal revision never overwrites. What people did to an alert stays as it is, unless it must ring again.
    """
    admitted = [message for message in messages if isinstance(message, Admitted)]
    refused = [message for message in messages if isinstance(message, Rejected)]
    known = await _known(books, admitted)
    fresh: list[Admitted] = []
    settled: dict[str, list[int]] = {}
    for message in admitted:
        number = (message.entry.origin, message.entry.seq)
        if number not in known:
            known[number] = message.key
            fresh.append(message)
        elif known[number] != message.key:
            was = " ".join(map(str, known[number]))
            refused.append(reject(raw(message.entry), f"this number of this origin is {was} already"))
            continue
        settled.setdefault(message.entry.origin, []).append(message.entry.seq)
    if fresh:
        await _enter(books, fresh)
    for refusal in refused:
        await _refuse(books, refusal)
    return settled


async def _known(books: Books, admitted: Sequence[Admitted]) -> dict[tuple[str, int], tuple[str, str, int]]:
    known = {}
    for origin in {message.entry.origin for message in admitted}:
        numbers = [message.entry.seq for message in admitted if message.entry.origin == origin]
        query = select(inbox).where(inbox.c.origin == origin, inbox.c.seq.in_(numbers))
        for row in (await books.connection.execute(query)).all():
            known[row.origin, row.seq] = (row.kind, row.subject_id, row.revision)
    return known


async def _enter(books: Books, fresh: Sequence[Admitted]) -> None:
    rows = []
    for message in fresh:
        kind, subject_id, revision = message.key
        rows.append(
            {
                "origin": message.entry.origin,
                "seq": message.entry.seq,
                "kind": kind,
                "subject_id": subject_id,
                "revision": revision,
                "at": books.at,
            }
        )
    await books.connection.execute(insert(inbox), rows)
    await _enter_alerts(books, [m for m in fresh if m.entry.kind == "alert"])
    await _enter_spans(books, [m.subject for m in fresh if isinstance(m.subject, BlindSpan)])
    await _enter_counts(books, [m.subject for m in fresh if isinstance(m.subject, FlowCount)])
    await _enter_configurations(books, fresh)
    await enter_evidence(books, [(m.subject, m.entry.body) for m in fresh if isinstance(m.subject, Evidence)])


async def _enter_alerts(books: Books, fresh: Sequence[Admitted]) -> None:
    if not fresh:
        return
    ids = sorted({message.key[1] for message in fresh})
    stored = await standing(books, ids)
    query = select(alert_history.c.alert_id, alert_history.c.revision).where(alert_history.c.alert_id.in_(ids))
    seen = {(row.alert_id, row.revision) for row in (await books.connection.execute(query)).all()}
    newest: dict[str, Alert] = {}
    history = []
    for message in fresh:
        _, alert_id, revision = message.key
        if not isinstance(message.subject, Alert) or (alert_id, revision) in seen:
            continue
        action = "alert.revised" if alert_id in stored or alert_id in newest else "alert.raised"
        books.note(message.entry.origin, action, alert_id, revision=revision, seq=message.entry.seq)
        seen.add((alert_id, revision))
        history.append({"alert_id": alert_id, "revision": revision, "at": books.at, "body": message.entry.body})
        known = stored[alert_id].revision if alert_id in stored else 0
        if revision > max(known, newest[alert_id].revision if alert_id in newest else 0):
            newest[alert_id] = message.subject
    aside = await in_force_at(books.connection, books.at)
    for alert_id, subject in newest.items():
        values, row, shelf = _columns(subject), stored.get(alert_id), aside.get((subject.camera, subject.rule))
        covering = shelf if shelf is not None and subject.level >= shelf.gravest else None
        if row is None:
            values |= {"version": 1, "state": "RAISED", "raised": books.at}
        elif because := raised_again(row, subject, covered=covering is not None):
            values |= {"version": row.version + 1} if covering else raise_again(books, row, because, subject)
        if covering is not None and "version" in values:  # it would wait
            values |= shelve(books, subject, covering)
        await upsert(books, alert, alert_id, values, stored=row is not None)
        books.tell("alert", alert_id)
    if history:
        await books.connection.execute(insert(alert_history), history)


def _columns(subject: Alert) -> dict[str, Any]:
    return {
        "revision": subject.revision,
        "code": subject.code,
        "level": subject.level,
        "camera": subject.camera,
        "rule": subject.rule,
        "place": subject.place,
        "began": subject.began,
        "detected": subject.detected,
        "ended": subject.ended,
        "times": subject.count,
        "observed": dict(subject.observed),
        "threshold": dict(subject.threshold),
        "subjects": [{"track": s.track, "label": s.label, "box": list(s.box)} for s in subject.subjects],
        "snapshot": subject.snapshot,
        "source": subject.source,
    }


async def _enter_spans(books: Books, spans: Sequence[BlindSpan]) -> None:
    if not spans:
        return
    query = select(blind_span.c.id, blind_span.c.revision).where(blind_span.c.id.in_([str(s.id) for s in spans]))
    stored = {row.id: row.revision for row in (await books.connection.execute(query)).all()}
    for span in spans:
        span_id = str(span.id)
        if span.revision <= stored.get(span_id, 0):
            continue
        values = {
            "revision": span.revision,
            "camera": span.camera,
            "reason": span.reason,
            "began": span.began,
            "ended": span.ended,
        }
        await upsert(books, blind_span, span_id, values, stored=span_id in stored)
        stored[span_id] = span.revision
        books.tell("blind", span_id)


async def _enter_counts(books: Books, counts: Sequence[FlowCount]) -> None:
    newest: dict[str, FlowCount] = {}
    for count in sorted(counts, key=lambda c: c.revision):
        newest[str(count.id)] = count
    if not newest:
        return
    query = select(flow.c.id, flow.c.revision).where(flow.c.id.in_(list(newest)))
    stored = {row.id: row.revision for row in (await books.connection.execute(query)).all()}
    for count_id, count in newest.items():
        if count.revision <= stored.get(count_id, 0):
            continue
        values = {
            "revision": count.revision,
            "camera": count.camera,
            "rule": count.rule,
            "line": count.line,
            "minute": count.minute,
            "into": count.into,
            "out": count.out,
        }
        await upsert(books, flow, count_id, values, stored=count_id in stored)
        books.tell("flow", count_id)


async def _enter_configurations(books: Books, fresh: Sequence[Admitted]) -> None:
    for message in fresh:
        if not isinstance(word := message.subject, InForce):
            continue
        known = select(configuration.c.id).where(configuration.c.id == str(word.id))
        if (await books.connection.execute(known)).one_or_none():
            continue
        values = {"origin": message.entry.origin, "number": word.number, "sha256": word.sha256, "since": word.since}
        values |= {"timezone": word.timezone, "armed": word.armed, "id": str(word.id), "received": books.at}
        await books.connection.execute(insert(configuration).values(values))
        books.note(message.entry.origin, "configuration.in_force", str(word.number), sha256=word.sha256)


async def _refuse(books: Books, refusal: Rejected) -> None:
    query = select(rejected.c.digest).where(rejected.c.digest == refusal.digest)
    if (await books.connection.execute(query)).one_or_none():
        return
    await books.connection.execute(
        insert(rejected).values(digest=refusal.digest, at=books.at, reason=refusal.reason, fields=dict(refusal.fields))
    )
    books.note("desk", "entry.rejected", refusal.digest, reason=refusal.reason)
    log.warning("a stream message was rejected: %s (%s)", refusal.reason, refusal.digest[:12])
