"""Clips and full snapshots: cut from the stream as it came, true to `taken`, and never silently less than asked for."""

import hashlib
import itertools
import time
from collections.abc import Callable

import av
import cv2
import numpy as np
from evidence_asked import MICROS, clip_at, now, shown, still_at
from ingest_worker import Watch
from numbered import FPS, PICTURES, number_of

from config.site import Site
from models.evidence import FolderStore
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread

MakeSite = Callable[..., Site]

SHORT = {"clip_before_s": 2.0, "clip_after_s": 2.0}
GOP_S = 1.0


def test_the_clip_of_an_h265_camera_is_h265_as_it_came(h265_clip: Clip, make_site: MakeSite) -> None:
    with SimulatorThread([SimulatedCamera("gate-1", h265_clip)]) as running:
        site = make_site(running.url("gate-1"), evidence=SHORT)
        with Watch(site) as watch:
            watch.until_samples(20)
            request = clip_at(watch.samples[-1].sample.taken)
            answer = watch.until_answer(request)
    path = FolderStore(site.evidence_path).file(request.key)
    assert path is not None
    with av.open(str(path)) as source:
        codec = source.streams.video[0].codec_context.name
    pictures = shown(path)
    steps = {(b - a) % PICTURES for (_, a), (_, b) in itertools.pairwise(pictures)}

    assert (answer.state, answer.reason, codec) == ("ready", "", "hevc")
    assert len(pictures) > 3.5 * FPS
    assert steps == {1}


def test_a_clip_begins_before_the_alert_ends_after_it_and_misses_no_picture(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"), evidence=SHORT)
    with Watch(site) as watch:
        watch.until_samples(20)
        sample = watch.samples[-1]
        request = clip_at(sample.sample.taken)
        answer = watch.until_answer(request)
    path = FolderStore(site.evidence_path).file(request.key)
    assert path is not None
    assert answer.began is not None
    assert answer.ended is not None
    pictures = shown(path)
    steps = {(b - a) % PICTURES for (_, a), (_, b) in itertools.pairwise(pictures)}
    (at_alert,) = [n for s, n in pictures if abs(answer.began + s * MICROS - request.at) < MICROS / FPS / 2]

    assert (answer.state, answer.reason) == ("ready", "")
    assert request.first - GOP_S * MICROS <= answer.began <= request.first
    assert request.last - 2 * MICROS / FPS <= answer.ended <= request.last + 2 * MICROS / FPS
    assert steps == {1}
    assert sample.image is not None
    assert at_alert == number_of(sample.image)
    assert answer.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert answer.bytes == path.stat().st_size


def test_it_is_being_written_long_before_it_is_whole(simulator: SimulatorThread, make_site: MakeSite) -> None:
    site = make_site(simulator.url("gate-1"), evidence=SHORT)
    store = FolderStore(site.evidence_path)
    with Watch(site) as watch:
        watch.until_samples(20)
        request = clip_at(now(), after_s=12.0)
        watch.ask(request)
        watch.until(lambda: store.grown(request.key))
        grown = store.grown(request.key)
        assert grown is not None
        time.sleep(1.0)
        some = grown.stat().st_size
        pictures = len(shown(grown))
        whole_yet = store.file(request.key)
        watch.until(lambda: grown.stat().st_size > some)
        answered_yet = list(watch.answers)
        answer = watch.until_answer(request, 30)

    assert pictures > FPS
    assert whole_yet is None
    assert answered_yet == []
    assert answer.state == "ready"
    assert not grown.exists()


def test_the_same_request_is_done_once_and_answered_each_time(simulator: SimulatorThread, make_site: MakeSite) -> None:
    site = make_site(simulator.url("gate-1"), evidence=SHORT)
    with Watch(site) as watch:
        watch.until_samples(15)
        request = still_at(now())
        first = watch.until_answer(request)
        watch.ask(request)
        watch.until(lambda: len(watch.answers) == 2)
        again = watch.answers[-1]
    with Watch(site) as watch:
        watch.until_samples(1)
        from_disk = watch.until_answer(request)

    assert again == first
    assert (from_disk.state, from_disk.sha256) == (first.state, first.sha256)


def test_a_full_snapshot_is_the_picture_of_the_alert_at_the_size_of_the_stream(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    with Watch(site) as watch:
        watch.until_samples(10)
        sample = watch.samples[-1]
        request = still_at(sample.sample.taken)
        answer = watch.until_answer(request)
    data = FolderStore(site.evidence_path).get(request.key)
    assert data is not None
    assert sample.image is not None
    picture = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    assert (answer.state, answer.began) == ("ready", sample.sample.taken)
    assert picture.shape == (240, 320, 3)
    assert number_of(picture) == number_of(sample.image)


def test_a_camera_that_was_just_switched_on_gives_a_clip_without_its_beginning_and_says_so(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(2)
        answer = watch.until_answer(clip_at(now(), before_s=10.0, after_s=1.0))

    assert (answer.state, answer.reason) == ("partial", "starts_late")
    assert answer.sha256 is not None


def test_a_camera_that_is_lost_on_the_way_gives_a_clip_without_its_end_and_says_so(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(15)
        request = clip_at(now(), after_s=5.0)
        watch.ask(request)
        time.sleep(0.2)
        simulator.fault("gate-1", "down")
        answer = watch.until_answer(request, 30)

    assert (answer.state, answer.reason) == ("partial", "ends_early")


def test_a_short_loss_is_bridged_in_the_same_clip_and_time_stays_true(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"))
    with Watch(site) as watch:
        watch.until_samples(15)
        request = clip_at(now(), after_s=4.0)
        watch.ask(request)
        time.sleep(0.6)
        simulator.drop("gate-1")
        answer = watch.until_answer(request)
    path = FolderStore(site.evidence_path).file(request.key)
    assert path is not None
    pictures = shown(path)
    (s0, n0), (s1, n1) = pictures[5], pictures[-5]
    apart = (round((s1 - s0) * FPS) - (n1 - n0) + PICTURES // 2) % PICTURES - PICTURES // 2

    assert answer.state in ("ready", "partial")
    assert answer.reason in ("", "gap")
    assert abs(apart) <= 0.3 * FPS  # a new connection's first instants are not sure yet
    assert s1 > 5.0


def test_nothing_at_hand_is_a_failure_with_its_reason(simulator: SimulatorThread, make_site: MakeSite) -> None:
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(2)
        long_ago = now() - 3600 * MICROS
        clip, still = watch.until_answer(clip_at(long_ago)), watch.until_answer(still_at(long_ago))

    assert (clip.state, clip.reason, clip.sha256) == ("failed", "no_pictures", None)
    assert (still.state, still.reason, still.sha256) == ("failed", "no_pictures", None)


def test_a_disk_without_room_fails_the_evidence_and_not_the_camera(
    simulator: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(simulator.url("gate-1"), evidence={"min_free_gib": 1_000_000})
    with Watch(site) as watch:
        watch.until_samples(5)
        answers = [watch.until_answer(clip_at(now(), after_s=0.5)), watch.until_answer(still_at(now()))]
        seen = watch.until_samples(5)
        error = watch.error
        watch.until(lambda: watch.healths[-1].counts["evidence_failed"] >= 2)
        counts = watch.healths[-1].counts

    assert {(a.state, a.reason) for a in answers} == {("failed", "storage")}
    assert len(seen) >= 5
    assert error is None
    assert counts["evidence_failed"] == 2
