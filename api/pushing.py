"""Pushes an incident to the police: a deed of its own, written into the outbox in the transaction that audits it."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Row, func, insert, select, update

from api.books import Books
from api.cases import load, view
from api.push_message import Messages, Occasion
from api.refusals import RefusalError
from api.views import AlertView
from config.police import Target
from config.site import Site
from models.tables import alert, incident
from models.tables_police import push

UNCONFIRMED: Final = ("NEW", "REJECTED")
"""States of an incident that nobody stands by."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes pushes for one site.

    Attributes:
        site: Its configuration.
        messages: Writes their bodies.
    """

    site: Site
    messages: Messages

    async def push(self, books: Books, alert_id: str, version: int, actor: str) -> AlertView:
        """Put the alert's incident into the outbox for every target that has not got it yet.

        Raises:
            RefusalError: not_found, conflict, no_police, unconfirmed, replayed.
        """
        row = await load(books, alert_id)
        case = await _case(books, row.incident_id) if row.incident_id else None
        targets = self.site.police.targets
        if not targets:
            raise RefusalError("no_police")
        has: dict[str, str] = {}
        if case is not None:
            query = select(push.c.target, push.c.by).where(push.c.incident_id == case.id, push.c.revision == 1)
            has = {row.target: row.by for row in (await books.connection.execute(query)).all()}
        if has and actor in has.values() and all(target.id in has for target in targets):
            return await view(books, alert_id)
        if row.version != version or all(target.id in has for target in targets):
            raise RefusalError("conflict", current=(await view(books, alert_id)).model_dump(mode="json"))
        if case is None or case.state in UNCONFIRMED:
            raise RefusalError("unconfirmed")
        wanted = [target for target in targets if target.id not in has]
        if await _is_replayed(books, case.id):
            wanted = [target for target in wanted if self.site.police.is_test(target)]
            if not wanted:
                raise RefusalError("replayed_push")
        for target in wanted:
            await self._write(books, case, target, actor)
        return await view(books, alert_id)

    async def revise(self, books: Books, target: Target, incident_id: str) -> bool:
        """Tell a target how a pushed incident stands now, where that is not what was told last; False where it is."""
        case = await _case(books, incident_id)
        told = (
            select(push.c.version)
            .where(push.c.target == target.id, push.c.incident_id == incident_id)
            .order_by(push.c.revision.desc())
            .limit(1)
        )
        last = (await books.connection.execute(told)).scalar_one_or_none()
        if last is None or last >= case.version:
            return False
        await self._write(books, case, target, "desk")
        return True

    async def _write(self, books: Books, case: Row[Any], target: Target, actor: str) -> None:
        ours = (push.c.target == target.id) & (push.c.incident_id == case.id)
        query = select(func.max(push.c.revision), func.min(push.c.at)).where(ours)
        last, first = (await books.connection.execute(query)).one()
        begun = select(push.c.by).where(ours, push.c.revision == 1)
        by = (await books.connection.execute(begun)).scalar_one_or_none() or actor
        # What began as an exercise stays one, also where the configuration was changed meanwhile.
        exercise = (await books.connection.execute(select(push.c.id).where(ours, push.c.test).limit(1))).first()
        test = self.site.police.is_test(target) or exercise is not None
        occasion = Occasion(str(uuid4()), target, (last or 0) + 1, test, by, books.at, first or books.at)
        body = await self.messages.written(books.connection, case, occasion)
        values = {
            "id": occasion.id,
            "target": target.id,
            "incident_id": case.id,
            "revision": occasion.revision,
            "version": case.version,
            "test": test,
            "body": body,
            "by": actor,
            "at": books.at,
            "state": "WAITING",
            "attempts": 0,
            "due": books.at,
            "error": "",
        }
        await books.connection.execute(insert(push).values(values))
        detail = {"target": target.id, "revision": occasion.revision, "push": occasion.id, "test": test}
        await noted(books, case.id, actor, "incident.pushed", no=case.no, **detail)


async def again(books: Books, push_id: str, actor: str) -> str:
    """DEAD → WAITING, by hand; returns the id of its incident.

    Raises:
        RefusalError: not_found, not_dead, or newer where a later revision tells more.
    """
    row = (await books.connection.execute(select(push).where(push.c.id == push_id))).one_or_none()
    if row is None:
        raise RefusalError("not_found")
    if row.state != "DEAD":
        raise RefusalError("not_dead")
    later = select(push.c.id).where(
        push.c.target == row.target, push.c.incident_id == row.incident_id, push.c.revision > row.revision
    )
    if (await books.connection.execute(later.limit(1))).first() is not None:
        raise RefusalError("newer")
    values = {"state": "WAITING", "attempts": 0, "due": books.at, "error": ""}
    await books.connection.execute(update(push).where(push.c.id == push_id).values(values))
    await noted(books, row.incident_id, actor, "push.again", target=row.target, revision=row.revision, push=push_id)
    return str(row.incident_id)


async def noted(books: Books, incident_id: str, actor: str, action: str, **detail: Any) -> None:  # noqa: ANN401 (JSON values)
    """Enter what was done about an incident into the audit, under each of its alerts, and tell the walls."""
    query = select(alert.c.id).where(alert.c.incident_id == incident_id).order_by(alert.c.detected, alert.c.id)
    for alert_id in (await books.connection.execute(query)).scalars():
        books.note(actor, action, alert_id, incident=incident_id, **detail)
        books.tell("alert", alert_id)


async def _case(books: Books, incident_id: str) -> Row[Any]:
    return (await books.connection.execute(select(incident).where(incident.c.id == incident_id))).one()


async def _is_replayed(books: Books, incident_id: str) -> bool:
    query = select(alert.c.id).where(alert.c.incident_id == incident_id, alert.c.source == "replay").limit(1)
    return (await books.connection.execute(query)).first() is not None
