"""Follows people and vehicles from picture to picture of one camera: ByteTrack, with state that can be written down."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.assignment import assign
from detect.faint import HINT, Faint, Trail
from detect.followed import TWO_WHEELERS, Followed, shared
from detect.kalman import Floats, Motion, axes_to_boxes, boxes_to_axes
from detect.overlap import RUN, WALK, overlap, reached, widened
from detect.upright import astray
from models.clock import from_micros, to_micros
from models.detection import Detections
from models.geometry import Box
from models.labels import BICYCLE, KEY_NUMBER, KEYS, OWN_LABELS, PERSON
from models.track import Track

LIFE_S: Final = 2.0
"""A track that is not seen for this long, in pictures that were looked at, is gone."""

LOW_SCORE: Final = 0.1
"""A detector should tell of things down to this score: faint ones carry tracks on. Below it, all is noise."""

_TRIAL_LIFE_S: Final = 0.5
"""A thing that is not proven yet is forgotten this soon: most of them are noise."""

_PREDICT_S: Final = 2.0
"""A speed is believed for this long; after a longer gap things are sought where they were. A shorter gap is no blind
time (`health.blind_s`), so who walks on through it must be followed."""

_MISSING_S: Final = 1.0
"""A gap counts for no more of a track's life: nobody could have been seen in it."""

_HOLE_S: Final = 0.5
"""A gap this long is one in which somebody who stood may have walked off, and who walked may have stopped."""

SPARSE_S: Final = 0.3
"""So much later a newcomer in a hurry is nowhere near where he was seen first: he is sought as far as he can run,"""

_SPARSEST_S: Final = 1.0
"""but no longer than this: he would be found everywhere."""

_RESUME_S: Final = 30.0
"""After a longer gap nobody can say that it is still the same one."""

_NEAR: Final = (0.1, 0.3, 0.2)
"""Least overlap of widened boxes: sure detections, faint ones, and those of a track that is not proven."""

_STRAY: Final = 1.3
"""A box may be off from where it must be by so many of its own sizes for each second since the last picture."""

_OTHER_KEY: Final = 0.15
"""A two-wheeler that is called a vehicle for a moment stays the same track, at this price."""

_KIND: Final = np.array([{"person": 0, "bag": 1, "fire": 3, "fight": 4}.get(key, 2) for key in KEYS])
"""By number of the key: what is of another kind is never the same thing."""

_IS_OWN: Final = np.isin(np.arange(len(KEY_NUMBER)), tuple(OWN_LABELS))
_IS_TWO_WHEELER: Final = np.isin(np.arange(len(KEY_NUMBER)), tuple(TWO_WHEELERS))
"""By label."""

_PERSON: Final = 0

_RUNS: Final = frozenset({PERSON, *TWO_WHEELERS})
"""Labels of what comes so fast and is seldom there by mistake."""

_MOVING: Final = 2
"""Of who was seen no more often than this nobody knows how he moves."""

_DOUBLE: Final = 0.8
"""A detection that covers a followed box so well is the same thing found twice."""

_PART: Final = 0.5
"""A faint one that has so much in common with a followed box, of the smaller of the two, is a part of it."""

_ID_RESERVE: Final = 1000
"""Ids that may have been given after the last checkpoint; they are skipped after a restart."""


