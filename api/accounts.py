"""Accounts: made, changed, reset, switched off and on; each deed audited, and nobody keeps a session that is too wide.

The deeds stand in a transaction of whoever calls (api.books.writing); `by` is who does it, for the audit.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.books import Books, writing
from api.passwords import fresh
from api.rights import ROLES, Role, may
from api.sessions import end_all
from api.terms import AccountError, Terms, check, columns_of, terms_of
from config.site import Site
from models.dialect import open_engine
from models.migrations import upgrade
from models.tables_access import account

COMMAND_LINE: Final = "command line"
"""Who did it, where no account did."""
_NAME_CHARS: Final = 32
_ACTORS: Final = re.compile(r"desk|command line|link of .*|.*:.*|[0-9.]+")
"""What else acts, in the audit: parts of Kanmen, links, the police, journals by their origin, and addresses."""
_FIRST: Final = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands.

    Attributes:
        name: By which the person logs in.
        terms: See there.
        disabled: Whether nobody may log in by it.
        one_time: Whether its password must be replaced at the next login.
        created: When it was made.
    """

    name: str
    terms: Terms
    disabled: bool
    one_time: bool
    created: datetime


async def make(books: Books, by: str, name: str, terms: Terms, stored: str) -> None:
    """Make an account whose one-time password is known by its hash; `terms` were checked.

    Raises:
        AccountError: the name is taken or cannot be one, or the person has an account.
    """
    if not 0 < len(name) <= _NAME_CHARS or not name.isprintable() or name != name.strip():
        says = f"{name!r} cannot be a name: 1 to {_NAME_CHARS} printable characters, no space around them"
        raise AccountError("account_name", says)
    if _ACTORS.fullmatch(name):
        says = f"{name!r} cannot be a name: the record calls something else so; take another"
        raise AccountError("account_name", says)
    if await _row(books.connection, name) is not None:
        says = f"there is an account {name!r} already; `kanmen user reset {name}` gives a new password"
        raise AccountError("account_exists", says)
    await _one_account_each(books, name, terms)
    values = {"password_hash": stored, "one_time": True, "disabled": False, "created": books.at}
    await books.connection.execute(insert(account).values(name=name, **values, **columns_of(terms)))
    books.note(by, "account.made", name, after=terms.words())


async def change(books: Books, by: str, name: str, terms: Terms) -> None:
    """Give an account other terms, which were checked; its sessions end where they might do too much.

    Raises:
        AccountError: there is no such account, the person has another, or nobody could change accounts any more.
    """
    row = await _known(books, name)
    before = terms_of(row)
    if terms == before:
        return
    await _one_account_each(books, name, terms)
    if not may(terms.role, "accounts"):
        await _somebody_else_keeps_accounts(books, row)
    await books.connection.execute(update(account).where(account.c.name == name).values(columns_of(terms)))
    if terms.narrower_than(before):
        await end_all(books, name)
    books.note(by, "account.changed", name, before=before.words(), after=terms.words())


async def renew(books: Books, by: str, name: str, stored: str) -> None:
    """Give an account a new one-time password, known by its hash, and end its sessions.

    Raises:
        AccountError: there is no such account.
    """
    await _known(books, name)
    await books.connection.execute(
        update(account).where(account.c.name == name).values(password_hash=stored, one_time=True)
    )
    await end_all(books, name)
    books.note(by, "account.reset", name)


async def disable(books: Books, by: str, name: str) -> None:
    """Let nobody in by this account any more, and end its sessions.

    Raises:
        AccountError: there is no such account, or nobody could change accounts any more.
    """
    row = await _known(books, name)
    if row.disabled:
        return
    await _somebody_else_keeps_accounts(books, row)
    await books.connection.execute(update(account).where(account.c.name == name).values(disabled=True))
    await end_all(books, name)
    books.note(by, "account.disabled", name)


async def enable(books: Books, by: str, name: str) -> None:
    """Let its person in again.

    Raises:
        AccountError: there is no such account.
    """
    row = await _known(books, name)
    if row.disabled:
        await books.connection.execute(update(account).where(account.c.name == name).values(disabled=False))
        books.note(by, "account.enabled", name)


