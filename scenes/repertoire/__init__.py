"""The repertoire: scripts for every rule, what must be told and what only looks like it; by seed, the same for ever."""

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

from scenes.repertoire import bags, crossings, falls, many, nuisances, rides, stays
from scenes.repertoire.parked import FIRELANE, IN_FULL, PARK, TW_PARK
from scenes.script import Script

Maker = Callable[[Random, str], Script]

HAPPENS: Final[Mapping[str, Mapping[str, Maker]]] = {
    "INTRUDE": {
        "stands": stays.intrude_stands,
        "crosses": stays.intrude_crosses,
        "two": stays.intrude_two,
        "apart": stays.intrude_apart,
    },
    "LOITER": {"strolls": stays.loiter_strolls, "stands": stays.loiter_stands, "hidden": stays.loiter_hidden},
    "TW_IN": {"pushed": stays.tw_in_pushed, "left": stays.tw_in_left},
    "LINE": {"in": crossings.line_in, "pair": crossings.line_pair, "apart": crossings.line_apart},
    "FLOW": {"rush": crossings.flow_rush},
    "NIGHT": {"passage": crossings.night_passage},
    "CROWD": {"day": many.crowd_by_day, "night": many.crowd_by_night},
    "CONGEST": {"queue": many.congest_queue},
    "PARK": PARK.happens(),
    "FIRELANE": FIRELANE.happens(),
    "TW_PARK": TW_PARK.happens(),
    "WRONGWAY": {"along": rides.wrongway_along, "slow": rides.wrongway_slow, "across": rides.wrongway_across},
    "ABANDON": bags.HAPPENS,
    "FALL": falls.HAPPENS,
}
"""What must be told, by code and kind."""

ALIKE: Final[Mapping[str, Mapping[str, Maker]]] = {
    "INTRUDE": {
        "corner": stays.intrude_corner,
        "beside": stays.intrude_beside,
        "vehicle": stays.intrude_vehicle,
    },
    "LOITER": {"passing": stays.loiter_passing, "short": stays.loiter_short, "beside": stays.loiter_beside},
    "TW_IN": {"person": stays.tw_in_person, "beside": stays.tw_in_beside, "passing": stays.tw_in_passing},
    "LINE": {"turns": crossings.line_turns, "along": crossings.line_along, "out": crossings.line_out},
    "FLOW": {"few": crossings.flow_few, "turns": crossings.flow_turns, "beyond": crossings.flow_beyond},
    "NIGHT": {"day": crossings.night_by_day, "turns": crossings.night_turns, "along": crossings.night_along},
    "CROWD": {"few": many.crowd_few, "short": many.crowd_short, "stream": many.crowd_stream},
    "CONGEST": {"few": many.congest_few, "short": many.congest_short, "moving": many.congest_moving},
    "PARK": PARK.alike(),
    "FIRELANE": FIRELANE.alike(),
    "TW_PARK": TW_PARK.alike(),
    "WRONGWAY": {
        "right": rides.wrongway_right,
        "crossing": rides.wrongway_crossing,
        "walker": rides.wrongway_walker,
        "turns": rides.wrongway_turns,
    },
    "ABANDON": bags.ALIKE,
    "FALL": falls.ALIKE,
    "ALL": nuisances.ALIKE,
}
"""What looks like it and must not be told, by code and kind; ALL arms every rule at once."""

FULL: Final[Mapping[str, Mapping[str, Maker]]] = {
    "LOITER": {"full": stays.loiter_in_full, "full-lost": stays.loiter_lost_in_full},
    "FLOW": {"full": crossings.flow_in_full},
    "ABANDON": {"full": bags.in_full},
    **{
        code: {"full": rule.stands, "full-hidden": rule.hidden, "full-unseen": rule.unseen}
        for code, rule in IN_FULL.items()
    },
}
"""What lasts longer than a minute, with its times as they are by default; above they are a tenth of that."""

LIMITS: Final[Mapping[str, Mapping[str, Maker]]] = {"WRONGWAY": {"fast": rides.wrongway_fast}}
"""What is at the limit of what a detector sees and a tracker follows: measured apart."""

GRAVER: Final[Mapping[str, Maker]] = {
    "LOITER": stays.loiter_stays_on,
    "PARK": PARK.stays_on,
    "FIRELANE": FIRELANE.stays_on,
}
"""What lasts until its rule is as grave as it gets."""


def scripts(kinds: Mapping[str, Maker], code: str, number: int) -> Iterator[Script]:
    """So many scripts of a rule, its kinds in turn, each by a seed of its own."""
    makers = list(kinds.items())
    for seed in range(number):
        kind, maker = makers[seed % len(makers)]
        name = f"{code}/{kind}/{seed}"
        yield maker(Random(name), name)  # noqa: S311 (the same for ever is what is wanted)
