"""The wall's web application, and what every page's application is made of."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from api.web import (
    alerts,
    entry,
    evidence,
    feed,
    flow,
    liaison,
    links,
    live,
    police,
    profile,
    receipts,
    record,
    rehearsals,
    screen,
    shelves,
    users,
    verdicts,
    wall_session,
)
from api.web.answers import HANDLERS
from api.web.jobs import end
from api.web.shield import Roomy, Shield
from api.web.wall_state import WallState
from config.site import Site

Jobs = Sequence[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]
"""Name and work of what runs as long as an application serves."""

PAGE: Final = Path(__file__).parent.parent / "wall"
"""The page: plain files, no build step."""


def create_app(site: Site) -> FastAPI:
    """The wall; serves at once, and answers 503 `starting` where the database is not there yet."""
    state = WallState(site)
    jobs = (
        ("wall:tail", state.tail.run),
        ("wall:hub", state.hub.run),
        ("wall:leases", state.hub.renew),
        ("wall:report", state.hub.report),
        ("wall:pulse", state.pulse.run),
    )
    wall = (entry, wall_session, screen, alerts, shelves, verdicts, evidence, links, flow, feed, live)
    parts = (*wall, police, receipts, liaison, profile, users, record, rehearsals)
    files = StaticFiles(directory=PAGE, html=True, check_dir=False)
    return application(state, jobs, [*(part.router for part in parts), profile.password], files)


def application(
    state: WallState, jobs: Jobs, routers: Sequence[APIRouter], page: StaticFiles, roomy: Roomy = MappingProxyType({})
) -> FastAPI:
    """An application that serves these routes and the plain files of a page; `roomy` as `Shield` takes it."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        running = [asyncio.create_task(work(), name=name) for name, work in jobs]
        for job in running:
            job.add_done_callback(state.ended)
        try:
            yield
        finally:
            await end(running)
            await state.close()

    app = FastAPI(
        title="Kanmen",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the usual pages load assets from elsewhere
        redoc_url=None,
        lifespan=living,
        exception_handlers=dict[Any, Any](HANDLERS),
    )
    app.state.wall = state

    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, bool]:
        """The worker serves; whether the desk lives stands in the feed."""
        return {"ok": True}

    for router in routers:
        app.include_router(router)
    app.mount("/", page, name="page")
    app.add_middleware(Shield, listener=lambda: state.listener, roomy=roomy)
    return app