async def listed(connection: AsyncConnection) -> list[Account]:
    """All accounts by name."""
    rows = (await connection.execute(select(account).order_by(account.c.name))).all()
    return [Account(row.name, terms_of(row), row.disabled, row.one_time, row.created) for row in rows]


async def known(connection: AsyncConnection, name: str) -> Account:
    """One account.

    Raises:
        AccountError: there is none of this name.
    """
    row = await _row(connection, name)
    if row is None:
        raise _nobody(name)
    return Account(row.name, terms_of(row), row.disabled, row.one_time, row.created)


def first_admin(site: Site) -> str | None:
    """Make the account `admin` where there is no account; returns its one-time password exactly once, or None.

    Brings the database up to date first, so it may be called before the desk runs.
    """
    return asyncio.run(_first_admin(site))


async def add(
    site: Site,
    name: str,
    role: Role,
    *,
    unit: str = "",
    cameras: Collection[str] | None = None,
    person: str | None = None,
) -> str:
    """Make an account from the command line; returns its one-time password.

    Raises:
        AccountError: as `check` and `make`.
    """
    terms = Terms(role, unit, None if cameras is None else frozenset(cameras), person)
    check(site, terms)
    password, stored = await asyncio.to_thread(fresh)
    async with database(site) as engine, writing(engine) as books:
        await make(books, COMMAND_LINE, name, terms, stored)
    return password


async def reset(site: Site, name: str) -> str:
    """Give an account a new one-time password from the command line and end its sessions; returns the password.

    Raises:
        AccountError: there is no such account.
    """
    password, stored = await asyncio.to_thread(fresh)
    async with database(site) as engine, writing(engine) as books:
        await renew(books, COMMAND_LINE, name, stored)
    return password


@asynccontextmanager
async def database(site: Site) -> AsyncIterator[AsyncEngine]:
    """The site's database, up to date; for whoever may come before the desk."""
    site.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = open_engine(site.database_url)
    try:
        await upgrade(engine)
        yield engine
    finally:
        await engine.dispose()


async def _first_admin(site: Site) -> str | None:
    anybody = select(func.count()).select_from(account)
    async with database(site) as engine:
        async with engine.connect() as connection:
            if (await connection.execute(anybody)).scalar_one():
                return None
        password, stored = await asyncio.to_thread(fresh)
        async with writing(engine) as books:
            if (await books.connection.execute(anybody)).scalar_one():  # somebody else was faster
                return None
            await make(books, COMMAND_LINE, _FIRST, Terms("admin"), stored)
        return password


async def _one_account_each(books: Books, name: str, terms: Terms) -> None:
    """A deed on a phone must have one account behind it."""
    if terms.person is None:
        return
    query = select(account.c.name).where(account.c.person_id == terms.person, account.c.name != name)
    other = (await books.connection.execute(query)).scalar()
    if other is not None:
        raise AccountError("person_taken", f"{terms.person} has the account {other!r} already")


async def _somebody_else_keeps_accounts(books: Books, row: Row[Any]) -> None:
    keepers = [role for role in ROLES if may(role, "accounts")]
    if row.role not in keepers or row.disabled:
        return
    query = select(func.count()).where(
        account.c.role.in_(keepers), account.c.disabled.is_(False), account.c.name != row.name
    )
    if not (await books.connection.execute(query)).scalar_one():
        raise AccountError(
            "last_admin", f"{row.name!r} is the last account that may change accounts; make another first"
        )


async def _known(books: Books, name: str) -> Row[Any]:
    row = await _row(books.connection, name)
    if row is None:
        raise _nobody(name)
    return row


def _nobody(name: str) -> AccountError:
    return AccountError("no_account", f"there is no account {name!r}")


async def _row(connection: AsyncConnection, name: str) -> Row[Any] | None:
    return (await connection.execute(select(account).where(account.c.name == name))).one_or_none()
