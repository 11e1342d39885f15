"""A camera's worker on a real stream: the right pictures, rising instants, and every trouble named."""

import contextlib
import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from ingest_worker import Watch
from numbered import PICTURES, number_of

from config.site import Site
from models.link import Health, Want
from models.slots import SLOTS
from scenes.simulator import SimulatorThread

from .conftest import PASSWORD, Server

MakeSite = Callable[..., Site]


def test_samples_are_the_pictures_on_the_grid_with_rising_instants(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        seen = watch.until_samples(12)

    shown = [number_of(s.image) for s in seen if s.image is not None]
    taken = [s.sample.taken for s in seen]
    assert len(shown) == len(seen)
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(shown)} == {5}
    assert all(number % 5 == 0 for number in shown)
    assert [s.sample.number for s in seen] == list(range(1, len(seen) + 1))
    assert len({s.sample.epoch for s in seen}) == 1
    assert all(abs(b - a - 200_000) < 20_000 for a, b in itertools.pairwise(taken))
    assert {(s.sample.width, s.sample.height) for s in seen} == {(160, 120)}
    assert {s.sample.slot for s in seen} == set(range(SLOTS))
    assert not any(s.sample.frozen for s in seen)


def test_taken_is_when_the_camera_showed_the_picture(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(8)
        at = simulator.started_at("gate-1")
        seen = [s for s in watch.samples if s.image is not None][-1]

    assert at is not None
    assert seen.image is not None
    into_the_loop = (seen.sample.taken / 1e6 - at.timestamp()) % (PICTURES / 25)
    late = into_the_loop - number_of(seen.image) / 25
    assert -0.05 < (late + 1) % 2 - 1 < 0.25


def test_nothing_is_decoded_until_detect_asks(simulator: SimulatorThread, make_site: MakeSite):
    watch = Watch(make_site(simulator.url("gate-1")))
    watch.want = None
    with watch:
        watch.until(lambda: watch.healths and watch.healths[-1].counts.get("packets", 0) > 30)
        unasked = watch.healths[-1]
        watch.want = Want(64, 64, 10.0)
        seen = watch.until_samples(3)

    assert "decoded" not in unasked.counts
    assert (unasked.codec, unasked.width, unasked.height, unasked.fps) == ("h264", 320, 240, 25.0)
    assert {(s.sample.width, s.sample.height) for s in seen} == {(64, 48)}


def test_health_comes_every_second_and_says_how_far_the_camera_clock_is_off(
    simulator: SimulatorThread, make_site: MakeSite
):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(10)
        watch.until(lambda: len(watch.healths) > 6)
        health = watch.healths[-1]
        apart = [b.at - a.at for a, b in itertools.pairwise(watch.healths)]

    assert (health.state, health.attempt, health.retry_at, health.detail) == ("live", 0, None, "")
    assert median(apart) < 1_300_000
    assert max(apart) < 5_000_000  # one of them may be late where the machine was busy
    assert health.skew_s is not None
    assert abs(health.skew_s) < 0.25


def test_a_wrong_password_is_named_tried_rarely_and_never_told(
    simulator: SimulatorThread, make_site: MakeSite, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    url = simulator.url("gate-1").replace(PASSWORD, "wr0ng-w0rd")
    with Watch(make_site(url)) as watch:
        health = watch.until_state("unauthorised")
        time.sleep(1.2)
        attempts = watch.healths[-1].attempt

    told = caplog.text + repr(watch.healths)
    assert attempts == 1
    assert health.retry_at is not None
    assert 59_000_000 < health.retry_at - health.since < 76_000_000
    assert "password" in health.detail
    assert "wr0ng-w0rd" not in told
    assert "viewer" not in told


def test_a_dead_host_is_tried_again_and_again_and_comes_back(
    simulator: SimulatorThread, make_site: MakeSite, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    simulator.fault("gate-1", "down")
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_state("disconnected")
        watch.until(lambda: watch.healths[-1].attempt >= 3)
        gone = watch.healths[-1]
        simulator.fault("gate-1", "down", "off")
        back = watch.until_state("live", 15)
        watch.until_samples(1)

    assert gone.detail == "the camera is not ready (5xx)"
    assert back.attempt == 0
    assert PASSWORD not in caplog.text + repr(watch.healths)


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of somebody who takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_health_goes_on_while_connecting_blocks(mute: int, make_site: MakeSite):
    with Watch(make_site(f"rtsp://viewer:{PASSWORD}@127.0.0.1:{mute}/x")) as watch:
        watch.until(lambda: len(watch.healths) >= 3)
        states = [h.state for h in watch.healths[:3]]
        names = {t.name for t in threading.enumerate()}

    assert states == ["connecting"] * 3
    assert {"ingest:gate-1", "ingest:gate-1:pictures", "ingest:gate-1:live", "ingest:gate-1:link"} <= names


@pytest.mark.alone  # ending takes most of that time where FFmpeg holds a thread
def test_stopping_is_prompt_while_connecting_blocks(mute: int, make_site: MakeSite):
    with Watch(make_site(f"rtsp://viewer:{PASSWORD}@127.0.0.1:{mute}/x")) as watch:
        watch.until(lambda: len(watch.healths) >= 2)
        state = watch.healths[-1].state
        took = watch.end()

    assert state == "connecting"
    assert took < 2


def test_an_address_where_nobody_listens_is_said_to_be_one(make_site: MakeSite):
    with socket.socket() as taken_port:
        taken_port.bind(("127.0.0.1", 0))
        url = f"rtsp://127.0.0.1:{taken_port.getsockname()[1]}/x"
        with Watch(make_site(url)) as watch:
            health = watch.until_state("disconnected")

    assert health.detail == "nothing listens at this address and port"


def test_a_stalled_camera_is_named_and_begins_a_new_epoch_when_it_goes_on(
    simulator: SimulatorThread, make_site: MakeSite
):
    with Watch(make_site(simulator.url("gate-1"), stall_s=4.0)) as watch:
        before = watch.until_samples(3)[-1]
        simulator.fault("gate-1", "stall")
        health = watch.until_state("stalled", 20)
        simulator.fault("gate-1", "stall", "off")
        after = watch.until_samples(2, 20)[-1]
        states = [state for state, _ in itertools.groupby(h.state for h in watch.healths)]

    assert health.detail == "connected, but nothing came for 4 s"
    assert after.sample.epoch != before.sample.epoch
    assert after.sample.taken > before.sample.taken
    assert states == ["connecting", "live", "stalled", "live"]


def test_a_dropped_connection_is_made_again_at_once_and_no_instant_goes_back(
    simulator: SimulatorThread, make_site: MakeSite
):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(3)
        simulator.drop("gate-1")
        watch.until(lambda: any(h.state == "disconnected" for h in watch.healths))
        watch.until_state("live")
        watch.until_samples(3)
        lost = next(h for h in watch.healths if h.state == "disconnected")
        taken = [s.sample.taken for s in watch.samples]
        numbers = [s.sample.number for s in watch.samples]

    assert lost.retry_at is not None
    assert lost.retry_at - lost.since < 600_000
    assert len({s.sample.epoch for s in watch.samples}) == 2
    assert taken == sorted(set(taken))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_frozen_picture_is_named_on_health_and_samples_until_it_moves(
    simulator: SimulatorThread, make_site: MakeSite
):
    with Watch(make_site(simulator.url("gate-1"), freeze_s=1.5)) as watch:
        watch.until_samples(10)
        simulator.fault("gate-1", "freeze")
        watch.until_state("frozen")
        frozen = watch.until_samples(2)
        simulator.fault("gate-1", "freeze", "off")
        watch.until_state("live")
        moving = watch.until_samples(2)

    assert all(s.sample.frozen for s in frozen)
    assert not moving[-1].sample.frozen


def test_a_corrupt_stream_is_counted_and_survived(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(2)
        simulator.fault("gate-1", "corrupt", 0.5)
        watch.until(lambda: watch.healths[-1].counts.get("corrupt", 0) > 3, 20)
        simulator.fault("gate-1", "corrupt", "off")
        seen = watch.until_samples(8, 20)
        error = watch.error

    shown = [number_of(s.image) for s in seen[-4:] if s.image is not None]
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(shown)} == {5}
    assert error is None


def test_a_full_socket_blocks_nobody_and_is_counted(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1")), reads=False) as watch:
        watch.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for _ in range(8):
            watch.socket.send(b'{"t": "want", "width": 64, "height": 64, "fps": 25.0}')
            time.sleep(0.5)
        drained = 0
        watch.socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while watch.socket.recv(65536):
                drained += 1
        watch.socket.settimeout(0.05)
        watch._collector.start()
        watch._reads = True
        watch.until(lambda: watch.healths)
        health: Health = watch.healths[-1]

    assert health.state == "live"
    assert health.counts["link_full"] > 10
    assert health.counts["packets"] > 60
    assert drained < 60


def test_messages_that_nobody_understands_are_counted(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        for data in (b"\xff", b"[]", b'{"t": "want", "width": 64, "height": 64, "fps": 0}', b'{"t": "want"}'):
            watch.socket.send(data)
        watch.until(lambda: watch.healths and watch.healths[-1].counts.get("link_unread") == 4)
        watch.until_samples(2)


def test_samples_go_on_while_redis_is_away(simulator: SimulatorThread, make_site: MakeSite, server: Server):
    with Watch(make_site(simulator.url("gate-1"), redis=server.url)) as watch:
        watch.until_samples(2)
        server.kill()
        seen = watch.until_samples(10)

    assert all(b.sample.number == a.sample.number + 1 for a, b in itertools.pairwise(seen))


@pytest.mark.alone
def test_it_stops_promptly_while_live(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        watch.until_samples(1)
        took = watch.end()
        left = {t.name for t in threading.enumerate() if t.name.startswith("ingest:gate-1")}

    assert took < 2
    assert not left
    assert watch.error is None
