"""What can be made to go wrong with a simulated camera, on command."""

import random
from dataclasses import dataclass, field
from typing import Final

KINDS: Final = ("down", "stall", "freeze", "unauthorised", "corrupt")

_CORRUPT_SHARE: Final = 0.2
"""Of the packets, where `corrupt on` names no share: enough to break most pictures."""


@dataclass(slots=True)
class Faults:
    """The faults of one camera as they stand.

    Attributes:
        down: Refuses every request with 503 and drops its connections.
        stall: Keeps its connections and sends nothing.
        freeze: Sends one picture on and on while time goes on.
        unauthorised: Refuses every password.
        corrupt: Share of packets whose payload is random bytes, 0..1.
    """

    down: bool = False
    stall: bool = False
    freeze: bool = False
    unauthorised: bool = False
    corrupt: float = 0.0
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (noise, not secrets)

    def set(self, kind: str, value: float | bool | str) -> None:
        """Switch a fault: `on`, `off`, or for `corrupt` the share of packets.

        Raises:
            ValueError: there is no such fault, or the value means nothing for it.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are {', '.join(KINDS)}")
        share = _share(value)
        if kind == "corrupt":
            self.corrupt = _CORRUPT_SHARE if value in (True, "on") else share
        elif share in (0.0, 1.0):
            setattr(self, kind, share == 1.0)
        else:
            raise ValueError(f"{kind} is on or off, not {value!r}")

    def spoilt(self, parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The packets' payloads, some of them replaced as `corrupt` says; the first two bytes stay."""
        if not self.corrupt:
            return parts
        return tuple(
            part[:2] + self._chance.randbytes(len(part[2:])) if self._chance.random() < self.corrupt else part
            for part in parts
        )

    def told(self) -> str:
        """The faults that are on, for people; empty where all is well."""
        words = [kind for kind in KINDS[:-1] if getattr(self, kind)]
        return " ".join([*words, f"corrupt={self.corrupt:g}"] if self.corrupt else words)


def _share(value: float | bool | str) -> float:
    try:
        share = {"on": 1.0, "off": 0.0}[value] if value in ("on", "off") else float(value)
    except ValueError:
        raise ValueError(f"{value!r} is neither on, off nor a share between 0 and 1") from None
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{value!r} is no share between 0 and 1")
    return share
