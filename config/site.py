"""A site: its cameras with their geometry and rules, its people, and where everything is kept."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from config.camera import Camera, Id, LineConfig, Name, ZoneConfig
from config.checked import ANumber, Checked, Seconds
from config.evidence import Evidence
from config.health import Health
from config.hours import Hours, WindowText
from config.listener import Listener
from config.officer import Officer
from config.own_model import OWN_MODELS, OwnModel
from config.paths import Named
from config.police import Police
from config.relations import broken

__all__ = [
    "Camera",
    "Detector",
    "Evidence",
    "Grid",
    "Health",
    "LineConfig",
    "Name",
    "Officer",
    "Person",
    "Site",
    "Wall",
    "ZoneConfig",
]


_SOCKET_PATH_CHARS = 100
"""The kernel takes 107; the server appends a little while it starts."""


class Detector(Checked):
    """The detector and how often it looks."""

    model: str = "best"
    backend: Literal["auto", "openvino", "ultralytics"] = "auto"
    fps: Annotated[float, ANumber, Field(gt=0, le=30)] = 5.0
    confidence: Annotated[float, ANumber, Field(gt=0, lt=1)] = 0.35
    batch_deadline_ms: Annotated[float, ANumber, Field(ge=0, le=1000)] = 20.0
    fire: OwnModel = OwnModel()
    """Sees fire and smoke; without it FIRE is off."""
    fight: OwnModel = OwnModel()
    """Sees fights; without it FIGHT is off."""

    @property
    def own(self) -> dict[str, OwnModel]:
        """The models that are named, by the key of what they see."""
        return {key: model for key in OWN_MODELS.values() if (model := getattr(self, key)).path}


class Observations(Checked):
    """How long it is kept what was seen in every picture: tracks, no pictures."""

    days: Annotated[int, ANumber, Field(ge=0, le=365)] = 7
    megabytes: Annotated[int, ANumber, Field(ge=1, le=1_000_000)] = 2048


class Wall(Listener):
    """Where the wall listens."""

    port: Annotated[int, ANumber, Field(ge=0, le=65535)] = 8780
    workers: Annotated[int, ANumber, Field(ge=1, le=16)] = 1
    undo_s: Seconds = 5.0
    shelf_h: Annotated[float, ANumber, Field(gt=0, le=24)] = 8.0
    """So long at most a rule is set aside, hours."""


class Person(Checked):
    """Somebody who can be sent. Placeholders only until the site enters its own roster."""

    id: Id
    name: Name
    grids: tuple[str, ...] = ()
    on_duty: bool = True


class Grid(Checked):
    """A grid of the neighbourhood and the grids next to it."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    name: Name
    beside: tuple[str, ...] = ()


class Site(Checked):
    """One neighbourhood: everything that `kanmen up` needs to know."""

    id: Id
    name: Name
    prefix: str
    timezone: str = "Asia/Shanghai"
    night: tuple[WindowText, ...] = ("22:00-06:00",)
    """Windows on the site's clock in which rules take their parameters for the night."""
    data: Named = Path("var")
    redis: Annotated[str | None, Field(repr=False)] = None
    database: Annotated[str | None, Field(repr=False)] = None
    cameras: Annotated[tuple[Camera, ...], Field(min_length=1, max_length=64)]
    detector: Detector = Detector()
    health: Health = Health()
    observations: Observations = Observations()

    evidence: Evidence = Evidence()
    wall: Wall = Wall()
    officer: Officer | None = None
    grids: tuple[Grid, ...] = ()
    people: tuple[Person, ...] = ()
    police: Police = Police()

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is no time zone; write e.g. Asia/Shanghai") from None
        return name

    @field_validator("prefix")
    @classmethod
    def _is_prefix(cls, prefix: str) -> str:
        if not re.fullmatch(r"[A-Z0-9]{2,8}", prefix):
            raise ValueError("must be 2 to 8 of A-Z and 0-9; it begins the numbers of incidents")
        return prefix

    @field_validator("redis")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("is no Redis address; write redis://host:6379/0 or unix:///path, or leave it out")
        return url

    @field_validator("database")
    @classmethod
    def _is_database(cls, url: str | None) -> str | None:
        if url is not None:
            from models.dialect import mistake_in  # noqa: PLC0415 (most processes need no database)

            if mistake := mistake_in(url):
                raise ValueError(mistake)
        return url

    @model_validator(mode="after")
    def _relations_hold(self) -> Self:
        for where, mistake in broken(self.model_dump()):
            raise ValueError(f"{'.'.join(str(part) for part in where)}: {mistake}")
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
    def listeners(self) -> dict[str, Listener]:
        """Section of the configuration to what it says of its listener."""
        return {"wall": self.wall, **({"officer": self.officer} if self.officer else {})}

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.timezone)

    @property
    def night_hours(self) -> Hours:
        """Its night."""
        return Hours.of(self.night, self.zone)

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

    def modelless(self, camera: Camera) -> list[str]:
        """Ids of the camera's rules that are off because the site names no model for them."""
        return [rule.id for rule in camera.rules if rule.rule in OWN_MODELS and rule.labels[0] not in self.detector.own]

    @property
    def armed(self) -> dict[str, list[list[str]]]:
        """Camera to the armed hours of each of its rules, as they are written."""
        return {camera.id: [list(rule.armed) for rule in camera.rules] for camera in self.cameras}

    @property
    def redis_url(self) -> str:
        """URL of Redis; by default the socket of the one that the supervisor runs."""
        return self.redis or f"unix://{self.redis_socket}"

    @property
    def journal_path(self) -> Path:
        """The journal of this site's detect process."""
        return self.data / "journal.db"

    @property
    def observations_path(self) -> Path:
        """The folder of what was seen, by camera and hour."""
        return self.data / "observations"

    @property
    def desk_journal_path(self) -> Path:
        """The journal of this site's desk: alerts about Kanmen itself."""
        return self.data / "desk.db"

    @property
    def journals(self) -> tuple[Path, ...]:
        """The journals that an audit compares: that of detect, and that of the desk once there is one."""
        own = self.desk_journal_path
        return (self.journal_path, own) if own.is_file() else (self.journal_path,)

    @property
    def sessions_path(self) -> Path:
        """Where sessions lie while they are recorded."""
        return self.data / "sessions"

    @property
    def weights_path(self) -> Path:
        """The folder of detector weights, with the site's own manifest."""
        return self.data / "models"

    @property
    def evidence_path(self) -> Path:
        """The folder of the evidence store."""
        return self.data / "evidence"

    @property
    def links_path(self) -> Path:
        """The key of signed links."""
        return self.data / "links.key"
