"""A camera's main stream gives the evidence, at the instants of the sub-stream; without it the sub-stream does."""

import io
from collections.abc import Callable, Iterator

import av
import cv2
import numpy as np
import pytest
from evidence_asked import still_at
from ingest_worker import Watch
from live_viewer import Viewer
from numbered import HEIGHT, WIDTH, number_of

from config.site import Site
from ingest.health import Counts
from ingest.live import Live
from ingest.main_stream import MainStream
from ingest.ring import Ring
from models.evidence import FolderStore
from models.link import Request
from models.live import Fragment
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread
from scenes.sub import smaller

from .conftest import PASSWORD, Server
from .test_live import played_on
from .test_ring import coded

MakeSite = Callable[..., Site]


@pytest.fixture
def both(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorThread]:
    """A camera that serves its numbered pictures large and small."""
    sub = smaller(clip, HEIGHT // 2, tmp_path_factory.mktemp("sub") / "sub.mp4")
    with SimulatorThread([SimulatedCamera("gate-1", clip, auth=("viewer", PASSWORD), sub=sub)]) as running:
        yield running


def picture_of(site: Site, request: Request) -> np.ndarray:
    data = FolderStore(site.evidence_path).get(request.key)
    assert data is not None
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_the_full_snapshot_is_the_main_streams_picture_of_the_instant_that_the_sub_stream_fired(
    both: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(both.url("gate-1/sub"), more={"main": both.url("gate-1/main")})
    with Watch(site) as watch:
        watch.until_samples(12)
        samples = watch.samples[-3:]
        requests = [still_at(seen.sample.taken) for seen in samples]
        answers = [watch.until_answer(request) for request in requests]
        health = watch.healths[-1]
    pictures = [picture_of(site, request) for request in requests]

    assert {answer.state for answer in answers} == {"ready"}
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    assert (health.width, health.height) == (WIDTH // 2, HEIGHT // 2)
    assert [number_of(p) for p in pictures] == [number_of(s.image) for s in samples if s.image is not None]


def test_whoever_watches_the_main_stream_gets_it_in_its_own_size_beside_the_sub_stream(
    both: SimulatorThread, make_site: MakeSite, server: Server
) -> None:
    site = make_site(both.url("gate-1/sub"), more={"main": both.url("gate-1/main")}, redis=server.url)
    with Watch(site) as watch, server.client() as client:
        watch.until_state("live")
        viewers = {form: Viewer(client, form) for form in ("mp4", "main")}
        alone = {"main": viewers["main"].collect_until(played_on), "mp4": viewers["mp4"].collect(0.5)}
        sub = viewers["mp4"].collect_until(played_on)
        main = viewers["main"].collect_until(lambda came: played_on(came) and came[-1].taken > sub[-1].taken)
        together = {"mp4": sub, "main": main}
        for viewer in viewers.values():
            viewer.close()

    assert alone["mp4"] == []
    assert {f.kind for f in alone["main"]} == {"init", "key", "delta"}
    assert {form: {f.main for f in found} for form, found in together.items()} == {"mp4": {False}, "main": {True}}
    sizes = {form: size_of(found) for form, found in together.items()}
    assert sizes == {"mp4": (WIDTH // 2, HEIGHT // 2), "main": (WIDTH, HEIGHT)}


def size_of(fragments: list[Fragment]) -> tuple[int, int]:
    """Width and height of what a browser would play."""
    first = next(i for i, fragment in enumerate(fragments) if fragment.kind == "init")
    parts = [f.payload for f in fragments[first + 1 :] if f.kind in ("key", "delta")]
    with av.open(io.BytesIO(fragments[first].payload.split(b"\0", 1)[1] + b"".join(parts))) as played:
        frame = next(played.decode(video=0))
        return frame.width, frame.height


def test_while_the_main_stream_cannot_be_had_the_sub_stream_gives_the_evidence(
    both: SimulatorThread, make_site: MakeSite
) -> None:
    site = make_site(both.url("gate-1/sub"), more={"main": both.url("gate-1/none")})
    with Watch(site) as watch:
        seen = watch.until_samples(10)[-1]
        request = still_at(seen.sample.taken)
        answer = watch.until_answer(request)
        counts = watch.healths[-1].counts

    assert answer.state == "ready"
    assert picture_of(site, request).shape == (HEIGHT // 2, WIDTH // 2, 3)
    assert counts["main_lost"] >= 1


@pytest.mark.parametrize(
    ("main_skew_s", "sub_skew_s", "moved_us"),
    [(3600.25, 3600.05, 200_000), (-0.1, 0.0, -100_000), (None, 0.3, 0), (0.3, None, 0), (9.0, 0.0, 0)],
)
def test_the_cameras_own_clock_lays_both_streams_over_each_other_where_it_tells_of_both(
    main_skew_s: float | None, sub_skew_s: float | None, moved_us: int
) -> None:
    ring = Ring(10.0)
    main = MainStream(ring, Counts(), lambda: sub_skew_s, Live("gate-1", "redis://unused", Counts()))
    main.take(coded(0, key=True), main_skew_s)
    newest = ring.newest()
    assert newest is not None

    assert newest.stamp.taken - coded(0, key=True).stamp.taken == moved_us
