"""The desk's watch over the rest of Kanmen: detection, the way of the alerts, the clock. Pure: it reads no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from config.health import Health
from models.alert import Alert
from models.clock import Monotonic
from models.trouble import Sign, Trouble, TroubleRule

DETECT: Final = "SYS_DETECT"
DELIVERY: Final = "SYS_DELIVERY"
CLOCK: Final = "SYS_CLOCK"

_START_S: Final = 60.0
"""So long detection may take from the desk's start to its first word: it loads, perhaps fetches, its weights."""


_WORD_S: Final = 3.0
"""Detection says a word a second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the desk sees at one moment.

    Attributes:
        now: µs since 1970 UTC, of this machine's clock.
        monotonic: Seconds; does not jump.
        redis: Whether Redis answers.
        said: What names detection's newest word; None where there is none, or where it cannot be asked for.
        unsettled: Rows that detection waits to hear of, as of that word.
        taken: Rows that the desk has made safe since it started.
    """

    now: int
    monotonic: Monotonic
    redis: bool
    said: int | None
    unsettled: int
    taken: int


class Vigil:
    """What the desk remembers of the rest of Kanmen.

    Args:
        site: Id.
        health: The limits.
        troubles: As remembered, by code.
        first: What is seen at the start.

    Attributes:
        troubles: By code; to be written down with the alerts.
    """

    def __init__(self, site: str, health: Health, troubles: Mapping[str, Trouble], first: Reading) -> None:
        self.troubles = dict(troubles)
        self._silent_s, self._step_s = health.silent_s, health.clock_step_s
        clear, cooldown = round(health.clear_s * 1e6), round(health.cooldown_s * 1e6)
        limits = {
            DETECT: {"silent_s": self._silent_s},
            DELIVERY: {"silent_s": self._silent_s},
            CLOCK: {"step_s": self._step_s},
        }
        self._rules = {code: TroubleRule(site, "", code, 0, clear, cooldown, limit) for code, limit in limits.items()}
        self._last = first
        self._began = first.monotonic
        self._heard: Monotonic | None = None
        self._delivered = first.monotonic

    def look(self, seen: Reading) -> list[Alert]:
        """What follows from the next reading."""
        step_s = (seen.now - self._last.now) / 1e6 - (seen.monotonic - self._last.monotonic)
        if abs(step_s) > self._step_s:  # ends that were measured on the old clock are measured anew
            self.troubles = {code: replace(trouble, well=None) for code, trouble in self.troubles.items()}
        signs = {DETECT: self._detection(seen), DELIVERY: self._delivery(seen), CLOCK: self._clock(seen, step_s)}
        self._last = seen
        alerts = []
        for code, sign in signs.items():
            self.troubles[code], alert = self._rules[code].step(self.troubles.get(code, Trouble()), sign)
            if alert is not None:
                alerts.append(alert)
        return alerts

    def _detection(self, seen: Reading) -> Sign:
        if not seen.redis:
            return Sign(seen.now, None, {})  # it may be well: nobody can hear it
        if seen.said not in (None, self._last.said) or (self._heard is not None and not self._last.redis):
            self._heard = seen.monotonic
        if self._heard is None:
            waited_s = seen.monotonic - self._began
            known = self.troubles.get(DETECT, Trouble()).open
            return self._silence(seen, waited_s, None if known and waited_s < _START_S else waited_s >= _START_S)
        silent_s = seen.monotonic - self._heard
        return self._silence(seen, silent_s, silent_s >= self._silent_s)

    def _delivery(self, seen: Reading) -> Sign:
        moving = seen.unsettled == 0 or seen.taken > self._last.taken
        asleep = self._heard is None or seen.monotonic - self._heard > _WORD_S  # its count is an old one
        if seen.redis and (moving or asleep):
            self._delivered = seen.monotonic
        stuck_s = seen.monotonic - self._delivered
        return self._silence(seen, stuck_s, stuck_s >= self._silent_s)

    def _clock(self, seen: Reading, step_s: float) -> Sign:
        return Sign(seen.now, abs(step_s) > self._step_s, {"step_s": round(step_s, 2)})

    @staticmethod
    def _silence(seen: Reading, silent_s: float, shows: bool | None) -> Sign:
        return Sign(seen.now, shows, {"silent_s": round(silent_s, 1)}, began=seen.now - round(silent_s * 1e6))
