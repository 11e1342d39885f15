"""One camera's watch: detections in, tracks, alerts and blind spans out, and all that must be remembered."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter, thread_time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.site import Camera, Site
from detect.checkpoint import encode_memory, remembered
from detect.health.rules import CODES as TROUBLES
from detect.health.rules import HealthRules
from detect.ledger import Ledger, Sight
from detect.rulebook import Rulebook
from detect.rules.rule import Place, Said
from detect.tracker import Tracker
from models.alert import Alert, BlindSpan
from models.clock import from_micros, to_micros
from models.detection import Detections
from models.flow import FlowCount
from models.frame import Frame
from models.journal import Checkpoint
from models.labels import KEYS, ON_REQUEST
from models.link import Health
from models.track import Track

SET_BACK: Final = 5_000_000
"""µs by which a picture that we know must lie in the future to prove that our clock was set back."""

Photograph = Callable[[Alert], str | None]
"""Stores the picture of the frame at hand for this revision; the key, or None where that failed."""

Spent = Callable[[str, float, float], None]
"""Told what a stage took: name, wall seconds, CPU seconds of this thread."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one frame led to.

    Attributes:
        tracks: Seen in it.
        alerts: Revisions it caused, with their snapshots' keys.
        flows: Counts it caused.
        spans: Blind spans it opened or closed.
        involved: Ids of tracks in an alert that lasts.
        found: All that was found in it, also what this camera does not follow.
    """

    tracks: tuple[Track, ...]
    alerts: list[Alert]
    flows: list[FlowCount]
    spans: list[BlindSpan]
    involved: frozenset[int]
    found: Detections


class Watch:
    """Tracker, rules and blind-time ledger of one camera; used by one thread.

    Args:
        site: The configuration.
        camera: Of this site.
        checkpoint: What was remembered, None for a camera never seen.
        now: Our clock.
        restarted: False where a replay goes on exactly where the live watch stood, without a restart in between.

    Attributes:
        modelless: Ids of its rules that are off: no model is named for them, or it cannot be used.
    """

    def __init__(
        self, site: Site, camera: Camera, checkpoint: Checkpoint | None, now: datetime, *, restarted: bool = True
    ) -> None:
        self.camera, self.modelless = camera, site.modelless(camera)
        self._place, self._labels = Place.of(site, camera), followed(camera)
        self._rules = Rulebook(self._place)
        self._ledger = Ledger(site.id, camera.id, site.health.blind_s, site.health.freeze_s)
        self._blind = round(site.health.blind_s * 1e6)
        self._health = HealthRules(site, camera, to_micros(now))
        self._high = site.detector.confidence
        self._log = logging.getLogger(f"detect:{camera.id}")
        self._memory = remembered(camera.id, checkpoint, self._rules.state_types, to_micros(now), restarted=restarted)
        self._tracker = self._followed_before(restarted=restarted)
        self._memory.rules = {**self._rules.fresh(), **self._memory.rules}
        self._memory.health, self._redrawn = self._health.resumed(self._memory.health)

    def _followed_before(self, *, restarted: bool) -> Tracker:
        """The tracker as it is remembered; where that cannot be used, nobody is followed yet."""
        kept = self._memory.tracker
        try:
            return Tracker.of(kept, self._high, restarted=restarted) if kept else Tracker(self._high)
        except ValueError as error:
            self._log.warning("whom this camera followed cannot be used, it begins anew: %s", error)
            return Tracker(self._high)

    @property
    def taken(self) -> int | None:
        """µs of the newest analysed frame; None before the first."""
        return self._memory.taken

    @property
    def sight(self) -> Sight:
        """What the ledger knows."""
        return self._memory.sight

    def checkpoint(self) -> Checkpoint:
        """All that must be remembered as of now."""
        self._memory.tracker = self._tracker.state()
        return Checkpoint(self._memory.taken, encode_memory(replace(self._memory, untold=self.untold())))

    def look(self, frame: Frame, found: Detections, now: datetime, photograph: Photograph, spent: Spent) -> Looked:
        """Take one analysed frame in; its `taken` is later than that of the last, unless our clock was set back."""
        memory, at = self._memory, to_micros(frame.taken)
        ended: list[Alert] = []
        if self._set_back(at):
            memory.health, ended = self._health.set_back(memory.health)
            self._tracker.reset()
        wall, cpu = perf_counter(), thread_time()
        tracks = self.follow(found, frame.taken)
        _told(spent, "track", wall, cpu)
        alerts, flows = self.see(tracks, frame.taken, frame.wide, photograph, spent)
        wall, cpu = perf_counter(), thread_time()
        memory.health, troubles = self._health.looked(memory.health, frame)
        _told(spent, "health", wall, cpu)
        alerts += [self._pictured(alert, frame.taken, photograph) for alert in (*ended, *troubles)]
        memory.sight, spans = self._seen(at, to_micros(now))
        return Looked(tracks, alerts, flows, spans, self._rules.involved(memory.rules), found)

    def follow(self, found: Detections, taken: datetime) -> tuple[Track, ...]:
        """What is followed, one picture on; `look` does this, and so does who has only what was found."""
        return self._tracker.update(found.of(self._labels), taken)

    def see(
        self, tracks: Sequence[Track], taken: datetime, wide: float, photograph: Photograph, spent: Spent
    ) -> tuple[list[Alert], list[FlowCount]]:
        """What the rules say of the tracks of one picture; `look` does this, and so does who has only the tracks.

        `wide` is heights of the picture to its width, as it is shown.
        """
        if wide != self._place.wide:  # what rules remember is in fractions: it holds for any shape
            self._place = replace(self._place, wide=wide)
            self._rules = Rulebook(self._place)
        memory, at = self._memory, to_micros(taken)
        said: list[Said] = []
        wall, cpu = perf_counter(), thread_time()
        if self._set_back(at):
            self._log.warning("our clock was set back; trackers and rules begin anew")
            said += self._rules.end(memory.rules)
            memory.rules, memory.taken = self._rules.fresh(), None
        before = None if memory.taken is None else from_micros(memory.taken)
        memory.rules, told = self._rules.step(memory.rules, before, tracks, taken)
        memory.taken = at
        _told(spent, "rules", wall, cpu)
        said += told
        alerts = [self._pictured(one, taken, photograph) for one in said if isinstance(one, Alert)]
        return alerts, [one for one in said if isinstance(one, FlowCount)]

    def is_out(self, health: Health | None, now: datetime) -> bool:
        """Whether the camera has been without pictures for too long."""
        at = to_micros(now)
        return self._health.is_out(self._memory.health, health, self._newest(at), at)

    def idle(self, health: Health | None, now: datetime, out: int = 1) -> tuple[list[Alert], list[BlindSpan]]:
        """Time has passed, with or without frames.

        Args:
            health: The worker's newest word, None where it has not spoken.
            now: Our clock.
            out: How many cameras of the site are without pictures now (`is_out`).
        """
        memory, at = self._memory, to_micros(now)
        if memory.sight.heard > at + SET_BACK:
            memory.sight = replace(memory.sight, heard=at)
        memory.sight, spans = self._ledger.watched(memory.sight, health, at)
        memory.health, alerts = self._health.heard(memory.health, health, self._newest(at), at, out)
        memory.alerts |= {alert.rule: alert for alert in alerts}
        return alerts, spans

    def adopt(self, site: Site, camera: Camera) -> tuple[list[Alert], list[FlowCount]]:
        """The camera has other zones, lines or rules; what lasts under a rule that stays goes on.

        Returns:
            The last revisions of alerts whose rule, zone or line is gone, and what it had counted and not told.
        """
        self.camera, self.modelless = camera, site.modelless(camera)
        self._place = replace(Place.of(site, camera), wide=self._place.wide)
        before, self._rules = self._rules, Rulebook(self._place)
        self._labels = followed(camera)
        self._health = HealthRules(site, camera, self._health.started)
        self._memory.health, self._redrawn = self._health.resumed(self._memory.health)
        states = self._memory.rules
        last = before.end(states, without=self._rules.state_types)
        self._memory.rules = {name: states.get(name, fresh) for name, fresh in self._rules.fresh().items()}
        alerts, counts = self.orphaned()
        return alerts, [*counts, *(one for one in last if isinstance(one, FlowCount))]

    def orphaned(self) -> tuple[list[Alert], list[FlowCount]]:
        """What rules left behind that are no longer configured: last revisions of alerts that last, and counts."""
        memory, kept = self._memory, {*self._rules.state_types, *TROUBLES}
        gone = [alert for name, alert in memory.alerts.items() if name not in kept]
        memory.alerts = {name: alert for name, alert in memory.alerts.items() if name in kept}
        ended = from_micros(memory.sight.last)
        redrawn, self._redrawn = self._redrawn, []
        memory.alerts |= {alert.rule: alert for alert in redrawn}
        counts, memory.untold = [count for count in memory.untold if count.rule not in kept], []
        last = [replace(a, revision=a.revision + 1, ended=max(ended, a.began)) for a in gone if a.ended is None]
        return [*redrawn, *last], counts

    def _newest(self, now: int) -> int:
        """µs of the newest picture, on our clock also where that was set back."""
        sight = self._memory.sight
        return sight.last if sight.last <= now else min(sight.heard, now)

    def _seen(self, taken: int, now: int) -> tuple[Sight, list[BlindSpan]]:
        """What the ledger says to a picture: of a camera covered, moved or looked at too seldom it proves little."""
        memory = self._memory
        memory.looks = memory.looks.looked(taken, self._blind)
        blinded = memory.health.blinded or memory.looks.seldom(self._blind)
        if blinded is None:
            return self._ledger.analysed(memory.sight, taken, now)
        reason, since = blinded
        return self._ledger.obscured(memory.sight, reason, since, taken, now)

    def untold(self) -> list[FlowCount]:
        """What has been counted and not told yet: of footage that is over, the rest of its last minute."""
        return [one for one in self._rules.end(self._memory.rules) if isinstance(one, FlowCount)]

    def off(self, at: datetime) -> list[str]:
        """Ids of the rules that are off schedule at that instant."""
        return self._rules.off(at)

    def _set_back(self, at: int) -> bool:
        """Whether our clock was set back since the newest frame."""
        return self._memory.taken is not None and at <= self._memory.taken

    def _pictured(self, alert: Alert, taken: datetime, photograph: Photograph) -> Alert:
        """The alert with the picture of this frame, if it is about this frame; else with the one it has."""
        before = self._memory.alerts.get(alert.rule)
        if alert.ended is None or alert.ended == taken:
            alert = replace(alert, snapshot=photograph(alert))
        elif before is not None and before.id == alert.id:
            alert = replace(alert, snapshot=before.snapshot, subjects=before.subjects)
        self._memory.alerts[alert.rule] = alert
        return alert


def followed(camera: Camera) -> NDArray[np.int16]:
    """The labels of what is followed there."""
    asked = {key for rule in camera.rules for key in rule.labels}
    return np.array(
        [n for key, numbers in KEYS.items() if key in asked or key not in ON_REQUEST for n in numbers], np.int16
    )


def _told(spent: Spent, stage: str, wall: float, cpu: float) -> None:
    spent(stage, perf_counter() - wall, thread_time() - cpu)