class Tracker:
    """The tracks of one camera; not for use from two threads.

    Args:
        high: A detection needs this score to begin a track; fainter ones only carry one on, but for those of a
            two-wheeler that rides.
    """

    def __init__(self, high: float) -> None:
        self._high = high
        self._next_id = 1
        self._taken: int | None = None
        self._known: list[Followed] = []
        self._faint = Faint()
        nothing = np.zeros((0, 4))
        self._motion = Motion.at(nothing)
        self._boxes: Floats = nothing

    def update(self, found: Detections, taken: datetime) -> tuple[Track, ...]:
        """Take one picture's detections in.

        Args:
            found: Of one picture of this camera.
            taken: When it was taken; later than at the last call.

        Returns:
            The tracks that were seen in this picture and are proven, by id.
        """
        at = to_micros(taken)
        gap_s = 0.0 if self._taken is None else (at - self._taken) / 1e6
        self._taken = at
        self._pass_time(gap_s)
        boxes = found.xyxy.astype(np.float64)
        sure = (found.score >= self._high) | _IS_OWN[found.label]
        faint = ~sure & (found.score >= LOW_SCORE)
        hints = faint & (found.score >= HINT) & _IS_TWO_WHEELER[found.label]
        proven = np.array([f.proven for f in self._known], bool)
        once = ~proven & np.array([f.label in _RUNS for f in self._known], bool)
        left, free = np.ones(len(self._known), bool), np.ones(len(found), bool)
        matches: list[tuple[int, int]] = []
        if len(left) and len(free):
            near = self._near(found, boxes, gap_s)
            for who, what, least in (
                (proven, sure, _NEAR[0]),
                (proven, faint, _NEAR[1]),
                (~proven, sure, _NEAR[2]),
            ):
                if not (who.any() and what.any()):
                    continue
                for i, j in assign(np.where(np.outer(left & who, free & what), near - least, 0.0)):
                    left[i], free[j] = False, False
                    matches.append((i, j))
            for who, pace, since_s, until_s in (
                (proven, WALK, _HOLE_S, _PREDICT_S),
                (once, RUN, SPARSE_S, _SPARSEST_S),
            ):
                if since_s < gap_s <= until_s and (left & who).any() and (free & sure).any():
                    reach = self._within_reach(found, boxes, gap_s, pace)
                    for i, j in assign(np.where(np.outer(left & who, free & sure), reach, 0.0)):
                        left[i], free[j] = False, False
                        matches.append((i, j))
        self._see(matches, found, boxes, at)
        self._begin(free & sure, found, boxes, at)
        self._follow_rides(free & hints, found, boxes, at)
        self._forget()
        return tuple(sorted((self._track(k) for k in range(len(self._known)) if self._shown(k, at)), key=_by_id))

    def reset(self) -> None:
        """The stream began anew: nothing is followed any more; ids go on counting."""
        self._known, self._taken, self._faint = [], None, Faint()
        self._boxes = np.zeros((0, 4))
        self._motion = Motion.at(self._boxes)

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON data."""
        return {
            "next_id": self._next_id,
            "taken": self._taken,
            "known": [
                {**asdict(f), "votes": {str(label): weight for label, weight in f.votes.items()}} for f in self._known
            ],
            "faint": self._faint.state(),
            "boxes": self._boxes.tolist(),
            "place": self._motion.place.tolist(),
            "speed": self._motion.speed.tolist(),
            "spread": self._motion.spread.tolist(),
        }

    @staticmethod
    def of(state: dict[str, Any], high: float, *, restarted: bool) -> "Tracker":
        """The tracker of `state`; after a restart it skips ids that may have been given since.

        Raises:
            ValueError: the data is no state of this version.
        """
        tracker = Tracker(high)
        try:
            tracker._next_id = int(state["next_id"]) + (_ID_RESERVE if restarted else 0)
            tracker._taken = state["taken"]
            tracker._known = [
                Followed(
                    **{
                        **raw,
                        "begun": _box(raw["begun"]),
                        "votes": {int(label): weight for label, weight in raw["votes"].items()},
                    }
                )
                for raw in state["known"]
            ]
            tracker._faint = Faint.of(state["faint"])
            n = len(tracker._known)
            tracker._boxes = np.array(state["boxes"], np.float64).reshape(n, 4)
            tracker._motion = Motion(
                np.array(state["place"], np.float64).reshape(n, 4),
                np.array(state["speed"], np.float64).reshape(n, 4),
                np.array(state["spread"], np.float64).reshape(n, 4, 3),
            )
        except (LookupError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a tracker's state of this version: {error!r}") from error
        return tracker

    def _pass_time(self, gap_s: float) -> None:
        if gap_s > _RESUME_S:
            taken = self._taken
            self.reset()
            self._taken = taken
        elif gap_s > _PREDICT_S:
            self._motion.stop()
        else:
            self._motion.predict(gap_s)
            riding = np.array([followed.label in TWO_WHEELERS for followed in self._known], bool)
            self._motion.hold_sizes(riding, boxes_to_axes(self._boxes)[:, 2:])
        for followed in self._known:
            followed.missed_s += min(gap_s, _MISSING_S)

    def _near(self, found: Detections, boxes: Floats, gap_s: float) -> Floats:
        """How well each track fits each detection, (known, found): overlap once widened, less the price of a label.

        Where a track was last seen counts for nothing: whoever is lost would take those who come by there.
        """
        widen = min(_STRAY * gap_s, 0.6)
        expected = axes_to_boxes(self._motion.place)
        near = overlap(widened(expected, widen), widened(boxes, widen))
        mine, its = self._keys(found)
        apart = _KIND[mine] != _KIND[its]
        if gap_s <= _PREDICT_S:
            known = np.array([followed.hits > _MOVING for followed in self._known], bool)[:, None]
            apart |= known & (_KIND[mine] == _PERSON) & astray(self._motion, (expected, self._boxes), boxes)
        near[apart] = 0.0
        near[(mine != its) & ~apart] -= _OTHER_KEY
        return near

    def _keys(self, found: Detections) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
        """Numbers of the keys of what is followed, (known, 1), and found, (found,)."""
        return KEY_NUMBER[[followed.label for followed in self._known]][:, None], KEY_NUMBER[found.label]

    def _within_reach(self, found: Detections, boxes: Floats, gap_s: float, pace: tuple[float, float]) -> Floats:
        """How well each detection can be who was seen right before the gap, (known, found), wherever he was going.

        Who would have left the picture by now is not sought: another one who comes in would be taken for him.
        """
        seen = np.array([followed.missed_s for followed in self._known]) <= min(gap_s, _MISSING_S)
        centre = self._motion.place[:, :2]
        here = ((centre > 0.0) & (centre < 1.0)).all(axis=1)
        mine, its = self._keys(found)
        return np.where((mine == its) & (seen & here)[:, None], reached(self._boxes, boxes, gap_s, pace), 0.0)

    def _see(self, matches: list[tuple[int, int]], found: Detections, boxes: Floats, at: int) -> None:
        if not matches:
            return
        which = np.array([i for i, _ in matches], np.intp)
        theirs = np.array([j for _, j in matches], np.intp)
        self._motion.correct(which, boxes_to_axes(boxes[theirs]))
        self._boxes[which] = boxes[theirs]
        for i, j in matches:
            self._known[i].see(int(found.label[j]), float(found.score[j]), at)

    def _begin(self, which: NDArray[np.bool_], found: Detections, boxes: Floats, at: int) -> None:
        """Follow what is new, the surest first; what covers a box seen just now is the same thing found twice."""
        taken, kinds = self._seen_at(at)
        begun = []
        for j in _best(which, found):
            if ((overlap(boxes[j : j + 1], taken)[0] > _DOUBLE) & (kinds == _KIND[KEY_NUMBER[found.label[j]]])).any():
                continue
            begun.append(j)
            taken, kinds = _with(taken, boxes[j]), np.append(kinds, _KIND[KEY_NUMBER[found.label[j]]])
        self._follow(begun, found, boxes, at)

    def _follow_rides(self, hints: NDArray[np.bool_], found: Detections, boxes: Floats, at: int) -> None:
        """Tell of two-wheelers that ride, however faintly they are found; what is mostly one with a box that is
        followed is its part.
        """
        taken, kinds = self._seen_at(at)
        whole = taken[kinds == _kind(BICYCLE)]
        apart = []
        for j in _best(hints, found):
            if not (shared(boxes[j], whole) > _PART).any():
                apart.append(j)
                whole = _with(whole, boxes[j])
        unproven = [
            k for k, f in enumerate(self._known) if not f.proven and f.last_seen == at and f.label in TWO_WHEELERS
        ]
        trails = self._faint.trails(np.concatenate((self._boxes[unproven], boxes[apart])), at)
        for k, trail in zip(unproven, trails, strict=False):
            self._ride(k, trail)
        for j, trail in zip(apart, trails[len(unproven) :], strict=True):
            if trail is not None:
                self._follow([j], found, boxes, at)
                self._ride(len(self._known) - 1, trail)

    def _ride(self, k: int, trail: Trail | None) -> None:
        if trail is not None:
            self._known[k].rode(trail)
            self._motion.goes(k, trail.pace)

    def _seen_at(self, at: int) -> tuple[Floats, NDArray[np.intp]]:
        """Boxes (n, 4) and kinds (n,) of what is followed and was seen then."""
        here = [k for k, f in enumerate(self._known) if f.last_seen == at]
        return self._boxes[here], np.array([_kind(self._known[k].label) for k in here], np.intp)

    def _follow(self, which: Sequence[int], found: Detections, boxes: Floats, at: int) -> None:
        """These detections begin tracks."""
        if not which:
            return
        for j in which:
            label, score = int(found.label[j]), float(found.score[j])
            self._known.append(Followed.begin(self._next_id, label, score, at, _box(boxes[j].tolist())))
            self._next_id += 1
        self._boxes = np.concatenate((self._boxes, boxes[which]))
        self._motion.add(boxes_to_axes(boxes[which]))

    def _forget(self) -> None:
        kept = [k for k, f in enumerate(self._known) if f.missed_s <= (LIFE_S if f.proven else _TRIAL_LIFE_S)]
        if len(kept) < len(self._known):
            which = np.array(kept, np.intp)
            self._known = [self._known[k] for k in kept]
            self._boxes = self._boxes[which]
            self._motion.keep(which)

    def _shown(self, k: int, at: int) -> bool:
        return self._known[k].last_seen == at and self._known[k].proven

    def _track(self, k: int) -> Track:
        f = self._known[k]
        x0, y0, x1, y1 = self._boxes[k].tolist()
        first, last = from_micros(f.first_seen), from_micros(f.last_seen)
        return Track(f.id, f.label, (x0, y0, x1, y1), f.score, first, last, f.begun)


def _box(raw: Sequence[float]) -> Box:
    x0, y0, x1, y1 = (float(value) for value in raw)
    return x0, y0, x1, y1


def _best(which: NDArray[np.bool_], found: Detections) -> list[int]:
    """The numbers of these detections, that of the best score first."""
    return sorted(np.flatnonzero(which).tolist(), key=lambda j: -float(found.score[j]))


def _with(boxes: Floats, box: Floats) -> Floats:
    return np.concatenate((boxes, box[None]))


def _kind(label: int) -> int:
    return int(_KIND[KEY_NUMBER[label]])


def _by_id(track: Track) -> int:
    return track.id
