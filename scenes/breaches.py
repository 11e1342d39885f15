"""The breaches of a scene's truth: what the rules of a camera must say of it, computed from where feet are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from config.rules import FlowRule, IntrudeRule, LineRule, LoiterRule
from config.site import Camera
from models.geometry import Line, Point, Zone
from models.score import Event, Happened, Ways
from scenes.stage import SHAPE
from scenes.truth import Seen, Truth

TOLERANCE_S: Final = 2.0
"""Between the truth and an alert: two samples, and what a box's lower edge trembles at a border."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach within one loop; instants in seconds since the beginning of the loop.

    Attributes:
        code: Of the rule, e.g. INTRUDE.
        place: Id of the zone or line.
        began_s: The first foot came in, or crossed.
        met_s: The rule was met.
        ended_s: The last foot went out, or crossed.
        count: Stays that lasted long enough, or crossings.
        before_s: So long before `began_s` the rule must have seen them: a crossing has a side that it comes from.
    """

    code: str
    place: str
    began_s: float
    met_s: float
    ended_s: float
    count: int = 1
    before_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Passage:
    """One crossing of a counted line within one loop.

    Attributes:
        line: Its id.
        inwards: Whether it goes in.
        at_s: The foot crossed, seconds since the beginning of the loop.
        met_s: It has settled there.
    """

    line: str
    inwards: bool
    at_s: float
    met_s: float


def breaches(truth: Truth, camera: Camera) -> list[Breach]:
    """All breaches of one loop by the camera's rules, in the order in which they are met."""
    zones = {zone.id: zone.shape for zone in camera.zones}
    lines = {line.id: line.shape for line in camera.lines}
    found: list[Breach] = []
    for rule in camera.rules:
        seen = [s for s in truth.seen if s.key in rule.labels]
        if isinstance(rule, IntrudeRule | LoiterRule):
            found += _stays(seen, truth.fps, zones[rule.zone], rule)
        elif isinstance(rule, LineRule):
            found += _crossings(seen, truth.fps, lines[rule.line], rule)
    return sorted(found, key=lambda breach: breach.met_s)


def passages(truth: Truth, camera: Camera) -> list[Passage]:
    """All that the camera's FLOW rules must count in one loop, in the order in which it is met."""
    lines = {line.id: line.shape for line in camera.lines}
    found: list[Passage] = []
    for rule in camera.rules:
        if isinstance(rule, FlowRule):
            seen = [s for s in truth.seen if s.key in rule.labels]
            both = replace(lines[rule.line], direction="both")
            found += [
                Passage(rule.line, inwards, at, at + rule.settle_s)
                for at, inwards in _passed(seen, truth.fps, both, rule.settle_s)
            ]
    return sorted(found, key=lambda passage: passage.met_s)


def happened(truth: Truth, camera: Camera) -> Happened:
    """All that the camera's rules must alert and count in one loop, as a replay of it is scored."""
    events = [Event(b.code, b.began_s, b.ended_s, b.place, TOLERANCE_S, count=b.count) for b in breaches(truth, camera)]
    ways = Counter((passage.line, passage.inwards) for passage in passages(truth, camera))
    lines = sorted({line for line, _ in ways})
    return Happened(tuple(events), {line: Ways(ways[line, True], ways[line, False]) for line in lines})


def _steps(seen: Seen, fps: float) -> Iterator[tuple[float, Point]]:
    """(seconds, feet) while anything of it is visible."""
    for number, (feet, box) in enumerate(zip(seen.feet, seen.boxes, strict=True)):
        if box is not None:
            yield (seen.first + number) / fps, feet


def _stays(seen: list[Seen], fps: float, zone: Zone, rule: IntrudeRule | LoiterRule) -> list[Breach]:
    stays: list[Breach] = []
    for one in seen:
        inside = [at for at, feet in _steps(one, fps) if zone.contains(feet)]
        if not inside:
            continue
        began = inside[0]
        for at, following in pairwise([*inside, float("inf")]):
            if following - at > max(rule.gap_s, 1 / fps):
                if at - began >= rule.dwell_s:
                    stays.append(Breach(rule.rule, rule.zone, began, began + rule.dwell_s, at))
                began = following
    return merged(stays, rule.cooldown_s)


def _crossings(seen: list[Seen], fps: float, line: Line, rule: LineRule) -> list[Breach]:
    crossed = [
        Breach("LINE", rule.line, at, at + rule.settle_s, at, before_s=rule.settle_s)
        for at, _ in _passed(seen, fps, line, rule.settle_s)
    ]
    return merged(crossed, rule.cooldown_s)


def _passed(seen: list[Seen], fps: float, line: Line, settle_s: float) -> Iterator[tuple[float, bool]]:
    """(seconds, whether inwards) of each crossing that the line counts."""
    for one in seen:
        steps = list(_steps(one, fps))
        sides = [line.side(feet, SHAPE) > 0 for _, feet in steps]
        for number in range(1, len(steps)):
            (_, feet), (at, here) = steps[number - 1], steps[number]
            if sides[number] == sides[number - 1] or not (line.beside(feet, SHAPE) and line.beside(here, SHAPE)):
                continue
            if line.direction not in ("both", "in" if sides[number] else "out"):
                continue
            before = [side for (t, _), side in zip(steps, sides, strict=True) if at - settle_s <= t < at]
            after = [side for (t, _), side in zip(steps, sides, strict=True) if at <= t <= at + settle_s]
            long_enough = steps[0][0] <= at - settle_s and steps[-1][0] >= at + settle_s
            if long_enough and len(set(before)) == 1 and set(after) == {sides[number]}:
                yield at, sides[number]


def merged(parts: list[Breach], cooldown_s: float) -> list[Breach]:
    """Several at once, or each soon after the other, are one breach."""
    found: list[Breach] = []
    for part in sorted(parts, key=lambda breach: breach.began_s):
        last = found[-1] if found else None
        if last is not None and part.began_s - last.ended_s <= cooldown_s:
            found[-1] = replace(
                last,
                met_s=min(last.met_s, part.met_s),
                ended_s=max(last.ended_s, part.ended_s),
                count=last.count + part.count,
            )
        else:
            found.append(part)
    return found
