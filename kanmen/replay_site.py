"""Which camera footage is replayed as: one of a configuration, or a plain one where there is none."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from config.read import read_site
from config.site import Camera, Site
from models.clock import to_iso
from models.errors import ConfigError, FootageError

FIRST_INSTANT: Final = "2026-01-01T12:00:00"
"""Where nobody says when the footage was taken: noon, so that no rule for the night is armed."""

_PICTURE: Final = {"zh": "整个画面", "en": "Whole picture"}
_MIDDLE: Final = {"zh": "中线", "en": "Middle"}
_ANYBODY: Final = ["person", "two_wheeler", "vehicle"]

_PLAIN: Final[dict[str, Any]] = {
    "id": "replay",
    "name": {"zh": "回放", "en": "Replay"},
    "prefix": "REPLAY",
    "cameras": [
        {
            "id": "replay",
            "name": {"zh": "回放", "en": "Replay"},
            "entrance": "replay",
            "url": "rtsp://replay.invalid/",
            "grid": "",
            "position": (0.5, 0.5),
            "zones": [{"id": "picture", "name": _PICTURE, "points": [(0, 0), (1, 0), (1, 1), (0, 1)]}],
            "lines": [{"id": "middle", "name": _MIDDLE, "start": (0.5, 1), "end": (0.5, 0)}],
            "rules": [
                {"rule": "INTRUDE", "zone": "picture"},
                {"rule": "LINE", "line": "middle", "labels": _ANYBODY},
            ],
        }
    ],
}
"""INTRUDE for people anywhere, LINE for everything that crosses the middle: they show what the detector sees."""


def plain_site() -> Site:
    """The site of footage that comes without a configuration."""
    return Site.model_validate(_PLAIN)


def site_and_camera(config: Path | None, camera: str | None) -> tuple[Site, Camera]:
    """The site, and the camera that the footage is of.

    Raises:
        ConfigError: the configuration has mistakes, or it is not clear which camera is meant.
    """
    site = plain_site() if config is None else read_site(config)
    ids = [c.id for c in site.cameras]
    if camera is None and len(ids) > 1:
        raise ConfigError(f"{config}: there are {len(ids)} cameras; say which with --camera: {', '.join(ids)}")
    chosen = ids[0] if camera is None else camera
    if chosen not in ids:
        told = "without --config the only camera is" if config is None else f"{config}: no such camera; there are"
        raise ConfigError(f"--camera {chosen}: {told} {', '.join(ids)}")
    return site, site.camera(chosen)


def instant(text: str | None, site: Site, option: str = "--at") -> datetime:
    """The instant that an option names; without an offset it is local time of the site.

    Raises:
        FootageError: it is no instant.
    """
    try:
        at = datetime.fromisoformat(text or FIRST_INSTANT)
        at = at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(site.timezone))
        to_iso(at)
    except (ValueError, OverflowError):
        raise FootageError(
            f"{option} {text}: is no instant; write e.g. 2026-11-22T23:30:00 or …T23:30:00+08:00"
        ) from None
    return at
