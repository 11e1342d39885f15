"""What must hold between the parts of a site: names that are unique and known, and shapes that are shapes."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, hypot, inf
from typing import Any, TypeGuard

from config.health import Health
from config.listener import unguarded
from config.outward import unsafe
from config.rules import PLACE_KEYS
from config.spans import unmeetable
from models.geometry import Zone

Where = tuple[str | int, ...]
"""The path of keys and list positions to a part of the configuration."""

SHORTEST_LINE = 0.01
"""In fractions of the picture: on a shorter line, noise of a box decides the side."""

SMALLEST_ZONE = 1e-4
"""In fractions of the picture's area: a hundredth of its width by a hundredth of its height."""

_COUNTING = ("FLOW", "NIGHT")
"""Of these a line has one, or who crosses it at night is counted twice."""

LEGAL_DAYS = 30
"""Video of public places is kept at least so long (799号令, art. 17)."""


def broken(site: Any) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    """Every relation that does not hold, as (where, what to do).

    Args:
        site: Plain data as in the file; parts of the wrong type are passed over, the types are checked elsewhere.
    """
    for key, name in (("cameras", "id"), ("people", "id"), ("grids", "code")):
        yield from _twice((key,), _parts(site, key), name, key)
    yield from _twice(("cameras",), _parts(site, "cameras"), "url", "cameras", "give each its own, or remove one")
    for index, camera in _parts(site, "cameras"):
        if isinstance(camera.get("main"), str) and camera["main"] == camera.get("url"):
            yield ("cameras", index, "main"), "is the address under url too; leave main out where there is one stream"
        yield from _of_camera(("cameras", index), camera)
    yield from _grids(site)
    yield from _retention(site)
    yield from _looks(site)
    yield from _listeners(site)
    police = site.get("police") if isinstance(site, Mapping) else None
    yield from _twice(("police", "targets"), _parts(police, "targets"), "id", "targets")
    yield from ((("police", *where), what) for where, what in unsafe(police))


def _of_camera(at: Where, camera: Mapping[str, Any]) -> Iterator[tuple[Where, str]]:
    zones, lines, rules = (_parts(camera, key) for key in ("zones", "lines", "rules"))
    if camera.get("transport") == "udp" and str(camera.get("url")).startswith("rtsps:"):
        yield (*at, "transport"), "an rtsps stream is encrypted inside its connection; write tcp, or leave it out"
    yield from _twice((*at, "zones"), zones, "id", "zones")
    yield from _twice((*at, "lines"), lines, "id", "lines")
    for index, line in lines:
        if any(zone.get("id") == line.get("id") is not None for _, zone in zones):
            yield (*at, "lines", index, "id"), "a zone of this camera has the same id; rename one"
        start, end = _point(line.get("start")), _point(line.get("end"))
        if start and end and hypot(end[0] - start[0], end[1] - start[1]) < SHORTEST_LINE:
            yield (*at, "lines", index, "end"), "start and end are the same point, or nearly; give the line a length"
    for index, zone in zones:
        mistake = _misshapen(zone.get("points"))
        if mistake:
            yield (*at, "zones", index, "points"), mistake
    yield from _masks(at, camera.get("masks"), zones)
    yield from _places(at, rules, {"zone": _names(zones, "id"), "line": _names(lines, "id")})
    yield from _ways(at, rules, _names(zones, "id"), lines)
    for index, rule in rules:
        yield from (((*at, "rules", index, key), what) for key, what in unmeetable(rule))


