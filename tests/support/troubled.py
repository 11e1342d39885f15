"""A script of a camera's own troubles filmed, decoded and looked at, as its worker and detect look at it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from acted import Outcome, scored, site_of

from detect.health.rules import HealthRules
from ingest.choice import Choice
from ingest.footage import FootageFile
from ingest.health import Counts
from ingest.mask import Mask
from ingest.sampler import scaled
from ingest.timeline import Timeline
from models.alert import Alert
from models.clock import from_micros, to_micros
from models.frame import Frame
from models.link import CameraState, Health
from scenes import places, places_night
from scenes.actors import Actor
from scenes.filming import film
from scenes.light import Place
from scenes.script import Script

_SIDE = 640
_SECOND_US = 1_000_000
_OVER_S = 10.0
"""So long after the last trouble is over its alert must be, too."""

_BY_DAY: tuple[Callable[[], Place], ...] = (
    places.west_gate,
    places.south_lane,
    places.east_gate,
    places.market,
    places_night.north_gate,
)
_BY_NIGHT: tuple[Callable[[], Place], ...] = (places_night.fire_lane, places_night.doorway, places_night.car_park)


@cache
def _built(make: Callable[[], Place]) -> Place:
    return make()


def _place(script: Script) -> Place:
    """Where it is filmed: one of the demo's places, by its seed."""
    makers = _BY_NIGHT if script.night else _BY_DAY
    return _built(makers[int(script.name.rpartition("/")[2]) % len(makers)])


def troubled(script: Script, cast: Mapping[str, Actor], folder: Path) -> Outcome:
    """Film it and score what was said of the camera."""
    path = folder / f"{script.name.replace('/', '-')}.mp4"
    film(script, cast, path, _place(script))
    began = datetime.fromisoformat(script.begins).replace(tzinfo=UTC)
    alerts = looked_at(path, script, began)
    path.unlink()
    return ended(scored(script, began, alerts, ()), script, alerts)


def looked_at(path: Path, script: Script, began: datetime) -> list[Alert]:
    """Every revision that the camera's troubles led to; its worker speaks once a second."""
    site = site_of(script)
    camera, now = site.cameras[0], to_micros(began)
    rules, counts = HealthRules(site, camera, now), Counts()
    choice, alerts = Choice(counts, site.health.freeze_s), list[Alert]()
    state: CameraState = "live"
    memory, since, spoke = rules.fresh(), now, 0
    for number, picture in enumerate(FootageFile(path, Timeline(now), counts, Mask(())).pictures()):
        at = picture.stamp.taken
        chosen = choice.takes(picture, script.fps)
        if choice.frozen != (state == "frozen"):
            state, since = ("frozen" if choice.frozen else "live"), at
        if chosen and not choice.frozen:
            image = scaled(picture.frame, _SIDE, _SIDE, "rgb24")
            memory, said = rules.looked(memory, Frame(camera.id, number, 1, from_micros(at), image))
            alerts += said
        if at - spoke >= _SECOND_US:
            spoke = at
            told = Health(at=at, state=state, since=since, taken=at)
            memory, said = rules.heard(memory, told, at, at, 0)
            alerts += said
    return alerts


def ended(outcome: Outcome, script: Script, alerts: Iterable[Alert]) -> Outcome:
    """An alert that lasts longer than its trouble counts as false."""
    due = max((breach.ended_s for breach in script.breaches), default=0.0) + _OVER_S
    newest = {alert.id: alert for alert in alerts}.values()
    began = datetime.fromisoformat(script.begins).replace(tzinfo=UTC)
    late = [a.code for a in newest if a.ended is None or (a.ended - began).total_seconds() > due]
    return replace(outcome, false=outcome.false + len(late), wrong=[*outcome.wrong, *(f"{c} goes on" for c in late)])
