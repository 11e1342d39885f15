"""The detect process: frames of every camera in, alerts on disk and on their way out."""

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter, process_time
from typing import Final

from config.handover import Handover
from config.revisions import Revision
from config.site import Site
from detect.cameras import Cameras
from detect.detector import Detector
from detect.farewell import farewell
from detect.figures import Figures
from detect.observations import Observations
from detect.outlet import Outlet
from detect.pace import Pace
from detect.requests import Requests
from detect.results import Results
from detect.session import Sessions
from detect.storage import Storage, StorageAlert
from detect.tiles import size_wanted
from detect.watch import Watch
from models.clock import Monotonic, monotonic_now, utc_now
from models.errors import ModelError
from models.evidence import FolderStore
from models.journal import Checkpoint, Journal
from models.link import Want
from models.wire import decode_alert, decode_evidence

log = logging.getLogger("detect")

_WANT_S: Final = 1.0
"""How often samples are asked for, so that either end may restart."""

_IDLE_S: Final = 0.2
"""The longest sleep; a signal to stop is seen this soon."""

_BUSY_S: Final = 0.02
"""While a frame waits for the detector, each one that is through wakes us; this is for a frame that never will be."""

_STUCK_S: Final = 30.0
"""A detector that keeps a frame this long will not give it back; the process starts anew."""

_SAVE_S: Final = 0.3
"""So long writing the end of a recorded session may take."""

_GOODBYE_S: Final = 0.8
"""So long the last rows may take to reach Redis; what does not is sent after the next start."""


def run(
    site: Site,
    links: Mapping[str, tuple[int, int]],
    detector: Detector,
    stop: threading.Event,
    handover: Handover | None = None,
    *,
    in_force: Callable[[Revision], None] = lambda _: None,
) -> None:
    """Watch until `stop` is set; then ends within 2 s.

    Args:
        site: The configuration.
        links: Camera to (descriptor of its slots, descriptor of our end of its socket).
        detector: Stays open for the caller where an error is raised, and is closed at a normal end.
        stop: Set by whoever wants us to end.
        handover: Where the next revisions of the configuration come from; None where none will.
        in_force: Called with each of them once it is in force.

    Raises:
        ConfigError: a revision that was handed over is not good any more.
        JournalError: alerts would not be safe.
        ModelError: the detector has failed or is stuck.
    """
    journal = Journal(site.journal_path)
    kept = {camera: checkpoint for camera, checkpoint in journal.checkpoints().items() if checkpoint.body}
    now = utc_now()
    _take_leave(journal, {camera: c for camera, c in kept.items() if camera not in links})
    watches = {camera: Watch(site, site.camera(camera), kept.get(camera), now) for camera in links}
    figures = Figures(links)
    cameras = Cameras(links, {camera: watch.taken for camera, watch in watches.items()}, figures)
    observations = Observations(site.observations_path, site.observations, figures)
    store = FolderStore(site.evidence_path, site.evidence.min_free_bytes)
    storage = Storage(store, site.evidence)
    known = (decode_alert(body) for body in journal.newest("alert"))
    requests = Requests(site.evidence, map(decode_evidence, journal.newest("evidence")), cameras.ask)
    outlet = Outlet(site.redis_url, site.journal_path, links)
    want = partial(_want, detector, site.detector.fps)
    cameras.tiles = {camera.id: camera.tiles for camera in site.cameras}
    sessions = Sessions(site.sessions_path, detector.name, want, lambda: outlet.recorded)
    results = Results(
        site=site,
        model=detector.name,
        revision=handover.revision if handover else None,
        watches=watches,
        cameras=cameras,
        journal=journal,
        store=store,
        requests=requests,
        storage=storage,
        storage_alert=StorageAlert(site.id, site.evidence, known),
        outlet=outlet,
        observations=observations,
        figures=figures,
        sessions=sessions,
    )
    outlet.start()
    storage.start()
    observations.start()
    results.start()
    log.info("watches %d cameras with %s, origin %s", len(links), detector.name, journal.origin)
    began, cpu = perf_counter(), process_time()
    try:
        taking_in = partial(
            _take_in, handover, in_force, cameras=cameras, results=results, outlet=outlet, figures=figures
        )
        asking = partial(_ask, cameras, want, Pace(site.detector.fps), figures, sessions)
        _serve(site, taking_in, asking, cameras=cameras, detector=detector, results=results, outlet=outlet, stop=stop)
        detector.close()
    finally:
        results.end()
        storage.end()
        observations.end(_GOODBYE_S)
        sessions.close(_SAVE_S)
        outlet.end(_GOODBYE_S)
        cameras.close()
        journal.close()
        spent = {"wall_s": round(perf_counter() - began, 2), "cpu_s": round(process_time() - cpu, 2)}
        log.info("figures %s", json.dumps({**spent, **figures.totals()}))
    _fail(results, outlet)


