"""The score of a run: its alerts against what really happened, as i-LIDS scores event detection."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from models.matching import matched

TOLERANCE_S: Final = 10.0
"""An alert may begin so long before or after an event: people who write down what happened are seldom exact."""

_BEGIN_BY_THE_CLOCK: Final = frozenset({"FLOW"})
"""Their alerts begin with a window of the clock, minutes before what makes them alerts happens."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens in footage and must be alerted; instants in seconds from the beginning of the footage.

    Attributes:
        code: Of `models.codes.CODES`.
        from_s, to_s: An alert of it begins in this span; one of FLOW is met in it (see `Told.at_s`).
        zone: Id of the zone or line; None for any.
        tolerance_s: So long before and after the span an alert may begin, too.
        count: The alert's own count; None where it does not matter.
    """

    code: str
    from_s: float
    to_s: float
    zone: str | None = None
    tolerance_s: float = TOLERANCE_S
    count: int | None = None

    def fits(self, alert: "Told") -> bool:
        """Whether the alert can be of this event."""
        return (
            alert.code == self.code
            and self.zone in (None, alert.zone)
            and self.from_s - self.tolerance_s <= alert.at_s <= self.to_s + self.tolerance_s
        )


@dataclass(frozen=True, slots=True)
class Ways:
    """How many crossed a line in and out."""

    into: int
    out: int


@dataclass(frozen=True, slots=True)
class Happened:
    """All that happened in footage that should be alerted or counted; nothing where it must stay silent.

    Attributes:
        events: Each of which must be alerted once.
        counts: By id of the line.
    """

    events: tuple[Event, ...] = ()
    counts: Mapping[str, Ways] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is scored of an alert; instants in seconds from the beginning of the footage.

    Attributes:
        id: Its id.
        code, zone: What and where.
        began_s: The breach began.
        detected_s: The rule was first met.
        count: How often it was met.
    """

    id: str
    code: str
    zone: str
    began_s: float
    detected_s: float
    count: int = 1

    @property
    def at_s(self) -> float:
        """What is held against events: its beginning, or where that is a clock's, the instant at which it was met."""
        return self.detected_s if self.code in _BEGIN_BY_THE_CLOCK else self.began_s


@dataclass(frozen=True, slots=True)
class Pair:
    """An event with an alert of it."""

    event: Event
    alert: Told

    @property
    def after_s(self) -> float:
        """Time to alert: from the beginning of the event until the rule was met, seconds."""
        return self.alert.detected_s - self.event.from_s

    @property
    def miscounted(self) -> bool:
        """Whether the alert counts another number of times than it happened."""
        return self.event.count is not None and self.event.count != self.alert.count


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one code, or of all.

    Attributes:
        found: Events with an alert.
        missed: Events without.
        false: Alerts without an event.
        repeated: Further alerts of events that have one; as i-LIDS has it, they are neither true nor false.
        hours: Of one camera's footage.
        after_s: Time to alert of each event that was found, ascending.
    """

    found: int
    missed: int
    false: int
    repeated: int
    hours: float
    after_s: tuple[float, ...]

    @property
    def precision(self) -> float | None:
        """Of its alerts, how many are true, 0 to 1; None without alerts."""
        return _ratio(self.found, self.found + self.false)

    @property
    def recall(self) -> float | None:
        """Of what happened, how much was found, 0 to 1; None where nothing happened."""
        return _ratio(self.found, self.found + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where nothing happened and nothing was said."""
        return _ratio(2 * self.found, 2 * self.found + self.false + self.missed)

    @property
    def false_per_hour(self) -> float | None:
        """False alerts per camera-hour; None without footage."""
        return _ratio(self.false, self.hours)


@dataclass(frozen=True, slots=True)
class Counted:
    """One line: how many crossed it, and how many were counted."""

    line: str
    happened: Ways
    counted: Ways


@dataclass(frozen=True, slots=True)
class Score:
    """What a run is worth.

    Attributes:
        hours: Of one camera's footage.
        found: Events with their first alert.
        missed: Events without one.
        false: Alerts without an event.
        repeated: Further alerts of events that have one.
        counts: Lines of which it is known how many crossed.
    """

    hours: float
    found: tuple[Pair, ...]
    missed: tuple[Event, ...]
    false: tuple[Told, ...]
    repeated: tuple[Pair, ...]
    counts: tuple[Counted, ...]

    @property
    def codes(self) -> dict[str, Figures]:
        """The figures by code: all that happened or that was alerted, in alphabetical order."""
        missed, false = Counter(e.code for e in self.missed), Counter(a.code for a in self.false)
        found, repeated = Counter(p.event.code for p in self.found), Counter(p.event.code for p in self.repeated)
        return {
            code: Figures(
                found[code], missed[code], false[code], repeated[code], self.hours, self._after(frozenset({code}))
            )
            for code in sorted(missed.keys() | false.keys() | found.keys())
        }

    @property
    def all(self) -> Figures:
        """The figures of all codes together."""
        codes = frozenset(pair.event.code for pair in self.found)
        lengths = (len(self.found), len(self.missed), len(self.false), len(self.repeated))
        return Figures(*lengths, self.hours, self._after(codes))

    def _after(self, codes: frozenset[str]) -> tuple[float, ...]:
        return tuple(sorted(pair.after_s for pair in self.found if pair.event.code in codes))


def score(
    happened: Happened, alerts: Iterable[Told], seconds: float, counted: Mapping[str, Ways] | None = None
) -> Score:
    """Score alerts by what happened: as many events as can be are found, each by one alert, the earliest of them first.

    Args:
        happened: In the footage.
        alerts: Newest revision of each, of one camera.
        seconds: Of footage.
        counted: How many were counted, by line; a line of `happened` that is not here counted none.
    """
    told = sorted(alerts, key=lambda alert: (alert.at_s, alert.detected_s, alert.id))
    events = sorted(happened.events, key=lambda event: (event.from_s, event.to_s, event.code, event.zone or ""))
    of = matched([[n for n, event in enumerate(events) if event.fits(alert)] for alert in told])
    found = {event: alert for alert, event in of.items()}
    false, repeated = [], []
    for number, alert in enumerate(told):
        if number not in of:
            fitting = next((event for event in events if event.fits(alert)), None)
            if fitting is None:
                false.append(alert)
            else:
                repeated.append(Pair(fitting, alert))
    return Score(
        seconds / 3600,
        tuple(Pair(event, told[found[n]]) for n, event in enumerate(events) if n in found),
        tuple(event for n, event in enumerate(events) if n not in found),
        tuple(false),
        tuple(repeated),
        tuple(Counted(line, ways, (counted or {}).get(line, Ways(0, 0))) for line, ways in happened.counts.items()),
    )


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
