"""What a replay came to: alerts, counts and tracks, as JSON, as MOTChallenge CSV and in words."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TextIO
from uuid import UUID

from config.site import Camera
from models.alert import Alert
from models.clock import to_iso
from models.flow import FlowCount
from models.labels import KEY_OF, PERSON
from models.track import Track

_MOT_CLASS: Final = {"person": 1, "vehicle": 3, "two_wheeler": 5}
"""MOTChallenge's numbers: pedestrian, car, motorbike."""


@dataclass(slots=True)
class Replayed:
    """The outcome as it grows.

    Attributes:
        camera: As which the footage was replayed.
        began: The first instant.
        frames: Analysed.
        seconds: Of footage.
        wall_s: What it took.
        alerts: Newest revision of each alert by id.
        flows: Newest revision of each minute's count by id.
        said: Sentences on what was left out, one per thing that a person should know.
        files: Name of each file with what it came to.
        live: How a session's alerts stand beside those that were raised live, None for other footage.
    """

    camera: Camera
    began: datetime
    frames: int = 0
    seconds: float = 0.0
    wall_s: float = 0.0
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    flows: dict[UUID, FlowCount] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    live: dict[str, Any] | None = None

    def told(self, alerts: Iterable[Alert]) -> None:
        """Revisions that a picture caused."""
        self.alerts |= {alert.id: alert for alert in alerts}

    def counted(self, flows: Iterable[FlowCount]) -> None:
        """Counts that a picture caused."""
        self.flows |= {count.id: count for count in flows}

    @property
    def speed(self) -> float:
        """Seconds of footage per second."""
        return self.seconds / self.wall_s if self.wall_s else 0.0

    def counts(self) -> dict[str, dict[str, int]]:
        """Crossings of each line of the camera, as its FLOW rule counted them, or else its LINE rule."""
        counts = {line.id: {"in": 0, "out": 0} for line in self.camera.lines}
        flowing = {rule.place for rule in self.camera.rules if rule.rule == "FLOW"}
        for count in self.flows.values():
            counts[count.line]["in"] += count.into
            counts[count.line]["out"] += count.out
        for alert in self.alerts.values():
            if alert.code == "LINE" and alert.place in counts.keys() - flowing:
                for way, number in counts[alert.place].items():
                    counts[alert.place][way] = number + int(alert.observed.get(way, 0))
        return counts

    def as_json(self) -> dict[str, Any]:
        """The outcome; all but `speed` is the same at every run, and `sha256` is of all but `speed`."""
        ordered = sorted(self.alerts.values(), key=lambda alert: (alert.began, alert.id))
        same: dict[str, Any] = {
            "began": to_iso(self.began),
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "counts": self.counts(),
            "alerts": [self._alert(alert) for alert in ordered],
            "files": self.files,
            "said": self.said,
        }
        if self.live is not None:
            same["live"] = self.live
        digest = hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()
        return {**same, "sha256": digest, "speed": round(self.speed, 2)}

    def lines(self) -> list[str]:
        """The outcome in words."""
        raw = self.as_json()
        lines = [
            f"{alert['code']} {alert['zone']}, level {alert['level']}, from {alert['began_s']:.2f} s "
            + (f"to {alert['ended_s']:.2f} s" if alert["ended_s"] is not None else "on")
            + f", {alert['count']}×: {_figures(alert['observed'])} (threshold {_figures(alert['threshold'])})"
            for alert in raw["alerts"]
        ]
        lines += [f"{line}: {ways['in']} in, {ways['out']} out" for line, ways in raw["counts"].items()]
        lines += self.said
        if self.live is not None:
            lines.append(_beside_live(self.live))
        told = f"{self.frames} frames analysed, {len(self.alerts)} alerts"
        lines.append(f"{told}; {self.seconds:.1f} s of footage in {self.wall_s:.1f} s: {self.speed:.1f}× real time")
        return lines

    def _alert(self, alert: Alert) -> dict[str, Any]:
        ended = alert.ended
        return {
            "id": str(alert.id),
            "code": alert.code,
            "level": alert.level,
            "camera": alert.camera,
            "zone": alert.place,
            "began_s": round((alert.began - self.began).total_seconds(), 3),
            "ended_s": None if ended is None else round((ended - self.began).total_seconds(), 3),
            "count": alert.count,
            "revision": alert.revision,
            "observed": dict(alert.observed),
            "threshold": dict(alert.threshold),
            "source": alert.source,
        }


def write_tracks(file: TextIO | None, picture: int, size: tuple[int, int], tracks: Iterable[Track]) -> None:
    """A line of MOTChallenge's CSV per track: frame, id, left, top, width, height, score, class, -1, -1 (pixels)."""
    if file is None:
        return
    width, height = size
    for track in tracks:
        x0, y0, x1, y1 = track.box
        box = (x0 * width, y0 * height, (x1 - x0) * width, (y1 - y0) * height)
        kind = _MOT_CLASS.get(KEY_OF.get(track.label, ""), _MOT_CLASS["person"] if track.label == PERSON else -1)
        told = ",".join(f"{side:.2f}" for side in box)
        file.write(f"{picture},{track.id},{told},{track.score:.4f},{kind},-1,-1\n")


def _beside_live(live: dict[str, Any]) -> str:
    if live["same"]:
        return "the same alerts as live, id for id and revision for revision"
    told = "; ".join(f"{what}: {', '.join(live[what])}" for what in ("missing", "extra", "changed") if live[what])
    return f"NOT the alerts that were raised live ({told or 'some revisions differ'})"


def _figures(figures: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())
