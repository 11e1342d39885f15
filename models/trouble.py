"""One trouble of a camera or of the system over time: from its first sign to its end one alert."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from models.alert import Alert, Number, Onset, mint
from models.clock import from_micros
from models.codes import CODES, Level

_DOUBT: Final = 2_000_000
"""µs without a sign after which a trouble that was not yet told begins anew."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The newest alert of a trouble, open while `ended` is None. Instants in µs; the rest as in models.alert.Alert."""

    id: UUID
    revision: int
    level: Level
    began: int
    detected: int
    ended: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is remembered of one trouble. Instants in µs.

    Attributes:
        since: Its first sign, None while there is none.
        seen: Its newest sign.
        well: The first moment without it after the newest sign, None while it shows.
        raised: Its newest alert.
    """

    since: int | None = None
    seen: int = 0
    well: int | None = None
    raised: Raised | None = None

    @property
    def open(self) -> bool:
        """Whether its alert lasts."""
        return self.raised is not None and self.raised.ended is None


@dataclass(frozen=True, slots=True)
class Sign:
    """What was seen of a trouble at one moment.

    Attributes:
        at: µs.
        shows: Whether it shows; None where that cannot be told just now: what was told stays as it is.
        observed: Figures of this moment.
        level: How grave it is; None: as grave as its code.
        began: µs since which it has shown, where that is known better than from the signs.
    """

    at: int
    shows: bool | None
    observed: Mapping[str, Number]
    level: Level | None = None
    began: int | None = None


@dataclass(frozen=True, slots=True)
class TroubleRule:
    """How one trouble becomes an alert.

    Attributes:
        site: Id.
        camera: Id; empty for a trouble of the system.
        code: One of models.codes; names the rule, too.
        lasting: µs that it must show.
        clear: µs without it after which it is over.
        cooldown: µs; when it comes again this soon it is counted into the same alert.
        threshold: The figures that are observed, as they are allowed.
    """

    site: str
    camera: str
    code: str
    lasting: int
    clear: int
    cooldown: int
    threshold: Mapping[str, Number]

    def step(self, state: Trouble, sign: Sign) -> tuple[Trouble, Alert | None]:
        """What follows from one sign, later than the one before; and the revision that it caused."""
        if sign.shows is None:
            forgotten = not state.open and state.since is not None and sign.at - state.seen > _DOUBT
            return (replace(state, since=None, well=None) if forgotten else state), None
        if not sign.shows:
            return self._without(state, sign)
        since = sign.at if state.since is None else state.since
        since = since if sign.began is None or state.open else sign.began
        state = replace(state, since=since, seen=max(sign.at, state.seen), well=None)
        raised = self._raised(state.raised, since, sign)
        if raised == state.raised or raised is None:
            return state, None
        return replace(state, raised=raised), self._alert(raised, sign.observed)

    def _raised(self, raised: Raised | None, since: int, sign: Sign) -> Raised | None:
        """The alert after a sign of a trouble that has shown `since` then: the same, a graver or a new one."""
        level = sign.level or CODES[self.code].level
        if raised is not None and raised.ended is None:
            return raised if level >= raised.level else replace(raised, revision=raised.revision + 1, level=level)
        if sign.at - since < self.lasting:
            return raised
        if raised is not None and raised.ended is not None and since - raised.ended <= self.cooldown:
            worst = min(level, raised.level)
            return replace(raised, revision=raised.revision + 1, ended=None, count=raised.count + 1, level=worst)
        onset = Onset(self.site, self.camera, self.code, "", from_micros(since))
        return Raised(mint(onset), 1, level, since, sign.at, None, 1)

    def end(self, state: Trouble) -> tuple[Trouble, Alert | None]:
        """The alert's last revision, where one lasts: nobody looks any more."""
        if state.raised is None or state.raised.ended is not None:
            return Trouble(raised=state.raised), None
        ended = replace(state.raised, revision=state.raised.revision + 1, ended=max(state.seen, state.raised.detected))
        return Trouble(raised=ended), self._alert(ended, {})

    def _without(self, state: Trouble, sign: Sign) -> tuple[Trouble, Alert | None]:
        if state.since is None:
            return state, None
        well = sign.at if state.well is None else state.well
        if state.raised is None or state.raised.ended is not None:
            over = sign.at - state.seen > min(_DOUBT, self.clear)
            return (replace(state, since=None, well=None) if over else replace(state, well=well)), None
        if sign.at - well < self.clear:
            return replace(state, well=well), None
        ended = replace(state.raised, revision=state.raised.revision + 1, ended=max(well, state.raised.detected))
        return Trouble(raised=ended), self._alert(ended, sign.observed)

    def _alert(self, raised: Raised, observed: Mapping[str, Number]) -> Alert:
        until = raised.ended if raised.ended is not None else max(raised.detected, raised.began)
        return Alert(
            id=raised.id,
            revision=raised.revision,
            code=self.code,
            level=raised.level,
            camera=self.camera,
            rule=self.code,
            place="",
            began=from_micros(raised.began),
            detected=from_micros(raised.detected),
            ended=None if raised.ended is None else from_micros(raised.ended),
            count=raised.count,
            observed={"lasting_s": round((until - raised.began) / 1e6, 1), **observed},
            threshold=self.threshold,
        )
