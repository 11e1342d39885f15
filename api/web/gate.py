"""Who may ask: the session behind a cookie, what its role may, and the token that a change must bring along."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.refusals import RefusalError
from api.rights import Right
from api.sessions import Door, Signed, Visit, find
from api.web.wall_state import WallState

COOKIES: Final[dict[Door, str]] = {"wall": "kanmen_session", "phone": "kanmen_phone"}
"""Each door has a cookie of its own: browsers do not tell the ports of a host apart."""


def wall_of(connection: HTTPConnection) -> WallState:
    """The worker's shared state."""
    return cast("WallState", connection.app.state.wall)


Wall = Annotated[WallState, Depends(wall_of)]


async def started(wall: Wall) -> None:
    """Only once the database is there.

    Raises:
        RefusalError: starting.
    """
    if not await wall.ready():
        raise RefusalError("starting")


def visit_of(connection: HTTPConnection, wall: WallState) -> Visit:
    """By which door somebody comes, from where, with what."""
    address = connection.client.host if connection.client else "unknown"
    return Visit(wall.door, address, connection.headers.get("user-agent", ""))


async def still(connection: HTTPConnection, wall: WallState) -> Signed | None:
    """Who asks; None where the cookie is missing or nobody's any more."""
    cookie = connection.cookies.get(COOKIES[wall.door])
    return await find(wall.engine, cookie, visit_of(connection, wall)) if cookie else None


async def who(connection: HTTPConnection, wall: Wall) -> Signed:
    """Who asks.

    Raises:
        RefusalError: starting, no_session.
    """
    await started(wall)
    signed = await still(connection, wall)
    if signed is None:
        raise RefusalError("no_session")
    return signed


Someone = Annotated[Signed, Depends(who)]
"""Anybody with a session; who wants to read no more than what is their own."""


async def acting(connection: HTTPConnection, signed: Someone) -> Signed:
    """Who wants to change something.

    Raises:
        RefusalError: starting, no_session, csrf.
    """
    token = connection.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(token.encode(), signed.csrf.encode()):
        raise RefusalError("csrf")
    return signed


Actor = Annotated[Signed, Depends(acting)]
"""Anybody with a session who wants to change something of their own."""


def reads(right: Right) -> Callable[[Signed], Awaitable[Signed]]:
    """Who may read what the right opens."""

    async def allowed(signed: Someone) -> Signed:
        return _with(signed, right)

    return allowed


def acts(right: Right) -> Callable[[Signed], Awaitable[Signed]]:
    """Who may change what the right opens."""

    async def allowed(signed: Actor) -> Signed:
        return _with(signed, right)

    return allowed


Watcher = Annotated[Signed, Depends(reads("watch"))]
Looker = Annotated[Signed, Depends(acts("watch"))]
Handler = Annotated[Signed, Depends(acts("handle"))]
Dispatcher = Annotated[Signed, Depends(acts("dispatch"))]
Sharer = Annotated[Signed, Depends(acts("share"))]
Pusher = Annotated[Signed, Depends(acts("push"))]
Liaison = Annotated[Signed, Depends(reads("liaise"))]
LiaisonActor = Annotated[Signed, Depends(acts("liaise"))]


async def watching(connection: HTTPConnection, wall: WallState) -> Signed:
    """Who watches, where no dependency can ask.

    Raises:
        RefusalError: starting, no_session, forbidden.
    """
    return _with(await who(connection, wall), "watch")


def _with(signed: Signed, right: Right) -> Signed:
    if not signed.may(right):
        raise RefusalError("forbidden")
    return signed
