"""Progress bars for anything that takes longer than two seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

Report = Callable[[str, float, float], None]
"""Called with (what, done, total); total 0 where it is not known."""


class _Speed(ProgressColumn):
    """How fast it goes."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f}{self._unit}")


@contextmanager
def progress_on(console: Console, *, speed: str = "") -> Iterator[Report]:
    """A bar per thing reported, with what is done a second in the unit `speed`, where one is given.

    Off a terminal it is a line when each thing begins and ends.
    """
    if not console.is_terminal:
        yield _lines(console)
        return
    columns: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
    if speed:
        columns.append(_Speed(speed))
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
