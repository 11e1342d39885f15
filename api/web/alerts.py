"""An alert in detail, its snapshot, and what a person does about it."""

import asyncio
import json
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books, writing
from api.cases import DismissReason, acknowledge, dismiss
from api.dispatching import Order, accept, can_be_sent_to, send, undo
from api.reading import alert_views
from api.reasons import ACTION, Given, Reason, is_reasoned, reason_of
from api.refusals import RefusalError
from api.roster import suggestion
from api.sessions import Signed
from api.sight import need_alert, need_dispatch
from api.views import AlertDetail, AlertView, HistoryLine, SamePlace
from api.web.entry import Done
from api.web.gate import Dispatcher, Handler, Looker, Wall, Watcher
from models.tables import alert
from models.tables_access import audit

router = APIRouter(prefix="/api/v1", tags=["alerts"])

_SAME_PLACE = timedelta(hours=24)
_HISTORY_LINES = 200
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReasonRequest(BaseModel):
    """Why somebody wants to look at evidence; words beside it may be left out, but for `other`."""

    model_config = ConfigDict(extra="forbid")

    reason: Given
    words: Annotated[str, Field(max_length=200)] = ""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: _Version


class AckRequest(_Asked):
    """The version that the person saw."""


class DismissRequest(_Asked):
    """The version that the person saw, and why the alert needs nobody."""

    reason: DismissReason


class DispatchRequest(_Asked):
    """The version that the person saw; without `person` the best-ranked on duty is sent."""

    person: Annotated[str, Field(min_length=1, max_length=64)] | None = None


@router.get("/alerts/{alert_id}")
async def detail(wall: Wall, reader: Watcher, alert_id: UUID) -> AlertDetail:
    """The alert with what helps to judge it."""
    async with wall.engine.connect() as connection:
        await need_alert(connection, reader.sees, str(alert_id))
        view = (await alert_views(connection, [str(alert_id)]))[0]
        best = await suggestion(connection, wall.site, view.camera, view.id) if can_be_sent_to(view) else None
        return AlertDetail(
            **view.model_dump(),
            suggestion=best,
            same_place_24h=await _same_place(connection, view),
            reason_needed=not await is_reasoned(connection, reader, view.id),
            history=await _history(connection, view.id, reader),
        )


