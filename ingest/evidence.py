"""The evidence thread of a camera: does what detect asks for, and says what became of it as often as it is asked."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from queue import Empty, Full, Queue
from typing import Final

from ingest.health import Counts
from ingest.recording import Recording, keep_grown, kept_before
from ingest.ring import Ring
from ingest.still import take_still
from models.clock import to_micros, utc_now
from models.evidence import EvidenceStore
from models.link import Answer, Request

_STEP_S: Final = 0.25
"""How often what has come is written; the ring holds far more."""

_IDLE_S: Final = 0.5
"""Where nothing is kept just now: a request wakes the thread, this is for the end."""

_WAITING: Final = 64
"""Requests that nobody has looked at yet; more are dropped, since detect repeats them."""

_RECORDING: Final = 16
"""Clips of one camera that grow at once; cool-downs keep far below it."""

_REMEMBERED: Final = 256
"""Answers that can be said again without looking at the disk."""


class EvidenceKeeper:
    """Keeps clips and full snapshots of one camera, in its own thread.

    Args:
        rings: Where pictures may come from, the best first; the first that is up to date is used.
        store: Where evidence goes.
        answer: Sends an answer to detect; one that is lost is asked for again.
        counts: Where failures are counted.
        name: Of the thread's log.
    """

    def __init__(
        self,
        rings: tuple[Ring, ...],
        store: EvidenceStore,
        answer: Callable[[Answer], bool],
        counts: Counts,
        name: str,
    ) -> None:
        self._rings, self._store, self._answer, self._counts = rings, store, answer, counts
        self._log = logging.getLogger(name)
        self._queue: Queue[Request] = Queue(_WAITING)
        self._recordings: dict[str, Recording] = {}
        self._stills: dict[str, Request] = {}
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def ask(self, request: Request) -> None:
        """From the link's thread: do this, or say again what became of it."""
        try:
            self._queue.put_nowait(request)
        except Full:
            self._counts.add("requests_dropped")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; what is not at its end then is kept as far as it is."""
        while not stop.is_set():
            self._take_in()
            self._step(to_micros(utc_now()))
        for recording in list(self._recordings.values()):
            self._finish(recording.request, partial(recording.end, "interrupted"))

    def _take_in(self) -> None:
        """New requests; waits a step for the first."""
        wait_s = _STEP_S if self._recordings or self._stills else _IDLE_S
        while True:
            try:
                request = self._queue.get(timeout=wait_s) if wait_s else self._queue.get_nowait()
            except Empty:
                return
            wait_s = 0.0
            if request.id in self._answers:
                self._answer(self._answers[request.id])
            elif request.id not in self._recordings and request.id not in self._stills:
                self._begin(request)

    def _begin(self, request: Request) -> None:
        self._finish(request, partial(self._owed, request))
        if request.id in self._answers:
            return
        if request.kind == "snapshot":
            self._stills[request.id] = request
        elif len(self._recordings) < _RECORDING:
            self._recordings[request.id] = Recording(request, self._ring(request.at), self._store)
        else:
            self._finish(request, lambda: Answer(request.id, "failed", "too_many"))

    def _owed(self, request: Request) -> Answer | None:
        """What a worker before us has left: a whole file, or one that grew until it died."""
        if request.kind == "snapshot":
            if self._store.file(request.key) is None:
                return None
            kept = self._store.weigh(request.key)
            return Answer(request.id, "ready", "", request.at, request.at, kept.bytes, kept.sha256)
        if self._store.grown(request.key) is not None:
            return keep_grown(self._store, request, "interrupted")
        return kept_before(self._store, request)

    def _step(self, now: int) -> None:
        for recording in list(self._recordings.values()):
            self._finish(recording.request, partial(recording.step, now))
        for request in list(self._stills.values()):
            self._finish(request, partial(take_still, request, self._ring(request.at), self._store, now))

    def _finish(self, request: Request, work: Callable[[], Answer | None]) -> None:
        """Do a piece of work; where it gives an answer, or the disk refuses, that request is at its end."""
        try:
            answer = work()
        except (OSError, ValueError) as error:
            self._counts.add("evidence_failed")
            self._log.error("%s: %s", request.key, error)
            answer = self._saved(request)
        if answer is None:
            return
        self._recordings.pop(request.id, None)
        self._stills.pop(request.id, None)
        self._answers[request.id] = answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        self._log.info("%s: %s %s", request.key, answer.state, answer.reason)
        self._answer(answer)

    def _saved(self, request: Request) -> Answer:
        """After the disk refused: what has grown so far, if there is room for that."""
        if request.id in self._recordings:
            try:
                self._recordings[request.id].abandon()
            except OSError:
                self._log.warning("%s: its last second could not be written", request.key)
        grown = self._store.grown(request.key)
        if grown is not None:
            try:
                return keep_grown(self._store, request, "storage")
            except OSError:
                grown.unlink(missing_ok=True)
        return Answer(request.id, "failed", "storage")

    def _ring(self, at: int) -> Ring:
        """The best ring that had pictures up to about this instant."""
        for ring in self._rings[:-1]:
            newest = ring.newest()
            if newest is not None and newest.stamp.taken > at - 2_000_000:
                return ring
        return self._rings[-1]
