"""How much memory a tree of processes really takes."""

from pathlib import Path


def descendants(pid: int) -> list[int]:
    """The process and all that it started, directly or not, as of now."""
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        for task in Path(f"/proc/{current}/task").glob("*/children"):
            try:
                queue.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue  # it ended while we looked
    return found


def proportional_mib(pid: int) -> float:
    """PSS of the tree in MiB: shared pages are counted once, split among those who share them."""
    total_kib = 0
    for member in descendants(pid):
        try:
            rollup = Path(f"/proc/{member}/smaps_rollup").read_text()
        except OSError:
            continue  # it ended while we looked
        total_kib += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total_kib / 1024
