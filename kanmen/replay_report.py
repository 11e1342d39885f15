"""What a replay came to: alerts, counts and tracks, as JSON, as MOTChallenge CSV and in words."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar
from uuid import UUID

from config.site import Camera
from kanmen.replay_diff import difference, difference_json, difference_lines, results
from kanmen.replay_score import score_json, score_lines
from kanmen.unfollowed import Unfollowed, unfollowed_lines
from models.alert import Alert
from models.clock import to_iso
from models.flow import FlowCount
from models.labels import KEY_OF, PERSON
from models.score import Event, Happened, Score, Told, Ways, score
from models.track import Track

if TYPE_CHECKING:
    from kanmen.replay_pictures import Pictures

T = TypeVar("T")

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
        took: Seconds of it by stage; `decode` goes on in a thread of its own, beside the others.
        alerts: Newest revision of each alert by id.
        flows: Newest revision of each minute's count by id.
        said: Sentences on what was left out, one per thing that a person should know.
        files: Name of each file with what it came to.
        live: How a session's alerts stand beside those that were raised live, None for other footage.
        happened: What really happened in the footage, None where nobody wrote it down.
        pictures: Those that were written, None where nobody asked for them.
        what_if: What other rules would have said, None where nobody asked.
        unfollowed: Of other rules: those that cannot be judged, and why.
    """

    camera: Camera
    began: datetime
    frames: int = 0
    seconds: float = 0.0
    wall_s: float = 0.0
    took: dict[str, float] = field(default_factory=dict)
    alerts: dict[UUID, Alert] = field(default_factory=dict)
    flows: dict[UUID, FlowCount] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    live: dict[str, Any] | None = None
    happened: Happened | None = None
    pictures: "Pictures | None" = None
    what_if: "Replayed | None" = None
    unfollowed: Sequence[Unfollowed] = ()

    def told(self, alerts: Iterable[Alert]) -> None:
        """Revisions that a picture caused."""
        self.alerts |= {alert.id: alert for alert in alerts}

    def counted(self, flows: Iterable[FlowCount]) -> None:
        """Counts that a picture caused."""
        self.flows |= {count.id: count for count in flows}

    def spent(self, stage: str, wall_s: float, cpu_s: float = 0.0) -> None:
        """A stage took so long once more."""
        del cpu_s
        self.took[stage] = self.took.get(stage, 0.0) + wall_s

    def timed(self, things: Iterable[T], stage: str) -> Iterator[T]:
        """The things; what making them takes is the stage's."""
        making = iter(things)
        while True:
            began = perf_counter()
            try:
                thing = next(making)
            except StopIteration:
                return
            finally:
                self.spent(stage, perf_counter() - began)
            yield thing

    @property
    def speed(self) -> float:
        """Seconds of footage per second."""
        return self.seconds / self.wall_s if self.wall_s else 0.0

    def counts(self) -> dict[str, dict[str, int]]:
        """Crossings of each line of the camera, as its FLOW rule counted them, or else LINE, or else NIGHT."""
        counts = {line.id: {"in": 0, "out": 0} for line in self.camera.lines}
        rules = {rule.id for rule in self.camera.rules}
        counting = {line: next((k for k in ("FLOW", "LINE", "NIGHT") if f"{k}:{line}" in rules), "") for line in counts}
        for count in self.flows.values():
            if count.rule == f"{counting.get(count.line)}:{count.line}":
                counts[count.line]["in"] += count.into
                counts[count.line]["out"] += count.out
        for alert in self.alerts.values():
            if alert.code == "LINE" and counting.get(alert.place) == "LINE":
                for way, number in counts[alert.place].items():
                    counts[alert.place][way] = number + int(alert.observed.get(way, 0))
        return counts

    def counted_from(self, instant: datetime) -> None:
        """Count seconds from this instant on, though the first picture came later."""
        self.seconds += (self.began - instant).total_seconds()
        self.began = instant

    def beside(self, happened: Happened) -> None:
        """Score it by what really happened."""
        self.happened = happened
        if late := sum(event.from_s > self.seconds for event in happened.events):
            self.said.append(f"truth: {late} events begin behind the end of the footage; they can only be missed")

    def score(self) -> Score | None:
        """How the alerts and counts stand beside what happened; None where that is not known."""
        if self.happened is None:
            return None
        told = [self._scored(alert) for alert in self.alerts.values()]
        counted = {line: Ways(ways["in"], ways["out"]) for line, ways in self.counts().items()}
        return score(self.happened, told, self.seconds, counted)

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
        if (scored := self.score()) is not None:
            same["score"] = score_json(scored, self._file_at, self._picture_of)
        if self.what_if is not None:
            other = self.what_if.as_json()
            change = difference(results(same), results(other))
            same["what_if"] = {key: other[key] for key in ("alerts", "counts", "score") if key in other}
            same["what_if"] |= difference_json(change)
            same["what_if"]["unfollowed"] = [asdict(one) for one in self.what_if.unfollowed]
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
        if "score" in raw:
            lines += score_lines(raw["score"])
        if "what_if" in raw:
            lines.append("with the other rules:")
            lines += score_lines(raw["what_if"]["score"]) if "score" in raw else ()
            lines += difference_lines(raw["what_if"])
            lines += unfollowed_lines(raw["what_if"]["unfollowed"])
        told = f"{self.frames} frames analysed, {len(self.alerts)} alerts"
        lines.append(f"{told}; {self.seconds:.1f} s of footage in {self.wall_s:.1f} s: {self.speed:.1f}× real time")
        return lines

    def _since(self, at: datetime) -> float:
        return round((at - self.began).total_seconds(), 3)

    def _scored(self, alert: Alert) -> Told:
        began, detected = self._since(alert.began), self._since(alert.detected)
        return Told(str(alert.id), alert.code, alert.place, began, detected, alert.count)

    def _file_at(self, second: float) -> str:
        """The file that shows that second: the last that begins by then."""
        begun = [file["name"] for file in self.files if file.get("from_s", 0.0) <= second and file["pictures"]]
        return str(begun[-1] if begun else self.files[0]["name"])

    def _picture_of(self, one: Event | Told) -> str | None:
        if self.pictures is None:
            return None
        return self.pictures.of_event.get(one) if isinstance(one, Event) else self.pictures.of_alert.get(one.id)

    def _alert(self, alert: Alert) -> dict[str, Any]:
        raw = {
            "id": str(alert.id),
            "code": alert.code,
            "level": alert.level,
            "camera": alert.camera,
            "zone": alert.place,
            "began_s": self._since(alert.began),
            "detected_s": self._since(alert.detected),
            "ended_s": None if alert.ended is None else self._since(alert.ended),
            "count": alert.count,
            "revision": alert.revision,
            "observed": dict(alert.observed),
            "threshold": dict(alert.threshold),
            "source": alert.source,
        }
        return raw if self.pictures is None else {**raw, "picture": self.pictures.of_alert.get(str(alert.id))}


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
