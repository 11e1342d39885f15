"""A script of a camera's link acted out: what its worker says every second, through the rules of its health."""

from random import Random

from acted import Outcome, began_of, scored, site_of
from troubled import ended

from detect.health.rules import HealthRules
from models.alert import Alert
from models.clock import to_micros
from models.link import CameraState, Health
from scenes.script import Script

_SECOND_US = 1_000_000
_WHY: tuple[CameraState, ...] = ("disconnected", "unauthorised", "stalled", "connecting")
_RESTARTED_S = 4
"""A worker that is started again says nothing for so long."""


def lost(script: Script) -> Outcome:
    """Act it out and score what was said: why there are no pictures is another thing each time, and now and then the
    worker is started again.
    """
    site, dice = site_of(script), Random(script.name)
    rules = HealthRules(site, site.cameras[0], to_micros(began_of(script)) - 3600 * _SECOND_US)
    memory, alerts, silent_until = rules.fresh(), list[Alert](), 0.0
    start, taken, why, since = to_micros(began_of(script)), 0.0, _WHY[0], 0.0
    for second in range(round(script.seconds)):
        at = second + dice.uniform(0.0, 0.9)
        hole = next((one for one in script.holes if one[0] <= at < one[1]), None)
        if hole is None:
            taken, why, since = at, dice.choice(_WHY), at
        else:
            taken = max(taken, hole[0])
        if dice.random() < 1 / 120:
            silent_until = at + _RESTARTED_S
        state: CameraState = "live" if hole is None else why
        word = Health(_us(start, at), state, _us(start, since), taken=_us(start, taken)) if at >= silent_until else None
        memory, said = rules.heard(memory, word, _us(start, taken), _us(start, at), int(hole is not None))
        alerts += said
    return ended(scored(script, began_of(script), alerts, ()), script, alerts)


def _us(start: int, seconds: float) -> int:
    return start + round(seconds * _SECOND_US)
