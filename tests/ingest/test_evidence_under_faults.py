"""Whatever happens to worker, disk and camera while evidence is made: it is ready, or partial for a true reason."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from evidence_asked import clip_at, now, shown, still_at
from ingest_worker import Watch, WorkerProcess
from numbered import FPS, HEIGHT, numbered_clip
from waiting import until

from config.site import Site
from media.clip import told_of
from models.evidence import FolderStore
from models.link import Request, Want, encode
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread

MakeSite = Callable[..., Site]

MASK = {"masks": (((0.0, 0.7), (1.0, 0.7), (1.0, 1.0), (0.0, 1.0)),)}
"""The lower part of the picture, which is as noisy as the rest."""


def is_covered(path: Path) -> bool:
    """Whether every picture of a clip is flat where the mask lies."""
    with av.open(str(path)) as source:
        grey = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
    return bool(grey) and all(float(np.std(image[int(image.shape[0] * 0.75) :])) < 2 for image in grey)


def readable(store: FolderStore, request: Request) -> int:
    """How many pictures can be read of a clip that grows."""
    grown = store.grown(request.key)
    try:
        return len(shown(grown)) if grown else 0
    except av.error.FFmpegError:
        return 0  # its head is not there yet


@pytest.mark.fault
def test_a_masked_cameras_killed_worker_leaves_a_partial_clip_and_it_is_covered(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"), more=MASK)
    store = FolderStore(site.evidence_path)
    worker = WorkerProcess(site)
    want = encode(Want(160, 160, 5.0))
    try:
        worker.socket.send(want)
        worker.until_packets(3 * FPS)
        worker.socket.send(want)
        request = clip_at(now(), after_s=30.0)
        worker.socket.send(encode(request))
        until(lambda: worker.socket.send(want) and readable(store, request) > 3 * FPS, 20)
    finally:
        worker.kill()
    grown = store.grown(request.key)
    assert grown is not None
    covered_while_it_grew = is_covered(grown)
    with Watch(site) as watch:
        answer = watch.until_answer(request)
    path = store.file(request.key)
    assert path is not None

    assert (answer.state, answer.reason) == ("partial", "interrupted")
    assert covered_while_it_grew
    assert is_covered(path)


@pytest.mark.fault
def test_a_killed_worker_leaves_a_clip_that_the_next_one_calls_partial(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    store = FolderStore(site.evidence_path)
    worker = WorkerProcess(site)
    try:
        worker.until_packets(3 * FPS)
        request = clip_at(now(), after_s=30.0)
        worker.socket.send(encode(request))
        until(lambda: readable(store, request) > 3 * FPS, 20)
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
        worker.until_packets(2 * FPS)
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


@pytest.mark.fault
def test_whenever_a_worker_is_killed_around_a_clips_end_the_next_one_has_an_answer_that_fits_the_file(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    store = FolderStore(site.evidence_path)
    worker = WorkerProcess(site)
    try:
        worker.until_packets(2 * FPS)
        begun = now()
        # A quarter of a second between their ends: when the blow falls, some are whole, one is being made, some grow.
        requests = [clip_at(begun, before_s=1.0, after_s=1.0 + 0.25 * n) for n in range(12)]
        requests += [still_at(begun + n * 250_000) for n in range(12)]
        requests.append(clip_at(begun, before_s=1.0, after_s=60.0))  # grows also when the blow falls late
        for request in requests:
            worker.socket.send(encode(request))
        until(lambda: sum(store.file(r.key) is not None for r in requests if r.kind == "clip") >= 4)
    finally:
        worker.kill()
    whole = [r for r in requests if store.file(r.key) is not None]
    with Watch(site) as watch:
        watch.until_samples(1)
        answers = {request.id: watch.until_answer(request) for request in requests}

    assert 4 <= len(whole) < len(requests)
    assert {(answers[r.id].state, answers[r.id].reason) for r in whole} == {("ready", "")}
    rest = {(r.kind, answers[r.id].state, answers[r.id].reason) for r in requests if r not in whole}
    assert rest <= {
        ("clip", "partial", "interrupted"),
        ("snapshot", "failed", "no_pictures"),
        ("snapshot", "ready", ""),
    }
    for request in requests:
        path = store.file(request.key)
        assert (path is None) == (answers[request.id].sha256 is None)
        assert path is None or hashlib.sha256(path.read_bytes()).hexdigest() == answers[request.id].sha256
    assert [r.key for r in requests if store.grown(r.key) is not None] == []


def test_a_frozen_picture_is_kept_like_any_other(simulator: SimulatorThread, make_site: MakeSite) -> None:
    site = make_site(simulator.url("gate-1"), freeze_s=0.5)
    with Watch(site) as watch:
        watch.until_samples(15)
        request = clip_at(now(), after_s=3.0)
        watch.ask(request)
        simulator.fault("gate-1", "freeze")
        watch.until_state("frozen")
        answer = watch.until_answer(request)

    assert (answer.state, answer.reason) == ("ready", "")


@pytest.mark.parametrize("coding", ["another size", "another codec"])
def test_a_clip_ends_where_the_camera_changes_its_stream_and_the_next_begins_there(
    clip: Clip, h265_clip: Clip, tmp_path: Path, make_site: MakeSite, coding: str
) -> None:
    other = h265_clip if coding == "another codec" else numbered_clip(tmp_path / "small.mp4", height=HEIGHT // 2)
    with SimulatorThread([SimulatedCamera("gate-1", clip, other=other)]) as running:
        site = make_site(running.url("gate-1"))
        with Watch(site) as watch:
            watch.until_samples(15)
            first = clip_at(now(), after_s=6.0)
            watch.ask(first)
            changed = now()
            running.fault("gate-1", "other")
            took = now() - changed
            answer = watch.until_answer(first)
            watch.until_samples(10)
            second, still = clip_at(now(), before_s=0.5, after_s=1.0), still_at(now())
            after = watch.until_answer(second), watch.until_answer(still)
    store = FolderStore(site.evidence_path)
    paths = [store.file(request.key) for request in (first, second)]
    shapes = []
    for path in paths:
        assert path is not None
        with av.open(str(path)) as source:
            stream = source.streams.video[0]
            shapes.append((stream.codec_context.name, stream.height, len(list(source.decode(video=0)))))

    assert (answer.state, answer.reason) == ("partial", "changed")
    assert answer.ended is not None
    assert -1_500_000 < answer.ended - changed < 1_500_000 + took
    assert [a.state for a in after] == ["ready", "ready"]
    assert shapes[0][:2] == ("h264", HEIGHT)
    assert shapes[1][:2] == (other.coding.codec, other.height)
    assert min(count for *_, count in shapes) > FPS
