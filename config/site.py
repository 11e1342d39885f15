"""A site: its cameras with their geometry and rules, its people, and where everything is kept."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from config.rules import Checked, Rule, Seconds
from models.geometry import Line, Zone

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
XY = tuple[Fraction, Fraction]

_SOCKET_PATH_CHARS = 100
"""The kernel takes 107; the server appends a little while it starts."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Name(Checked):
    """What people read, in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=40)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


class ZoneConfig(Checked):
    """A polygon on the picture, in fractions."""

    id: Id
    name: Name
    points: Annotated[tuple[XY, ...], Field(min_length=3)]

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

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same point; give the line a length")
        return self

    @property
    def shape(self) -> Line:
        """The geometry that rules use."""
        return Line(self.id, self.start, self.end, self.direction)


class Camera(Checked):
    """One entrance camera."""

    id: Id
    name: Name
    entrance: Annotated[str, Field(min_length=1, max_length=40)]
    url: str
    grid: str
    position: XY
    zones: tuple[ZoneConfig, ...] = ()
    lines: tuple[LineConfig, ...] = ()
    rules: tuple[Rule, ...] = ()

    @field_validator("url")
    @classmethod
    def _is_rtsp(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ValueError("is no address; write rtsp://[user:password@]host[:port]/path") from None
        if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname or port == 0:
            raise ValueError("is no RTSP address; write rtsp://[user:password@]host[:port]/path")
        return url

    @model_validator(mode="after")
    def _rules_know_their_places(self) -> Self:
        zones = [z.id for z in self.zones]
        lines = [line.id for line in self.lines]
        for twice in _repeated([*zones, *lines]):
            raise ValueError(f"two zones or lines are called {twice!r}; rename one")
        for rule in self.rules:
            place, known, what = (rule.zone, zones, "zone") if rule.rule == "INTRUDE" else (rule.line, lines, "line")
            if place not in known:
                raise ValueError(f"rule {rule.rule} names the {what} {place!r}, which this camera does not have")
        for twice in _repeated([rule.id for rule in self.rules]):
            raise ValueError(f"rule {twice} stands twice; remove one")
        return self


class Detector(Checked):
    """The detector and how often it looks."""

    model: str = "best"
    fps: Annotated[float, Field(gt=0, le=30)] = 5.0
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.35
    batch_deadline_ms: Annotated[float, Field(ge=0, le=1000)] = 20.0


class Health(Checked):
    """When a camera counts as troubled."""

    stall_s: Seconds = 3.0
    freeze_s: Seconds = 15.0
    blind_s: Seconds = 2.0


class Wall(Checked):
    """Where the wall listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8780
    workers: Annotated[int, Field(ge=1, le=16)] = 1
    undo_s: Seconds = 5.0

    @field_validator("host")
    @classmethod
    def _is_loopback(cls, host: str) -> str:
        if host not in _LOOPBACK:
            raise ValueError(
                "this version serves plain HTTP, on loopback only; put a TLS proxy in front and keep 127.0.0.1"
            )
        return host


class Person(Checked):
    """Somebody who can be sent. Placeholders only until the site enters its own roster."""

    id: Id
    name: Name
    grids: tuple[str, ...] = ()
    on_duty: bool = True


class Grid(Checked):
    """A grid of the neighbourhood and the grids next to it."""

    code: str
    name: Name
    beside: tuple[str, ...] = ()


class Site(Checked):
    """One neighbourhood: everything that `kanmen up` needs to know."""

    id: Id
    name: Name
    prefix: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    timezone: str = "Asia/Shanghai"
    data: Path = Path("var")
    redis: str | None = None
    database: str | None = None
    cameras: Annotated[tuple[Camera, ...], Field(min_length=1, max_length=64)]
    detector: Detector = Detector()
    health: Health = Health()
    wall: Wall = Wall()
    grids: tuple[Grid, ...] = ()
    people: tuple[Person, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no time zone; write e.g. Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for what, ids in (
            ("cameras", [c.id for c in self.cameras]),
            ("people", [p.id for p in self.people]),
            ("grids", [g.code for g in self.grids]),
        ):
            for twice in _repeated(ids):
                raise ValueError(f"two {what} are called {twice!r}; rename one")
        return self

    def camera(self, camera_id: str) -> Camera:
        """The camera of that id.

        Raises:
            KeyError: there is none.
        """
        for camera in self.cameras:
            if camera.id == camera_id:
                return camera
        raise KeyError(camera_id)

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the database; by default SQLite in the data folder."""
        return self.database or f"sqlite+aiosqlite:///{self.data.resolve() / 'kanmen.db'}"

    @property
    def redis_socket(self) -> Path:
        """Where our own Redis listens: in the data folder, or in the temporary one where that path is too long."""
        socket = self.data.resolve() / "redis" / "redis.sock"
        if len(str(socket)) <= _SOCKET_PATH_CHARS:
            return socket
        name = hashlib.sha256(str(socket).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"kanmen-{os.getuid()}-{name}" / "redis.sock"

    @property
    def redis_url(self) -> str:
        """URL of Redis; by default the socket of the one that the supervisor runs."""
        return self.redis or f"unix://{self.redis_socket}"

    @property
    def journal_path(self) -> Path:
        """The journal of this site's detect process."""
        return self.data / "journal.db"

    @property
    def evidence_path(self) -> Path:
        """The folder of the evidence store."""
        return self.data / "evidence"


def _repeated(ids: list[str]) -> list[str]:
    return sorted({i for i in ids if ids.count(i) > 1})
