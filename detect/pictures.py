"""Pictures of alerts: the very frame that fired, stored before the alert is written down."""

import logging
from time import perf_counter, thread_time

from detect.figures import Figures
from detect.storage import Storage
from media.snapshot import encode_jpeg, snapshot_key
from models.alert import Alert
from models.evidence import EvidenceStore
from models.frame import Frame

log = logging.getLogger("detect:pictures")


class Pictures:
    """Stores them.

    Args:
        store: Where they go.
        storage: Told of a disk that refuses.
        figures: Where failures and time are counted.
    """

    def __init__(self, store: EvidenceStore, storage: Storage, figures: Figures) -> None:
        self._store, self._storage, self._figures = store, storage, figures

    def photograph(self, frame: Frame, alert: Alert) -> str | None:
        """Store the frame as the picture of this revision; its key, or None where the disk refuses."""
        wall, cpu = perf_counter(), thread_time()
        key = snapshot_key(alert.id, alert.revision, frame.taken)
        try:
            self._store.put(key, encode_jpeg(frame.image))
        except (OSError, ValueError) as error:
            self._figures.count(frame.camera, "snapshots_failed")
            self._storage.failed()
            log.error("%s: alert %s goes out without its picture: %s", frame.camera, alert.id, error)  # noqa: TRY400 (one line is enough)
            return None
        self._figures.spent(frame.camera, "snapshot", perf_counter() - wall, thread_time() - cpu)
        return key
