"""INTRUDE and TW_IN on the yard of a small gate, by who stands inside and who does not, for tests of detect."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from small_place import YARD, camera_of, person, said_at, seconds

from config.rules import IntrudeRule, TwoWheelerInRule
from detect.rules.intrude import Intrude
from detect.rules.rule import Place
from detect.rules.two_wheeler_in import TwoWheelerIn
from models.alert import Alert
from models.labels import MOTORCYCLE, PERSON
from models.track import Track

T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOLE_S = 2.0

Picture = tuple[float, dict[int, bool]]
"""Seconds, and for each track that is seen whether its feet are inside."""


def rule_of(**more: float) -> Intrude:
    """Three seconds' dwell, unless `more` says otherwise."""
    config = IntrudeRule.model_validate({"rule": "INTRUDE", "zone": "yard", "cooldown_s": 20.0, **more})
    return Intrude(config, Place("gsdt", camera_of(zones=[YARD]), HOLE_S))


def riders_rule_of(**more: float) -> TwoWheelerIn:
    """The same of two-wheelers: TW_IN."""
    config = TwoWheelerInRule.model_validate({"rule": "TW_IN", "zone": "yard", "cooldown_s": 20.0, **more})
    return TwoWheelerIn(config, Place("gsdt", camera_of(zones=[YARD]), HOLE_S))


def seen_at(number: int, inside: bool, at: datetime, label: int = PERSON) -> Track:
    """Somebody whose feet are in the yard, or well above it."""
    return person(number, (0.45, 0.8 if inside else 0.3), at, label=label)


def said_of(rule: Intrude, pictures: Sequence[Picture], start: datetime = T0) -> list[Alert]:
    """The revisions that these pictures cause."""
    instants = [(start + timedelta(seconds=since), seen) for since, seen in pictures]
    label = MOTORCYCLE if isinstance(rule, TwoWheelerIn) else PERSON
    told, _ = said_at(rule, [(at, [seen_at(n, i, at, label) for n, i in seen.items()]) for at, seen in instants])
    return [one for _, one in told if isinstance(one, Alert)]


def s(at: datetime | None) -> float | None:
    """Seconds since the first picture."""
    return seconds(at, T0)
