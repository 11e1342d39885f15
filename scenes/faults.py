"""What can be made to go wrong with a simulated camera, on command."""

import random
from dataclasses import dataclass, field
from typing import Final

_SHARES: Final = {"corrupt": 0.2, "loss": 0.05}
"""Faults that befall a share of the packets, with the share that `on` means: enough to be seen at once."""

_SECONDS: Final = {"slow": (2.0, 0.0, 30.0), "clock": (3600.0, -1e9, 1e9), "step": (60.0, 0.0, 3600.0)}
"""Faults of so many seconds, with what `on` means, the least and the most."""

_SWITCHES: Final = ("down", "stall", "freeze", "unauthorised", "other", "unannounced")

KINDS: Final = (*_SWITCHES, *_SHARES, *_SECONDS)


@dataclass(slots=True)
class Faults:
    """The faults of one camera as they stand.

    Attributes:
        down: Refuses every request with 503 and drops its connections.
        stall: Keeps its connections and sends nothing.
        freeze: Sends one picture on and on while time goes on.
        unauthorised: Refuses every password.
        other: Shows its other footage, of another size or codec, as after a change of its settings.
        unannounced: Goes on within the connection when its codec changes, instead of ending it.
        corrupt: Share of packets whose payload is random bytes, 0..1.
        loss: Share of packets that are lost on the way, 0..1.
        slow: Seconds by which every picture comes late.
        clock: Seconds by which the camera's own clock, which its sender reports tell, is ahead of ours.
        step: Seconds by which its pictures' time stamps are ahead of their time line.
    """

    down: bool = False
    stall: bool = False
    freeze: bool = False
    unauthorised: bool = False
    other: bool = False
    unannounced: bool = False
    corrupt: float = 0.0
    loss: float = 0.0
    slow: float = 0.0
    clock: float = 0.0
    step: float = 0.0
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (noise, not secrets)

    def set(self, kind: str, value: float | bool | str) -> None:
        """Switch a fault: `on`, `off`, for `corrupt` and `loss` a share of packets, for the others seconds.

        Raises:
            ValueError: there is no such fault, or the value means nothing for it.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are {', '.join(KINDS)}")
        if kind in _SWITCHES:
            number = _number(value, 1.0, "neither on nor off")
            if number not in (0.0, 1.0):
                raise ValueError(f"{kind} is on or off, not {value!r}")
            setattr(self, kind, number == 1.0)
            return
        usual, least, most = _SECONDS.get(kind) or (_SHARES[kind], 0.0, 1.0)
        what = "no share between 0 and 1" if kind in _SHARES else f"no seconds between {least:g} and {most:g}"
        number = _number(value, usual, f"neither on nor off, and {what}")
        if not least <= number <= most:
            raise ValueError(f"{value!r} is {what}")
        setattr(self, kind, number)

    def spoilt(self, parts: tuple[bytes, ...]) -> tuple[bytes | None, ...]:
        """The packets' payloads: some replaced as `corrupt` says (their first two bytes stay), some lost (None)."""
        if not self.corrupt and not self.loss:
            return parts
        return tuple(self._befallen(part) for part in parts)

    def told(self) -> str:
        """The faults that are on, for people; empty where all is well."""
        measured = [f"{kind}={getattr(self, kind):g}" for kind in (*_SHARES, *_SECONDS) if getattr(self, kind)]
        return " ".join([*(kind for kind in _SWITCHES if getattr(self, kind)), *measured])

    def _befallen(self, part: bytes) -> bytes | None:
        if self._chance.random() < self.loss:
            return None
        if self._chance.random() < self.corrupt:
            return part[:2] + self._chance.randbytes(len(part[2:]))
        return part


def _number(value: float | bool | str, usual: float, wrong: str) -> float:
    """What a value says; `on` (also `true`) is the usual amount."""
    if value in ("on", "off") or isinstance(value, bool):
        return usual if value in ("on", True) else 0.0
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{value!r} is {wrong}") from None
