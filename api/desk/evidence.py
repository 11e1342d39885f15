"""Takes evidence over into the database: what was asked for with an alert, and what became of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from api.books import Books
from api.desk.upsert import upsert
from models.evidence import Evidence
from models.tables import alert, evidence


async def enter_evidence(books: Books, fresh: Sequence[tuple[Evidence, str]]) -> None:
    """Store pieces of evidence, each with its body on the wire; a lower or equal revision never overwrites."""
    if not fresh:
        return
    ids = {str(subject.id) for subject, _ in fresh}
    query = select(evidence.c.id, evidence.c.revision).where(evidence.c.id.in_(ids))
    stored = {row.id: row.revision for row in (await books.connection.execute(query)).all()}
    touched = set()
    for subject, body in fresh:
        number = str(subject.id)
        if subject.revision <= stored.get(number, 0):
            continue
        await upsert(books, evidence, number, _columns(subject, body), stored=number in stored)
        stored[number] = subject.revision
        touched.add(str(subject.alert))
    known = select(alert.c.id).where(alert.c.id.in_(touched))  # evidence that overtook its alert is told with it
    for alert_id in (await books.connection.execute(known)).scalars():
        books.tell("alert", alert_id)


def _columns(subject: Evidence, body: str) -> dict[str, Any]:
    return {
        "revision": subject.revision,
        "alert_id": str(subject.alert),
        "camera": subject.camera,
        "kind": subject.kind,
        "state": subject.state,
        "reason": subject.reason,
        "at": subject.at,
        "began": subject.began,
        "ended": subject.ended,
        "key": subject.key,
        "bytes": subject.bytes,
        "sha256": subject.sha256,
        "body": body,
    }
