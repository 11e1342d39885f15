"""Accounts of the wall: made and reset on the command line, with passwords that work once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.passwords import hashed, one_time
from config.site import Site
from models.dialect import open_engine
from models.errors import KanmenError
from models.migrations import upgrade
from models.tables_access import account, session

Role = Literal["operator", "admin"]
_NAME_CHARS: Final = 32
_FIRST: Final = "admin"


class AccountError(KanmenError):
    """An account cannot be made or changed as asked; the text says why."""


def first_admin(site: Site) -> str | None:
    """Make the account `admin` in a database that has no account; returns its one-time password exactly once.

    Brings the database up to date first, so it may be called before the desk runs.

    Returns:
        None where there is an account already.
    """
    return asyncio.run(_first_admin(site))


async def add(site: Site, name: str, role: Role) -> str:
    """Make an account; returns its one-time password.

    Raises:
        AccountError: the name is taken or cannot be one.
    """
    if not 0 < len(name) <= _NAME_CHARS or not name.isprintable() or name != name.strip():
        raise AccountError(f"{name!r} cannot be a name: 1 to {_NAME_CHARS} printable characters, no space around them")
    async with _database(site) as engine:
        password = await _make(engine, name, role, only_first=False)
    if password is None:
        raise AccountError(f"there is an account {name!r} already; `kanmen user reset {name}` gives a new password")
    return password


async def reset(site: Site, name: str) -> str:
    """Give an account a new one-time password and end its sessions; returns the password.

    Raises:
        AccountError: there is no such account.
    """
    password = one_time()
    stored = await asyncio.to_thread(hashed, password)
    async with _database(site) as engine, writing(engine) as books:
        changed = await books.connection.execute(
            update(account).where(account.c.name == name).values(password_hash=stored, one_time=True)
        )
        if not changed.rowcount:
            raise AccountError(f"there is no account {name!r}")
        await books.connection.execute(delete(session).where(session.c.account == name))
        books.note("command line", "account.reset", name)
    return password


async def _first_admin(site: Site) -> str | None:
    async with _database(site) as engine:
        return await _make(engine, _FIRST, "admin", only_first=True)


async def _make(engine: AsyncEngine, name: str, role: Role, *, only_first: bool) -> str | None:
    taken = select(account.c.name).limit(1) if only_first else select(account.c.name).where(account.c.name == name)
    async with engine.connect() as connection:
        if (await connection.execute(taken)).first():
            return None
    password = one_time()
    stored = await asyncio.to_thread(hashed, password)
    async with writing(engine) as books:
        if (await books.connection.execute(taken)).first():  # somebody else was faster
            return None
        await books.connection.execute(
            insert(account).values(
                name=name, role=role, password_hash=stored, one_time=True, disabled=False, created=books.at
            )
        )
        books.note("command line", "account.made", name, role=role)
    return password


@asynccontextmanager
async def _database(site: Site) -> AsyncIterator[AsyncEngine]:
    site.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(site.database_url)
    try:
        await upgrade(engine)
        yield engine
    finally:
        await engine.dispose()
