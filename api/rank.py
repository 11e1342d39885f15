"""Whom to send: on duty, then the nearest grid, then whoever has the fewest open tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might be sent.

    Attributes:
        id: Of the person.
        grids: Codes of the grids the person looks after.
        on_duty: Whether the roster says so now.
        open_tasks: Dispatches of open cases that the person already has.
    """

    id: str
    grids: tuple[str, ...]
    on_duty: bool
    open_tasks: int


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


_PLACES = (
    Why("same_grid", "本网格", "looks after this grid"),
    Why("adjacent_grid", "相邻网格", "looks after a grid next to it"),
    Why("other_grid", "其他网格", "looks after another grid"),
)


def rank(candidates: Sequence[Candidate], grid: str, beside: Mapping[str, Sequence[str]]) -> list[Ranked]:
    """Those on duty, best first; the same input gives the same order, whatever order it came in.

    `grid` is the camera's; `beside` says which grids lie next to which, and either side may name the other.
    """
    near = {code for code, others in beside.items() if grid in others} | set(beside.get(grid, ()))
    ranked = []
    for candidate in candidates:
        if not candidate.on_duty:
            continue
        distance = 0 if grid in candidate.grids else 1 if near.intersection(candidate.grids) else 2
        ranked.append(((distance, candidate.open_tasks, candidate.id), candidate))
    return [
        Ranked(candidate, explain(candidate, key[0])) for key, candidate in sorted(ranked, key=lambda pair: pair[0])
    ]


def explain(candidate: Candidate, distance: int) -> tuple[Why, ...]:
    """Why a candidate on duty stands where it stands; `distance` is 0 same grid, 1 adjacent, 2 elsewhere."""
    tasks = candidate.open_tasks
    if tasks:
        load = Why("open_tasks", f"在办任务 {tasks} 件", f"{tasks} open task{'s' if tasks > 1 else ''}")
    else:
        load = Why("no_open_tasks", "无在办任务", "no open tasks")
    return (Why("on_duty", "当班", "on duty"), _PLACES[distance], load)
