"""What differs between two revisions of a site, and who has to hear of it."""

from dataclasses import dataclass, field
from typing import Final

from config.site import Camera, Site

_NOT_OF_THE_STREAM: Final = frozenset({"name", "entrance", "grid", "position", "tiles", "zones", "lines", "rules"})
"""Keys of a camera that its ingest worker does not read; a change of any other one starts the worker anew."""

_ROLES: Final = {
    "cameras": frozenset[str](),  # camera by camera
    **dict.fromkeys(("id", "data", "redis", "database"), frozenset[str]()),  # they are fixed
    "name": frozenset[str](),
    **dict.fromkeys(("wall", "officer"), frozenset[str]()),
    "prefix": frozenset({"desk"}),
    "grids": frozenset({"desk"}),
    "people": frozenset({"desk"}),
    "police": frozenset({"desk"}),
    "timezone": frozenset({"detect", "desk"}),
    **dict.fromkeys(("detector", "night", "observations"), frozenset({"detect"})),
}
"""Who is started anew when a key of the site changes; of a key that does not stand here: everybody that reads it might.
Web workers take any change in."""

_EVERYBODY: Final = frozenset({"ingest", "detect", "desk"})

_FIXED: Final = (
    ("id",),
    ("data",),
    ("redis",),
    ("database",),
    ("detector", "model"),
    *((section, key) for section in ("wall", "officer") for key in ("host", "port", "tls")),
    ("wall", "workers"),
)
"""What a running site cannot change: folders, sockets and identities that all its processes hold."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be done.

    Attributes:
        added, removed: Ids of cameras.
        streams: Cameras whose ingest worker starts anew.
        watches: Cameras whose name, geometry or rules changed; no process is started anew for them.
        roles: Of `ingest`, `detect`, `desk`: whose processes are all started anew, because the site itself changed.
        fixed: Paths of keys that cannot change while the site runs; nothing may be applied where there are any.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    roles: frozenset[str] = field(default_factory=frozenset)
    fixed: tuple[tuple[str, ...], ...] = ()

    def __str__(self) -> str:
        told = [
            *(f"{camera} is added" for camera in self.added),
            *(f"{camera} is removed" for camera in self.removed),
            *(f"{camera} connects anew" for camera in self.streams),
            *(f"{camera} is watched by its new zones, lines and rules" for camera in self.watches),
            *(f"{role} starts anew" for role in sorted(self.roles)),
        ]
        return ", ".join(told) or "no process has to change"


def changes(before: Site, after: Site) -> Changes:
    """What differs between the two."""
    was, now = ({camera.id: camera for camera in site.cameras} for site in (before, after))
    both = [camera for camera in now if camera in was]
    roles = [
        _ROLES.get(key, _EVERYBODY)
        for key in Site.model_fields
        if key != "cameras" and getattr(before, key) != getattr(after, key)
    ]
    return Changes(
        added=tuple(camera for camera in now if camera not in was),
        removed=tuple(camera for camera in was if camera not in now),
        streams=tuple(c for c in both if _of_the_stream(was[c]) != _of_the_stream(now[c])),
        watches=tuple(c for c in both if was[c] != now[c] and _of_the_stream(was[c]) == _of_the_stream(now[c])),
        roles=frozenset[str]().union(*roles),
        fixed=tuple(path for path in _FIXED if _at(before, path) != _at(after, path)),
    )


def _of_the_stream(camera: Camera) -> dict[str, object]:
    return {key: getattr(camera, key) for key in Camera.model_fields if key not in _NOT_OF_THE_STREAM}


def _at(site: Site, path: tuple[str, ...]) -> object:
    value: object = site
    for key in path:
        value = None if value is None else getattr(value, key)  # a section may be left out
    return value
