"""The wall's web application."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.web import alerts, entry, evidence, feed, flow, links, live, screen
from api.web.answers import HANDLERS
from api.web.shield import Shield
from api.web.wall_state import WallState
from config.site import Site

PAGE: Final = Path(__file__).parent.parent / "wall"
"""The page: plain files, no build step."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def create_app(site: Site, hosts: Collection[str] = ()) -> FastAPI:
    """The application; serves at once, and answers 503 `starting` where the database is not there yet.

    Args:
        site: Its cameras, people, folders and addresses.
        hosts: Names beside the loopback ones under which the wall may be asked for.
    """
    state = WallState(site)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        jobs = [
            asyncio.create_task(job, name=name)
            for name, job in (
                ("wall:hub", state.hub.run()),
                ("wall:leases", state.hub.renew()),
                ("wall:report", state.hub.report()),
                ("wall:pulse", state.pulse.run()),
            )
        ]
        try:
            yield
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
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

    for part in (entry, screen, alerts, evidence, links, flow, feed, live):
        app.include_router(part.router)
    app.mount("/", StaticFiles(directory=PAGE, html=True, check_dir=False), name="page")
    app.add_middleware(Shield, hosts=(*_LOOPBACK, site.wall.host, *hosts))
    return app
