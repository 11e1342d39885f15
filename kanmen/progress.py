"""Progress bars for anything that takes longer than two seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Report = Callable[[str, float, float], None]
"""Called with (what, done, total); total 0 where it is not known."""


@contextmanager
def progress_on(console: Console) -> Iterator[Report]:
    """A bar per thing reported; off a terminal, a line when each begins and ends."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: float, total: float) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield report


def _lines(console: Console) -> Report:
    begun: set[str] = set()
    ended: set[str] = set()

    def report(what: str, done: float, total: float) -> None:
        if what not in begun:
            begun.add(what)
            console.print(f"{what} …")
        if total and done >= total and what not in ended:
            ended.add(what)
            console.print(f"{what}: done")

    return report