def _serve(
    site: Site,
    taking_in: Callable[[], None],
    asking: Callable[[], None],
    *,
    cameras: Cameras,
    detector: Detector,
    results: Results,
    outlet: Outlet,
    stop: threading.Event,
) -> None:
    """Submit the newest frames, the longest-unserved camera first, until `stop` is set."""
    want_at = Monotonic(0.0)
    pause_s = 0.0
    while not stop.is_set():
        cameras.wait(pause_s)
        taking_in()
        now = monotonic_now()
        if now >= want_at:
            asking()
            want_at = Monotonic(now + _WANT_S)
            _fail(results, outlet)
            if cameras.longest_under_way_s() > _STUCK_S:
                raise ModelError(f"{detector.name}: a frame has been under way for {_STUCK_S:.0f} s")
        pause_s = _submit(cameras, detector, results, site.detector.batch_deadline_ms / 1000)


def _want(detector: Detector, fps: float, tiles: int) -> Want:
    """What is asked of the worker of a camera whose pictures are looked at in so many by so many tiles."""
    return Want(*size_wanted(detector.width, detector.height, tiles), fps)


def _ask(cameras: Cameras, want: Callable[[int], Want], pace: Pace, figures: Figures, sessions: Sessions) -> None:
    """Ask for samples, and of cameras that are recorded for packets."""
    counts = {camera: figures.counts(camera) for camera in cameras.ids}
    wants = {camera: want(cameras.tiles.get(camera, 1)) for camera in cameras.ids}
    cameras.want(wants, pace.follow(counts, monotonic_now()), sessions.names)


def _take_in(
    handover: Handover | None,
    in_force: Callable[[Revision], None],
    *,
    cameras: Cameras,
    results: Results,
    outlet: Outlet,
    figures: Figures,
) -> None:
    """Take the next revision in, if there is one: only cameras that changed notice."""
    handed = handover.next() if handover else None
    if handed is None:
        return
    wanted = tuple(camera.id for camera in handed.site.cameras)
    for camera in cameras.ids.difference(wanted):
        cameras.remove(camera)
    for camera in handed.links:
        figures.add(camera)
    results.change(handed)  # before the first frame of a new camera can come
    for camera, fds in handed.links.items():
        cameras.add(camera, fds)
        for fd in fds:
            os.close(fd)
    cameras.tiles = {camera.id: camera.tiles for camera in handed.site.cameras}
    outlet.cameras = wanted
    in_force(handed.revision)
    log.info("revision %d is in force: watches %d cameras", handed.revision.number, len(wanted))


def _submit(cameras: Cameras, detector: Detector, results: Results, deadline_s: float) -> float:
    """Submit what is due; returns how long to sleep, at most.

    A batch goes when it is full, or when its first frame has waited `deadline_s`: a dead camera holds nobody up.
    """
    while (since := cameras.waiting_since()) is not None:
        if not detector.ready():
            return _BUSY_S
        left_s = since + deadline_s - monotonic_now()
        if detector.batch > 1 and cameras.waiting() < detector.batch and left_s > 0:
            return left_s
        frames = cameras.take(detector.batch)
        if frames:
            detector.submit(frames, partial(results.done, submitted=perf_counter()))
    return _IDLE_S


def _take_leave(journal: Journal, removed: Mapping[str, Checkpoint]) -> None:
    """End what cameras that are no longer configured have left open."""
    for camera, checkpoint in removed.items():
        drafts = farewell(camera, checkpoint, utc_now())
        if drafts:
            journal.append(drafts, {camera: Checkpoint(None, "")})


def _fail(results: Results, outlet: Outlet) -> None:
    for failure in (results.failure, outlet.failure):
        if failure is not None:
            raise failure
