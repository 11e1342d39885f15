"""Follows people and vehicles from picture to picture of one camera: ByteTrack, with state that can be written down."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.assignment import assign
from detect.kalman import Floats, Motion, axes_to_boxes, boxes_to_axes
from detect.overlap import overlap, widened
from models.clock import from_micros, to_micros
from models.detection import Detections
from models.labels import KEY_NUMBER, PERSON
from models.track import Track

LIFE_S: Final = 2.0
"""A track that is not seen for this long, in pictures that were looked at, is gone."""

LOW_SCORE: Final = 0.1
"""A detector should tell of things down to this score: faint ones carry tracks on. Below it, all is noise."""

_TRIAL_LIFE_S: Final = 0.5
"""A thing seen only once is forgotten this soon: most of them are noise."""

_PREDICT_S: Final = 2.0
"""A speed is believed for this long; after a longer gap things are sought where they were. A shorter gap is no blind
time (`health.blind_s`), so who walks on through it must be followed."""

_MISSING_S: Final = 1.0
"""A gap counts for no more of a track's life: nobody could have been seen in it."""

_RESUME_S: Final = 30.0
"""After a longer gap nobody can say that it is still the same one."""

_NEAR: Final = (0.1, 0.3, 0.2)
"""Least overlap of widened boxes: sure detections, faint ones, and those of a track on trial."""

_OTHER_KEY: Final = 0.15
"""A two-wheeler that is called a vehicle for a moment stays the same track, at this price."""

_DOUBLE: Final = 0.8
"""A detection that covers a followed box so well is the same thing found twice."""

_ID_RESERVE: Final = 1000
"""Ids that may have been given after the last checkpoint; they are skipped after a restart."""


@dataclass(slots=True)
class _Followed:
    """What is known of a track besides its motion; plain data."""

    id: int
    first_seen: int
    last_seen: int
    score: float
    hits: int = 1
    missed_s: float = 0.0
    votes: dict[int, float] = field(default_factory=dict)

    @property
    def label(self) -> int:
        return max(self.votes, key=lambda label: (self.votes[label], -label))


