"""A simulated camera: a clip that plays on and on for whoever watches, with its password and its faults."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final, Literal

from models.clock import Monotonic, monotonic_now, utc_now
from models.errors import FootageError
from scenes.clip import CLOCK_HZ, AccessUnit, Clip
from scenes.faults import Faults
from scenes.rendition import MAIN, Rendition, renditions
from scenes.viewer import Counts, Viewer

_LATE_S: Final = 1.0
"""A picture this late (the machine slept, or is overloaded) is not sent any more: a camera shows what is now."""

_NAME_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

Begins = Literal["simulator", "viewer"]
"""Media time 0 of loop 0 is when the simulator starts, or when the first viewer plays."""


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant on both clocks, taken together."""

    utc: datetime
    monotonic: Monotonic

    @staticmethod
    def now() -> "Instant":
        """This one."""
        return Instant(utc_now(), monotonic_now())

    def before(self, seconds: float) -> "Instant":
        """The instant that many seconds earlier."""
        return Instant(self.utc - timedelta(seconds=seconds), Monotonic(self.monotonic - seconds))


class SimulatedCamera:
    """A camera of a `scenes.simulator.Simulator`.

    Attributes:
        name: The path of its address: lower-case letters, digits, `-`, `_`.
        renditions: What it shows: `main`, and `sub` where it has one; all on one time line.
        auth: (name, password), or None where anybody may watch.
        faults: What goes wrong with it; see `fault`.
        counts: What happened to its viewers.
    """

    def __init__(
        self,
        name: str,
        clip: Clip,
        auth: tuple[str, str] | None = None,
        offset_s: float = 0.0,
        begins: Begins = "simulator",
        *,
        sub: Clip | None = None,
        other: Clip | None = None,
    ) -> None:
        """The clip is shown from `offset_s` on, and beside it `sub`, which shows the same in another size.

        `other` takes the place of `clip` while the fault `other` is on.

        Raises:
            FootageError: the name cannot stand in an address, or the clips differ in length.
        """
        if not name or not _NAME_CHARACTERS.issuperset(name):
            raise FootageError(f"{name!r} cannot name a camera; use lower-case letters, digits, - and _")
        self.name = name
        self.renditions = renditions(name, clip, sub)
        self.auth = auth
        self.faults = Faults()
        self._clip, self._other = clip, other
        self.counts = Counts()
        self._offset_s = offset_s
        self._begins = begins
        self._origin: Instant | None = None
        self._begun = asyncio.Event()

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who watches now, in whichever rendition."""
        return tuple(viewer for rendition in self.renditions.values() for viewer in rendition.viewers)

    @property
    def started_at(self) -> datetime | None:
        """UTC of media time 0 of loop 0; None before anything played."""
        return self._origin.utc if self._origin else None

    def switch_on(self, origin: Instant) -> None:
        """The simulator runs since `origin`, or takes the camera in later."""
        if self._begins == "simulator":
            self._set_origin(origin)

    def begin(self) -> None:
        """Somebody plays."""
        self._set_origin(Instant.now())

    def _set_origin(self, origin: Instant) -> None:
        if self._origin is None:
            self._origin = origin.before(self._offset_s)
            self._begun.set()

    def fault(self, kind: str, value: float | bool | str = True) -> None:
        """Switch a fault; see `scenes.faults.Faults.set`.

        Raises:
            ValueError: there is no such fault or no such value, or it needs footage that was not given.
        """
        if kind == "other" and self._other is None:
            raise ValueError(f"{self.name} has no other footage to show")
        self.faults.set(kind, value)
        if kind == "other":
            self._change(self._other if self.faults.other and self._other else self._clip)
        if self.faults.down or (kind == "unauthorised" and self.faults.unauthorised):
            self.drop_viewers()

    def _change(self, clip: Clip) -> None:
        """Show another clip; a stream of another codec must be asked for anew, says the camera if it is a good one."""
        main = self.renditions[MAIN]
        if clip.coding is not main.clip.coding and not self.faults.unannounced:
            self.drop_viewers()
        main.show(clip)

    def drop_viewers(self) -> None:
        """All connections end."""
        for viewer in self.viewers:
            viewer.drop()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its addresses: its name alone where it has one stream."""
        names = tuple(self.renditions)
        return (self.name,) if len(names) == 1 else tuple(f"{self.name}/{name}" for name in names)

    def rendition(self, name: str) -> Rendition | None:
        """The rendition of that name, without a name the main one; None where there is none."""
        return self.renditions.get(name or MAIN)

    async def run(self) -> None:
        """Show the clip for ever, in each rendition; loop follows loop on one endless time line."""
        await self._begun.wait()
        async with asyncio.TaskGroup() as together:
            for rendition in self.renditions.values():
                together.create_task(self._run(rendition))

    async def _run(self, rendition: Rendition) -> None:
        while self._origin is not None:
            await self._play(rendition, rendition.clip, monotonic_now() - self._origin.monotonic)

    async def _play(self, rendition: Rendition, clip: Clip, elapsed_s: float) -> None:
        """Show the clip, loop after loop, until another takes its place."""
        shown = 0  # the unit that a frozen picture repeats
        for loop in count(max(0, int(elapsed_s * CLOCK_HZ) // clip.duration)):
            for number, unit in enumerate(clip.units):
                if rendition.clip is not clip:
                    return
                if unit.key and not self.faults.freeze:
                    shown = number
                await self._show(rendition, clip, loop, number if not self.faults.freeze else shown, unit)

    async def _show(self, rendition: Rendition, clip: Clip, loop: int, number: int, unit: AccessUnit) -> None:
        """Send unit `number` when the turn of `unit` has come."""
        origin = self._origin
        if origin is None:
            return
        stamp = loop * clip.duration + unit.at
        wait = origin.monotonic + stamp / CLOCK_HZ + self.faults.slow - monotonic_now()
        if wait > 0:
            await asyncio.sleep(wait)
        elif wait < -_LATE_S:
            return
        if self.faults.stall or self.faults.down or not rendition.viewers or rendition.clip is not clip:
            return
        key = clip.units[number].key
        parts = self.faults.spoilt(rendition.packets[number])
        wall = origin.utc + timedelta(seconds=stamp / CLOCK_HZ + self.faults.clock)
        stamp += round(self.faults.step * CLOCK_HZ)
        for viewer in tuple(rendition.viewers):
            viewer.send(key, parts, stamp, wall)
