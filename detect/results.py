"""The thread that turns results into tracks, alerts and blind spans, and writes them down before it tells anybody."""

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from functools import partial
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Final

from config.handover import Handed
from config.revisions import Revision
from config.site import Site
from detect.book import Book, left_behind
from detect.cameras import Cameras
from detect.farewell import farewell
from detect.figures import Figures
from detect.observations import Observations
from detect.outlet import Outlet
from detect.pictures import Pictures
from detect.requests import Requests
from detect.session import Sessions
from detect.status import boxes, camera_status, watch_status
from detect.storage import Storage, StorageAlert
from detect.watch import Watch
from models.clock import Monotonic, from_micros, monotonic_now, to_micros, utc_now
from models.detection import Detections
from models.evidence import EvidenceStore
from models.frame import Frame
from models.journal import Checkpoint, Draft, Journal
from models.labels import KEY_OF, KEYS
from models.status import WatchStatus

log = logging.getLogger("detect:results")

_TICK_S: Final = 1.0
"""Checkpoint, ledger and status come this often."""

_SAVE_S: Final = 0.5
"""Checkpoints come in between, too: after a crash all that was seen since the newest one counts as blind."""


class Results:
    """The thread; `done` is called by the detector's own threads.

    Args:
        model: Name of the detector's weights.
        revision: Of the configuration; None where it has none.
        site: The configuration.
        watches: One per camera.
        cameras, journal, store, requests, outlet, observations, figures, sessions: What it is wired to; the journal is
            this thread's own.

    Attributes:
        failure: What ended the thread, None while it lives.
    """

    def __init__(
        self,
        *,
        site: Site,
        model: str,
        revision: Revision | None,
        watches: Mapping[str, Watch],
        cameras: Cameras,
        journal: Journal,
        store: EvidenceStore,
        requests: Requests,
        storage: Storage,
        storage_alert: StorageAlert,
        outlet: Outlet,
        observations: Observations,
        figures: Figures,
        sessions: Sessions,
    ) -> None:
        self.failure: BaseException | None = None
        self._site, self._model, self._watches, self._cameras = site, model, dict(watches), cameras
        self._book, self._outlet, self._figures = Book(journal, outlet, figures), outlet, figures
        self._pictures = Pictures(store, storage, figures)
        self._revision = revision
        self._observations = observations
        self._requests = requests
        self._storage, self._storage_alert = storage, storage_alert
        self._sessions = sessions
        # At most one frame per camera, and sites as often as somebody changes the configuration.
        self._queue: SimpleQueue[tuple[Frame, Detections] | Handed | None] = SimpleQueue()
        self._seen = {camera: dict.fromkeys(KEYS, 0) for camera in watches}
        self._thread = threading.Thread(target=self._run, name="detect:results", daemon=True)

    def start(self) -> None:
        """Begin; the journal is used by this thread only from here on."""
        self._thread.start()

    def done(self, frame: Frame, found: Detections, *, submitted: float) -> None:
        """A frame is through the detector; `submitted` on `time.perf_counter`."""
        self._figures.spent(frame.camera, "infer", perf_counter() - submitted, 0.0)
        self._queue.put((frame, found))

    def change(self, handed: Handed) -> None:
        """From the next frame on, the cameras of this site are watched, as it says."""
        self._queue.put(handed)

    def end(self) -> None:
        """Work off what is waiting, write the last checkpoint, end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._book.say_in_force(self._site, self._revision)
            self._write({camera: left_behind(watch, *watch.orphaned()) for camera, watch in self._watches.items()})
            tick = save = monotonic_now()
            while True:
                now = monotonic_now()
                if now >= tick:
                    self._tick()
                    tick = Monotonic(max(tick + _TICK_S, now))
                    save = Monotonic(now + _SAVE_S)
                elif now >= save:
                    self._write({camera: [] for camera in self._watches})
                    save = Monotonic(now + _SAVE_S)
                try:
                    work = self._queue.get(timeout=max(0.0, min(tick, save) - monotonic_now()))
                except Empty:
                    continue
                if work is None:
                    break
                if isinstance(work, Handed):
                    self._change(work)
                else:
                    self._work(*work)
            self._tick()
        except BaseException as error:  # the boundary of this thread: the process must hear of it, and start anew
            self.failure = error
            log.exception("the thread has failed")

    def _work(self, frame: Frame, found: Detections) -> None:
        camera, taken = frame.camera, to_micros(frame.taken)
        if camera not in self._watches:  # it was removed while this frame was under way
            self._figures.count(camera, "removed")
            return
        watch, now = self._watches[camera], utc_now()
        if self._observations.begins(camera, taken):
            self._observations.begin(camera, taken, watch.checkpoint())
        self._sessions.before(self._site, watch, frame, self._cameras.health(camera), now)
        photograph, spent = partial(self._pictures.photograph, frame), partial(self._figures.spent, camera)
        looked = watch.look(frame, found, now, photograph, spent)
        self._observations.note(camera, taken, frame.wide, looked.tracks)
        self._sessions.looked(frame, now, looked.alerts, looked.spans)
        self._figures.analysed(camera, (utc_now() - frame.taken).total_seconds())
        drafts = [Draft.of_alert(alert, taken) for alert in looked.alerts]
        begun = [evidence for alert in looked.alerts for evidence in self._requests.begin(alert)]
        drafts += [Draft.of_evidence(evidence) for evidence in begun]
        drafts += [Draft.of_blind(span) for span in looked.spans]
        drafts += [Draft.of_flow(count, taken) for count in looked.flows]
        if drafts:
            self._write({camera: drafts})
        self._requests.ask(begun)
        self._cameras.release(camera)
        seen = Counter(KEY_OF.get(track.label) for track in looked.tracks)
        self._seen[camera] = {key: seen[key] for key in KEYS}
        if camera in self._outlet.watched and not self._outlet.draw(boxes(camera, taken, looked)):
            self._figures.count(camera, "boxes_dropped")

    def _change(self, handed: Handed) -> None:
        site, self._revision = handed.site, handed.revision
        self._site = site
        self._book.say_in_force(site, self._revision)
        now, wanted = utc_now(), {camera.id: camera for camera in site.cameras}
        for camera in [camera for camera in self._watches if camera not in wanted]:
            gone = self._watches.pop(camera)
            self._sessions.end(camera, "the camera was removed")
            self._observations.anew(camera)
            self._book.write(farewell(camera, gone.checkpoint(), now), {camera: Checkpoint(None, "")})
            log.info("%s: watched no more", camera)
        drafts: dict[str, list[Draft]] = {}
        for camera, configured in wanted.items():
            watch = self._watches.get(camera)
            if watch is None:
                self._watches[camera] = Watch(site, configured, None, now)
                self._seen[camera] = dict.fromkeys(KEYS, 0)
                log.info("%s: watched from now on", camera)
            elif watch.camera != configured:
                self._sessions.end(camera, "its configuration was changed")
                drafts[camera] = left_behind(watch, *watch.adopt(site, configured))
                self._observations.anew(camera)
                log.info("%s: watched by its new zones, lines and rules", camera)
        self._write(drafts)
        self._outlet.wake()

    def _write(self, drafts: Mapping[str, list[Draft]]) -> None:
        self._book.write_watched(drafts, self._watches)

    def _tick(self) -> None:
        now = utc_now()
        words = {camera: self._cameras.health(camera) for camera in self._watches}
        out = sum(watch.is_out(words[camera], now) for camera, watch in self._watches.items())
        drafts = {}
        for camera, watch in self._watches.items():
            alerts, spans = watch.idle(words[camera], now, out)
            self._sessions.idled(camera, words[camera], now, out=out, alerts=alerts, spans=spans)
            drafts[camera] = [Draft.of_alert(alert, to_micros(now)) for alert in alerts]
            drafts[camera] += [Draft.of_blind(span) for span in spans]
        self._sessions.follow()
        self._write(drafts)
        self._settle(to_micros(now))
        self._outlet.tell(self._status(to_micros(now)))

    def _settle(self, now: int) -> None:
        """Write down what became of the evidence that was asked for, and ask again for the rest."""
        ended = [self._requests.answered(answer) for answer in self._cameras.answers()]
        ended += self._requests.repeat(self._watches, now)
        if any(evidence is not None and evidence.reason == "storage" for evidence in ended):
            self._storage.failed()
        drafts = [Draft.of_evidence(evidence) for evidence in ended if evidence is not None]
        drafts += [Draft.of_alert(a, now) for a in self._storage_alert.see(self._storage.room, from_micros(now))]
        self._book.write(drafts)

    def _status(self, now: int) -> WatchStatus:
        cameras = {
            camera: camera_status(watch, self._cameras.health(camera), self._figures, self._seen[camera], now)
            for camera, watch in self._watches.items()
        }
        return watch_status(
            at=now,
            origin=self._book.origin,
            model=self._model,
            revision=self._revision.number if self._revision else 0,
            unsettled=self._book.unsettled(),
            room=self._storage.room,
            figures=self._figures,
            cameras=cameras,
        )