class Tracker:
    """The tracks of one camera; not for use from two threads.

    Args:
        high: A detection needs this score to begin a track (fainter ones only carry one on).
    """

    def __init__(self, high: float) -> None:
        self._high = high
        self._next_id = 1
        self._taken: int | None = None
        self._known: list[_Followed] = []
        nothing = np.zeros((0, 4))
        self._motion = Motion.at(nothing)
        self._boxes: Floats = nothing

    def update(self, found: Detections, taken: datetime) -> tuple[Track, ...]:
        """Take one picture's detections in.

        Args:
            found: Of one picture of this camera.
            taken: When it was taken; later than at the last call.

        Returns:
            The tracks that were seen in this picture and at least once before, by id.
        """
        at = to_micros(taken)
        gap_s = 0.0 if self._taken is None else (at - self._taken) / 1e6
        self._taken = at
        self._pass_time(gap_s)
        boxes = found.xyxy.astype(np.float64)
        sure = found.score >= self._high
        faint = ~sure & (found.score >= LOW_SCORE)
        proven = np.array([f.hits > 1 for f in self._known], bool)
        left, free = np.ones(len(self._known), bool), np.ones(len(found), bool)
        matches: list[tuple[int, int]] = []
        if len(left) and len(free):
            near = self._near(found, boxes, gap_s)
            for who, what, least in ((proven, sure, _NEAR[0]), (proven, faint, _NEAR[1]), (~proven, sure, _NEAR[2])):
                for i, j in assign(np.where(np.outer(left & who, free & what), near - least, 0.0)):
                    left[i], free[j] = False, False
                    matches.append((i, j))
        self._see(matches, found, boxes, at)
        self._begin(np.flatnonzero(free & sure), found, boxes, at)
        self._forget()
        return tuple(sorted((self._track(k) for k in range(len(self._known)) if self._shown(k, at)), key=_by_id))

    def reset(self) -> None:
        """The stream began anew: nothing is followed any more; ids go on counting."""
        self._known, self._taken = [], None
        self._boxes = np.zeros((0, 4))
        self._motion = Motion.at(self._boxes)

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON data."""
        return {
            "next_id": self._next_id,
            "taken": self._taken,
            "known": [
                {
                    "id": f.id,
                    "first_seen": f.first_seen,
                    "last_seen": f.last_seen,
                    "score": f.score,
                    "hits": f.hits,
                    "missed_s": f.missed_s,
                    "votes": {str(label): weight for label, weight in f.votes.items()},
                }
                for f in self._known
            ],
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
                _Followed(**{**raw, "votes": {int(label): weight for label, weight in raw["votes"].items()}})
                for raw in state["known"]
            ]
            n = len(tracker._known)
            tracker._boxes = np.array(state["boxes"], np.float64).reshape(n, 4)
            tracker._motion = Motion(
                np.array(state["place"], np.float64).reshape(n, 4),
                np.array(state["speed"], np.float64).reshape(n, 4),
                np.array(state["spread"], np.float64).reshape(n, 4, 3),
            )
        except (KeyError, TypeError, AttributeError) as error:
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
        for followed in self._known:
            followed.missed_s += min(gap_s, _MISSING_S)

    def _near(self, found: Detections, boxes: Floats, gap_s: float) -> Floats:
        """How well each track fits each detection, (known, found): overlap once widened, less the price of a label."""
        widen = min(0.25 + 0.1 * gap_s, 0.6)
        there = widened(boxes, widen)
        near = np.maximum(
            overlap(widened(axes_to_boxes(self._motion.place), widen), there),
            overlap(widened(self._boxes, widen), there),
        )
        mine, its = KEY_NUMBER[[followed.label for followed in self._known]][:, None], KEY_NUMBER[found.label]
        persons = (mine == KEY_NUMBER[PERSON]) != (its == KEY_NUMBER[PERSON])
        near[persons] = 0.0
        near[(mine != its) & ~persons] -= _OTHER_KEY
        return near

    def _see(self, matches: list[tuple[int, int]], found: Detections, boxes: Floats, at: int) -> None:
        if not matches:
            return
        which = np.array([i for i, _ in matches], np.intp)
        theirs = np.array([j for _, j in matches], np.intp)
        self._motion.correct(which, boxes_to_axes(boxes[theirs]))
        self._boxes[which] = boxes[theirs]
        for i, j in matches:
            followed, label, score = self._known[i], int(found.label[j]), float(found.score[j])
            followed.votes = {name: 0.95 * weight for name, weight in followed.votes.items()}
            followed.votes[label] = followed.votes.get(label, 0.0) + score
            followed.score, followed.last_seen, followed.missed_s = score, at, 0.0
            followed.hits += 1

    def _begin(self, fresh: NDArray[np.intp], found: Detections, boxes: Floats, at: int) -> None:
        """Follow what is new, the surest first; what covers a box seen just now is the same thing found twice."""
        here = [k for k, followed in enumerate(self._known) if followed.last_seen == at]
        taken = self._boxes[here]
        persons = [self._known[k].label == PERSON for k in here]
        begun = []
        for j in sorted(fresh.tolist(), key=lambda j: -float(found.score[j])):
            label, score = int(found.label[j]), float(found.score[j])
            same = np.array(persons, bool) == (label == PERSON)
            if (overlap(boxes[j : j + 1], taken)[0][same] > _DOUBLE).any():
                continue
            begun.append(j)
            taken = np.concatenate((taken, boxes[j : j + 1]))
            persons.append(label == PERSON)
            self._known.append(_Followed(self._next_id, at, at, score, votes={label: score}))
            self._next_id += 1
        if begun:
            self._boxes = np.concatenate((self._boxes, boxes[begun]))
            self._motion.add(boxes_to_axes(boxes[begun]))

    def _forget(self) -> None:
        kept = [k for k, f in enumerate(self._known) if f.missed_s <= (LIFE_S if f.hits > 1 else _TRIAL_LIFE_S)]
        if len(kept) < len(self._known):
            which = np.array(kept, np.intp)
            self._known = [self._known[k] for k in kept]
            self._boxes = self._boxes[which]
            self._motion.keep(which)

    def _shown(self, k: int, at: int) -> bool:
        return self._known[k].last_seen == at and self._known[k].hits > 1

    def _track(self, k: int) -> Track:
        f = self._known[k]
        x0, y0, x1, y1 = self._boxes[k].tolist()
        return Track(f.id, f.label, (x0, y0, x1, y1), f.score, from_micros(f.first_seen), from_micros(f.last_seen))


def _by_id(track: Track) -> int:
    return track.id