def _masks(at: Where, masks: Any, zones: list[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    shapes: list[Zone] = []
    for index, points in enumerate(_list(masks)):
        mistake = _misshapen(points)
        corners = [_point(point) for point in _list(points)]
        if mistake:
            yield (*at, "masks", index), mistake
        elif corners and all(corners):
            shapes.append(Zone("", tuple(corner for corner in corners if corner)))
    for index, zone in zones:
        places = [_point(point) for point in _list(zone.get("points"))]
        if places and any(all(place and shape.contains(place) for place in places) for shape in shapes):
            yield (*at, "zones", index, "points"), "a mask covers this zone, so nobody is ever seen there; mend either"


def _places(
    at: Where, rules: list[tuple[int, Mapping[str, Any]]], places: Mapping[str, list[str]]
) -> Iterator[tuple[Where, str]]:
    seen = set()
    for index, rule in rules:
        what = PLACE_KEYS.get(str(rule.get("rule")))
        place = rule.get(what) if what else None
        if not what or not isinstance(place, str):
            continue
        known = places[what]
        if place not in known:
            has = f"it has {', '.join(known)}" if known else f"it has no {what}s"
            yield (*at, "rules", index, what), f"this camera has no such {what} ({has}); mend the name or add it"
        elif (rule["rule"], place) in seen:
            yield (*at, "rules", index, what), f"a second {rule['rule']} rule for this {what}; remove one"
        elif rule["rule"] in _COUNTING and any((name, place) in seen for name in _COUNTING):
            yield (*at, "rules", index, what), "FLOW counts this line by night too; remove NIGHT or FLOW"
        seen.add((rule["rule"], place))


def _ways(
    at: Where,
    rules: list[tuple[int, Mapping[str, Any]]],
    zones: list[str],
    lines: list[tuple[int, Mapping[str, Any]]],
) -> Iterator[tuple[Where, str]]:
    """A rule that asks for a way has one, and its zone is known."""
    two_ways = [line.get("id") for _, line in lines if line.get("direction", "both") == "both"]
    for index, rule in rules:
        if rule.get("rule") != "WRONGWAY":
            continue
        zone = rule.get("zone")
        if isinstance(zone, str) and zone not in zones:
            yield (*at, "rules", index, "zone"), "this camera has no such zone; mend the name, add it, or leave it out"
        if rule.get("line") in two_ways:
            yield (*at, "rules", index, "line"), "this line says no way; give it direction: in, or out"


def _grids(site: Any) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    codes = _names(_parts(site, "grids"), "code")
    if not codes:
        return
    named: list[tuple[Where, Any]] = [
        (("cameras", index, "grid"), camera.get("grid")) for index, camera in _parts(site, "cameras")
    ]
    for part, key in (("people", "grids"), ("grids", "beside")):
        for index, holder in _parts(site, part):
            named += [((part, index, key, n), code) for n, code in enumerate(_list(holder.get(key)))]
    for where, code in named:
        if isinstance(code, str) and code not in codes:
            yield where, "no grid has this code; mend it or add the grid under grids"


def _retention(site: Any) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    evidence = site.get("evidence") if isinstance(site, Mapping) else None
    if not isinstance(evidence, Mapping) or evidence.get("trial"):
        return
    days = evidence.get("retention_days")
    if isinstance(days, int) and 0 < days < LEGAL_DAYS:
        remedy = f"raise it to {LEGAL_DAYS}, or write trial: true where nothing real is recorded"
        yield ("evidence", "retention_days"), f"the law demands at least {LEGAL_DAYS} days; {remedy}"


def _looks(site: Any) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    """Cameras are looked at often enough to see who is in a hurry: less is blind time (`detect.looks`)."""
    detector, health = (site.get(key) if isinstance(site, Mapping) else None for key in ("detector", "health"))
    fps = detector.get("fps") if isinstance(detector, Mapping) else None
    blind_s = health.get("blind_s", Health().blind_s) if isinstance(health, Mapping) else Health().blind_s
    longest = min(blind_s, max(0.5, blind_s / 3)) if _is_positive(blind_s) else 0.0
    if _is_positive(fps) and longest and fps * longest < 1:
        remedy = f"write {ceil(100 / longest) / 100:g} or more, or a longer health.blind_s"
        yield ("detector", "fps"), f"looks too seldom to see who is in a hurry: blind time; {remedy}"


def _is_positive(value: Any) -> TypeGuard[float]:  # noqa: ANN401
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < inf


def _listeners(site: Any) -> Iterator[tuple[Where, str]]:  # noqa: ANN401 (the file may hold anything)
    parts = {key: site.get(key) for key in ("wall", "officer")} if isinstance(site, Mapping) else {}
    for key, listener in parts.items():
        if isinstance(listener, Mapping):
            yield from (((key, *where), what) for where, what in unguarded(listener))


def _twice(
    at: Where, parts: list[tuple[int, Mapping[str, Any]]], name: str, what: str, remedy: str = "rename one"
) -> Iterator[tuple[Where, str]]:
    seen = set()
    for index, part in parts:
        own = part.get(name)
        if isinstance(own, str) and own in seen:
            yield (*at, index, name), f"two {what} have this {name}; {remedy}"
        elif isinstance(own, str):
            seen.add(own)


def _misshapen(points: Any) -> str:  # noqa: ANN401 (the file may hold anything)
    """Why these corners make no zone; empty where they do, or where their types are already wrong."""
    corners = [_point(point) for point in _list(points)]
    known = [corner for corner in corners if corner]
    if len(known) < 3 or len(known) != len(corners):  # noqa: PLR2004 (a triangle is the smallest polygon)
        return ""
    sides = list(zip(known, (*known[1:], known[0]), strict=True))
    for first in range(len(sides)):
        for second in range(first + 2, len(sides)):
            neighbours = first == 0 and second == len(sides) - 1
            if not neighbours and _cross(*sides[first], *sides[second]):
                return (
                    f"the side from corner {first + 1} crosses the side from corner {second + 1}; "
                    "give the corners in the order in which they go around"
                )
    area = abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in sides)) / 2
    return "" if area >= SMALLEST_ZONE else "the corners lie on one line; give the zone an area"


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    """Whether the open segments a-b and c-d cross (touching ends do not count)."""

    def turn(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def _parts(node: Any, key: str) -> list[tuple[int, Mapping[str, Any]]]:  # noqa: ANN401 (the file may hold anything)
    listed = _list(node.get(key)) if isinstance(node, Mapping) else ()
    return [(index, part) for index, part in enumerate(listed) if isinstance(part, Mapping)]


def _names(parts: list[tuple[int, Mapping[str, Any]]], name: str) -> list[str]:
    return [part[name] for _, part in parts if isinstance(part.get(name), str)]


def _list(value: Any) -> Sequence[Any]:  # noqa: ANN401 (the file may hold anything)
    return value if isinstance(value, list | tuple) else ()


def _point(value: Any) -> tuple[float, float] | None:  # noqa: ANN401 (the file may hold anything)
    pair = _list(value)
    if len(pair) != 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in pair):  # noqa: PLR2004 (x and y)
        return None
    return float(pair[0]), float(pair[1])
