"""Logging in: throttled, the same work for every name, and a one-time password must be replaced at once."""

import asyncio
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import Who
from api.books import Books, writing
from api.passwords import hashed, is_weak, matches
from api.refusals import RefusalError
from api.sessions import Signed, Visit, begin, end_all, end_others, opens
from models.tables_access import account, login_failure

WINDOW: Final = timedelta(minutes=5)
FAILURES_PER_NAME: Final = 5
FAILURES_PER_ADDRESS: Final = 5
FAILURES_PER_LOOPBACK: Final = 25
"""Behind a TLS proxy everybody comes from the loopback address: one clumsy person must not lock a room out."""
_KEPT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants in.

    Attributes:
        name, password: As typed.
        new_password: What shall replace it; None where nothing was typed.
        visit: By which door, and from where.
    """

    name: str
    password: str
    new_password: str | None
    visit: Visit


class Doorkeeper:
    """Checks passwords of one process, at most two at a time: each costs 64 MiB and a core."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._work = asyncio.Semaphore(2)

    async def log_in(self, attempt: Attempt) -> tuple[str, Signed]:
        """The cookie and who it stands for.

        Raises:
            RefusalError: throttled, credentials, wrong_door, new_password_required, weak_password.
        """
        number = await self._reserve(attempt)
        query = select(account).where(account.c.name == attempt.name, account.c.disabled.is_(False))
        async with self._engine.connect() as connection:
            known = (await connection.execute(query)).one_or_none()
        stored = known.password_hash if known else None
        async with self._work:
            right = await asyncio.to_thread(matches, stored, attempt.password)
        if not right or known is None:
            async with writing(self._engine) as books:
                books.note(attempt.visit.address, "login.failed", attempt.name)
            raise RefusalError("credentials")
        replacement = None
        refused = _why_not(attempt, known.role, one_time=known.one_time)
        if refused is None and attempt.new_password is not None:
            async with self._work:
                replacement = await asyncio.to_thread(hashed, attempt.new_password)
        who = Who(attempt.name, known.unit, attempt.visit.address)
        async with writing(self._engine, who=who) as books:
            await _forgive(books, number, attempt.name)
            if refused is None:
                current = (await books.connection.execute(query)).one_or_none()
                if current is None or current.password_hash != stored:  # reset or disabled while we looked
                    raise RefusalError("credentials")
                if replacement is not None:
                    await _replace(books, attempt.name, replacement)
                books.note(attempt.name, "login", attempt.name, door=attempt.visit.door)
                return await begin(books, current, attempt.visit)
        raise RefusalError(refused)

    async def change_password(self, signed: Signed, attempt: Attempt) -> None:
        """Replace the own password by a new one; every other session of the account ends.

        Raises:
            RefusalError: throttled, credentials, weak_password.
        """
        number = await self._reserve(attempt)
        query = select(account.c.password_hash).where(account.c.name == signed.name)
        async with self._engine.connect() as connection:
            stored = (await connection.execute(query)).scalar_one()
        async with self._work:
            right = await asyncio.to_thread(matches, stored, attempt.password)
        if not right:
            async with writing(self._engine, who=signed.who) as books:
                books.note(signed.name, "account.password_failed", signed.name)
            raise RefusalError("credentials")
        fresh = attempt.new_password or ""
        if is_weak(fresh, signed.name, attempt.password):
            async with writing(self._engine) as books:
                await _forgive(books, number, signed.name)
            raise RefusalError("weak_password")
        async with self._work:
            replacement = await asyncio.to_thread(hashed, fresh)
        async with writing(self._engine, who=signed.who) as books:
            await _forgive(books, number, signed.name)
            if (await books.connection.execute(query)).scalar_one() != stored:  # reset while we looked
                raise RefusalError("credentials")
            await books.connection.execute(
                update(account).where(account.c.name == signed.name).values(password_hash=replacement, one_time=False)
            )
            await end_others(books, signed)
            books.note(signed.name, "account.password_changed", signed.name)

    async def _reserve(self, attempt: Attempt) -> int:
        """Write the attempt down as a failure before it is checked, so that many at once gain nothing."""
        async with writing(self._engine) as books:
            waits = [
                await _wait(books, login_failure.c.name, attempt.name, FAILURES_PER_NAME),
                await _wait(books, login_failure.c.address, attempt.visit.address, _limit(attempt.visit.address)),
            ]
            if max(waits) > 0:
                raise RefusalError("throttled", retry_after_s=max(waits))
            values = {"name": attempt.name, "address": attempt.visit.address, "at": books.at}
            made = insert(login_failure).values(values).returning(login_failure.c.id)
            return int((await books.connection.execute(made)).scalar_one())


async def sweep(books: Books) -> None:
    """Remove failures that throttle nobody any more."""
    await books.connection.execute(delete(login_failure).where(login_failure.c.at < books.at - _KEPT))


def _why_not(attempt: Attempt, role: str, *, one_time: bool) -> str | None:
    if not opens(attempt.visit.door, role):
        return "wrong_door"
    if attempt.new_password is None:
        return "new_password_required" if one_time else None
    return "weak_password" if is_weak(attempt.new_password, attempt.name, attempt.password) else None


def _limit(address: str) -> int:
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    return FAILURES_PER_LOOPBACK if loopback else FAILURES_PER_ADDRESS


async def _wait(books: Books, column: Column[str], value: str, limit: int) -> int:
    """Whole seconds until the next attempt is allowed; 0 where it is."""
    query = (
        select(login_failure.c.at)
        .where(column == value, login_failure.c.at > books.at - WINDOW)
        .order_by(login_failure.c.at.desc())
        .limit(limit)
    )
    times: list[datetime] = list((await books.connection.execute(query)).scalars())
    if len(times) < limit:
        return 0
    return max(1, int((times[-1] + WINDOW - books.at).total_seconds()) + 1)


async def _forgive(books: Books, number: int, name: str) -> None:
    """The password was right: neither this attempt nor the earlier ones of this name count."""
    mine = (login_failure.c.id == number) | (login_failure.c.name == name)
    await books.connection.execute(delete(login_failure).where(mine))


async def _replace(books: Books, name: str, stored: str) -> None:
    await books.connection.execute(
        update(account).where(account.c.name == name).values(password_hash=stored, one_time=False)
    )
    await end_all(books, name)
    books.note(name, "account.password_changed", name)
