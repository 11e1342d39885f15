"""Logging in and out, and what a page must know of its site."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.books import writing
from api.cases import DISMISS_REASONS
from api.logins import Attempt
from api.passwords import MAX_CHARS
from api.sessions import LIFE, end
from api.web.gate import COOKIE, Actor, Reader, Wall, started
from config.site import Camera, Name, Site
from models.alert import BLIND_REASONS
from models.clock import to_iso, utc_now
from models.codes import CODES
from models.evidence import REASONS
from models.labels import NAMES

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
    address = request.client.host if request.client else "unknown"
    cookie, signed = await wall.door.log_in(Attempt(asked.name, asked.password, asked.new_password, address))
    response.set_cookie(
        COOKIE, cookie, max_age=int(LIFE.total_seconds()), httponly=True, samesite="lax", secure=_is_secure(request)
    )
    return LoginAnswer(user=User(name=signed.name, role=signed.role), csrf=signed.csrf)


@router.post("/logout")
async def log_out(response: Response, wall: Wall, actor: Actor) -> Done:
    """End the session."""
    async with writing(wall.engine) as books:
        await end(books, actor.token)
        books.note(actor.name, "logout", actor.name)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return Done()


@router.get("/session")
async def session(wall: Wall, reader: Reader) -> dict[str, Any]:
    """Who asks, and the site as it is configured; addresses and passwords of cameras are not in it."""
    site = wall.site
    return {
        "user": {"name": reader.name, "role": reader.role},
        "csrf": reader.csrf,
        "now": to_iso(utc_now()),
        "revision": wall.pulse.revision,
        "undo_s": site.wall.undo_s,
        **_site(site),
        "codes": {
            c.code: {"zh": c.zh, "en": c.en, "level": c.level, "capability": c.capability} for c in CODES.values()
        },
        "blind_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in BLIND_REASONS.items()},
        "evidence_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in REASONS.items()},
        "labels": {key: {"zh": zh, "en": en} for key, (zh, en) in NAMES.items()},
        "dismiss_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in DISMISS_REASONS.items()},
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "site": {"id": site.id, "name": _name(site.name), "prefix": site.prefix, "timezone": site.timezone},
        "cameras": [_camera(camera) for camera in site.cameras],
        "grids": [{"code": g.code, "name": _name(g.name), "beside": g.beside} for g in site.grids],
    }


def _camera(camera: Camera) -> dict[str, Any]:
    return {
        "id": camera.id,
        "name": _name(camera.name),
        "entrance": camera.entrance,
        "grid": camera.grid,
        "position": camera.position,
        "masks": camera.masks,
        "main": camera.main is not None and not camera.masks,
        "zones": [{"id": z.id, "name": _name(z.name), "points": z.points} for z in camera.zones],
        "lines": [
            {"id": line.id, "name": _name(line.name), "start": line.start, "end": line.end, "direction": line.direction}
            for line in camera.lines
        ],
    }


def _name(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


def _is_secure(request: Request) -> bool:
    """Behind a TLS proxy the page's own origin says so; the cookie then never travels in the clear."""
    return request.headers.get("origin", "").startswith("https://")
