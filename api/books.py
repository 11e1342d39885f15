"""The books: audit and feed, written in one serialised section, so that their order is the order of commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.audit import Deed, Who, append
from api.flows import flow_views
from api.reading import alert_views, blind_views
from api.shelf_reading import shelf_views
from models.clock import utc_now
from models.dialect import serialised
from models.tables import feed

Kind = Literal["alert", "blind", "flow", "shelf"]

Guard = Callable[[AsyncConnection], Awaitable[None]]
"""Runs first in a transaction and raises where it must not go on."""


class Books:
    """One transaction: its connection, its instant, and what will be entered into audit and feed at its end."""

    def __init__(self, connection: AsyncConnection, who: Who | None = None) -> None:
        self.connection = connection
        self._who = who
        self.at: datetime = utc_now()
        self.feed_id: int | None = None
        self._deeds: list[Deed] = []
        self._told: dict[tuple[Kind, str], None] = {}

    def note(self, actor: str, action: str, subject: str, **detail: Any) -> None:  # noqa: ANN401 (JSON values)
        """Enter a deed into the audit; those of the person who acts say unit and address too."""
        if self._who is not None and actor == self._who.name:
            detail = {"unit": self._who.unit, "from": self._who.address, **detail}
        self._deeds.append(Deed(actor, action, subject, detail))

    def tell(self, kind: Kind, subject_id: str) -> None:
        """Tell the walls how the subject stands at the end of this transaction; twice is once."""
        self._told[kind, subject_id] = None

    async def close(self) -> None:
        """Write both down."""
        await append(self.connection, self.at, self._deeds)
        if not self._told:
            return
        bodies: dict[str, str] = {}
        cameras: dict[str, str] = {}
        for view in await alert_views(self.connection, [key for kind, key in self._told if kind == "alert"]):
            bodies[view.id], cameras[view.id] = view.model_dump_json(), view.camera
        for span in await blind_views(self.connection, [key for kind, key in self._told if kind == "blind"]):
            bodies[span.id], cameras[span.id] = span.model_dump_json(), span.camera
        for count in await flow_views(self.connection, [key for kind, key in self._told if kind == "flow"]):
            bodies[count.id], cameras[count.id] = count.model_dump_json(by_alias=True), count.camera
        for shelf in await shelf_views(self.connection, [key for kind, key in self._told if kind == "shelf"]):
            bodies[shelf.id], cameras[shelf.id] = shelf.model_dump_json(), shelf.camera
        rows = [
            {"at": self.at, "kind": kind, "subject_id": key, "camera": cameras[key], "body": bodies[key]}
            for kind, key in self._told
        ]
        await self.connection.execute(insert(feed), rows)
        self.feed_id = (await self.connection.execute(select(func.max(feed.c.id)))).scalar_one()


@asynccontextmanager
async def writing(engine: AsyncEngine, guard: Guard | None = None, who: Who | None = None) -> AsyncIterator[Books]:
    """A serialised transaction with its books; all of it is committed, or nothing. `who` is the person who acts.

    Raises:
        AWAY: the database is away, full, or busy for too long (models.dialect).
    """
    async with serialised(engine).begin() as connection:
        if guard:
            await guard(connection)
        books = Books(connection, who)
        yield books
        await books.close()
