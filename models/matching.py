"""Who gets what: as many as can be are served, whoever asks first before those who ask later."""

from collections import deque
from collections.abc import Sequence


def matched(wishes: Sequence[Sequence[int]]) -> dict[int, int]:
    """A largest matching, by augmenting paths: what each asker gets, by the asker's number.

    Args:
        wishes: For each asker the numbers of all that would suit it, the dearest first. Whoever has something may be
            moved to something else that suits it, and never loses it to somebody who asked later.
    """
    given: dict[int, int] = {}
    for asker in range(len(wishes)):
        _place(asker, wishes, given)
    return given


def _place(newcomer: int, wishes: Sequence[Sequence[int]], given: dict[int, int]) -> None:
    holder = {thing: asker for asker, thing in given.items()}
    wanted_by: dict[int, int] = {}
    waiting = deque([newcomer])
    while waiting:
        asker = waiting.popleft()
        for thing in wishes[asker]:
            if thing in wanted_by:
                continue
            wanted_by[thing] = asker
            if thing in holder:
                waiting.append(holder[thing])
                continue
            free: int | None = thing
            while free is not None:  # back along the path: each takes what it asked for, and leaves what it had
                mover = wanted_by[free]
                left = given.get(mover)
                given[mover] = free
                free = left
            return
