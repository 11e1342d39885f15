"""The truth of footage as a person writes it down: what happened, when, and how many crossed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from config.camera import Camera
from config.checked import ANumber, Checked
from config.mistakes import of_values, told
from config.read import parsed
from config.relations import Where
from models.codes import CODES
from models.errors import ConfigError, FootageError
from models.score import TOLERANCE_S, Event, Happened, Ways
from scenes.breaches import happened
from scenes.truth import read_truth

_REMEDY: Final = "write `events:`, `counts:` or `silent: true`"

_Seconds = Annotated[float, ANumber, Field(ge=0, allow_inf_nan=False)]
_Number = Annotated[int, ANumber, Field(ge=0)]


class _Event(Checked):
    code: str
    zone: str | None = None
    from_s: _Seconds
    to_s: _Seconds
    tolerance_s: _Seconds = TOLERANCE_S
    count: Annotated[int, ANumber, Field(ge=1)] | None = None


class _Ways(Checked):
    into: _Number = Field(alias="in")
    out: _Number


class _Truth(Checked):
    clip: str | None = None
    events: tuple[_Event, ...] = ()
    counts: dict[str, _Ways] = Field(default_factory=dict)
    silent: bool = False


def what_happened(path: Path, camera: Camera, clips: Sequence[str] = ()) -> Happened:
    """What happened, by a YAML file of `events`, `counts` and `silent`, or by the `.truth.json` of a composed scene.

    Args:
        path: The file.
        camera: Whose zones and lines it may name; what a composed scene means is said by its rules.
        clips: Names of what is replayed; a truth that names its clip must be of the first of them.

    Raises:
        FootageError: it cannot be read.
        ConfigError: it has mistakes: all of them, with file, line and remedy.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FootageError(f"--truth {path}: cannot be read: {error.strerror}; name a YAML file") from error
    if path.suffix == ".json":
        return happened(read_truth(path), camera)
    tree = parsed(data, path, _REMEDY, "events: …")
    try:
        truth = _Truth.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(*told(path, tree, list(of_values(error)))) from None
    if mistakes := [*_of_another(truth, clips), *_unfit(truth, camera)]:
        raise ConfigError(*told(path, tree, mistakes))
    return Happened(
        tuple(Event(e.code, e.from_s, e.to_s, e.zone, e.tolerance_s, e.count) for e in truth.events),
        {line: Ways(ways.into, ways.out) for line, ways in truth.counts.items()},
    )


def _of_another(truth: _Truth, clips: Sequence[str]) -> Iterator[tuple[Where, str]]:
    """What to do where the truth is of something else than what is scored by it."""
    if truth.clip is None or truth.clip in clips[:1]:
        return
    what = f"what is scored begins with {clips[0]}" if clips else "observations are scored, no clip"
    yield ("clip",), f"{what}, so this is another one's truth; name the right file with --truth, or remove this line"


def _unfit(truth: _Truth, camera: Camera) -> Iterator[tuple[Where, str]]:
    """What does not fit together, or not to the camera, as (where, what to do)."""
    if not (truth.events or truth.counts or truth.silent):
        yield (), f"says nothing; {_REMEDY}"
    if truth.events and truth.silent:
        yield ("silent",), "events are listed, so it is not silent; remove one of the two"
    zones, lines = sorted(zone.id for zone in camera.zones), sorted(line.id for line in camera.lines)
    for number, event in enumerate(truth.events):
        where = ("events", number)
        if event.code not in CODES:
            yield (*where, "code"), f"is no code of an alert; write one of {', '.join(CODES)}"
        if event.to_s < event.from_s:
            yield (*where, "to_s"), "is before from_s; an event ends after it begins"
        if event.zone is not None and event.zone not in (*zones, *lines):
            there = ", ".join((*zones, *lines)) or "none"
            yield (*where, "zone"), f"{camera.id} has no such zone or line; there are: {there}"
    for line in truth.counts:
        if line not in lines:
            yield ("counts", line), f"{camera.id} has no such line; there are: {', '.join(lines) or 'none'}"
