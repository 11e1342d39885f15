"""One's own account: its password and its sessions."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.books import writing
from api.logins import Attempt
from api.passwords import MAX_CHARS
from api.refusals import RefusalError
from api.sessions import KEY_CHARS, end_one, end_others, running
from api.views import Stamp
from api.web.entry import Done
from api.web.gate import Actor, Someone, Wall, visit_of

router = APIRouter(prefix="/api/v1/profile", tags=["profile"])
password = APIRouter(prefix="/api/v1/profile", tags=["profile"])
"""What of it the officers' page has as well."""


class PasswordRequest(BaseModel):
    """The old password and the new one."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]
    new: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]


class EndRequest(BaseModel):
    """The key of a session."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(pattern=f"^[0-9a-f]{{{KEY_CHARS}}}$")]


class SessionView(BaseModel):
    """A session that is not over; `this` is the one that asks."""

    key: str
    created: Stamp
    last_seen: Stamp
    door: str
    address: str
    agent: str
    this: bool


@password.post("/password")
async def change_password(request: Request, wall: Wall, actor: Actor, asked: PasswordRequest) -> Done:
    """Replace the own password; every other session ends."""
    attempt = Attempt(actor.name, asked.old, asked.new, visit_of(request, wall))
    await wall.doorkeeper.change_password(actor, attempt)
    return Done()


@router.get("/sessions")
async def sessions(wall: Wall, reader: Someone) -> list[SessionView]:
    """The own sessions, the one seen last first."""
    async with wall.engine.connect() as connection:
        mine = await running(connection, reader.name)
    return [
        SessionView(
            key=one.key,
            created=one.created,
            last_seen=one.last_seen,
            door=one.door,
            address=one.address,
            agent=one.agent,
            this=reader.token.startswith(one.key),
        )
        for one in mine
    ]


@router.post("/sessions/end")
async def end_session(wall: Wall, actor: Actor, asked: EndRequest) -> Done:
    """End one of the own sessions."""
    async with writing(wall.engine, who=actor.who) as books:
        if not await end_one(books, actor.name, asked.key):
            raise RefusalError("no_such_session")
        books.note(actor.name, "session.ended", actor.name, session=asked.key)
    return Done()


@router.post("/sessions/end-others")
async def end_other_sessions(wall: Wall, actor: Actor) -> Done:
    """End all of the own sessions but this one."""
    async with writing(wall.engine, who=actor.who) as books:
        await end_others(books, actor)
        books.note(actor.name, "session.others_ended", actor.name)
    return Done()
