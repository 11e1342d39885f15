"""Windows of a site's week, e.g. 22:00-06:00: by the clock on its wall, across midnight and changes of that clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Final, Self

from pydantic import AfterValidator

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN: Final = 24 * 60
_WEEK_MIN: Final = 7 * _DAY_MIN

_SHAPE: Final = re.compile(r"(?:(?P<days>[a-z]+(?:[,-][a-z]+)*) )?(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
_HOW: Final = 'write e.g. "22:00-06:00" or "sat,sun 00:00-24:00"'


@dataclass(frozen=True, slots=True)
class Window:
    """One window.

    Attributes:
        days: Weekdays on which it begins, 0 for Monday.
        begins, ends: Minutes of the day; `ends` is the first one outside, and lies on the next day unless it is later.
    """

    days: frozenset[int]
    begins: int
    ends: int

    @classmethod
    def of(cls, text: str) -> Self:
        """The window that a configuration writes.

        Raises:
            ValueError: it is none, or never holds.
        """
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise ValueError(f"is no window of hours; {_HOW}")
        hour, minute, end_hour, end_minute = (int(part) for part in found.groups()[1:])
        begins, ends = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or begins >= _DAY_MIN or ends > _DAY_MIN:  # noqa: PLR2004 (minutes of an hour)
            raise ValueError(f"names no time of day; {_HOW}")
        if begins == ends:
            raise ValueError("never holds: it ends when it begins; write 00:00-24:00 for the whole day")
        return cls(_days(found["days"]), begins, ends)

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether that minute of that weekday lies in it."""
        if self.begins < self.ends:
            return weekday in self.days and self.begins <= minute < self.ends
        return (weekday in self.days and minute >= self.begins) or (
            (weekday - 1) % 7 in self.days and minute < self.ends
        )


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(len(DAYS)))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(f"names no day; write {', '.join(DAYS)} or a span as mon-fri")
        begin = DAYS.index(first)
        found |= {(begin + n) % 7 for n in range((DAYS.index(last or first) - begin) % 7 + 1)}
    return frozenset(found)


def _is_window(text: str) -> str:
    Window.of(text)
    return text


WindowText = Annotated[str, AfterValidator(_is_window)]

ALWAYS: Final = ("00:00-24:00",)
"""The windows of a rule that is never off."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows on the clock of a place; pure."""

    windows: tuple[Window, ...] = ()
    zone: tzinfo = UTC

    @classmethod
    def of(cls, texts: Sequence[str], zone: tzinfo) -> Self:
        """The hours that a configuration writes; see `WindowText`."""
        return cls(tuple(Window.of(text) for text in texts), zone)

    @property
    def always(self) -> bool:
        """Whether they hold at every instant, said in one window."""
        return any(len(w.days) == len(DAYS) and (w.begins, w.ends) == (0, _DAY_MIN) for w in self.windows)

    def hold(self, at: datetime) -> bool:
        """Whether that instant lies in one of the windows."""
        if self.always:
            return True
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(window.holds(local.weekday(), minute) for window in self.windows)

    def hold_through(self, since: datetime, until: datetime) -> bool:
        """Whether each minute from `since` to `until` lies in one of the windows, both ends included."""
        if self.always:
            return True
        if not (self.hold(since) and self.hold(until)):
            return False
        # Borders lie on whole minutes, so one look a minute misses none; no week differs from the one before it but by
        # a change of the clock, which a second week sees.
        minutes = min(int((until - since) / timedelta(minutes=1)), 2 * _WEEK_MIN)
        return all(self.hold(since + timedelta(minutes=n)) for n in range(1, minutes + 1))
