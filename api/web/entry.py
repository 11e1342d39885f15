"""Logging in and out, by either door."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.books import writing
from api.logins import Attempt
from api.passwords import MAX_CHARS
from api.refusals import RefusalError
from api.rights import rights_of
from api.sessions import LIFE, Signed, end
from api.web.gate import COOKIES, Actor, Wall, started, visit_of

router = APIRouter(prefix="/api/v1", tags=["session"])

_Password = Annotated[str, Field(min_length=1, max_length=MAX_CHARS)]


class LoginRequest(BaseModel):
    """Name and password as typed; a one-time password must be replaced in the same request."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: _Password
    new_password: Annotated[str, Field(max_length=MAX_CHARS)] | None = None


class User(BaseModel):
    """An account."""

    name: str
    role: str


class LoginAnswer(BaseModel):
    """Who is logged in; `csrf` goes into the header X-CSRF-Token of every request that changes something."""

    user: User
    csrf: str


class Done(BaseModel):
    """It is done."""

    ok: bool = True


@router.post("/login")
async def log_in(request: Request, response: Response, wall: Wall, asked: LoginRequest) -> LoginAnswer:
    """Begin a session; its cookie is the only key."""
    await started(wall)
    attempt = Attempt(asked.name, asked.password, asked.new_password, visit_of(request, wall))
    try:
        cookie, signed = await wall.doorkeeper.log_in(attempt)
    except RefusalError as refusal:
        if refusal.key == "wrong_door" and wall.door == "wall" and wall.site.officer:
            refusal.more["page"] = wall.site.officer.url
        raise
    response.set_cookie(
        COOKIES[wall.door],
        cookie,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )
    return LoginAnswer(user=User(name=signed.name, role=signed.role), csrf=signed.csrf)


@router.post("/logout")
async def log_out(request: Request, response: Response, wall: Wall, actor: Actor) -> Done:
    """End the session."""
    async with writing(wall.engine, who=actor.who) as books:
        await end(books, actor.token)
        books.note(actor.name, "logout", actor.name)
    response.delete_cookie(COOKIES[wall.door], httponly=True, samesite="lax", secure=_is_secure(request))
    return Done()


def user_of(signed: Signed) -> dict[str, Any]:
    """An account, as its own pages know it."""
    return {
        "name": signed.name,
        "role": signed.role,
        "unit": signed.unit,
        "cameras": None if signed.cameras is None else sorted(signed.cameras),
        "rights": sorted(rights_of(signed.role)),
    }


def _is_secure(request: Request) -> bool:
    """By TLS of ours, or of a proxy: then the page's own origin says so. The cookie never travels in the clear."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
