"""Rehearsals: what other rules of a camera would have told of the past, asked for by whoever may configure."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Row

from api import rehearsals
from api.books import writing
from api.refusals import RefusalError
from api.sessions import Signed
from api.views import Stamp
from api.web.entry import Done
from api.web.gate import Wall, acts, reads
from config.proposed import proposed
from config.site import Site
from models.clock import utc_now
from models.errors import ConfigError
from models.rehearsal import LONGEST_SPAN, MOST_RULES_BYTES

router = APIRouter(prefix="/api/v1/rehearsals", tags=["rehearsals"])

Reader = Annotated[Signed, Depends(reads("configure"))]
Configurer = Annotated[Signed, Depends(acts("configure"))]

_NAMED: Final = Path("rules.yaml")
"""What mistakes are told by."""


class RehearsalRequest(BaseModel):
    """Of which camera and span, and by which rules: YAML, as `kanmen rerun --what-if` reads it."""

    model_config = ConfigDict(extra="forbid")

    camera: Annotated[str, Field(max_length=64)]
    since: AwareDatetime
    until: AwareDatetime
    rules: Annotated[str, Field(min_length=1, max_length=MOST_RULES_BYTES)]


class RehearsalAnswer(BaseModel):
    """It is queued."""

    id: str


class RehearsalView(BaseModel):
    """A rehearsal as it stands."""

    id: str
    camera: str
    since: Stamp
    until: Stamp
    by: str
    at: Stamp
    state: str
    done: int
    total: int
    error: str
    began: Stamp | None
    ended: Stamp | None


class RehearsalDetail(RehearsalView):
    """With its rules and, when it is done, what changed; `shown` names the alert whose picture shows one."""

    rules: str
    result: dict[str, Any] | None
    shown: dict[str, str]


class RehearsalsView(BaseModel):
    """All that are kept, the newest first."""

    rehearsals: list[RehearsalView]


@router.get("")
async def listed(wall: Wall, reader: Reader) -> RehearsalsView:
    """The rehearsals of the cameras that the account sees."""
    async with wall.engine.connect() as connection:
        rows = await rehearsals.listed(connection, reader.cameras)
    return RehearsalsView(rehearsals=[RehearsalView(**_words(row)) for row in rows])


@router.post("")
async def ask(wall: Wall, actor: Configurer, asked: RehearsalRequest) -> RehearsalAnswer:
    """Queue one; a proposal with mistakes is refused with all of them, as `kanmen check` words them."""
    _check_span(wall.site, asked)
    if not actor.sees(asked.camera) or asked.camera not in {camera.id for camera in wall.site.cameras}:
        raise RefusalError("unknown_camera")
    try:
        await asyncio.to_thread(proposed, asked.rules.encode(), _NAMED, wall.site, wall.site.camera(asked.camera))
    except ConfigError as error:
        raise RefusalError("proposal", mistakes=[str(one) for one in error.mistakes]) from error
    wanted = rehearsals.Asked(asked.camera, asked.since, asked.until, asked.rules)
    async with writing(wall.engine, who=actor.who) as books:
        made = await rehearsals.ask(books, actor.name, wanted)
    return RehearsalAnswer(id=made)


@router.get("/{rehearsal_id}")
async def detail(wall: Wall, reader: Reader, rehearsal_id: UUID) -> RehearsalDetail:
    """One of them."""
    async with wall.engine.connect() as connection:
        row = await rehearsals.found(connection, reader.sees, str(rehearsal_id))
        shown = await rehearsals.evidenced(connection, row) if row.result else {}
    return RehearsalDetail(**_words(row), rules=row.rules, result=row.result, shown=shown)


@router.post("/{rehearsal_id}/cancel")
async def call_off(wall: Wall, actor: Configurer, rehearsal_id: UUID) -> Done:
    """Call it off, waiting or under way."""
    async with writing(wall.engine, who=actor.who) as books:
        await rehearsals.call_off(books, actor.name, actor.sees, str(rehearsal_id))
    return Done()


def _check_span(site: Site, asked: RehearsalRequest) -> None:
    now = utc_now()
    kept = timedelta(days=site.observations.days)
    if not site.observations.days:
        raise RefusalError("no_observations")
    if not now - kept - timedelta(hours=1) <= asked.since < asked.until or asked.since >= now:
        raise RefusalError("span", days=site.observations.days)
    if asked.until - asked.since > LONGEST_SPAN:
        raise RefusalError("span", days=LONGEST_SPAN.days)


def _words(row: Row[Any]) -> dict[str, Any]:
    return {key: getattr(row, key) for key in RehearsalView.model_fields}