@router.get("/alerts/{alert_id}/snapshot", response_class=Response)
async def snapshot(wall: Wall, reader: Watcher, alert_id: UUID, request: Request) -> Response:
    """The picture that proves it, image/jpeg; that somebody looked is audited once per account, alert and reason."""
    query = select(alert.c.snapshot).where(alert.c.id == str(alert_id))
    async with wall.engine.connect() as connection:
        await need_alert(connection, reader.sees, str(alert_id))
        key = (await connection.execute(query)).scalar_one_or_none()
        reason = await reason_of(connection, reader, str(alert_id))
        seen = await _has_seen(connection, reader.name, str(alert_id), reason)
    try:
        data = await asyncio.to_thread(wall.evidence.get, key) if key else None
    except (ValueError, OSError) as error:
        raise RefusalError("no_snapshot") from error
    if data is None:
        raise RefusalError("no_snapshot")
    if not seen:
        async with writing(wall.engine, who=reader.who) as books:
            if not await _has_seen(books.connection, reader.name, str(alert_id), reason):
                books.note(reader.name, "snapshot.viewed", str(alert_id), snapshot=key, **reason.detail())
    tag = f'"{key}"'  # a key is written once: the same key is the same picture
    headers = {"Cache-Control": "private, no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


@router.post("/alerts/{alert_id}/reason")
async def give_reason(wall: Wall, actor: Looker, alert_id: UUID, asked: ReasonRequest) -> Done:
    """Say why one looks at the evidence of an alert that is at its end, or that is not one's own to handle."""
    words = asked.words.strip()
    if asked.reason == "other" and not words:
        raise RefusalError("words_missing")
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        books.note(actor.name, ACTION, str(alert_id), **Reason(asked.reason, words).detail())
    return Done()


@router.post("/alerts/{alert_id}/ack")
async def ack(wall: Wall, actor: Handler, alert_id: UUID, asked: AckRequest) -> AlertView:
    """RAISED → ACKED."""
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        view = await acknowledge(books, str(alert_id), asked.version, actor.name)
    return _told(wall, books, view)


@router.post("/alerts/{alert_id}/accept")
async def accept_alert(wall: Wall, actor: Handler, alert_id: UUID, asked: AckRequest) -> AlertView:
    """Opens and accepts the case, and sends nobody: the police can be told also where nobody is on duty."""
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        view = await accept(books, wall.site, str(alert_id), asked.version, actor.name)
    return _told(wall, books, view)


@router.post("/alerts/{alert_id}/dismiss")
async def dismiss_alert(wall: Wall, actor: Handler, alert_id: UUID, asked: DismissRequest) -> AlertView:
    """RAISED or ACKED → DISMISSED."""
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        view = await dismiss(books, str(alert_id), asked.version, asked.reason, actor.name)
    return _told(wall, books, view)


@router.post("/alerts/{alert_id}/dispatch")
async def dispatch_alert(wall: Wall, actor: Dispatcher, alert_id: UUID, asked: DispatchRequest) -> AlertView:
    """One click: confirms, opens and accepts the case, and sends somebody."""
    async with writing(wall.engine, who=actor.who) as books:
        await need_alert(books.connection, actor.sees, str(alert_id))
        view = await send(books, wall.site, Order(str(alert_id), asked.version, asked.person, actor.name))
    return _told(wall, books, view)


@router.post("/dispatches/{dispatch_id}/undo")
async def undo_dispatch(wall: Wall, actor: Dispatcher, dispatch_id: UUID) -> AlertView:
    """Takes the click back, within a few seconds."""
    async with writing(wall.engine, who=actor.who) as books:
        await need_dispatch(books.connection, actor.sees, str(dispatch_id))
        view = await undo(books, str(dispatch_id), actor.name)
    return _told(wall, books, view)


def _told(wall: Wall, books: Books, view: AlertView) -> AlertView:
    """Only now is it committed, so only now the other walls are woken."""
    wall.wake(books.feed_id)
    return view


async def _has_seen(connection: AsyncConnection, name: str, alert_id: str, reason: Reason) -> bool:
    query = select(audit.c.detail).where(
        audit.c.subject == alert_id, audit.c.action == "snapshot.viewed", audit.c.actor == name
    )
    return reason.stands_in((await connection.execute(query)).scalars())


async def _same_place(connection: AsyncConnection, view: AlertView) -> SamePlace:
    others = (
        (alert.c.camera == view.camera)
        & (alert.c.place == view.place)
        & (alert.c.detected > view.detected - _SAME_PLACE)
        & (alert.c.detected <= view.detected)
        & (alert.c.id != view.id)
    )
    false = others & (alert.c.dismiss_reason == "false_alarm")
    counts = [
        (await connection.execute(select(func.count()).select_from(alert).where(which))).scalar_one()
        for which in (others, false)
    ]
    return SamePlace(alerts=counts[0], dismissed_false=counts[1])


async def _history(connection: AsyncConnection, alert_id: str, reader: Signed) -> list[HistoryLine]:
    """Who did what; from which address stands there for those alone who may read the record."""
    query = select(audit).where(audit.c.subject == alert_id).order_by(audit.c.id.desc()).limit(_HISTORY_LINES)
    rows = (await connection.execute(query)).all()
    hidden = () if reader.may("record") else ("from",)
    return [
        HistoryLine(
            at=row.at,
            actor=row.actor,
            action=row.action,
            detail={key: value for key, value in json.loads(row.detail).items() if key not in hidden},
        )
        for row in reversed(rows)
    ]
