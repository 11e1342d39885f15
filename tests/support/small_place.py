"""A gate with a yard and a sill, who is seen there, and what its rules say of it, for tests of detect."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import TypeAdapter

from config.site import Camera, Site
from detect.rules.rule import Rule, Said
from models.labels import CAR, MOTORCYCLE, PERSON, SUITCASE
from models.track import Track

_NAME = {"zh": "门", "en": "gate"}

YARD = {"id": "yard", "name": _NAME, "points": [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]}
"""A zone: the lower half of the picture."""

S = TypeVar("S")


def sill(x: float = 0.5, *, bottom: float = 0.8, top: float = 0.2, direction: str = "both") -> dict[str, object]:
    """A line that runs upward at x: in is right."""
    return {"id": "sill", "name": _NAME, "start": (x, bottom), "end": (x, top), "direction": direction}


def gate(**more: object) -> dict[str, object]:
    """The words of a configuration on one camera; `more` says its zones, lines and rules."""
    return {
        "id": "gate-1",
        "name": _NAME,
        "entrance": "1",
        "url": "rtsp://127.0.0.1/1",
        "grid": "g1",
        "position": (0.5, 0.5),
        **more,
    }


def camera_of(**more: object) -> Camera:
    """The camera of `gate`."""
    return Camera.model_validate(gate(**more))


def site_of(data: Path, redis: str, **more: object) -> Site:
    """A site with one camera: a yard that is the lower half of the picture, and a line down its middle."""
    rules = [
        {"rule": "INTRUDE", "zone": "yard", "dwell_s": 1.0, "cooldown_s": 10.0},
        {"rule": "LINE", "line": "sill"},
    ]
    return Site.model_validate(
        {
            "id": "gsdt",
            "name": _NAME,
            "prefix": "GSDT",
            "data": data,
            "redis": redis,
            "cameras": [gate(zones=[YARD], lines=[sill(bottom=1.0, top=0.0)], rules=rules)],
            **more,
        }
    )


def person(
    number: int, feet: tuple[float, float], at: datetime, first: datetime | None = None, label: int = PERSON
) -> Track:
    """Somebody whose feet are there (x, y in fractions), seen since `first`, else for the first time."""
    x, y = feet
    return Track(number, label, (x - 0.05, y - 0.2, x + 0.05, y), 0.9, first or at, at)


def two_wheeler(number: int, feet: tuple[float, float], at: datetime, first: datetime | None = None) -> Track:
    """A motorcycle that stands there, as `person`."""
    return person(number, feet, at, first, MOTORCYCLE)


def vehicle(number: int, x: float, at: datetime, first: datetime | None = None, label: int = CAR) -> Track:
    """A car in the yard, a fifth of the picture long, with its middle at x."""
    return Track(number, label, (x - 0.1, 0.6, x + 0.1, 0.8), 0.9, first or at, at)


def bag(number: int, x: float, at: datetime, first: datetime | None = None) -> Track:
    """A suitcase in the yard, with its middle at x."""
    return Track(number, SUITCASE, (x - 0.02, 0.73, x + 0.02, 0.8), 0.9, first or at, at)


def stand(since: float, until: float, seen: S, step: float = 0.2) -> list[tuple[float, S]]:
    """Pictures (seconds, who is seen) from one second to the other, in which nobody moves."""
    return [(round(since + k * step, 3), seen) for k in range(round((until - since) / step))]


def held(
    steps: Sequence[float], seen: SearchStrategy[S], times: int, most: int
) -> SearchStrategy[list[tuple[float, S]]]:
    """Up to `most` stretches of pictures for `timed`: in each nothing changes, for as many pictures as `times`.

    Where everything changes from picture to picture nobody stays, and what asks for a while is never met.
    """
    stretch = st.tuples(st.sampled_from(steps), seen, st.integers(1, times))
    return st.lists(stretch, min_size=most // 3, max_size=most).map(
        lambda stretches: [(step, one) for step, one, many in stretches for _ in range(many)]
    )


def timed(steps: Iterable[tuple[float, S]]) -> list[tuple[float, S]]:
    """Pictures of which each says how long after the last it was taken, on one clock that begins at 0."""
    pictures, t = [], 0.0
    for step, seen in steps:
        t = round(t + step, 6)
        pictures.append((t, seen))
    return pictures


_reader = cache(TypeAdapter)


def after_restart(kind: type[Any], state: Any) -> Any:
    """The state of that type, written down and read again."""
    return _reader(kind).validate_python(json.loads(json.dumps(asdict(state), default=str)))


def said_at(rule: Rule, seen: Iterable[tuple[datetime, Sequence[Track]]]) -> tuple[list[tuple[datetime, Said]], Any]:
    """What a rule that is started again before each picture says at which, and its state after the last."""
    state, told = rule.fresh(), []
    for at, tracks in seen:
        state, said = rule.step(after_restart(rule.state_type, state), tracks, at)
        told += [(at, one) for one in said]
    return told, state


def seconds(at: datetime | None, start: datetime) -> float | None:
    """From the start on, to the millisecond; None where nothing was."""
    return None if at is None else round((at - start).total_seconds(), 3)
