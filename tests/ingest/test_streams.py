"""A worker on streams of either codec and transport, and on cameras that change their picture on the way."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest
from ingest_worker import Watch
from live_viewer import Viewer
from numbered import HEIGHT, PICTURES, number_of, numbered_clip

from config.site import Site
from ingest.opened import is_h265
from models.link import Health
from scenes.camera import SimulatedCamera
from scenes.clip import AccessUnit, Clip
from scenes.simulator import SimulatorThread

from .conftest import Server

MakeSite = Callable[..., Site]


def until_told(watch: Watch, states: tuple[str, ...], after: Health, seconds: float = 15.0) -> Health:
    """The first health in one of these states that began after that of `after`: some are over in half a second."""

    def told() -> list[Health]:
        return [h for h in tuple(watch.healths) if h.state in states and h.since > after.since]

    watch.until(told, seconds)
    return told()[0]


@pytest.fixture
def h265_camera(h265_clip: Clip) -> Iterator[SimulatorThread]:
    """A simulator with one camera, `gate-1`, that sends H.265."""
    with SimulatorThread([SimulatedCamera("gate-1", h265_clip)]) as running:
        yield running


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_h265_gives_the_pictures_on_the_grid(h265_camera: SimulatorThread, make_site: MakeSite, transport: str):
    with Watch(make_site(h265_camera.url("gate-1"), more={"transport": transport})) as watch:
        seen = watch.until_samples(12)
        health = watch.healths[-1]

    shown = [number_of(s.image) for s in seen if s.image is not None]
    assert (health.codec, health.width, health.height) == ("hevc", 320, 240)
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(shown)} == {5}
    assert all(abs(b.sample.taken - a.sample.taken - 200_000) < 20_000 for a, b in itertools.pairwise(seen))


def test_an_h265_camera_is_live_as_jpeg(h265_camera: SimulatorThread, make_site: MakeSite, server: Server):
    with Watch(make_site(h265_camera.url("gate-1"), redis=server.url)) as watch, server.client() as client:
        watch.until_state("live")
        viewers = [Viewer(client, form) for form in ("mp4", "jpeg")]
        for viewer in viewers:
            viewer.renew()
        as_mp4, as_jpeg = viewers
        shown = as_jpeg.collect_until(lambda came: len(came) > 10)  # two seconds, with a key picture in them
        remuxed = as_mp4.collect(0.5)
        for viewer in viewers:
            viewer.close()

    assert {f.kind for f in shown} == {"jpeg"}
    assert remuxed == []


def test_over_udp_samples_skew_and_instants_are_as_over_tcp(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"), more={"transport": "udp"})) as watch:
        seen = watch.until_samples(12)
        health = watch.healths[-1]

    shown = [number_of(s.image) for s in seen if s.image is not None]
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(shown)} == {5}
    assert len({s.sample.epoch for s in seen}) == 1
    assert health.skew_s is not None
    assert abs(health.skew_s) < 0.25


def test_over_udp_a_silent_camera_stalls_and_a_dropped_one_is_tried_again(
    simulator: SimulatorThread, make_site: MakeSite
):
    with Watch(make_site(simulator.url("gate-1"), more={"transport": "udp"}, stall_s=1.0)) as watch:
        watch.until_samples(2)
        well = watch.healths[-1]
        simulator.fault("gate-1", "stall")
        stalled = until_told(watch, ("stalled",), well)
        simulator.fault("gate-1", "stall", "off")
        live = until_told(watch, ("live",), stalled)
        watch.until_samples(2)
        simulator.drop("gate-1")
        lost = until_told(watch, ("disconnected", "stalled"), live)
        until_told(watch, ("live",), lost)
        watch.until_samples(2)

    assert stalled.detail == "connected, but nothing came for 1 s"


def joined(first: Clip, second: Clip) -> Clip:
    """The two clips one after the other, described as the first."""
    later = (AccessUnit(unit.at + first.duration, unit.key, unit.nals) for unit in second.units)
    return replace(first, units=(*first.units, *later), duration=first.duration + second.duration)


def test_a_camera_that_changes_its_size_begins_a_new_epoch_with_a_new_decoder(
    clip: Clip, tmp_path: Path, make_site: MakeSite, server: Server
):
    small = numbered_clip(tmp_path / "small.mp4", height=HEIGHT // 2)
    with (
        SimulatorThread([SimulatedCamera("gate-1", joined(clip, small))]) as running,
        Watch(make_site(running.url("gate-1"), redis=server.url)) as watch,
        server.client() as client,
    ):
        viewer = Viewer(client, "mp4")
        viewer.renew()
        watch.until(lambda: {h.width for h in watch.healths} >= {320, 160}, 15)
        watch.until_samples(25, 15)
        fragments = viewer.collect_until(lambda came: len({f.payload for f in came if f.kind == "init"}) > 1)
        viewer.close()

    epochs = list(itertools.groupby(watch.samples, key=lambda s: s.sample.epoch))
    taken = [s.sample.taken for s in watch.samples]
    assert len(epochs) >= 3
    assert taken == sorted(set(taken))
    assert {h.state for h in watch.healths} == {"connecting", "live"}
    assert all(
        (number_of(b.image) - number_of(a.image)) % PICTURES == 5
        for a, b in itertools.pairwise(watch.samples)
        if a.image is not None and b.image is not None and a.sample.epoch == b.sample.epoch
    )
    inits = {f.epoch: f.payload for f in fragments if f.kind == "init"}
    assert len(set(inits.values())) == 2
    assert watch.healths[-1].counts.get("corrupt", 0) == 0


def test_a_camera_that_repeats_its_parameter_sets_goes_on_in_one_epoch(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"))) as watch:
        seen = watch.until_samples(25)

    assert len({s.sample.epoch for s in seen}) == 1


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("unannounced", ["off", "on"])
def test_a_camera_that_changes_its_codec_is_asked_anew_at_once(
    clip: Clip, h265_clip: Clip, make_site: MakeSite, unannounced: str, transport: str
):
    camera = SimulatedCamera("gate-1", clip, other=h265_clip)
    with (
        SimulatorThread([camera]) as running,
        Watch(make_site(running.url("gate-1"), more={"transport": transport})) as watch,
    ):
        watch.until_samples(5)
        well = watch.healths[-1]
        running.fault("gate-1", "unannounced", unannounced)
        running.fault("gate-1", "other")
        lost = until_told(watch, ("disconnected",), well)
        live = until_told(watch, ("live",), lost)
        seen = watch.until_samples(5)

    shown = [number_of(s.image) for s in seen if s.image is not None]
    assert lost.detail == (
        "the camera hung up" if unannounced == "off" else "the camera sends another codec than it has described"
    )
    assert live.codec == "hevc"
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(shown)} == {5}


def test_no_real_h264_is_taken_for_h265(footage: Path):
    named = []
    for path in sorted(footage.rglob("*.mp4")):
        with av.open(str(path)) as source:
            if source.streams.video[0].codec_context.name == "h264":
                start_codes = av.BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0])
                packets = [bytes(p) for packet in source.demux(video=0) for p in start_codes.filter(packet)]
                named.append((path.name, len(packets) > 10, any(map(is_h265, packets))))

    assert len(named) >= 3
    assert [name for name, _, taken in named if taken] == []


def test_a_stall_is_told_after_the_time_that_is_configured(simulator: SimulatorThread, make_site: MakeSite):
    with Watch(make_site(simulator.url("gate-1"), stall_s=5.0)) as watch:
        watch.until_samples(5)
        well = watch.healths[-1]
        simulator.fault("gate-1", "stall")
        stalled = until_told(watch, ("stalled",), well, 20)

    assert stalled.taken is not None
    assert 4.5 < (stalled.since - stalled.taken) / 1e6 < 10  # where nothing is configured it is 3


def test_a_codec_that_cannot_be_heard_in_the_old_stream_is_a_stall(clip: Clip, h265_clip: Clip, make_site: MakeSite):
    camera = SimulatedCamera("gate-1", h265_clip, other=clip)
    with SimulatorThread([camera]) as running, Watch(make_site(running.url("gate-1"), stall_s=1.0)) as watch:
        watch.until_samples(5)
        well = watch.healths[-1]
        running.fault("gate-1", "unannounced")
        running.fault("gate-1", "other")
        stalled = until_told(watch, ("stalled",), well)
        live = until_told(watch, ("live",), stalled)
        watch.until_samples(5)

    assert live.codec == "h264"
