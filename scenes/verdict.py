"""The verdict on a run: which breaches of the truth had no alert, which had two, and which alerts had no breach."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final
from uuid import UUID

from models.alert import Alert, BlindSpan
from scenes.breaches import TOLERANCE_S, Breach

SAMPLING_S: Final = 0.5
"""Between the truth and what samples can show: a track is one from its second sighting on, and a rule is met on the
first sample after the truth meets it, or the next where feet are on the line itself."""

UNFINISHED_S: Final = 2.0
"""A breach met this shortly before the end of the window may still be on its way."""


@dataclass(frozen=True, slots=True)
class Footage:
    """What one camera showed, loop after loop.

    Attributes:
        started_at: UTC of media time 0 of loop 0.
        loop_s: Length of a loop.
        breaches: Of one loop.
    """

    started_at: datetime
    loop_s: float
    breaches: Sequence[Breach]


@dataclass(frozen=True, slots=True)
class Expected:
    """A breach at its instants.

    Attributes:
        camera, code, place: Where it was and what.
        since: From here on it had to be seen.
        began, met, ended: As in `Breach`, UTC.
    """

    camera: str
    code: str
    place: str
    since: datetime
    began: datetime
    met: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run.

    Attributes:
        expected: Breaches that had to be alerted: met within the window and not while blind.
        missed: Those of them without an alert, and not told of by one that lasts into them through blind time.
        duplicated: Breaches with two or more alert ids, outside blind spans.
        unexplained: Alerts without a breach.
    """

    expected: tuple[Expected, ...]
    missed: tuple[Expected, ...]
    duplicated: tuple[tuple[Expected, tuple[UUID, ...]], ...]
    unexplained: tuple[Alert, ...]


def compare(
    footage: Mapping[str, Footage],
    window: tuple[datetime, datetime],
    alerts: Iterable[Alert],
    blind: Iterable[BlindSpan],
    tolerance_s: float = TOLERANCE_S,
) -> Verdict:
    """Judge the alerts of a run by the truth of its footage.

    `window` is the span in which everything had to work; `alerts` and `blind` may hold all revisions, the highest
    one counts. A breach counts as expected if all that its definition looks at lies within the window, not in its last
    `UNFINISHED_S`, and no blind span comes nearer to it than `SAMPLING_S`.
    """
    newest: dict[UUID, Alert] = {}
    for alert in sorted(alerts, key=lambda a: a.revision):
        newest[alert.id] = alert
    spans: dict[UUID, BlindSpan] = {}
    for span in sorted(blind, key=lambda s: s.revision):
        spans[span.id] = span
    tolerance = timedelta(seconds=tolerance_s)
    # Breaches around the window explain alerts, too.
    shown = [e for camera, one in footage.items() for e in _shown(camera, one, window)]
    ids: dict[Expected, list[UUID]] = {}
    unexplained = []
    for alert in newest.values():
        fitting = [e for e in shown if _fits(alert, e, tolerance)]
        if fitting:
            ids.setdefault(min(fitting, key=lambda e: abs(e.began - alert.began)), []).append(alert.id)
        else:
            unexplained.append(alert)

    def was_blind(camera: str, since: datetime, until: datetime) -> bool:
        return any(
            s.camera == camera and s.began <= until and (s.ended is None or s.ended >= since) for s in spans.values()
        )

    near, last = timedelta(seconds=SAMPLING_S), window[1] - timedelta(seconds=UNFINISHED_S)
    expected = [
        e
        for e in shown
        if window[0] <= e.since - near and e.met <= last and not was_blind(e.camera, e.since - near, e.met + near)
    ]
    # Who left while nobody could see it may be there still: whoever comes next is told of by the same alert.
    joined = {
        e
        for told, alerted in ids.items()
        for e in expected
        if e.began > told.began
        and was_blind(e.camera, told.began, e.began)
        and any(_lasts_into(newest[one], e, tolerance) for one in alerted)
    }
    return Verdict(
        tuple(expected),
        tuple(e for e in expected if e not in ids and e not in joined),
        tuple(
            (e, tuple(ids[e])) for e in shown if len(ids.get(e, ())) > 1 and not was_blind(e.camera, e.began, e.ended)
        ),
        tuple(unexplained),
    )


def _shown(camera: str, footage: Footage, window: tuple[datetime, datetime]) -> Iterator[Expected]:
    """The breaches of every loop that touches the window, and of one loop before and after."""
    first, last = (floor((at - footage.started_at).total_seconds() / footage.loop_s) for at in window)
    for loop in range(max(0, first - 1), last + 2):
        for breach in footage.breaches:
            since, began, met, ended = (
                footage.started_at + timedelta(seconds=loop * footage.loop_s + at)
                for at in (breach.began_s - breach.before_s, breach.began_s, breach.met_s, breach.ended_s)
            )
            yield Expected(camera, breach.code, breach.place, since, began, met, ended)


def _fits(alert: Alert, expected: Expected, tolerance: timedelta) -> bool:
    if (alert.camera, alert.code, alert.place) != (expected.camera, expected.code, expected.place):
        return False
    ended = max(alert.ended or alert.detected, alert.detected)
    return alert.began - tolerance <= expected.ended and expected.began <= ended + tolerance


def _lasts_into(alert: Alert, expected: Expected, tolerance: timedelta) -> bool:
    return _fits(alert, expected, tolerance) and (alert.ended is None or alert.ended >= expected.met)
