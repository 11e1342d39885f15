"""Where an officer's photo comes in: the one request of the phone page that is larger than a form."""

import re
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.requests import ClientDisconnect

from api.jpeg import MOST_BYTES
from api.photos import Taken, add
from api.refusals import RefusalError
from api.tasks import TaskView, task
from api.web.gate import Wall
from api.web.tasks import Officer
from models.evidence import FolderStore

router = APIRouter(prefix="/api/v1", tags=["officer"])

_UUID: Final = r"[0-9a-fA-F-]{36}"
ROOMY: Final = {"PUT": (re.compile(rf"/api/v1/tasks/{_UUID}/photos/{_UUID}"), MOST_BYTES)}
"""Method, path and the most bytes of what may be larger than anything else."""


@router.put("/tasks/{task_id}/photos/{photo_id}")
async def photograph(wall: Wall, officer: Officer, task_id: UUID, photo_id: UUID, request: Request) -> TaskView:
    """A photo, image/jpeg, under an id that the phone made; sent again, it is kept once. EXIF is dropped.

    Answered with the task as it stands, which counts it.
    """
    if request.headers.get("content-type") != "image/jpeg":
        raise RefusalError("not_jpeg")
    try:
        data = await request.body()
    except ClientDisconnect as error:  # a weak link: the phone sends it again
        raise RefusalError("invalid") from error
    taken = Taken(str(photo_id), str(task_id), data, officer)
    store = FolderStore(wall.site.evidence_path, wall.site.evidence.min_free_bytes)
    wall.wake(await add(wall.engine, store, taken))
    async with wall.engine.connect() as connection:
        return await task(connection, wall.site, officer, taken.dispatch_id)
