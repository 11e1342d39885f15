"""Whom to send: on duty, then the nearest grid, then the fewest open tasks; last, who has sent this task back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might be sent.

    Attributes:
        id: Of the person.
        grids: Codes of the grids the person looks after.
        on_duty: Whether the roster says so now.
        open_tasks: Dispatches of open cases that the person already has.
        returned: Whether the person has sent this very task back.
    """

    id: str
    grids: tuple[str, ...]
    on_duty: bool
    open_tasks: int
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, for people.

    Attributes:
        key: Names the reason.
        zh, en: Its words.
    """

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the reasons for its place."""

    candidate: Candidate
    why: tuple[Why, ...]


_ON_DUTY: Final = Why("on_duty", "当班", "on duty")
_PLACES: Final = (
    Why("same_grid", "本网格", "looks after this grid"),
    Why("adjacent_grid", "相邻网格", "looks after a grid next to it"),
    Why("other_grid", "其他网格", "looks after another grid"),
    Why("returned_it", "曾退回此任务", "has sent this task back"),
)
_RETURNED: Final = 3
_FREE: Final = Why("no_open_tasks", "无在办任务", "no open tasks")
_FEWEST: Final = Why("fewest_tasks", "同类人员中在办最少", "fewest open tasks of those as near")


def rank(candidates: Sequence[Candidate], grid: str, beside: Mapping[str, Sequence[str]]) -> list[Ranked]:
    """Those on duty, best first; the same input gives the same order, whatever order it came in.

    `grid` is the camera's; `beside` says which grids lie next to which, and either side may name the other.
    """
    near = {code for code, others in beside.items() if grid in others} | set(beside.get(grid, ()))
    tiers: list[list[Candidate]] = [[] for _ in _PLACES]
    for candidate in candidates:
        if candidate.on_duty:
            tiers[_tier(candidate, grid, near)].append(candidate)
    ranked: list[Ranked] = []
    for tier, place in zip(tiers, _PLACES, strict=True):
        tier.sort(key=lambda c: (c.open_tasks, c.id))
        ranked += [Ranked(candidate, (_ON_DUTY, place, *_load(candidate, tier))) for candidate in tier]
    return ranked


def _tier(candidate: Candidate, grid: str, near: set[str]) -> int:
    if candidate.returned:
        return _RETURNED
    return 0 if grid in candidate.grids else 1 if near.intersection(candidate.grids) else 2


def _load(candidate: Candidate, tier: Sequence[Candidate]) -> tuple[Why, ...]:
    """Why it stands where it stands among those as near."""
    if not candidate.open_tasks:
        return (_FREE,)
    return (_FEWEST,) if len(tier) > 1 and candidate.open_tasks == tier[0].open_tasks else ()
