"""What the officers' page must know: whose phone it is, and of which site."""

from typing import Any

from fastapi import APIRouter

from api.course import RETURN_REASONS
from api.web.entry import user_of
from api.web.gate import Someone, Wall
from models.clock import to_iso, utc_now

router = APIRouter(prefix="/api/v1", tags=["session"])


@router.get("/session")
async def session(wall: Wall, reader: Someone) -> dict[str, Any]:
    """Who asks; of the site only what the page shows."""
    site = wall.site
    return {
        "user": {**user_of(reader), "person": reader.person},
        "csrf": reader.csrf,
        "now": to_iso(utc_now()),
        "revision": wall.pulse.revision,
        "return_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in RETURN_REASONS.items()},
        "site": {"name": {"zh": site.name.zh, "en": site.name.en}, "timezone": site.timezone},
    }
