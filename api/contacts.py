"""Reaches who is sent; today by the officer's phone page, where the person has an account for it."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import Books
from api.rights import ROLES, may
from models.tables import contact, dispatch
from models.tables_access import account

INBOX = "inbox"
NO_CHANNEL = "no_channel"
_OFFICERS = [role for role in ROLES if may(role, "duty")]


async def reachable(connection: AsyncConnection) -> set[str]:
    """Ids of the people who have an account for the officers' page."""
    query = select(account.c.person_id).where(
        account.c.person_id.is_not(None), account.c.role.in_(_OFFICERS), account.c.disabled.is_(False)
    )
    return set((await connection.execute(query)).scalars())


async def channel_of(connection: AsyncConnection, person_id: str) -> str:
    """How the person can be reached: `inbox`, or `no_channel`."""
    return INBOX if person_id in await reachable(connection) else NO_CHANNEL


async def notify(books: Books, row: Row[Any]) -> None:
    """PENDING → SENT: it lies in the person's inbox from now on, or nobody is told and the wall says so."""
    channel = await channel_of(books.connection, row.person_id)
    values = {"state": "SENT", "notified": channel}
    await books.connection.execute(update(dispatch).where(dispatch.c.id == row.id).values(values))
    if channel != NO_CHANNEL:
        await _enter(books, row.id)
    books.note("desk", "dispatch.sent", row.alert_id, dispatch=row.id, person=row.person_id, notified=channel)
    books.tell("alert", row.alert_id)


async def arrived(books: Books, row: Row[Any], by: str) -> None:
    """The person's phone has it; said once, whatever is said again."""
    if row.delivered is not None:
        return
    known = select(contact.c.id).where(contact.c.dispatch_id == row.id, contact.c.channel == INBOX)
    if (await books.connection.execute(known)).first() is None:  # the account was made after it was sent
        await _enter(books, row.id)
    await books.connection.execute(
        update(contact).where(contact.c.dispatch_id == row.id, contact.c.channel == INBOX).values(delivered=books.at)
    )
    await books.connection.execute(
        update(dispatch).where(dispatch.c.id == row.id).values(delivered=books.at, notified=INBOX)
    )
    books.note(by, "dispatch.delivered", row.alert_id, dispatch=row.id, person=row.person_id)
    books.tell("alert", row.alert_id)


async def acknowledged(books: Books, dispatch_id: str) -> None:
    """The person has answered."""
    await books.connection.execute(
        update(contact).where(contact.c.dispatch_id == dispatch_id, contact.c.acked.is_(None)).values(acked=books.at)
    )


async def _enter(books: Books, dispatch_id: str) -> None:
    await books.connection.execute(
        insert(contact).values(id=str(uuid4()), dispatch_id=dispatch_id, channel=INBOX, sent=books.at)
    )
