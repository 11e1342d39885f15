"""Who is who: pairs tracks with detections so that the pairs fit best taken together."""

from math import inf

import numpy as np
from numpy.typing import NDArray


def assign(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs (row, column) of the largest summed gain; nobody stands in two pairs.

    Args:
        gain: (n, m) of any size; what a pair is worth. Pairs worth 0 or less are never made.

    Returns:
        Pairs in the order of their rows; exact, not greedy.
    """
    rows, columns = np.nonzero(gain > 0.0)
    if not len(rows):
        return []
    worth: list[list[float]] = gain.tolist()
    pairs: list[tuple[int, int]] = []
    for some_rows, some_columns in _islands(rows.tolist(), columns.tolist()):
        if len(some_rows) == 1 or len(some_columns) == 1:
            pairs.append(
                max(((i, j) for i in some_rows for j in some_columns), key=lambda pair: worth[pair[0]][pair[1]])
            )
        else:
            part = [[worth[i][j] for j in some_columns] for i in some_rows]
            pairs += [(some_rows[i], some_columns[j]) for i, j in _matched(part)]
    return sorted(pairs)


def _islands(rows: list[int], columns: list[int]) -> list[tuple[list[int], list[int]]]:
    """Groups of rows and columns that could be paired with each other and with nobody else."""
    by_row: dict[int, list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for i, j in zip(rows, columns, strict=True):
        by_row.setdefault(i, []).append(j)
        by_column.setdefault(j, []).append(i)
    islands = []
    while by_row:
        first = next(iter(by_row))
        open_rows, some_rows, some_columns = [first], {first}, set[int]()
        while open_rows:
            for j in by_row.pop(open_rows.pop()):
                if j not in some_columns:
                    some_columns.add(j)
                    fresh = [i for i in by_column[j] if i not in some_rows]
                    some_rows.update(fresh)
                    open_rows += fresh
        islands.append((sorted(some_rows), sorted(some_columns)))
    return islands


def _matched(gain: list[list[float]]) -> list[tuple[int, int]]:
    """The Hungarian method by shortest augmenting paths; a column of its own lets each row stay alone at gain 0."""
    n, m = len(gain), len(gain[0])
    cost = [[-max(g, 0.0) for g in row] + [0.0] * n for row in gain]
    of_row, of_column = [0.0] * (n + 1), [0.0] * (n + m + 1)
    taken_by = [-1] * (n + m) + [-1]  # the last column stands for "the row we are placing"
    for row in range(n):
        taken_by[-1] = row
        column = n + m
        least, before, done = [inf] * (n + m), [n + m] * (n + m), [False] * (n + m + 1)
        while taken_by[column] >= 0:
            done[column] = True
            i = taken_by[column]
            step, nearest = inf, 0
            for j in range(n + m):
                if done[j]:
                    continue
                reduced = cost[i][j] - of_row[i] - of_column[j]
                if reduced < least[j]:
                    least[j], before[j] = reduced, column
                if least[j] < step:
                    step, nearest = least[j], j
            for j in range(n + m + 1):
                if done[j]:
                    of_row[taken_by[j]] += step
                    of_column[j] -= step
                elif j < n + m:
                    least[j] -= step
            column = nearest
        while column != n + m:
            taken_by[column] = taken_by[before[column]]
            column = before[column]
    return [(i, j) for j, i in enumerate(taken_by[:m]) if i >= 0 and gain[i][j] > 0.0]
