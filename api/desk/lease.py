"""The lease that keeps the desk single: who holds it writes, and every write checks that it still does."""

import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.clock import utc_now
from models.dialect import serialised
from models.errors import LeaseLostError
from models.tables import desk_lease

LIFE: Final = timedelta(seconds=5)
_NAME: Final = "desk"


def holder_of(data: Path) -> str:
    """Names the desk of this data folder on this machine: after a restart it is the same, so it need not wait."""
    where = f"{socket.gethostname()}\x1f{data.resolve()}"
    return f"{socket.gethostname()[:64]}:{hashlib.sha256(where.encode()).hexdigest()[:12]}"


@contextmanager
def only_one_here(data: Path) -> Iterator[bool]:
    """Whether no other desk of this data folder runs on this machine; the kernel forgets us when we die."""
    descriptor = os.open(data / "desk.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


class Lease:
    """One desk's claim; `fence` grows each time the lease is taken, so that a late writer is recognised."""

    def __init__(self, engine: AsyncEngine, holder: str) -> None:
        self._engine = engine
        self.holder = holder
        self.fence = 0

    async def take(self) -> bool:
        """Take the lease where it is free, over, or was ours; False where another desk holds it."""
        async with serialised(self._engine).begin() as connection:
            now = utc_now()
            row = (await connection.execute(select(desk_lease).where(desk_lease.c.name == _NAME))).one_or_none()
            if row is None:
                await connection.execute(
                    insert(desk_lease).values(name=_NAME, holder=self.holder, fence=1, expires=now + LIFE)
                )
                self.fence = 1
                return True
            if row.holder != self.holder and row.expires > now:
                return False
            await connection.execute(
                update(desk_lease)
                .where(desk_lease.c.name == _NAME)
                .values(holder=self.holder, fence=row.fence + 1, expires=now + LIFE)
            )
            self.fence = row.fence + 1
            return True

    async def renew(self) -> None:
        """Hold it for another LIFE.

        Raises:
            LeaseLostError: another desk has taken it.
        """
        await self._expire_at(LIFE)

    async def release(self) -> None:
        """Let another desk take it at once.

        Raises:
            LeaseLostError: another desk has taken it already.
        """
        await self._expire_at(timedelta(0))

    async def guard(self, connection: AsyncConnection) -> None:
        """First step of every transaction that writes.

        Raises:
            LeaseLostError: another desk has taken the lease; this one must not write any more.
        """
        query = select(desk_lease.c.fence).where(desk_lease.c.name == _NAME)
        fence = (await connection.execute(query)).scalar_one_or_none()
        if fence != self.fence:
            raise LeaseLostError(f"another desk took the lease: its number is {fence}, ours was {self.fence}")

    async def _expire_at(self, life: timedelta) -> None:
        async with serialised(self._engine).begin() as connection:
            await self.guard(connection)
            await connection.execute(
                update(desk_lease).where(desk_lease.c.name == _NAME).values(expires=utc_now() + life)
            )
