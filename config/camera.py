"""One entrance camera: its stream, its place, the zones and lines on its picture and the rules that use them."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from config.checked import ANumber, Checked
from config.fractions import XY, Polygon
from config.rules import Rule
from models.geometry import Line, Zone

_RTSP = "rtsp://[user:password@]host[:port]/path"


def _is_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text):
        raise ValueError("must be 1 to 32 of a-z, 0-9 and -, and begin with a letter or a digit")
    return text


Id = Annotated[str, AfterValidator(_is_id)]


class Name(Checked):
    """What people read, in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=40)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


class ZoneConfig(Checked):
    """A polygon on the picture, in fractions."""

    id: Id
    name: Name
    points: Polygon

    @property
    def shape(self) -> Zone:
        """The geometry that rules use."""
        return Zone(self.id, self.points)


class LineConfig(Checked):
    """A directed line on the picture, in fractions; left to right of start → end is `in`."""

    id: Id
    name: Name
    start: XY
    end: XY
    direction: Literal["in", "out", "both"] = "both"

    @property
    def shape(self) -> Line:
        """The geometry that rules use."""
        return Line(self.id, self.start, self.end, self.direction)


class Camera(Checked):
    """One entrance camera."""

    id: Id
    name: Name
    entrance: Annotated[str, Field(min_length=1, max_length=40)]
    url: Annotated[str, Field(repr=False)]
    """May hold a password: never shown by repr, never logged."""
    main: Annotated[str | None, Field(repr=False)] = None
    transport: Literal["tcp", "udp"] = "tcp"
    grid: str
    position: XY
    tiles: Annotated[int, ANumber, Field(ge=1, le=3)] = 1
    """Looked at as a whole and in so many by so many tiles too; 1: as a whole only."""
    masks: tuple[Polygon, ...] = ()
    zones: tuple[ZoneConfig, ...] = ()
    lines: tuple[LineConfig, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def looks(self) -> int:
        """How often the detector looks at one picture."""
        return 1 if self.tiles == 1 else 1 + self.tiles**2

    @field_validator("url", "main")
    @classmethod
    def _is_rtsp(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError(f"is no address; write {_RTSP}") from None
        if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname or port == 0:
            raise ValueError(f"is no RTSP address; write {_RTSP}")
        if re.search(r"[\s\x00-\x1f]", url):
            raise ValueError(f"has a blank in it; write {_RTSP}, a blank as %20")
        if "@" not in parts.netloc and "@" in url:
            raise ValueError(f"has an @ after the host; write {_RTSP}, and / ? # in a password as %2F %3F %23")
        return url
