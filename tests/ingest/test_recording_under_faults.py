"""Evidence of a worker that is killed, or whose disk takes no more."""

import hashlib
import time
from collections.abc import Callable

import pytest
from evidence_asked import clip_at, now, shown
from ingest_worker import Watch, WorkerProcess
from numbered import FPS
from waiting import until

from config.site import Site
from media.clip import told_of
from models.evidence import FolderStore
from models.link import encode
from scenes.simulator import SimulatorThread

MakeSite = Callable[..., Site]


@pytest.mark.fault
def test_a_killed_worker_leaves_a_clip_that_the_next_one_calls_partial(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    store = FolderStore(site.evidence_path)
    worker = WorkerProcess(site)
    try:
        time.sleep(5.0)
        request = clip_at(now(), after_s=30.0)
        worker.socket.send(encode(request))
        until(lambda: store.grown(request.key))
        time.sleep(2.5)
    finally:
        worker.kill()
    with Watch(site) as watch:
        answer = watch.until_answer(request)
    path = store.file(request.key)
    assert path is not None
    told = told_of(path)
    assert told is not None
    assert answer.began is not None

    assert (answer.state, answer.reason) == ("partial", "interrupted")
    assert answer.began <= request.first
    assert answer.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(shown(path)) > 3 * FPS
    assert store.grown(request.key) is None


@pytest.mark.fault
def test_a_file_that_may_not_grow_any_more_leaves_what_fits_and_the_camera_goes_on(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    store = FolderStore(site.evidence_path)
    worker = WorkerProcess(site, 300_000)
    try:
        time.sleep(4.0)
        request = clip_at(now(), before_s=1.0, after_s=8.0)
        worker.socket.send(encode(request))
        worker.socket.settimeout(12)
        answer = b""
        while b'"answer"' not in answer:
            answer = worker.socket.recv(65536)
        alive = worker.process.poll() is None
    finally:
        worker.kill()

    assert alive
    assert b'"storage"' in answer
    assert store.grown(request.key) is None
