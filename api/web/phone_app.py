"""The web application of the officers' page."""

import os
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.web import entry, phone_session, profile, tasks, uploads
from api.web.app import PAGE as WALL
from api.web.app import application
from api.web.wall_state import WallState
from config.site import Site

PAGE: Final = Path(__file__).parent.parent / "phone"
"""The page: plain files, no build step."""
SHARED: Final = ("clock.js", "element.js", "level.js", "login.js", "mark.svg", "session.js", "text.js")
"""Files of the wall's page that this page is made of as well; no other of them is served here."""


class _Files(StaticFiles):
    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        if path in SHARED:
            return str(WALL / path), (WALL / path).stat()
        return super().lookup_path(path)


def create_phone_app(site: Site) -> FastAPI:
    """The officers' page; serves at once, and answers 503 `starting` where the database is not there yet."""
    state = WallState(site, "phone")
    routers = [*(part.router for part in (entry, phone_session, tasks, uploads)), profile.password]
    files = _Files(directory=PAGE, html=True)
    return application(state, (("phone:pulse", state.pulse.run),), routers, files, uploads.ROOMY)
