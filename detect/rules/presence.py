"""Who is inside a zone and since when: a short absence is none, and a track lost and found under another id is one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detect.rules.measure import apart
from detect.rules.rule import micros
from detect.tracker import LIFE_S
from models.clock import to_micros
from models.geometry import Box, Zone
from models.track import Track

_APPEARED: Final = 1_000_000
"""µs; a tracker shows a thing from its second sighting on: who is shown this soon after the first has just appeared."""

_STEP: Final = 0.5
"""In heights of a person: so far off may a found one be at once; boxes tremble, and nobody stands quite still."""

_PACE: Final = 0.3
"""Heights of a person a second, about half a metre: who stays somewhere strolls at most, and may do so while lost."""

_WALK: Final = 0.8
"""Heights a second of one who walks behind something, as a pillar, and comes out on its other side."""

_ACROSS: Final = 1.5
"""Heights; so wide is what people walk behind."""

_ALIKE: Final = (0.6, 1.7)
"""The same person is as tall in the picture, seen from nearly the same place; crouching and half hidden allowed for."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A track inside a zone, or not gone from it for long enough. Instants in µs.

    Attributes:
        track: Its id.
        entered: The picture on which its feet came in.
        inside: The newest picture on which they were inside.
        box: Where it was then.
        left: Whether it has been seen outside since.
    """

    track: int
    entered: int
    inside: int
    box: Box
    left: bool = False


@dataclass(frozen=True, slots=True)
class Presences:
    """How presences of one zone go on; pure.

    Attributes:
        zone: What feet stand in.
        gap: µs; who is outside for no longer has not left.
        wide: Heights to the picture's width.
        found_again: Whether a new track takes over the presence of one that was lost where it appears.
    """

    zone: Zone
    gap: int
    wide: float
    found_again: bool = False

    @property
    def unseen(self) -> int:
        """µs after which one that is not seen is gone: its tracker seeks it for a while yet."""
        return self.gap + micros(LIFE_S)

    def step(
        self, before: Sequence[Presence], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Presence, ...], frozenset[int]]:
        """One picture on: who is inside or not gone for long enough, and the tracks whose feet are inside now."""
        inside = {track.id: track for track in tracks if self.zone.contains(track.feet)}
        if self.found_again:
            before = _found_again(before, tracks, inside, self, at)
        outside = {track.id for track in tracks} - inside.keys()
        after = []
        for p in before:
            gone = at - p.inside > (self.gap if p.track in outside or p.left else self.unseen)
            if gone:
                continue
            if p.track in inside:
                after.append(replace(p, inside=at, box=inside[p.track].box, left=False))
            else:
                after.append(replace(p, left=p.left or p.track in outside))
        known = {p.track for p in after}
        after += [Presence(i, at, at, track.box) for i, track in inside.items() if i not in known]
        return tuple(after), frozenset(inside)


def _found_again(
    before: Sequence[Presence], tracks: Sequence[Track], inside: dict[int, Track], how: Presences, at: int
) -> Sequence[Presence]:
    """The presences with new ids where a track has just appeared in the zone at the place of one that was lost there.

    Whoever was seen coming in from outside is somebody else, and so is whoever was seen beside the lost one. Where two
    were lost or two appear, the nearest belong together: nobody can tell more of them, and neither can the rule.
    """
    seen, known = {track.id for track in tracks}, {p.track for p in before}
    lost = [p for p in before if p.track not in seen and not p.left]
    new = [t for t in inside.values() if t.id not in known and at - to_micros(t.first_seen) <= _APPEARED]
    pairs = sorted(
        (distance, p.track, t.id)
        for p in lost
        for t in new
        if p.inside < to_micros(t.first_seen) <= p.inside + how.gap
        and (distance := _apart(p, t, to_micros(t.first_seen) - p.inside, how.wide)) is not None
    )
    taken: dict[int, int] = {}
    for _, old, fresh in pairs:
        if old not in taken and fresh not in taken.values():
            taken[old] = fresh
    return [replace(p, track=taken.get(p.track, p.track)) for p in before]


def _apart(lost: Presence, found: Track, missed: int, wide: float) -> float | None:
    """How far apart their feet are, in heights; None where that is no honest distance for `missed` µs."""
    x0, y0, x1, y1 = lost.box
    tall, now = y1 - y0, found.box[3] - found.box[1]
    if tall <= 0 or not _ALIKE[0] <= now / tall <= _ALIKE[1]:
        return None
    distance = apart(found.feet, ((x0 + x1) / 2, y1), wide) / max(tall, now)
    walked = min(_STEP + _WALK * missed / 1e6, _ACROSS)
    return distance if distance <= max(walked, _STEP + _PACE * missed / 1e6) else None
