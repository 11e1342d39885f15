"""What a detector makes of what is to be seen: boxes that tremble, things missed, things that are not there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from models.detection import Detections
from models.geometry import Box
from models.labels import BICYCLE, CAR, MOTORCYCLE, PERSON, TRUCK
from scenes.script import Nuisance, Script
from scenes.sights import Sight, sights

_HIDDEN: Final = (0.3, 0.75)
"""Of what is hidden by less than the first share nothing is missed for that; by more than the second, all is."""

_CONFUSED: Final = {BICYCLE: MOTORCYCLE, MOTORCYCLE: BICYCLE, CAR: TRUCK, TRUCK: CAR}
"""What a detector mistakes for what."""

_MEMORY: Final = 0.7
"""How much of a box's error the next picture shares: a detector that sees the same errs the same."""

Found = tuple[int, float, Box]
"""Label, score, box."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How a detector errs.

    Attributes:
        jitter: Sigma of a box's left and right side, in shares of its width.
        upright: Top and bottom err by so much of that, in shares of the box's height: legs swing sideways.
        missed: The share of pictures in which a thing is not found.
        lost_hz: How often a second a thing is lost for a while, up to `lost_s`.
        lost_s: For how long at most.
        score: Mean of scores.
        confused: The share of pictures in which the label is another one of its kind.
        false_hz: How often a second something is found that is not there, once.
        ghost_hz: How often a second such a thing stays, for up to `ghost_s`.
        ghost_s: For how long at most.
    """

    jitter: float = 0.025
    upright: float = 1.0
    missed: float = 0.05
    lost_hz: float = 0.02
    lost_s: float = 0.8
    score: float = 0.7
    confused: float = 0.03
    false_hz: float = 0.15
    ghost_hz: float = 0.02
    ghost_s: float = 1.2


DAY: Final = Noise()
NIGHT: Final = Noise(jitter=0.035, missed=0.1, lost_hz=0.03, score=0.58, ghost_hz=0.03)
"""In infra-red: grey, grainy, with less to go by."""


@dataclass(slots=True)
class _Ghost:
    """Something that is not there, or no longer after `until` (picture number)."""

    label: int
    box: Box
    step: tuple[float, float]
    until: int
    score: float


@dataclass(slots=True)
class _Errors:
    """What goes on from picture to picture, so many a second."""

    rng: np.random.Generator
    fps: float
    sides: dict[int, np.ndarray] = field(default_factory=dict)
    lost: dict[int, int] = field(default_factory=dict)
    ghosts: list[_Ghost] = field(default_factory=list)


def observed(script: Script, noise: Noise | None = None) -> Iterator[Detections]:
    """For each picture of the script what a detector finds in it; the same script and noise find the same."""
    noise = noise or (NIGHT if script.night else DAY)
    errors = _Errors(np.random.default_rng(list(script.name.encode())), script.fps)
    for number, seen in enumerate(sights(script)):
        at = number / script.fps
        on = {trouble.nuisance for trouble in script.troubles if trouble.from_s <= at < trouble.to_s}
        found = _found(seen, _troubled(noise, on, number), errors, number)
        if "flicker" in on and number % 5 == 0:
            found = []
        found += _not_there(_troubled(noise, on, number), on, errors, number)
        yield _detections(found)


def _troubled(noise: Noise, on: set[Nuisance], number: int) -> Noise:
    """How it errs under these nuisances."""
    if "rain" in on:
        noise = replace(noise, missed=noise.missed + 0.06, score=noise.score - 0.08, false_hz=noise.false_hz * 4)
    if "shadow" in on:
        noise = replace(noise, jitter=noise.jitter * 1.5, score=noise.score - 0.08)
    if "flicker" in on:
        noise = replace(noise, jitter=noise.jitter * (2 if number % 2 else 1), missed=noise.missed + 0.05)
    return noise


