"""What detect's thread of results writes into the journal, and that it is then sent."""

import logging
from collections.abc import Iterable, Mapping
from time import perf_counter, thread_time

from config.revisions import Revision
from config.site import Site
from detect.figures import Figures
from detect.outlet import Outlet
from detect.watch import Watch
from models.alert import Alert
from models.clock import to_micros, utc_now
from models.flow import FlowCount
from models.in_force import InForce, in_force_id
from models.journal import Checkpoint, Draft, Journal
from models.wire import decode_in_force

log = logging.getLogger("detect:book")


class Book:
    """Used by one thread; a row that stands in it is never lost.

    Args:
        journal: Of this thread.
        outlet: Sends what the journal holds.
        figures: Where time is counted.

    Raises:
        JournalError: (every method) it cannot be written: alerts would not be safe.
    """

    def __init__(self, journal: Journal, outlet: Outlet, figures: Figures) -> None:
        self._journal, self._outlet, self._figures = journal, outlet, figures

    @property
    def origin(self) -> str:
        """Of the journal."""
        return self._journal.origin

    def unsettled(self) -> int:
        """So many rows are not known to stand in the database."""
        return self._journal.unsettled()

    def write(self, drafts: Iterable[Draft], checkpoints: Mapping[str, Checkpoint] | None = None) -> None:
        """Rows together with the state that caused them, in one transaction."""
        rows = list(drafts)
        if rows or checkpoints:
            self._journal.append(rows, checkpoints or {})
        if rows:
            self._outlet.wake()

    def write_watched(self, drafts: Mapping[str, list[Draft]], watches: Mapping[str, Watch]) -> None:
        """Rows by camera, each with what its watch remembers now; each camera bears its share of the time."""
        wall, cpu = perf_counter(), thread_time()
        checkpoints = {camera: watches[camera].checkpoint() for camera in drafts}
        self.write((draft for some in drafts.values() for draft in some), checkpoints)
        for camera, some in drafts.items():
            share = 1 / len(drafts)
            self._figures.spent(camera, "journal", (perf_counter() - wall) * share, (thread_time() - cpu) * share)
            for draft in some:
                log.info("%s: %s %s revision %d", camera, draft.kind, draft.subject_id, draft.revision)

    def say_in_force(self, site: Site, revision: Revision | None) -> None:
        """Write down which revision of the configuration holds, once for each; nothing where it has none."""
        if revision is None:
            return
        name = in_force_id(self._journal.origin, revision.number, revision.sha256)
        if name not in {decode_in_force(body).id for body in self._journal.newest("in_force")}:
            word = InForce(name, revision.number, revision.sha256, utc_now(), site.timezone, site.armed)
            self.write([Draft.of_in_force(word)])


def left_behind(watch: Watch, alerts: Iterable[Alert], counts: Iterable[FlowCount]) -> list[Draft]:
    """Rows of what rules that are gone left behind: no picture caused them."""
    drafts = [Draft.of_alert(alert, to_micros(alert.ended or alert.began)) for alert in alerts]
    return drafts + [Draft.of_flow(count, watch.taken or to_micros(count.minute)) for count in counts]
