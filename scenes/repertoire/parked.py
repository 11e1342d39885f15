"""Scripts of what stands where it may not: PARK, FIRELANE, TW_PARK."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from scenes.breaches import Breach, merged
from scenes.repertoire.ground import DAY, NIGHT, edge, scene
from scenes.script import Script
from scenes.scripts import Go, Role, Stand

_FULL: Final[dict[str, dict[str, Any]]] = {
    "PARK": {"confirm_s": 15, "dwell_s": 300, "escalate_s": 900, "escalate_again_s": 3600},
    "FIRELANE": {"confirm_s": 15, "dwell_s": 120, "escalate_s": 600},
    "TW_PARK": {"dwell_s": 180, "cooldown_s": 900},
}
_COMMON: Final = {"gap_s": 60, "bridged_s": 600, "cooldown_s": 300}


class Parked:
    """The scripts of one rule about what stands.

    Args:
        code: Of the rule.
        kinds: What stands there: actors.
        others: What may: actors.
        part: By how much all its times are divided.
    """

    def __init__(self, code: str, kinds: tuple[str, ...], others: tuple[str, ...], part: float = 10.0) -> None:
        full = {**_COMMON, **_FULL[code]}
        self._code, self._kinds, self._others = code, kinds, others
        self._rule = {"rule": code, "zone": "kerb", **{key: value / part for key, value in full.items()}}
        self._needed = self._rule.get("confirm_s", 0.0) + self._rule["dwell_s"]
        self._wide = 6.5

    def happens(self) -> dict[str, Callable[[Random, str], Script]]:
        """What must be told."""
        return {"stands": self.stands, "hidden": self.hidden, "unseen": self.unseen, "two": self.two}

    def alike(self) -> dict[str, Callable[[Random, str], Script]]:
        """What must not."""
        return {"halts": self.halts, "creeps": self.creeps, "beside": self.beside, "others": self.allowed}

    def stands(self, dice: Random, name: str) -> Script:
        """One comes, stands for long enough and leaves; people pass before it."""
        front = [self._passer(dice, t) for t in (6.0, 14.0)]
        return self._script(dice, name, [self._parker(dice, 2, self._needed + dice.uniform(3, 12))], front)

    def hidden(self, dice: Random, name: str) -> Script:
        """A bus passes before it, or halts there for a moment."""
        stay = self._needed + dice.uniform(8, 14)
        # What is hidden before it is believed begins anew; a two-wheeler is believed after 15 s, whatever its rule.
        begins = 8 + self._rule.get("confirm_s", 14.0)
        bus = Role(
            "bus", begins, (edge(7.6, 8), 7.6), (Go(0, 7.6, 4), Stand(dice.uniform(0, 2)), Go(-edge(7.6, 8), 7.6, 4))
        )
        return self._script(dice, name, [self._parker(dice, 2, stay)], [bus])

    def unseen(self, dice: Random, name: str) -> Script:
        """The camera is away for a while, and it is still there."""
        stay = self._needed + dice.uniform(10, 14)
        since = 8 + self._rule.get("confirm_s", 14.0)
        return self._script(dice, name, [self._parker(dice, 2, stay)], [], holes=((since, since + dice.uniform(4, 8)),))

    def two(self, dice: Random, name: str) -> Script:
        """Another comes beside it, and both are one breach."""
        stay = self._needed + 14
        both = [self._parker(dice, 2, stay, x=-2.4), self._parker(dice, 7, self._needed + dice.uniform(2, 6), x=2.4)]
        return self._script(dice, name, both, [])

    def stays_on(self, dice: Random, name: str) -> Script:
        """One stands there until the rule is as grave as it gets; people pass before it all the while."""
        gravest = max(self._rule.get(key, 0.0) for key in ("escalate_s", "escalate_again_s"))
        stay = gravest + dice.uniform(8, 12)
        front = [self._passer(dice, t) for t in range(6, round(stay), 40)]
        return self._script(dice, name, [self._parker(dice, 2, stay)], front, lasts=stay + 10)

    def halts(self, dice: Random, name: str) -> Script:
        """One halts for two thirds of the time and drives on, and so does the next."""
        first = self._parker(dice, 2, 0.6 * self._needed, x=-2.4)
        return self._script(
            dice, name, [first, self._parker(dice, 0.7 * self._needed + 14, 0.6 * self._needed, x=2.4)], []
        )

    def creeps(self, dice: Random, name: str) -> Script:
        """One after the other rolls on slowly."""
        kind = dice.choice(self._kinds)
        length = 1.8 if kind in ("bicycle", "motorcycle") else 4.5
        side, pace = dice.choice((-1, 1)), length * dice.uniform(0.14, 0.25)
        start = side * (edge(10.8) + length / 2)
        creeper = Role(kind, 1, (start, 10.8), (Go(-start, 10.8, pace),))
        return self._script(dice, name, [], [creeper])

    def beside(self, dice: Random, name: str) -> Script:
        """One stands before the border, all the time."""
        role = self._parker(dice, 2, self._needed + 15, z=8.5)
        return self._script(dice, name, [], [role])

    def allowed(self, dice: Random, name: str) -> Script:
        """Others stand there, who may."""
        role = self._parker(dice, 2, self._needed + 15, kind=dice.choice(self._others))
        return self._script(dice, name, [], [role])

    def _parker(
        self,
        dice: Random,
        begins: float,
        stay: float,
        *,
        x: float | None = None,
        z: float | None = None,
        kind: str = "",
    ) -> Role:
        x, z = dice.uniform(-1.5, 1.5) if x is None else x, dice.uniform(10.0, 12.0) if z is None else z
        side = dice.choice((-1, 1)) if abs(x) < 2 else (1 if x > 0 else -1)  # noqa: PLR2004 (nobody drives through another)
        steps = (Go(x, z, 4.0), Stand(stay), Go(side * edge(z, self._wide), z, 4.0))
        return Role(kind or dice.choice(self._kinds), begins, (side * edge(z, self._wide), z), steps)

    def _passer(self, dice: Random, begins: float) -> Role:
        side = dice.choice((-1, 1))
        return Role("person", begins, (side * edge(8.0), 8.0), (Go(-side * edge(8.0), 8.0, dice.uniform(1.0, 1.5)),))

    def _script(
        self,
        dice: Random,
        name: str,
        parked: list[Role],
        others: list[Role],
        *,
        holes: tuple[tuple[float, float], ...] = (),
        lasts: float = 0.0,
    ) -> Script:
        found = []
        for role in parked:
            come = role.steps[0]
            began = role.begins_s + (abs(role.start[0] - come.x) / come.pace if isinstance(come, Go) else 0.0)
            stay = next(step.seconds for step in role.steps if isinstance(step, Stand))
            if stay >= self._needed:
                met = began + self._needed
                hole = next((until for since, until in holes if since < met <= until), None)
                found.append(Breach(self._code, "kerb", began, met if hole is None else hole, began + stay))
        roles = (*parked, *others)
        seconds = max(40.0, max((self._needed + 22 for _ in parked), default=60.0), self._needed + 25)
        if len(parked) > 1:
            seconds += 0.7 * self._needed
        return scene(
            dice,
            name,
            round(max(seconds, lasts)),
            roles,
            rules=(self._rule,),
            breaches=tuple(merged(found, self._rule["cooldown_s"])),
            holes=holes,
            begins=dice.choice((DAY, NIGHT)),
        )


_VEHICLES: Final = ("car", "truck")
_TWO_WHEELERS: Final = ("bicycle", "motorcycle")
PARK: Final = Parked("PARK", _VEHICLES, _TWO_WHEELERS)
FIRELANE: Final = Parked("FIRELANE", _VEHICLES, _TWO_WHEELERS)
TW_PARK: Final = Parked("TW_PARK", _TWO_WHEELERS, ("car", "person"))
IN_FULL: Final = {
    "PARK": Parked("PARK", _VEHICLES, _TWO_WHEELERS, 1.0),
    "FIRELANE": Parked("FIRELANE", _VEHICLES, _TWO_WHEELERS, 1.0),
    "TW_PARK": Parked("TW_PARK", _TWO_WHEELERS, ("car", "person"), 1.0),
}
"""The same with the times as they are by default."""
