"""What an officer photographs on site: made bare, written to disk, then entered; the same photo twice is once."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.books import Books, writing
from api.jpeg import JpegError, stripped
from api.refusals import RefusalError
from api.sessions import Signed
from api.steps import moved_on
from api.tasks import own, photographed
from models.clock import utc_now
from models.evidence import EvidenceStore
from models.tables import photo

MOST: Final = 12
"""Photos of one dispatch since the officer arrived: what is done again needs new ones.

Nothing bounds all rounds together, but that each is asked for by somebody else, who has looked at the one before.
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo that a phone sends.

    Attributes:
        id: Made by the phone, so that it can be sent again.
        dispatch_id: The task.
        data: As it came.
        officer: Who sends it.
    """

    id: str
    dispatch_id: str
    data: bytes
    officer: Signed


async def add(engine: AsyncEngine, store: EvidenceStore, taken: Taken) -> int | None:
    """Keep a photo; returns the feed's number, None where it was here already.

    The file is whole on disk before its row is committed: a file without a row goes at the end of its days. A photo
    that is refused beforehand leaves none.

    Raises:
        RefusalError: not_found, conflict, not_jpeg, too_many_photos, storage.
    """
    try:
        data = await asyncio.to_thread(stripped, taken.data)
    except JpegError as error:
        raise RefusalError("not_jpeg") from error
    sha256 = hashlib.sha256(data).hexdigest()
    async with engine.connect() as connection:
        row = await own(connection, taken.officer, taken.dispatch_id)
        if await _is_here(connection, taken, sha256):
            return None
        await _must_be_welcome(connection, row)
    # Named after its bytes too: of two that come at once under one id, neither can stand in the other's file.
    key = f"{utc_now().astimezone(UTC):%Y/%m/%d}/{taken.dispatch_id}-photo-{taken.id}-{sha256[:12]}.jpg"
    try:
        kept = await asyncio.to_thread(store.put, key, data)
    except OSError as error:
        raise RefusalError("storage") from error
    async with writing(engine, who=taken.officer.who) as books:
        if await _is_here(books.connection, taken, sha256):
            return None
        await _enter(books, taken, key, kept.bytes, sha256)
    return books.feed_id


async def _enter(books: Books, taken: Taken, key: str, size: int, sha256: str) -> None:
    row = await own(books.connection, taken.officer, taken.dispatch_id)
    await _must_be_welcome(books.connection, row)  # once more: another photo may have come in between
    by = taken.officer.name
    values = {"id": taken.id, "dispatch_id": row.id, "by": by, "at": books.at, "key": key, "bytes": size}
    await books.connection.execute(insert(photo).values(sha256=sha256, **values))
    books.note(by, "photo.added", row.alert_id, dispatch=row.id, photo=taken.id, sha256=sha256, bytes=size)
    books.tell("alert", row.alert_id)


async def _must_be_welcome(connection: AsyncConnection, row: Row[Any]) -> None:
    """Somebody is on site, and there are not photos enough.

    Raises:
        RefusalError: conflict, too_many_photos.
    """
    if row.state != "ON_SITE":
        raise moved_on(row)
    if await photographed(connection, row) >= MOST:
        raise RefusalError("too_many_photos")


async def _is_here(connection: AsyncConnection, taken: Taken, sha256: str) -> bool:
    """Whether this very photo was entered already.

    Raises:
        RefusalError: invalid, where another one has its id.
    """
    query = select(photo.c.dispatch_id, photo.c.sha256).where(photo.c.id == taken.id)
    known = (await connection.execute(query)).one_or_none()
    if known is not None and tuple(known) != (taken.dispatch_id, sha256):
        raise RefusalError("invalid")
    return known is not None
