"""A script filmed: its footage through decoder, detector, tracker and rules, as `kanmen replay` runs it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from acted import Outcome, began_of, scored, site_of, watched
from figures import filmed_sha256, seen_sha256
from sighted import Noted, Sighted

from detect.detector import Detector
from detect.health.rules import CODES as TROUBLES
from detect.tracker import LOW_SCORE
from kanmen.replay_files import replay_files
from models.alert import Alert
from scenes.actors import Actor
from scenes.filming import film
from scenes.script import Script


def filmed(
    script: Script, cast: Mapping[str, Actor], detector: Detector, folder: Path, kept: Path | None = None
) -> Outcome:
    """Film it, replay it and score what was said.

    The footage and what is found in it are kept in `kept`, where that is named: other weights need not wait for the
    film, and other rules not for the detector either. A camera's own checks have scenes of their own.
    """
    site, began, name = site_of(script), began_of(script), f"{script.name.replace('/', '-')}-{_sight(script)}"
    looks = f"{detector.name}-at-{site.detector.fps:g}-{seen_sha256()}"
    found = None if kept is None else kept / "sighted" / looks / f"{name}.npz"
    if found is not None and found.is_file():
        sighted = Sighted.load(found)
        alerts, counts = watched(script, sighted.pictures)
        return scored(script, began, [*alerts, *sighted.troubles], counts)
    footage = (folder if kept is None else kept / "films" / filmed_sha256()) / f"{name}.mp4"
    if not footage.is_file():
        footage.parent.mkdir(parents=True, exist_ok=True)
        film(script, cast, footage)
    noted = Noted(detector)
    done = replay_files(
        [footage], site, site.cameras[0], began, noted, fps=None, seen=lambda *_: None, progress=lambda *_: None
    )
    if found is None:
        footage.unlink()
    else:
        sighted = Sighted(noted.pictures(), [one for one in done.alerts.values() if one.code in TROUBLES])
        alerts, counts = watched(script, sighted.pictures)
        assert _newest([*alerts, *sighted.troubles]) == _newest(done.alerts.values()), "kept, it is another footage"
        sighted.save(found)
    return scored(script, began, done.alerts.values(), done.flows.values())


def _sight(script: Script) -> str:
    """Of what is to be seen in it, whatever is watched for there."""
    seen = replace(script, rules=(), zones={}, lines={}, breaches=(), counts=None)
    return hashlib.sha256(f"{LOW_SCORE} {seen!r}".encode()).hexdigest()[:12]


def _newest(alerts: Iterable[Alert]) -> dict[UUID, tuple[int, datetime | None]]:
    """Last revision and end of each alert."""
    return {alert.id: (alert.revision, alert.ended) for alert in alerts}
