"""Other rules, zones or lines proposed for a camera: read as strictly as a configuration, beside what stays."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from config.camera import Camera, LineConfig, ZoneConfig
from config.checked import Checked
from config.mistakes import of_values, told
from config.read import parsed
from config.relations import broken
from config.rules import Rule
from config.site import Site
from models.errors import ConfigError

_REMEDY: Final = "write `rules:`, `zones:` or `lines:` as they stand in the configuration under a camera"


class _Change(Checked):
    rules: tuple[Rule, ...] | None = None
    zones: tuple[ZoneConfig, ...] | None = None
    lines: tuple[LineConfig, ...] | None = None


def proposed(data: bytes, path: Path, site: Site, camera: Camera) -> tuple[Site, Camera]:
    """The site and its camera with the rules, zones or lines of a YAML text in place of its own.

    Args:
        data: Has any of these three keys; what it leaves out stays as it is.
        path: Where it stands; mistakes are told by this name.
        site: The configuration.
        camera: Of it.

    Raises:
        ConfigError: it has mistakes, by itself or beside what stays: all of them, with file, line and remedy.
    """
    tree = parsed(data, path, _REMEDY, "rules: …")
    try:
        change = _Change.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(*told(path, tree, list(of_values(error)))) from None
    parts = {key: part for key in _Change.model_fields if (part := getattr(change, key)) is not None}
    other = camera.model_copy(update=parts)
    mistakes = [(where[2:], what) for where, what in broken({"cameras": [other.model_dump()]}) if where[0] == "cameras"]
    if not parts:
        mistakes.append(((), f"says nothing; {_REMEDY}"))
    if mistakes:
        raise ConfigError(*told(path, tree, mistakes))
    cameras = tuple(other if one.id == camera.id else one for one in site.cameras)
    return site.model_copy(update={"cameras": cameras}), other
