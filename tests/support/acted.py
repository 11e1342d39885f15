"""A script acted out on observations: what a detector would find of it, through the real tracker and the real rules."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from config.site import Site
from detect.watch import Watch
from models.alert import Alert
from models.detection import Detections
from models.flow import FlowCount
from models.score import Event, Happened, Told, Ways, score
from scenes.noise import observed
from scenes.script import Script
from scenes.stage import SHAPE

TOLERANCE_S = 2.0
"""An alert may begin so long before or after what it tells of: boxes tremble at borders."""

_ROUNDED_S = 0.03
"""Pictures are not taken on the thousandth."""

Sighting = tuple[datetime, float, Detections]
"""When a picture was taken, heights of it to its width, and what was found in it."""


@dataclass(frozen=True)
class Outcome:
    """What came of one script.

    Attributes:
        seconds: Of footage.
        found: Events, or crossings of a counted line, that were told.
        missed: Those that were not.
        false: What was told and did not happen, or was told again.
        after_s: For each event that was told, how long after its rule was met it was.
        soon: How many of them were told within two samples of it.
        wrong: What was missed and what was false, in words.
    """

    name: str
    seconds: float
    found: int
    missed: int
    false: int
    after_s: list[float]
    soon: int
    wrong: list[str]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def site_of(script: Script) -> Site:
    """A site with the script's camera and nothing else."""
    name = {"zh": "场景", "en": "scene"}
    site = {"id": "scene", "name": name, "prefix": "SCN", "timezone": "UTC", "cameras": [script.camera()]}
    return Site.model_validate(site)


def began_of(script: Script) -> datetime:
    """When it begins."""
    return datetime.fromisoformat(script.begins).replace(tzinfo=UTC)


def acted(script: Script) -> Outcome:
    """Act it out on observations and score what was said."""
    alerts, counts = watched(script, pictures(script))
    return scored(script, began_of(script), alerts, counts)


def pictures(script: Script) -> Iterator[Sighting]:
    """What a detector would find of it."""
    for number, found in enumerate(observed(script)):
        at = number / script.fps
        if not any(since <= at < until for since, until in script.holes):
            yield began_of(script) + timedelta(seconds=at), SHAPE, found


def watched(script: Script, pictures: Iterable[Sighting]) -> tuple[list[Alert], list[FlowCount]]:
    """What tracker and rules say of what was found, picture by picture: all revisions."""
    site = site_of(script)
    watch = Watch(site, site.cameras[0], None, began_of(script))
    alerts, counts = list[Alert](), list[FlowCount]()
    for taken, wide, found in pictures:
        said, flows = watch.see(watch.follow(found, taken), taken, wide, lambda _: None, lambda *_: None)
        alerts, counts = [*alerts, *said], [*counts, *flows]
    return alerts, [*counts, *watch.untold()]


def scored(script: Script, began: datetime, alerts: Iterable[Alert], counts: Iterable[FlowCount]) -> Outcome:
    """What those revisions are worth, by the script's truth."""
    events = {Event(b.code, b.began_s, b.ended_s, b.place, TOLERANCE_S): b for b in script.breaches}
    told = [_told(alert, began) for alert in {alert.id: alert for alert in alerts}.values()]
    done = score(Happened(tuple(events)), told, script.seconds)
    found, missed = len(done.found), len(done.missed)
    false = len(done.false) + len(done.repeated)
    wrong = [f"missed {events[event]}" for event in done.missed]
    wrong += [f"false {alert}" for alert in (*done.false, *(pair.alert for pair in done.repeated))]
    for line, (happened, counted) in _counts(script, counts).items():
        for was, is_counted in zip((happened.into, happened.out), (counted.into, counted.out), strict=True):
            found += min(was, is_counted)
            missed += max(0, was - is_counted)
            false += max(0, is_counted - was)
        if happened != counted:
            wrong.append(f"{line}: {happened} counted as {counted}")
    after = [round(pair.alert.detected_s - events[pair.event].met_s, 3) for pair in done.found]
    soon = sum(late <= 2 / script.fps + _ROUNDED_S for late in after)
    return Outcome(script.name, script.seconds, found, missed, false, after, soon, wrong)


def _counts(script: Script, counts: Iterable[FlowCount]) -> dict[str, tuple[Ways, Ways]]:
    """(happened, counted) by line, where the script knows."""
    newest = {count.id: count for count in counts}.values()
    return {
        line: (
            Ways(*ways),
            Ways(sum(c.into for c in newest if c.line == line), sum(c.out for c in newest if c.line == line)),
        )
        for line, ways in (script.counts or {}).items()
    }


def _told(alert: Alert, began: datetime) -> Told:
    since, met = ((at - began).total_seconds() for at in (alert.began, alert.detected))
    return Told(str(alert.id), alert.code, alert.place, since, met, alert.count)
