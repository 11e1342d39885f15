"""The breaches of a scene's truth: what the rules of a camera must say of it, computed from where feet are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from config.rules import IntrudeRule, LineRule
from config.site import Camera
from models.geometry import Line, Point, Zone
from scenes.truth import Seen, Truth


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach within one loop; instants in seconds since the beginning of the loop.

    Attributes:
        code: INTRUDE or LINE.
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


def breaches(truth: Truth, camera: Camera) -> list[Breach]:
    """All breaches of one loop by the camera's rules, in the order in which they are met."""
    zones = {zone.id: zone.shape for zone in camera.zones}
    lines = {line.id: line.shape for line in camera.lines}
    found: list[Breach] = []
    for rule in camera.rules:
        seen = [s for s in truth.seen if s.key in rule.labels]
        if isinstance(rule, IntrudeRule):
            found += _intrusions(seen, truth.fps, zones[rule.zone], rule)
        else:
            found += _crossings(seen, truth.fps, lines[rule.line], rule)
    return sorted(found, key=lambda breach: breach.met_s)


def _steps(seen: Seen, fps: float) -> Iterator[tuple[float, Point]]:
    """(seconds, feet) while anything of it is visible."""
    for number, (feet, box) in enumerate(zip(seen.feet, seen.boxes, strict=True)):
        if box is not None:
            yield (seen.first + number) / fps, feet


def _intrusions(seen: list[Seen], fps: float, zone: Zone, rule: IntrudeRule) -> list[Breach]:
    stays: list[Breach] = []
    for one in seen:
        inside = [at for at, feet in _steps(one, fps) if zone.contains(feet)]
        if not inside:
            continue
        began = inside[0]
        for at, following in pairwise([*inside, float("inf")]):
            if following - at > max(rule.gap_s, 1 / fps):
                if at - began >= rule.dwell_s:
                    stays.append(Breach("INTRUDE", rule.zone, began, began + rule.dwell_s, at))
                began = following
    return _merged(stays, rule.cooldown_s)


def _crossings(seen: list[Seen], fps: float, line: Line, rule: LineRule) -> list[Breach]:
    crossed = []
    for one in seen:
        steps = list(_steps(one, fps))
        sides = [line.side(feet) > 0 for _, feet in steps]
        for number in range(1, len(steps)):
            (_, feet), (at, here) = steps[number - 1], steps[number]
            if sides[number] == sides[number - 1] or not (line.beside(feet) and line.beside(here)):
                continue
            if line.direction not in ("both", "in" if sides[number] else "out"):
                continue
            before = [side for (t, _), side in zip(steps, sides, strict=True) if at - rule.settle_s <= t < at]
            after = [side for (t, _), side in zip(steps, sides, strict=True) if at <= t <= at + rule.settle_s]
            long_enough = steps[0][0] <= at - rule.settle_s and steps[-1][0] >= at + rule.settle_s
            if long_enough and len(set(before)) == 1 and set(after) == {sides[number]}:
                crossed.append(Breach("LINE", rule.line, at, at + rule.settle_s, at, before_s=rule.settle_s))
    return _merged(crossed, rule.cooldown_s)


def _merged(parts: list[Breach], cooldown_s: float) -> list[Breach]:
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
