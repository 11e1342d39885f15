"""A site of one camera, as tests of detect watch it."""

from pathlib import Path

from config.site import Site


def site_of(data: Path, redis: str, **more: object) -> Site:
    """A site with one camera: a yard that is the lower half of the picture, and a line down its middle."""
    name = {"zh": "门", "en": "gate"}
    return Site.model_validate(
        {
            "id": "gsdt",
            "name": name,
            "prefix": "GSDT",
            "data": data,
            "redis": redis,
            "cameras": [
                {
                    "id": "gate-1",
                    "name": name,
                    "entrance": "1",
                    "url": "rtsp://127.0.0.1/1",
                    "grid": "g1",
                    "position": (0.5, 0.5),
                    "zones": [{"id": "yard", "name": name, "points": [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]}],
                    "lines": [{"id": "sill", "name": name, "start": (0.5, 1.0), "end": (0.5, 0.0)}],
                    "rules": [
                        {"rule": "INTRUDE", "zone": "yard", "dwell_s": 1.0, "cooldown_s": 10.0},
                        {"rule": "LINE", "line": "sill"},
                    ],
                }
            ],
            **more,
        }
    )
