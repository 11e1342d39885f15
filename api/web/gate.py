"""Who may ask: the session behind a cookie, and the token that a change must bring along."""

import hmac
from typing import Annotated, Final, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.refusals import RefusalError
from api.sessions import Signed, find
from api.web.wall_state import WallState

COOKIE: Final = "kanmen_session"


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


async def who(connection: HTTPConnection, wall: Wall) -> Signed:
    """Who asks.

    Raises:
        RefusalError: starting, no_session.
    """
    await started(wall)
    cookie = connection.cookies.get(COOKIE)
    signed = await find(wall.engine, cookie) if cookie else None
    if signed is None:
        raise RefusalError("no_session")
    return signed


Reader = Annotated[Signed, Depends(who)]


async def acting(connection: HTTPConnection, signed: Reader) -> Signed:
    """Who wants to change something.

    Raises:
        RefusalError: starting, no_session, csrf, forbidden.
    """
    token = connection.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(token.encode(), signed.csrf.encode()):
        raise RefusalError("csrf")
    if signed.role not in ("operator", "admin"):
        raise RefusalError("forbidden")
    return signed


Actor = Annotated[Signed, Depends(acting)]
