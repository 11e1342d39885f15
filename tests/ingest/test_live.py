"""The live picture: published while somebody watches, playable from any key picture on, numbered without holes."""

import io
import itertools
import time
from collections.abc import Callable, Iterator

import av
import cv2
import numpy as np
import pytest
from ingest_worker import Watch
from live_viewer import Viewer
from numbered import PICTURES, number_of

from config.site import Site
from models.live import Fragment
from scenes.simulator import SimulatorThread

from .conftest import Server

MakeSite = Callable[..., Site]

SURE_US = 4_000_000
"""On the media line, which begins at a second: by then an epoch's instants keep to it."""


@pytest.fixture
def watch(simulator: SimulatorThread, make_site: MakeSite, server: Server) -> Iterator[Watch]:
    watching = Watch(make_site(simulator.url("gate-1"), redis=server.url))
    watching.want = None
    with watching:
        watching.until_state("live")
        yield watching


def played(fragments: list[Fragment]) -> list[tuple[int, int]]:
    """(number shown, time on the media line in µs) of each picture that a player would show."""
    init = fragments[0].payload.split(b"\0", 1)[1]
    data = init + b"".join(f.payload for f in fragments if f.kind in ("key", "delta"))
    with av.open(io.BytesIO(data)) as container:
        pictures = container.decode(video=0)
        return [(number_of(p.to_ndarray(format="rgb24")), p.pts or 0) for p in pictures]


def played_on(fragments: list[Fragment]) -> bool:
    """Whether a key picture has come and another after it."""
    return {"init", "key", "delta"} <= {f.kind for f in fragments}


def since_init(fragments: list[Fragment]) -> list[Fragment]:
    """What a player can use of a stream that it joins."""
    return list(itertools.dropwhile(lambda f: f.kind != "init", fragments))


@pytest.mark.usefixtures("watch")
def test_fragments_play_picture_by_picture_and_are_numbered_without_holes(server: Server):
    with server.client() as client:
        viewer = Viewer(client, "mp4")
        fragments = viewer.collect_until(lambda came: len(came) > 80 and came[-1].media > SURE_US + 1_000_000)
        viewer.close()

    kinds = [f.kind for f in fragments]
    shown = played(fragments)
    media = [f.media for f in fragments if f.kind != "init"]
    assert kinds[:3] == ["init", "key", "delta"]
    assert all(b == "key" for a, b in itertools.pairwise(kinds) if a == "init")
    assert all(a == "init" for a, b in itertools.pairwise(kinds) if b == "key")
    assert kinds.count("key") >= 2
    assert [f.number for f in fragments] == list(range(len(fragments)))
    assert fragments[0].payload.startswith(b"avc1.")
    assert len(shown) == len(media) > 50
    assert [at for _, at in shown] == media
    assert all((b[0] - a[0]) % PICTURES == 1 and b[1] - a[1] == 40_000 for a, b in itertools.pairwise(shown))
    assert all(
        abs(b.taken - a.taken - b.media + a.media) < 5_000
        for a, b in itertools.pairwise(f for f in fragments if f.media > SURE_US)
    )


@pytest.mark.usefixtures("watch")
def test_a_late_joiner_can_play_from_the_next_key_picture(server: Server):
    with server.client() as client:
        first = Viewer(client, "mp4")
        first.collect_until(lambda came: len(came) > 30)
        late = Viewer(client, "mp4")
        fragments = late.collect_until(lambda came: len(since_init(came)) > 30)
        first.close()
        late.close()

    assert len(played(since_init(fragments))) > 25


@pytest.mark.usefixtures("watch")
def test_publishing_ends_with_the_lease_and_begins_with_the_next(server: Server):
    with server.client() as client:
        viewer = Viewer(client, "mp4")
        before = viewer.collect(1)
        leased = viewer.collect_until(played_on)
        viewer.give_up()
        viewer.collect_until_quiet()
        last = viewer.fragments[-1]
        again = viewer.collect_until(played_on)
        viewer.close()

    assert not before
    assert [f.kind for f in again[:2]] == ["init", "key"]
    assert again[0].epoch == leased[0].epoch
    assert again[0].number > last.number + 1
    assert again[1].media > last.media


@pytest.mark.usefixtures("watch")
def test_a_new_connection_begins_a_new_epoch_with_its_own_init(server: Server, simulator: SimulatorThread):
    with server.client() as client:
        viewer = Viewer(client, "mp4")
        before = viewer.collect_until(played_on)
        simulator.drop("gate-1")
        viewer.collect_until(lambda came: played_on([f for f in came if f.epoch != before[-1].epoch]))
        viewer.close()

    after = [f for f in viewer.fragments if f.epoch != before[-1].epoch]
    assert [f.kind for f in after[:2]] == ["init", "key"]
    assert after[0].number == 0
    assert played(after)


@pytest.mark.usefixtures("watch")
def test_jpeg_is_five_pictures_a_second_without_detect_asking(server: Server):
    with server.client() as client:
        viewer = Viewer(client, "jpeg")
        fragments = viewer.collect_until(lambda came: len(came) > 15)
        viewer.close()

    images = [cv2.imdecode(np.frombuffer(f.payload, np.uint8), cv2.IMREAD_COLOR) for f in fragments]
    assert {f.kind for f in fragments} == {"jpeg"}
    assert [f.number for f in fragments] == list(range(len(fragments)))
    assert {image.shape for image in images} == {(240, 320, 3)}
    assert {(b - a) % PICTURES for a, b in itertools.pairwise(number_of(i) for i in images)} == {5}
    assert fragments[-1].taken - fragments[0].taken == pytest.approx((len(fragments) - 1) * 200_000, abs=1_000_000)


def test_live_comes_back_with_redis(watch: Watch, server: Server):
    with server.client() as client:
        viewer = Viewer(client, "mp4")
        before = viewer.collect_until(played_on)
        viewer.close()
    server.kill()
    time.sleep(1)
    server.start()
    with server.client() as client:
        viewer = Viewer(client, "mp4")
        after = viewer.collect_until(played_on)
        viewer.close()

    assert [f.kind for f in after[:2]] == ["init", "key"]
    assert after[0].number > before[-1].number + 1
    assert watch.error is None
