"""A site as it may be written beside a camera's pictures: one camera, no address, no password, no person."""

from typing import Any, Final

from config.site import Camera, Site

_ADDRESS: Final = "rtsp://session.invalid/"
_LEFT_OUT: Final = {"data", "people", "police", "wall", "officer", "cameras"}


def secretless(site: Site, camera: Camera) -> dict[str, Any]:
    """What `Site.model_validate` takes: all that detect reads, with this camera alone.

    Fields that `repr` does not show may hold a password; they are left out, whatever they are called.
    """
    hidden = {name for name, field in Site.model_fields.items() if not field.repr}
    told = site.model_dump(mode="json", exclude=hidden | _LEFT_OUT)
    hidden = {name for name, field in Camera.model_fields.items() if not field.repr}
    return {**told, "cameras": [{**camera.model_dump(mode="json", exclude=hidden), "url": _ADDRESS}]}
