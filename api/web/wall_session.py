"""What the wall must know of its site, and of who looks at it."""

from typing import Any

from fastapi import APIRouter

from api.cases import DISMISS_REASONS
from api.course import RETURN_REASONS, REWORK_REASONS
from api.reasons import GIVEN
from api.reasons import REASONS as VIEW_REASONS
from api.web.entry import user_of
from api.web.gate import Someone, Wall
from config.site import Camera, Name, Site
from models.alert import BLIND_REASONS
from models.clock import to_iso, utc_now
from models.codes import CODES
from models.evidence import REASONS
from models.labels import NAMES

router = APIRouter(prefix="/api/v1", tags=["session"])


@router.get("/session")
async def session(wall: Wall, reader: Someone) -> dict[str, Any]:
    """Who asks, and the site as it is configured; with the cameras of the account and without their addresses."""
    site = reader.part_of(wall.site)
    return {
        "user": user_of(reader),
        "csrf": reader.csrf,
        "now": to_iso(utc_now()),
        "revision": wall.pulse.revision,
        "undo_s": site.wall.undo_s,
        "shelf_h": site.wall.shelf_h,
        **_site(site),
        "codes": {
            c.code: {"zh": c.zh, "en": c.en, "level": c.level, "capability": c.capability} for c in CODES.values()
        },
        "blind_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in BLIND_REASONS.items()},
        "evidence_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in REASONS.items()},
        "labels": {key: {"zh": zh, "en": en} for key, (zh, en) in NAMES.items()},
        "view_reasons": {key: {"zh": zh, "en": en, "given": key in GIVEN} for key, (zh, en) in VIEW_REASONS.items()},
        "dismiss_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in DISMISS_REASONS.items()},
        "return_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in RETURN_REASONS.items()},
        "rework_reasons": {key: {"zh": zh, "en": en} for key, (zh, en) in REWORK_REASONS.items()},
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "site": {"id": site.id, "name": _name(site.name), "prefix": site.prefix, "timezone": site.timezone},
        "cameras": [_camera(camera) for camera in site.cameras],
        "grids": [{"code": g.code, "name": _name(g.name), "beside": g.beside} for g in site.grids],
        "police": [{"id": t.id, "name": _name(t.name), "test": site.police.is_test(t)} for t in site.police.targets],
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
