"""What the page of a replay tells: instants in seconds from the beginning, boxes in thousandths of the picture."""

from base64 import b64encode
from collections.abc import Iterable
from statistics import median
from typing import Any, Final

from config.site import Camera, Site
from kanmen.replay_pictures import middle
from kanmen.replay_report import Replayed
from kanmen.report.film import Film
from models.clock import to_iso
from models.codes import CODES
from models.labels import KEY_OF, NAMES
from models.score import Event, Score
from models.track import Track

_THOUSANDTHS: Final = 1000


def told(outcome: Replayed, film: Film, site: Site, model: str) -> dict[str, Any]:
    """All that the page shows.

    Args:
        outcome: Of the replay.
        film: What was seen meanwhile.
        site: The configuration.
        model: Name of the weights.
    """
    raw = outcome.as_json()
    scored = outcome.score()
    verdicts = _verdicts(scored) if scored else {}
    return {
        "camera": _camera(outcome.camera),
        "began": to_iso(outcome.began),
        "timezone": site.timezone,
        "model": model,
        "fps": site.detector.fps,
        "seconds": outcome.seconds,
        "frames": outcome.frames,
        "speed": outcome.speed,
        "wall_s": outcome.wall_s,
        "took": {**outcome.took, "page": film.took_s},
        "files": raw["files"],
        "said": raw["said"],
        "counts": raw["counts"],
        "codes": {code.code: {"zh": code.zh, "en": code.en, "capability": code.capability} for code in CODES.values()},
        "labels": {key: {"zh": zh, "en": en} for key, (zh, en) in NAMES.items()},
        "alerts": [{**_with(one, film), "verdict": verdicts.get(one["id"])} for one in raw["alerts"]],
        "change": _change(raw["what_if"], film) if "what_if" in raw else None,
        "truth": None if scored is None else {**raw["score"], "events": _events(scored, outcome.camera)},
        "codes_raised": _raised(raw["alerts"], outcome.seconds / 3600),
        "aspect": film.size,
        "stills": [
            {"at": round(still.at_s, 3), "jpeg": b64encode(still.jpeg).decode(), "tracks": _tracks(still.tracks)}
            for still in film.stills
        ],
        "samples": [[round(at_s, 3), _tracks(tracks)] for at_s, tracks in film.samples if tracks],
    }


def _camera(camera: Camera) -> dict[str, Any]:
    return {
        "id": camera.id,
        "name": camera.name.model_dump(),
        "zones": [{"id": z.id, "name": z.name.model_dump(), "points": z.points} for z in camera.zones],
        "lines": [
            {"id": line.id, "name": line.name.model_dump(), "start": line.start, "end": line.end}
            for line in camera.lines
        ],
    }


def _with(alert: dict[str, Any], film: Film) -> dict[str, Any]:
    """The alert with the ids of the tracks that it is about."""
    return {**alert, "subjects": sorted(film.subjects.get(alert["id"], ()))}


def _change(what_if: dict[str, Any], film: Film) -> dict[str, Any]:
    """What other rules change: figures by rule, the alerts that they gain, and the ids of those that they lose."""
    gained = {alert["id"] for alert in what_if["gained"]}
    return {
        "rules": what_if["rules"],
        "unfollowed": what_if["unfollowed"],
        "gained": [_with(alert, film) for alert in what_if["alerts"] if alert["id"] in gained],
        "lost": [alert["id"] for alert in what_if["lost"]],
    }


def _verdicts(scored: Score) -> dict[str, str]:
    """What each alert is beside the truth, by its id."""
    found = {pair.alert.id: "found" for pair in scored.found}
    false = {alert.id: "false" for alert in scored.false}
    return found | false | {pair.alert.id: "repeated" for pair in scored.repeated}


def _events(scored: Score, camera: Camera) -> list[dict[str, Any]]:
    """The events of the truth; one that may be anywhere stands where its alert is, or where its rule watches."""
    watched: dict[str, str] = {rule.rule: rule.place for rule in reversed(camera.rules)}

    def happened(event: Event, place: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        span = {"from_s": event.from_s, "to_s": event.to_s, "tolerance_s": event.tolerance_s}
        said = {"code": event.code, "zone": event.zone or place, "count": event.count}
        return {**said, **span, "middle_s": middle(event), **more}

    found = [
        happened(p.event, p.alert.zone, verdict="found", alert=p.alert.id, after_s=p.after_s) for p in scored.found
    ]
    missed = [happened(event, watched.get(event.code, ""), verdict="missed", alert=None) for event in scored.missed]
    return sorted(found + missed, key=lambda event: (event["from_s"], event["code"]))


def _raised(alerts: list[dict[str, Any]], hours: float) -> list[dict[str, Any]]:
    """By code, where there is no truth: how many alerts, an hour too, and how long after their beginning."""
    by_code: dict[str, list[float]] = {}
    for alert in alerts:
        by_code.setdefault(alert["code"], []).append(alert["detected_s"] - alert["began_s"])
    return [
        {
            "code": code,
            "alerts": len(after),
            "per_hour": len(after) / hours if hours else None,
            "after_s": median(after),
        }
        for code, after in sorted(by_code.items())
    ]


def _tracks(tracks: Iterable[Track]) -> list[list[int | str]]:
    """Id, key of what it is, score in hundredths and box of each."""
    return [
        [
            track.id,
            KEY_OF.get(track.label, ""),
            round(track.score * 100),
            *(round(side * _THOUSANDTHS) for side in track.box),
        ]
        for track in tracks
    ]
