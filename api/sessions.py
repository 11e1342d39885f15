"""Who is logged in: opaque cookies of which the database knows only the hash."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import Books
from models.clock import utc_now
from models.dialect import serialised
from models.tables_access import account, session

IDLE: Final = timedelta(hours=12)
"""An operator may look at a quiet wall for a whole shift."""
LIFE: Final = timedelta(days=7)
"""Nobody stays logged in for longer, however busy."""
_TOUCH: Final = timedelta(minutes=1)
"""`last_seen` is written at most this often, so that reading costs no write."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who asks.

    Attributes:
        name: Of the account.
        role: `operator` or `admin`.
        csrf: What a request that changes something must bring along.
        token: sha256 of the cookie.
    """

    name: str
    role: str
    csrf: str
    token: str


async def begin(books: Books, name: str, role: str) -> tuple[str, Signed]:
    """A new session; returns the cookie's value and who it stands for."""
    cookie = secrets.token_urlsafe(32)
    signed = Signed(name, role, secrets.token_urlsafe(32), _digest(cookie))
    await books.connection.execute(
        insert(session).values(
            token=signed.token,
            account=name,
            csrf=signed.csrf,
            created=books.at,
            last_seen=books.at,
            expires=books.at + LIFE,
        )
    )
    return cookie, signed


async def find(engine: AsyncEngine, cookie: str) -> Signed | None:
    """Whose cookie this is; None where it is nobody's any more."""
    now = utc_now()
    query = (
        select(session, account.c.role)
        .join(account, account.c.name == session.c.account)
        .where(
            session.c.token == _digest(cookie),
            session.c.expires > now,
            session.c.last_seen > now - IDLE,
            account.c.disabled.is_(False),
        )
    )
    async with engine.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    if now - row.last_seen > _TOUCH:
        with suppress(OperationalError):  # a busy database is no reason to refuse who was just found
            async with serialised(engine).begin() as connection:
                await connection.execute(update(session).where(session.c.token == row.token).values(last_seen=now))
    return Signed(row.account, row.role, row.csrf, row.token)


async def end(books: Books, token: str) -> None:
    """End one session."""
    await books.connection.execute(delete(session).where(session.c.token == token))


async def end_all(books: Books, name: str) -> None:
    """End every session of an account."""
    await books.connection.execute(delete(session).where(session.c.account == name))


async def sweep(books: Books) -> None:
    """Remove sessions that are over."""
    over = (session.c.expires <= books.at) | (session.c.last_seen <= books.at - IDLE)
    await books.connection.execute(delete(session).where(over))


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