def _found(seen: Sequence[Sight], noise: Noise, errors: _Errors, number: int) -> list[Found]:
    """What is found of what is there."""
    rng, fps = errors.rng, errors.fps
    found: list[Found] = []
    for sight in seen:
        fresh = rng.normal(0.0, noise.jitter, 4) * (1.0, noise.upright, 1.0, noise.upright)
        last = errors.sides.get(sight.role, fresh)
        sides = errors.sides[sight.role] = _MEMORY * last + (1 - _MEMORY**2) ** 0.5 * fresh
        if rng.random() < noise.lost_hz / fps:
            errors.lost[sight.role] = number + int(rng.uniform(0.0, noise.lost_s) * fps)
        low, high = _HIDDEN
        missed = noise.missed + sight.faint + min(max((sight.hidden - low) / (high - low), 0.0), 1.0)
        score = float(np.clip(rng.normal(noise.score - sight.faint - 0.3 * sight.hidden, 0.12), 0.1, 0.97))
        confused = rng.random() < noise.confused
        if rng.random() < missed or errors.lost.get(sight.role, -1) >= number:
            continue
        x0, y0, x1, y1 = sight.box
        wide, high_box = x1 - x0, y1 - y0
        box = (x0 + sides[0] * wide, y0 + sides[1] * high_box, x1 + sides[2] * wide, y1 + sides[3] * high_box)
        label = _CONFUSED.get(sight.label, sight.label) if confused else sight.label
        found.append((label, score, _within(box)))
    return found


def _not_there(noise: Noise, on: set[Nuisance], errors: _Errors, number: int) -> list[Found]:
    """What is found that is not there."""
    rng, fps = errors.rng, errors.fps
    found: list[Found] = []
    if rng.random() < noise.false_hz / fps:
        found.append((PERSON, float(rng.uniform(0.1, 0.5)), _somewhere(rng)))
    if rng.random() < noise.ghost_hz / fps:
        until = number + int(rng.uniform(0.2, noise.ghost_s) * fps)
        errors.ghosts.append(_Ghost(PERSON, _somewhere(rng), (0.0, 0.0), until, float(rng.uniform(0.2, 0.6))))
    if "insects" in on and rng.random() < 0.6 / fps:
        speed = rng.uniform(-0.5, 0.5, 2) / fps
        until = number + int(rng.uniform(0.2, 1.0) * fps)
        errors.ghosts.append(
            _Ghost(PERSON, _somewhere(rng, 2.0), (speed[0], speed[1]), until, float(rng.uniform(0.2, 0.6)))
        )
    if "headlights" in on and rng.random() < 0.25 / fps:
        across = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.25, 0.6)) / fps
        until = number + int(rng.uniform(0.8, 1.8) * fps)
        label = int(rng.choice((CAR, CAR, PERSON)))
        errors.ghosts.append(_Ghost(label, _somewhere(rng, 2.5), (across, 0.0), until, float(rng.uniform(0.3, 0.65))))
    for ghost in errors.ghosts:
        dx, dy = ghost.step
        ghost.box = (ghost.box[0] + dx, ghost.box[1] + dy, ghost.box[2] + dx, ghost.box[3] + dy)
        tremble = rng.normal(0.0, noise.jitter, 4) * (1.0, noise.upright, 1.0, noise.upright)
        tremble *= ghost.box[3] - ghost.box[1]
        x0, y0, x1, y1 = (side + float(move) for side, move in zip(ghost.box, tremble, strict=True))
        found.append((ghost.label, ghost.score, _within((x0, y0, x1, y1))))
    errors.ghosts = [ghost for ghost in errors.ghosts if ghost.until > number]
    return found


def _somewhere(rng: np.random.Generator, large: float = 1.0) -> Box:
    """A box as wide and high as people's are, times `large`, anywhere."""
    high = float(rng.uniform(0.08, 0.25)) * large
    wide = high * float(rng.uniform(0.3, 0.6))
    x, y = float(rng.uniform(0.0, 1 - wide)), float(rng.uniform(0.0, max(0.01, 1 - high)))
    return x, y, x + wide, y + high


def _within(box: Box) -> Box:
    x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _detections(found: Sequence[Found]) -> Detections:
    found = [one for one in found if one[2][2] > one[2][0] and one[2][3] > one[2][1]]
    if not found:
        return Detections.none()
    labels, scores, boxes = zip(*found, strict=True)
    return Detections(np.array(boxes, np.float32), np.array(scores, np.float32), np.array(labels, np.int16))
