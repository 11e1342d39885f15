"""Who is logged in: opaque cookies of which the database knows only the hash."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.audit import Who
from api.books import Books
from api.rights import Right, may
from config.site import Site
from models.clock import utc_now
from models.dialect import AWAY, serialised
from models.tables_access import account, session

IDLE: Final = timedelta(hours=12)
"""An operator may look at a quiet wall for a whole shift."""
LIFE: Final = timedelta(days=7)
"""Nobody stays logged in for longer, however busy."""
Door = Literal["wall", "phone"]
"""Where a session was begun; it opens no other door."""
KEY_CHARS: Final = 16
"""So much of a cookie's hash names a session."""
_AGENT_CHARS: Final = 128
_TOUCH: Final = timedelta(minutes=1)
"""`last_seen` is written at most this often, so that reading costs no write."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who asks.

    Attributes:
        name: Of the account.
        role: One of api.rights.ROLES.
        csrf: What a request that changes something must bring along.
        token: sha256 of the cookie.
        unit: Whom the person works for.
        cameras: Ids that the account may see; None for all.
        person: Of the roster, whose phone this is; None where it is nobody's.
        address: Where this request comes from.
    """

    name: str
    role: str
    csrf: str
    token: str
    unit: str
    cameras: frozenset[str] | None
    person: str | None
    address: str

    @property
    def who(self) -> Who:
        """For the audit."""
        return Who(self.name, self.unit, self.address)

    def may(self, right: Right) -> bool:
        """Whether the role has the right."""
        return may(self.role, right)

    def part_of(self, site: Site) -> Site:
        """The site as the account may know it: with no other cameras than its own."""
        return site.model_copy(update={"cameras": tuple(c for c in site.cameras if self.sees(c.id))})

    def sees(self, camera: str) -> bool:
        """Whether the account may see this camera; what concerns none (empty) everybody may see."""
        return not camera or self.cameras is None or camera in self.cameras


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session that is not over, as its owner may know it.

    Attributes:
        key: Names it; opens nothing.
        account: Whose it is.
        created: When it was begun.
        last_seen: When it asked last, to the minute.
        door, address, agent: As in Visit, at its beginning.
    """

    key: str
    account: str
    created: datetime
    last_seen: datetime
    door: str
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Visit:
    """How somebody comes in.

    Attributes:
        door: By which listener.
        address: Where the connection comes from.
        agent: What the browser says it is.
    """

    door: Door
    address: str
    agent: str


def opens(door: Door, role: str) -> bool:
    """Whether a role works behind this door: officers by the phone's, all others by the wall's."""
    return may(role, "duty") == (door == "phone")


async def begin(books: Books, known: Row[Any], visit: Visit) -> tuple[str, Signed]:
    """A new session of an account's row; returns the cookie's value and who it stands for."""
    cookie = secrets.token_urlsafe(32)
    signed = _signed(known, _digest(cookie), secrets.token_urlsafe(32), visit.address)
    await books.connection.execute(
        insert(session).values(
            token=signed.token,
            account=signed.name,
            csrf=signed.csrf,
            created=books.at,
            last_seen=books.at,
            expires=books.at + LIFE,
            door=visit.door,
            address=visit.address,
            agent=visit.agent[:_AGENT_CHARS],
        )
    )
    return cookie, signed


async def find(engine: AsyncEngine, cookie: str, visit: Visit) -> Signed | None:
    """Whose cookie this is, at this door; None where it is nobody's any more."""
    now = utc_now()
    query = (
        select(session.c.token, session.c.csrf, session.c.last_seen, account)
        .join(account, account.c.name == session.c.account)
        .where(
            session.c.token == _digest(cookie),
            session.c.door == visit.door,
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
        with suppress(*AWAY):  # a busy database is no reason to refuse who was just found
            async with serialised(engine).begin() as connection:
                await connection.execute(update(session).where(session.c.token == row.token).values(last_seen=now))
    return _signed(row, row.token, row.csrf, visit.address)


async def end(books: Books, token: str) -> None:
    """End one session."""
    await books.connection.execute(delete(session).where(session.c.token == token))


async def end_all(books: Books, name: str) -> None:
    """End every session of an account."""
    await books.connection.execute(delete(session).where(session.c.account == name))


async def end_others(books: Books, signed: Signed) -> None:
    """End every session of an account but the one that asks."""
    await books.connection.execute(
        delete(session).where(session.c.account == signed.name, session.c.token != signed.token)
    )


async def end_one(books: Books, name: str, key: str) -> bool:
    """End the session of an account that `running` called so; False where it has none of that key."""
    mine = (session.c.account == name) & session.c.token.startswith(key, autoescape=True)
    return bool((await books.connection.execute(delete(session).where(mine))).rowcount)


async def running(connection: AsyncConnection, name: str | None = None) -> list[Sitting]:
    """The sessions that are not over, of one account or of all, the one seen last first."""
    now = utc_now()
    query = select(session).where(session.c.expires > now, session.c.last_seen > now - IDLE)
    if name is not None:
        query = query.where(session.c.account == name)
    rows = (await connection.execute(query.order_by(session.c.last_seen.desc()))).all()
    return [
        Sitting(row.token[:KEY_CHARS], row.account, row.created, row.last_seen, row.door, row.address, row.agent)
        for row in rows
    ]


async def sweep(books: Books) -> None:
    """Remove sessions that are over."""
    over = (session.c.expires <= books.at) | (session.c.last_seen <= books.at - IDLE)
    await books.connection.execute(delete(session).where(over))


def _signed(known: Row[Any], token: str, csrf: str, address: str) -> Signed:
    cameras = None if known.cameras is None else frozenset(known.cameras)
    return Signed(known.name, known.role, csrf, token, known.unit, cameras, known.person_id, address)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
