"""The page of a replay, from the first picture to the file."""

from datetime import datetime
from pathlib import Path

from config.site import Site
from detect.watch import Looked
from ingest.samples import Chosen
from kanmen.replay_report import Replayed
from kanmen.report.film import Film
from kanmen.report.told import told
from kanmen.report.write import writable, write_page
from models.score import Happened


class Report:
    """Looks on, and writes the page when the replay is over.

    Args:
        path: Of the page.
        site: The configuration.
        began: The first instant of the footage.
        happened: What really happens in it, None where nobody wrote it down.

    Raises:
        FootageError: there is no such folder: told before the work, not after it.
    """

    def __init__(self, path: Path, site: Site, began: datetime, happened: Happened | None) -> None:
        writable(path)
        self._path, self._site = path, site
        self._film = Film(began, happened.events if happened else ())

    def see(self, chosen: Chosen, looked: Looked) -> None:
        """The next sample, and what it led to."""
        self._film.see(chosen, looked)

    def write(self, outcome: Replayed, model: str) -> None:
        """Write the page.

        Args:
            outcome: Of the replay, beside the truth where there is one.
            model: Name of the weights.

        Raises:
            FootageError: it cannot be written.
        """
        write_page(self._path, told(outcome, self._film, self._site, model))
